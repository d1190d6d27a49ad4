//! `/settings/security/factors/passkeys/{id}/remove`: doing without a passkey.

use axum::http::Method;
use axum::response::Response;
use domain::PasskeyId;
use maud::html;

use super::passkey_name::find;
use super::{PATH, left};
use crate::extract::Id;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<PasskeyId>) -> Result<Response, Refusal> {
    page(&visit, id, &Errors::default()).await
}

/// Removes it.
pub(in crate::settings) async fn remove(
    visit: Visit,
    Id(id): Id<PasskeyId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let path = format!("/v1/me/passkeys/{id}");
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Ok(()) => Ok(done(PATH, "passkey-removed")),
        Err(refusal) => page(&visit, id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: PasskeyId, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let (item, others) = find(visit, id).await?;
    let text = visit.text();
    let name = item.name.unwrap_or_else(|| text.say("page-erased"));
    let body = html! {
        p { (text.say("passkey-removal-lead")) }
        p { (text.say(left::with(&others))) }
        p { (text.say("factor-removal-ends")) }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("passkey-removal-button")))
    };
    let title = text.say_with("passkey-removal-title", [("name", name.into())]);
    Ok(Page::new(title, body).with_errors(errors).of_factors(visit).show(visit))
}
