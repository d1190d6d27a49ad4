//! `/settings/security/factors/app/code`: the first code of an authenticator app.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::{Markup, html};
use serde_json::json;

use super::PATH;
use crate::problem::Kind;
use crate::routes::me::AddedApp;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::profile::recovery_codes;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[
    (Cause::Kind(Kind::WrongCode), "code", id!("app-code-wrong")),
    (Cause::Pointer("/code"), "code", id!("app-code-wrong")),
];

/// Asks for the code.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Makes the app a second factor, and shows the recovery codes where it is the first.
pub(in crate::settings) async fn verify(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let body = json!({"code": sent.text("code")});
    match visit.v1.send::<AddedApp>(Method::POST, "/v1/me/totp/verify", Some(body), sent.key()).await {
        Ok(AddedApp { recovery_codes: Some(codes) }) => {
            let told = visit.text().say("factors-done-app-added");
            recovery_codes::shown(&visit, &codes, Some(told)).await
        }
        Ok(AddedApp { recovery_codes: None }) => Ok(done(PATH, "app-added")),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let body = html! {
        p { (text.say("app-code-lead")) }
        (form(visit, errors))
        p { a href={ (PATH) "/app" } { (text.say("app-again")) } }
    };
    Ok(Page::new(text.say("app-code-title"), body).with_errors(errors).of_factors(visit).show(visit))
}

/// The form that asks for it.
pub(super) fn form(visit: &Visit, errors: &Errors) -> Markup {
    let text = visit.text();
    let form = Form::new(visit, errors).to("/settings/security/factors/app/code");
    let field = Field::code("code", text.say("sign-in-code")).hint(text.say("app-code-hint"));
    form.around(&form.field(&field), &text.say("app-code-button"))
}
