//! `/settings/organizations/new`: an organization of one's own.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use crate::routes::organizations::OrganizationNow;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

pub(super) const FIELDS: &[FieldError] =
    &[(Cause::Pointer("/name"), "name", id!("organizations-name-wrong"))];

/// Asks for its name.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, "", &Errors::default()).await
}

/// Creates it.
pub(in crate::settings) async fn create(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let name = sent.text("name");
    let body = Some(json!({"name": name}));
    match visit.v1.send::<OrganizationNow>(Method::POST, "/v1/organizations", body, sent.key()).await {
        Ok(organization) => Ok(done(&format!("/settings/organizations/{}", organization.id), "created")),
        Err(refusal) => page(&visit, name, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, name: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text("name", text.say("organizations-name"))
        .hint(text.say("organizations-name-hint"))
        .autocomplete("organization")
        .value(name);
    let body = html! {
        p { (text.say("organizations-create-lead")) }
        (form.around(&form.field(&field), &text.say("organizations-create")))
    };
    Ok(Page::new(text.say("organizations-create-title"), body)
        .of(Section::Organizations)
        .below("/settings/organizations", text.say("organizations-title"))
        .with_errors(errors)
        .show(visit))
}
