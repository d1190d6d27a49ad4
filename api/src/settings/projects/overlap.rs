//! `/settings/projects/{id}/overlap`: the pair from before the last reset, ended before its time.

use axum::http::Method;
use axum::response::Response;
use domain::ProjectId;
use maud::html;

use super::owned;
use crate::extract::Id;
use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done, see};

/// Asks whether it is meant. Where no overlap is running, there is nothing to ask.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    page(&visit, id, &Errors::default()).await
}

/// Ends it. One that is over already is over.
pub(in crate::settings) async fn end(
    visit: Visit,
    Id(id): Id<ProjectId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let path = format!("/v1/projects/{id}/credentials/retire-previous");
    let here = format!("/settings/projects/{id}");
    match visit.v1.command(Method::POST, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&here, "overlap")),
        Err(refusal) if refusal.kind == Kind::NoPrevious => Ok(done(&here, "overlap")),
        Err(refusal) => page(&visit, id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: ProjectId, errors: &Errors) -> Result<Response, Refusal> {
    let project = owned(visit, id).await?.project;
    let here = format!("/settings/projects/{id}");
    let Some(previous) = project.previous else { return Ok(see(&here)) };
    let text = visit.text();
    let body = html! {
        p { (text.say_with("projects-overlap-lead", [("moment", text.moment(previous.ends_at).into())])) }
        @if let Some(at) = previous.last_used_at {
            p class="note warning" {
                (text.say_with("projects-last-used", [("moment", text.moment(at).into())]))
            }
        }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("projects-overlap-button")))
    };
    Ok(Page::new(text.say("projects-overlap-title"), body)
        .of(Section::Projects)
        .below(here, project.name)
        .with_errors(errors)
        .show(visit))
}
