//! `/settings/projects/{id}/owners/{account_id}/remove`: somebody is named as an owner of a project no longer.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::{AccountId, ProjectId};
use maud::html;

use super::owned;
use crate::extract::Ids;
use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::organizations::called;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(
    visit: Visit,
    Ids(id, owner): Ids<ProjectId, AccountId>,
) -> Result<Response, Refusal> {
    page(&visit, (id, owner), &Errors::default()).await
}

/// Does it.
pub(in crate::settings) async fn remove(
    visit: Visit,
    Ids(id, owner): Ids<ProjectId, AccountId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let path = format!("/v1/projects/{id}/owners/{owner}");
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&format!("/settings/projects/{id}"), "owner-removed")),
        Err(refusal) => page(&visit, (id, owner), &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(
    visit: &Visit,
    (id, owner): (ProjectId, AccountId),
    errors: &Errors,
) -> Result<Response, Refusal> {
    let shown = owned(visit, id).await?;
    let is_me = visit.me().await?.account_id == owner;
    let named = shown.owners.iter().find(|named| named.account_id == owner.to_string());
    let named = named.ok_or_else(|| Refusal::of(Kind::NotFound))?;
    let text = visit.text();
    let name = called(named.name.as_deref(), None, text);
    let lead = if is_me { id!("projects-owner-removal-self") } else { id!("projects-owner-removal-lead") };
    let body = html! {
        p { (text.say(lead)) }
        (Form::new(visit, errors).around_danger(&html! {}, &text.say("projects-owner-removal-button")))
    };
    Ok(Page::new(text.say_with("projects-owner-removal-title", [("name", name.into())]), body)
        .of(Section::Projects)
        .below(format!("/settings/projects/{id}"), shown.project.name)
        .with_errors(errors)
        .show(visit))
}
