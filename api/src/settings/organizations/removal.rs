//! `/settings/organizations/{id}/members/{account_id}/remove`: the end of a membership, of another's or of one's own.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::{AccountId, OrganizationId};
use maud::html;

use super::members::called;
use crate::extract::Ids;
use crate::routes::organizations::{MemberItem, OrganizationItem};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Asks whether it is meant.
pub(in crate::settings) async fn show(
    visit: Visit,
    Ids(id, member): Ids<OrganizationId, AccountId>,
) -> Result<Response, Refusal> {
    page(&visit, (id, member), &Errors::default()).await
}

/// Ends it.
pub(in crate::settings) async fn remove(
    visit: Visit,
    Ids(id, member): Ids<OrganizationId, AccountId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let path = format!("/v1/organizations/{id}/members/{member}");
    if let Err(refusal) = visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        return page(&visit, (id, member), &Errors::of(refusal, visit.text(), &[])?).await;
    }
    if visit.me().await?.account_id == member {
        return Ok(done("/settings/organizations", "left"));
    }
    Ok(done(&format!("/settings/organizations/{id}"), "removed"))
}

async fn page(
    visit: &Visit,
    (id, member): (OrganizationId, AccountId),
    errors: &Errors,
) -> Result<Response, Refusal> {
    let is_me = visit.me().await?.account_id == member;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    let shown: MemberItem = visit.v1.get(&format!("/v1/organizations/{id}/members/{member}")).await?;
    let text = visit.text();
    let name = || organization.name.clone();
    let (title, lead, button) = if is_me {
        let title = text.say_with("organizations-leave-title", [("name", name().into())]);
        (title, id!("organizations-leave-lead"), id!("organizations-leave-button"))
    } else {
        let member = called(shown.name.as_deref(), shown.email.as_deref(), text);
        let title =
            text.say_with("organizations-remove-title", [("member", member.into()), ("name", name().into())]);
        (title, id!("organizations-remove-lead"), id!("organizations-remove-button"))
    };
    let form = Form::new(visit, errors);
    let body = html! {
        p { (text.say(lead)) }
        p { (text.say("organizations-end-projects")) }
        (form.around_danger(&html! {}, &text.say(button)))
    };
    Ok(Page::new(title, body)
        .of(Section::Organizations)
        .below(format!("/settings/organizations/{id}"), name())
        .with_errors(errors)
        .show(visit))
}
