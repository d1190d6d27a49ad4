//! `/settings/security`: all of it at a glance.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::SessionId;
use maud::html;

use super::{protection, removal, sessions};
use crate::problem::Kind;
use crate::routes::me::WaitingRemoval;
use crate::routes::sessions::SessionList;
use crate::settings::errors::Errors;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const HERE: &str = "/settings/security";
const DONE: &[(&str, &str)] = &[
    ("ended", id!("security-done-ended")),
    ("others", id!("security-done-others")),
    ("objected", id!("security-done-objected")),
    ("nothing-waits", id!("security-done-nothing-waits")),
];

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Ends a session or all others, or objects to the removal of the second factor: each ends what may be an intrusion, and
/// is done before anything is shown.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let answered = if sent.is_ticked("object") {
        object(&visit, &sent).await
    } else if sent.is_ticked("others") {
        visit.v1.command(Method::DELETE, "/v1/sessions", None, sent.key()).await.map(|()| "others")
    } else {
        end(&visit, &sent).await
    };
    match answered {
        Ok(word) => Ok(done(HERE, word)),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

/// One that has ended in the meantime is ended.
async fn end(visit: &Visit, sent: &Sent) -> Result<&'static str, Refusal> {
    let session: SessionId = sent.text("end").parse().map_err(|_| Refusal::of(Kind::InvalidInput))?;
    let path = format!("/v1/sessions/{session}");
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Err(refusal) if refusal.kind != Kind::NotFound => Err(refusal),
        Ok(()) | Err(_) => Ok("ended"),
    }
}

async fn object(visit: &Visit, sent: &Sent) -> Result<&'static str, Refusal> {
    match visit.v1.command(Method::DELETE, "/v1/me/factor-removal", None, sent.key()).await {
        Ok(()) => Ok("objected"),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok("nothing-waits"),
        Err(refusal) => Err(refusal),
    }
}

/// What waits, if anything does.
async fn waiting_removal(visit: &Visit) -> Result<Option<WaitingRemoval>, Refusal> {
    match visit.v1.get::<WaitingRemoval>("/v1/me/factor-removal").await {
        Ok(waiting) => Ok(Some(waiting)),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    let me = visit.me().await?;
    let text = visit.text();
    let waiting = waiting_removal(visit).await?;
    // An account has a hundred at most.
    let list: SessionList = visit.v1.get("/v1/sessions?limit=200").await?;
    let body = html! {
        @if let Some(waiting) = &waiting { (removal::card(visit, errors, waiting)) }
        (sessions::card(visit, errors, &list.items))
        (protection::card(text, me))
        section class="card" aria-labelledby="happened" {
            h2 id="happened" { (text.say("security-happened")) }
            p { (text.say("security-happened-lead")) }
            ul {
                li { a href="/settings/history?topic=sign_ins" { (text.say("security-happened-sign-ins")) } }
                li { a href="/settings/history?topic=security" { (text.say("security-happened-changes")) } }
                li { a href="/settings/history?topic=looks" { (text.say("security-happened-looks")) } }
            }
        }
    };
    Ok(Page::new(text.say("security-title"), body)
        .of(Section::Security)
        .telling(visit.done(DONE))
        .with_errors(errors)
        .show(visit))
}
