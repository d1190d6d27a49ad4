//! `/settings/profile/password`.

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
    (Cause::Kind(Kind::WrongPassword), "password_current", id!("problem-wrong-password")),
    (Cause::Pointer("/new"), "password_new", id!("password-wrong")),
];

/// Asks for both.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Changes it.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let body = json!({"current": sent.secret("password_current"), "new": sent.secret("password_new")});
    match visit.v1.command(Method::PUT, "/v1/me/password", Some(body), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", "password")),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    let (me, text) = (visit.me().await?, visit.text());
    let form = Form::new(visit, errors);
    let current = Field::password("password_current", text.say("password-current"), "current-password");
    let new = Field::password("password_new", text.say("password-new"), "new-password")
        .hint(text.say("password-hint"));
    let fields = html! {
        // Password managers want to know whose password it is.
        input class="unseen" type="text" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly
            value=(me.profile.email.as_deref().unwrap_or_default());
        (form.field(&current))
        (form.field(&new))
    };
    let body = html! {
        p { (text.say("password-lead")) }
        (form.around(&fields, &text.say("password-button")))
    };
    Ok(Page::new(text.say("password-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}
