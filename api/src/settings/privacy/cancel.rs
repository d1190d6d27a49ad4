//! `/settings/privacy/requests/{id}/cancel`: changing one's mind.

use axum::extract::Path;
use axum::http::Method;
use axum::response::Response;
use domain::privacy_request::Kind;
use maud::html;

use super::{request, standing};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    page(&visit, &id, &Errors::default()).await
}

/// Cancels the request.
pub(in crate::settings) async fn cancel(
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let known = request::parse(&id)?;
    let path = format!("{}/{known}", request::REQUESTS);
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&request::page_of(known), "cancelled")),
        Err(refusal) => page(&visit, &id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let (request, text) = (request::fetch(visit, id).await?, visit.text());
    let back = request::page_of(request.id);
    let lead = match request.kind {
        Kind::Export => text.say("cancel-lead-export"),
        Kind::Erasure => text.say("cancel-lead-erasure"),
    };
    let body = html! {
        @if standing::can_be_cancelled(&request, visit.now()) {
            p { (lead) }
            (Form::new(visit, errors).around(&html! {}, &text.say("request-cancel")))
            p { a href=(back) { (text.say("cancel-keep")) } }
        } @else {
            p { (text.say("cancel-too-late")) " " (standing::says(&request, visit.now(), text)) }
            p { a class="button plain" href=(back) { (text.say("request-open-link")) } }
        }
    };
    Ok(Page::new(text.say("cancel-title"), body)
        .of(Section::Privacy)
        .below(back.as_str(), text.say(standing::name(request.kind)))
        .with_errors(errors)
        .show(visit))
}
