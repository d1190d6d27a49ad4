//! `/settings/profile/recovery-codes`: codes to keep on paper. They are shown by the answer that makes them, and never again.

use axum::http::Method;
use axum::response::Response;
use maud::html;
use serde_json::json;

use crate::routes::me::RecoveryCodes;
use crate::settings::copied::copy_button;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

/// Asks whether new ones are wanted.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Makes new ones, and shows them.
pub(in crate::settings) async fn renew(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let body = Some(json!({"confirm": true}));
    match visit.v1.send::<RecoveryCodes>(Method::POST, "/v1/me/recovery-codes", body, sent.key()).await {
        Ok(codes) => shown(&visit, &codes.recovery_codes, None).await,
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let body = html! {
        p { (text.say("codes-renew-lead")) }
        (Form::new(visit, errors).around(&html! {}, &text.say("codes-renew-button")))
    };
    Ok(Page::new(text.say("codes-renew-title"), body)
        .of(Section::Security)
        .below("/settings/security/factors", text.say("factors-title"))
        .with_errors(errors)
        .show(visit))
}

/// The codes, the only time they are shown.
pub(in crate::settings) async fn shown(
    visit: &Visit,
    codes: &[String],
    done: Option<String>,
) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let body = html! {
        p { (text.say("codes-lead")) }
        // Copied they stand below each other.
        ul class="codes" id="codes" { @for code in codes { li { code { (code) } "\n" } } }
        p class="note warning" { (text.say("codes-once")) }
        p class="actions" {
            a class="button" href="/settings/security/factors" { (text.say("codes-kept")) }
            button type="button" class="button plain" data-print hidden { (text.say("codes-print")) }
            (copy_button(text, "codes", &text.say("codes-title")))
        }
    };
    Ok(Page::new(text.say("codes-title"), body).of(Section::Security).telling(done).secret().show(visit))
}
