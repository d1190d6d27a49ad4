//! `/settings/organizations/{id}/projects/new`: a project, with its first credentials.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::OrganizationId;
use maud::html;
use serde_json::json;

use super::pair::{Shown, once};
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::organizations::OrganizationItem;
use crate::routes::projects::NewProject;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::organizations::role_of;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

pub(super) const FIELDS: &[FieldError] = &[(Cause::Pointer("/name"), "name", id!("projects-name-wrong"))];

/// Asks for its name.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<OrganizationId>) -> Result<Response, Refusal> {
    page(&visit, id, "", &Errors::default()).await
}

/// Creates it, and shows its credentials.
pub(in crate::settings) async fn create(
    visit: Visit,
    Id(id): Id<OrganizationId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let name = sent.text("name");
    let path = format!("/v1/organizations/{id}/projects");
    match visit.v1.send::<NewProject>(Method::POST, &path, Some(json!({"name": name})), sent.key()).await {
        Ok(new) => {
            // For the name at the top; without it the page is the same.
            let _ = visit.me().await;
            let text = visit.text();
            let shown = Shown {
                title: text.say_with("projects-created-title", [("name", new.name.clone().into())]),
                lead: html! { p { (text.say("projects-created-lead")) } },
                token: Some(&new.token),
                api_key: Some(&new.api_key),
                api_secret: &new.api_secret,
            };
            Ok(once(&visit, &new.id.to_string(), new.name.clone(), &shown))
        }
        Err(refusal) => page(&visit, id, name, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, id: OrganizationId, name: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    if !role_of(&organization.role).manages() {
        return Err(Refusal::of(Kind::InsufficientRole));
    }
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field =
        Field::text("name", text.say("projects-name")).hint(text.say("projects-name-hint")).value(name);
    let lead = text.say_with("projects-create-lead", [("name", organization.name.into())]);
    let body = html! {
        p { (lead) }
        (form.around(&form.field(&field), &text.say("projects-create")))
    };
    Ok(Page::new(text.say("projects-create-title"), body)
        .of(Section::Projects)
        .below("/settings/projects", text.say("projects-title"))
        .with_errors(errors)
        .show(visit))
}
