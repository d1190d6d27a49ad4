//! `/settings/profile/email`: moving to another sign-in address.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use crate::problem::Kind;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[
    (Cause::Pointer("/email"), "email", id!("form-email-wrong")),
    (Cause::Kind(Kind::SameEmail), "email", id!("problem-same-email")),
];

/// Asks for the address.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, "", &Errors::default()).await
}

/// Has it confirmed.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let email = sent.text("email");
    match visit.v1.command(Method::PUT, "/v1/me/email", Some(json!({"email": email})), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", "email")),
        Err(refusal) => page(&visit, email, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, email: &str, errors: &Errors) -> Result<Response, Refusal> {
    let (me, text) = (visit.me().await?, visit.text());
    let form = Form::new(visit, errors);
    let present = me.profile.email.clone().unwrap_or_default();
    let field = Field::email("email", text.say("email-new")).value(email);
    let body = html! {
        p { (text.say_with("email-lead", [("email", present.into())])) }
        @if let Some(pending) = &me.email_pending {
            p class="note" { (text.say_with("email-replaces", [("email", pending.into())])) }
        }
        (form.around(&form.field(&field), &text.say("email-button")))
    };
    Ok(Page::new(text.say("email-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}
