//! `/settings/security/factors/app/remove`: doing without the authenticator app.

use axum::http::Method;
use axum::response::Response;
use maud::html;

use super::{PATH, left};
use crate::problem::Kind;
use crate::routes::me::SecondFactors;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done, see};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Removes it.
pub(in crate::settings) async fn remove(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match visit.v1.command(Method::DELETE, "/v1/me/totp", None, sent.key()).await {
        Ok(()) => Ok(done(PATH, "app-removed")),
        // It is gone already.
        Err(refusal) if refusal.kind == Kind::NoSecondFactor => Ok(see(PATH)),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let mut set: SecondFactors = visit.v1.get("/v1/me/factors").await?;
    if set.app.take().is_none() {
        return Ok(see(PATH));
    }
    let text = visit.text();
    let body = html! {
        p { (text.say("app-removal-lead")) }
        p { (text.say(left::with(&set))) }
        p { (text.say("factor-removal-ends")) }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("app-removal-button")))
    };
    Ok(Page::new(text.say("app-removal-title"), body).with_errors(errors).of_factors(visit).show(visit))
}
