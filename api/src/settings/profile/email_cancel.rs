//! `/settings/profile/email/cancel`: keeping the sign-in address, while another waits to be confirmed.

use axum::http::Method;
use axum::response::Response;
use maud::html;

use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done, see};

const PROFILE: &str = "/settings/profile";

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Gives the change up.
pub(in crate::settings) async fn cancel(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match visit.v1.command(Method::DELETE, "/v1/me/email/pending", None, sent.key()).await {
        Ok(()) => Ok(done(PROFILE, "email-cancelled")),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    let me = visit.me().await?;
    let Some(pending) = &me.email_pending else { return Ok(see(PROFILE)) };
    let text = visit.text();
    let body = html! {
        p { (text.say_with("email-cancel-lead", [("email", pending.into())])) }
        (Form::new(visit, errors).around(&html! {}, &text.say("email-cancel-button")))
    };
    Ok(Page::new(text.say("email-cancel-title"), body)
        .of(Section::Profile)
        .below(PROFILE, text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}
