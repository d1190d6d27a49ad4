//! `/settings/profile/phone/remove`: doing without a second factor.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;

use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Removes the phone.
pub(in crate::settings) async fn remove(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match visit.v1.command(Method::DELETE, "/v1/me/two-factor-phone", None, sent.key()).await {
        Ok(()) => Ok(done("/settings/security/factors", "phone-removed")),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    let has_others = visit.me().await?.two_factor.as_ref().is_some_and(|set| set.app || set.passkeys > 0);
    let left = if has_others { id!("factor-removal-others") } else { id!("factor-removal-last") };
    let text = visit.text();
    let body = html! {
        p { (text.say(left)) }
        p { (text.say("factor-removal-ends")) }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("phone-removal-button")))
    };
    Ok(Page::new(text.say("phone-removal-title"), body)
        .of(Section::Security)
        .below("/settings/security/factors", text.say("factors-title"))
        .with_errors(errors)
        .show(visit))
}
