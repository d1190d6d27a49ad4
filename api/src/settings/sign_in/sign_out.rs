//! `/settings/sign-out`.

use axum::http::Method;
use axum::response::Response;
use maud::html;

use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant: nothing is done by being opened.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let (text, errors) = (visit.text(), Errors::default());
    let body = Form::new(&visit, &errors).around(&html! {}, &text.say("page-sign-out"));
    Ok(Page::new(text.say("sign-out-title"), body).show(&visit))
}

/// Ends the session.
pub(in crate::settings) async fn sign_out(visit: Visit, _: Sent) -> Result<Response, Refusal> {
    match visit.v1.command(Method::DELETE, "/v1/sessions/current", None, None).await {
        Err(refusal) if refusal.kind != Kind::Unauthenticated => Err(refusal),
        Ok(()) | Err(_) => Ok(done("/settings/sign-in", "signed-out")),
    }
}
