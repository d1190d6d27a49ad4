//! What went out to people, where it goes into files: the newest of it, and each message as it looks.
//!
//! There are no such pages where mail is sent, and none for who is not on this machine ([`mailbox`](crate::mailbox)). Who can
//! open one reads what went to everybody: nobody is signed in for it.

mod html_part;
mod list;
mod message;
mod parsed;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

use super::pages::Pages;
use super::refusal::Refusal;
use super::visit::see;
use crate::mailbox::{MessageFile, is_of_this_machine};
use crate::problem::Kind;

/// Where it begins.
pub(super) const PATH: &str = "/settings/mailbox/";

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    let pages = [
        (PATH, get(list::show)),
        ("/settings/mailbox", get(async || see(PATH))),
        ("/settings/mailbox/{id}", get(message::show)),
        ("/settings/mailbox/{id}/html", get(html_part::show)),
    ];
    pages.into_iter().map(|(path, page)| (path, page.layer(from_fn(of_this_machine)))).collect()
}

/// For others there is nothing here.
async fn of_this_machine(request: Request, next: Next) -> Response {
    if is_of_this_machine(&request) {
        next.run(request).await
    } else {
        Refusal::of(Kind::NotFound).into_response()
    }
}

/// The newest messages.
async fn newest(pages: &Pages, most: usize) -> Result<Vec<MessageFile>, Refusal> {
    let mailbox = pages.state.config.mailbox.as_ref().ok_or_else(|| Refusal::of(Kind::NotFound))?;
    mailbox.newest(most).await.map_err(|error| unreadable(&error))
}

/// The message of this name.
async fn read(pages: &Pages, name: &str) -> Result<MessageFile, Refusal> {
    let mailbox = pages.state.config.mailbox.as_ref().ok_or_else(|| Refusal::of(Kind::NotFound))?;
    let found = mailbox.read(name).await.map_err(|error| unreadable(&error))?;
    found.ok_or_else(|| Refusal::of(Kind::NotFound))
}

fn unreadable(error: &std::io::Error) -> Refusal {
    tracing::error!(error = error as &dyn std::error::Error, "the mailbox cannot be read");
    Refusal::of(Kind::Internal)
}
