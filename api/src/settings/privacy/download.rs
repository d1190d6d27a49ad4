//! `/settings/privacy/requests/{id}/download`: the step before the file: it is asked here who wants it, so that the button that
//! follows leaves nothing but the file.

use axum::extract::Path;
use axum::response::Response;
use maud::html;

use super::{request, standing};
use crate::problem::Kind;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::{Visit, see};

/// Finds out whether the file could be had now, and shows the button.
pub(in crate::settings) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    visit.me().await?;
    let (request, text) = (request::fetch(&visit, &id).await?, visit.text());
    let page = request::page_of(request.id);
    match visit.v1.check(&format!("{}/{}/archive", request::REQUESTS, request.id)).await {
        Ok(()) => {}
        // Its page says how long it takes.
        Err(refusal) if refusal.kind == Kind::ArchiveNotReady => return Ok(see(&page)),
        Err(refusal) => return Err(refusal),
    }
    let body = html! {
        p { (standing::says(&request, visit.now(), text)) }
        p { (text.say("download-lead")) " " (text.say("download-open")) }
        p class="note" { (text.say("download-mail")) " " (text.say("download-minutes")) }
        p { a class="button" href={ (page) "/archive" } { (text.say("download-button")) } }
        @if let Some(copy) = &request.archive {
            dl class="rows" {
                div class="row" {
                    dt { (text.say("request-detail-size")) }
                    dd { (text.bytes(copy.bytes)) }
                }
                div class="row" {
                    dt { (text.say("request-detail-sum")) }
                    dd { code { (copy.sha256) } }
                }
            }
        }
    };
    Ok(Page::new(text.say("download-title"), body)
        .of(Section::Privacy)
        .below(page.as_str(), text.say(standing::name(request.kind)))
        .show(&visit))
}
