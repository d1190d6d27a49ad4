//! `/settings/privacy/export`: *Request Data*.

use axum::http::Method;
use axum::response::Response;
use domain::privacy_request::Kind;
use maud::{Markup, html};
use serde_json::json;

use super::requests::{self, open_of};
use super::{HOME, request};
use crate::problem;
use crate::routes::privacy_requests::{PrivacyRequestBody, Receipt};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Says what there will be, and asks; or shows the request that is open.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Asks for it.
pub(in crate::settings) async fn ask(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match receive(&visit, &sent, Kind::Export).await? {
        Ok(received) => Ok(received),
        Err(errors) => page(&visit, &errors).await,
    }
}

/// Makes a request, and shows it. Where one of the kind is open, that is shown.
pub(super) async fn receive(
    visit: &Visit,
    sent: &Sent,
    kind: Kind,
) -> Result<Result<Response, Errors>, Refusal> {
    let body = Some(json!({"kind": kind.as_str(), "confirm": true}));
    match visit.v1.send::<Receipt>(Method::POST, request::REQUESTS, body, sent.key()).await {
        Ok(receipt) => Ok(Ok(done(&request::page_of(receipt.id), "received"))),
        Err(Refusal { kind: problem::Kind::RequestOpen, request_id: Some(open), .. }) => {
            Ok(Ok(done(&request::page_of(request::parse(&open)?), "open")))
        }
        Err(refusal) => Ok(Err(Errors::of(refusal, visit.text(), &[])?)),
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let known = requests::newest(visit).await?;
    let body = html! {
        p { (text.say("export-lead")) }
        p { (text.say("export-form")) }
        p { (text.say("export-time")) }
        @match open_of(&known, Kind::Export) {
            Some(open) => (open_before(visit, open)),
            None => (Form::new(visit, errors).around(&html! {}, &text.say("export-button"))),
        }
    };
    Ok(Page::new(text.say("export-title"), body)
        .of(Section::Privacy)
        .below(HOME, text.say("privacy-title"))
        .with_errors(errors)
        .show(visit))
}

/// In place of a form where a request of the kind is open.
pub(super) fn open_before(visit: &Visit, open: &PrivacyRequestBody) -> Markup {
    let text = visit.text();
    html! {
        p class="note" {
            (text.say_with("request-open-before", [("date", text.date(open.received_at).into())])) " "
            a href=(request::page_of(open.id)) { (text.say("request-open-link")) }
        }
    }
}
