//! `/settings/organizations/{id}/invite`: inviting somebody by mail, for the first time or again.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::OrganizationId;
use maud::html;
use serde_json::json;

use super::roles::{given_by, role_of};
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::organizations::OrganizationItem;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[
    (Cause::Pointer("/email"), "email", id!("form-email-wrong")),
    (Cause::Kind(Kind::AlreadyMember), "email", id!("problem-already-member")),
    (Cause::Pointer("/role"), "role", id!("organizations-role-wrong")),
];

/// Asks whom.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<OrganizationId>) -> Result<Response, Refusal> {
    page(&visit, id, ("", "member"), &Errors::default()).await
}

/// Sends the invitation.
pub(in crate::settings) async fn invite(
    visit: Visit,
    Id(id): Id<OrganizationId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let (email, role) = (sent.text("email"), sent.text("role"));
    let body = Some(json!({"email": email, "role": role}));
    let path = format!("/v1/organizations/{id}/invitations");
    match visit.v1.command(Method::POST, &path, body, sent.key()).await {
        Ok(()) => Ok(done(&format!("/settings/organizations/{id}"), "invited")),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            page(&visit, id, (email, role), &errors).await
        }
    }
}

async fn page(
    visit: &Visit,
    id: OrganizationId,
    (email, role): (&str, &str),
    errors: &Errors,
) -> Result<Response, Refusal> {
    visit.me().await?;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    let mine = role_of(&organization.role);
    if !mine.manages() {
        return Err(Refusal::of(Kind::InsufficientRole));
    }
    let text = visit.text();
    let form = Form::new(visit, errors);
    let address = Field::email("email", text.say("profile-email")).autocomplete("off").value(email);
    let fields = html! {
        (form.field(&address))
        (form.choices("role", &text.say("organizations-their-role"), &given_by(mine, text), role))
        @if !mine.manages_role(domain::organization::Role::Owner) {
            p class="quiet" { (text.say("organizations-of-owners")) }
        }
    };
    let body = html! {
        p { (text.say("organizations-invite-lead")) }
        (form.around(&fields, &text.say("organizations-invite-button")))
    };
    let title = text.say_with("organizations-invite-title", [("name", organization.name.clone().into())]);
    Ok(Page::new(title, body)
        .of(Section::Organizations)
        .below(format!("/settings/organizations/{id}"), organization.name)
        .with_errors(errors)
        .show(visit))
}
