//! `/settings/organizations/{id}/name`.

use axum::http::Method;
use axum::response::Response;
use domain::OrganizationId;
use serde_json::json;

use super::create::FIELDS;
use super::roles::role_of;
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::organizations::OrganizationItem;
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks for another name.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<OrganizationId>) -> Result<Response, Refusal> {
    page(&visit, id, None, &Errors::default()).await
}

/// Gives it that name.
pub(in crate::settings) async fn change(
    visit: Visit,
    Id(id): Id<OrganizationId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let (name, path) = (sent.text("name"), format!("/v1/organizations/{id}"));
    match visit.v1.command(Method::PATCH, &path, Some(json!({"name": name})), sent.key()).await {
        Ok(()) => Ok(done(&format!("/settings/organizations/{id}"), "name")),
        Err(refusal) => page(&visit, id, Some(name), &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(
    visit: &Visit,
    id: OrganizationId,
    typed: Option<&str>,
    errors: &Errors,
) -> Result<Response, Refusal> {
    visit.me().await?;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    if !role_of(&organization.role).manages() {
        return Err(Refusal::of(Kind::InsufficientRole));
    }
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text("name", text.say("organizations-name"))
        .hint(text.say("organizations-name-hint"))
        .autocomplete("organization")
        .value(typed.unwrap_or(&organization.name));
    let body = form.around(&form.field(&field), &text.say("form-save"));
    Ok(Page::new(text.say("organizations-rename-title"), body)
        .of(Section::Organizations)
        .below(format!("/settings/organizations/{id}"), organization.name)
        .with_errors(errors)
        .show(visit))
}
