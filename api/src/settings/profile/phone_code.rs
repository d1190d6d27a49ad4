//! `/settings/profile/phone/code`: the code that was sent to a new phone.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use super::recovery_codes;
use crate::problem::Kind;
use crate::routes::me::RecoveryCodes;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

const FIELDS: &[FieldError] = &[
    (Cause::Kind(Kind::WrongCode), "code", id!("problem-wrong-code")),
    (Cause::Pointer("/code"), "code", id!("problem-wrong-code")),
];

/// Asks for the code.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Makes the phone the second factor, and shows the recovery codes, once.
pub(in crate::settings) async fn verify(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let body = json!({"code": sent.text("code")});
    let path = "/v1/me/two-factor-phone/verify";
    match visit.v1.send::<RecoveryCodes>(Method::POST, path, Some(body), sent.key()).await {
        Ok(codes) => {
            recovery_codes::shown(&visit, &codes.recovery_codes, Some(visit.text().say("phone-done"))).await
        }
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::code("code", text.say("sign-in-code")).hint(text.say("phone-code-hint"));
    let body = html! {
        p { (text.say("phone-code-lead")) }
        (form.around(&form.field(&field), &text.say("phone-code-button")))
        p { a href="/settings/profile/phone" { (text.say("phone-code-again")) } }
    };
    Ok(Page::new(text.say("phone-code-title"), body)
        .of(Section::Security)
        .below("/settings/profile/phone", text.say("phone-title"))
        .with_errors(errors)
        .show(visit))
}
