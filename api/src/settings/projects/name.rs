//! `/settings/projects/{id}/name`.

use axum::http::Method;
use axum::response::Response;
use domain::ProjectId;
use serde_json::json;

use super::create::FIELDS;
use super::owned;
use crate::extract::Id;
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks for another name.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    page(&visit, id, None, &Errors::default()).await
}

/// Gives it that name.
pub(in crate::settings) async fn change(
    visit: Visit,
    Id(id): Id<ProjectId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let (name, path) = (sent.text("name"), format!("/v1/projects/{id}"));
    match visit.v1.command(Method::PATCH, &path, Some(json!({"name": name})), sent.key()).await {
        Ok(()) => Ok(done(&format!("/settings/projects/{id}"), "name")),
        Err(refusal) => page(&visit, id, Some(name), &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(
    visit: &Visit,
    id: ProjectId,
    typed: Option<&str>,
    errors: &Errors,
) -> Result<Response, Refusal> {
    let project = owned(visit, id).await?.project;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text("name", text.say("projects-name"))
        .hint(text.say("projects-name-hint"))
        .value(typed.unwrap_or(&project.name));
    let body = form.around(&form.field(&field), &text.say("form-save"));
    Ok(Page::new(text.say("projects-rename-title"), body)
        .of(Section::Projects)
        .below(format!("/settings/projects/{id}"), project.name)
        .with_errors(errors)
        .show(visit))
}
