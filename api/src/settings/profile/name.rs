//! `/settings/profile/name`.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/name"), "name", id!("name-wrong"))];

/// Asks for the name.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let name = visit.me().await?.profile.name.clone().unwrap_or_default();
    page(&visit, &name, &Errors::default()).await
}

/// Changes it.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let name = sent.text("name");
    match visit.v1.command(Method::PATCH, "/v1/me", Some(json!({"name": name})), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", "name")),
        Err(refusal) => page(&visit, name, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, name: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text("name", text.say("profile-name"))
        .autocomplete("name")
        .hint(text.say("name-hint"))
        .value(name);
    let body = form.around(&form.field(&field), &text.say("form-save"));
    Ok(Page::new(text.say("name-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}
