//! `/settings/privacy/requests/{id}/disable`: making a copy unavailable before its time.

use axum::extract::Path;
use axum::http::Method;
use axum::response::Response;
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

/// Disables the link.
pub(in crate::settings) async fn disable(
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let known = request::parse(&id)?;
    let path = format!("{}/{known}/archive", request::REQUESTS);
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&request::page_of(known), "disabled")),
        Err(refusal) => page(&visit, &id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let (request, text) = (request::fetch(visit, id).await?, visit.text());
    let back = request::page_of(request.id);
    let body = html! {
        @if standing::available(&request).is_some() {
            p { (text.say("disable-lead")) }
            (Form::new(visit, errors).around_danger(&html! {}, &text.say("disable-button")))
        } @else {
            p { (text.say("disable-gone")) " " (standing::says(&request, visit.now(), text)) }
            p { a class="button plain" href=(back) { (text.say("request-open-link")) } }
        }
    };
    Ok(Page::new(text.say("disable-title"), body)
        .of(Section::Privacy)
        .below(back.as_str(), text.say(standing::name(request.kind)))
        .with_errors(errors)
        .show(visit))
}
