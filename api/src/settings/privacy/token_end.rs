//! `/settings/privacy/token/revoke`: doing without a token for the GDPR APIs.

use axum::http::Method;
use axum::response::Response;
use maud::html;

use super::HOME;
use super::token::{TOKEN, facts, rows};
use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done, see};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Revokes the token. One that is gone already is as was asked.
pub(in crate::settings) async fn revoke(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match visit.v1.command(Method::DELETE, TOKEN, None, sent.key()).await {
        Ok(()) => Ok(done(HOME, "token-revoked")),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(done(HOME, "token-revoked")),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let Some(token) = facts(visit).await? else { return Ok(see(HOME)) };
    let body = html! {
        p { (text.say("token-lead-revoke")) }
        div class="card" { (rows(&token, text)) }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("token-button-revoke")))
    };
    Ok(Page::new(text.say("token-title-revoke"), body)
        .of(Section::Privacy)
        .below(HOME, text.say("privacy-title"))
        .with_errors(errors)
        .show(visit))
}
