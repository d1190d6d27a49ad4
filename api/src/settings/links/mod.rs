//! Where links in mails lead: `/links/…`.
//!
//! A link in a mail does nothing by being opened: mail scanners open them all. Its page asks, and only a press of a button
//! sends what is wanted. The token stands behind the `#` of the address, which no browser sends: so it is in no log of ours
//! and in no `Referer`. The script takes it from there into the form; without the script the link is pasted into a field.

mod ended;
mod invitation;
mod joining;
mod question;
mod questions;
mod token;

use axum::routing::{MethodRouter, get};

use super::pages::Pages;
use super::sent::Sent;
use super::visit::Visit;
use questions::QUESTIONS;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    let mut pages = vec![(invitation::PATH, get(invitation::show).post(joining::act))];
    pages.extend(QUESTIONS.iter().map(|question| {
        let show = move |visit: Visit| question::show(visit, question);
        let act = move |visit: Visit, sent: Sent| question::act(visit, sent, question);
        (question.path, get(show).post(act))
    }));
    pages
}
