//! `/settings/security/factors/passkeys/{id}`: what a passkey is called.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::PasskeyId;
use maud::html;
use serde_json::json;

use super::PATH;
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::me::{PasskeyItem, SecondFactors};
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/name"), "name", id!("passkey-name-wrong"))];

/// Asks for the name.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<PasskeyId>) -> Result<Response, Refusal> {
    visit.me().await?;
    let (item, _) = find(&visit, id).await?;
    page(&visit, &item.name.unwrap_or_default(), &Errors::default()).await
}

/// Changes it.
pub(in crate::settings) async fn change(
    visit: Visit,
    Id(id): Id<PasskeyId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let name = sent.text("name");
    let path = format!("/v1/me/passkeys/{id}");
    match visit.v1.command(Method::PATCH, &path, Some(json!({"name": name})), sent.key()).await {
        Ok(()) => Ok(done(PATH, "passkey-renamed")),
        Err(refusal) => page(&visit, name, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

/// The passkey of this id, and all factors.
pub(super) async fn find(visit: &Visit, id: PasskeyId) -> Result<(PasskeyItem, SecondFactors), Refusal> {
    let mut set: SecondFactors = visit.v1.get("/v1/me/factors").await?;
    let place = set.passkeys.iter().position(|item| item.id == id);
    let place = place.ok_or_else(|| Refusal::of(Kind::NotFound))?;
    let item = set.passkeys.remove(place);
    Ok((item, set))
}

async fn page(visit: &Visit, name: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text("name", text.say("passkey-name")).hint(text.say("passkey-name-hint")).value(name);
    let body = html! { (form.around(&form.field(&field), &text.say("form-save"))) };
    Ok(Page::new(text.say("passkey-name-title"), body).with_errors(errors).of_factors(visit).show(visit))
}
