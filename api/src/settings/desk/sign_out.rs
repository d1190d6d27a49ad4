//! `/settings/desk/sign-out`.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::SIGN_IN;
use super::context::DeskContext;
use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant: nothing is done by being opened.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (text, errors) = (visit.text(), Errors::default());
    let body = Form::new(&visit, &errors).around(&html! {}, &text.say("page-sign-out"));
    Ok(Page::new(text.say("sign-out-title"), body).show(&visit))
}

/// Ends the session.
pub(in crate::settings) async fn sign_out(
    visit: Visit,
    context: DeskContext,
    _: Sent,
) -> Result<Response, Refusal> {
    match visit.operator().await {
        Ok(operator) => context.sign_out(operator.operator_id).await?,
        Err(refusal) if refusal.kind == Kind::Unauthenticated => {}
        Err(refusal) => return Err(refusal),
    }
    Ok((visit.pages.state.cookie.signed_out_of_desk(), done(SIGN_IN, "signed-out")).into_response())
}
