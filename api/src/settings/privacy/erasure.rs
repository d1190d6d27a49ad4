//! `/settings/privacy/erasure`: *Delete Data*: what goes, what stays and why, and a box to tick.

use axum::response::Response;
use catalogue::{Text, id};
use domain::privacy_request::Kind;
use maud::{Markup, html};

use super::export::{open_before, receive};
use super::requests::{self, open_of};
use super::{HOME, request};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

const CONFIRM: &str = "confirm";
const GOES: [&str; 3] =
    [id!("erasure-goes-usage"), id!("erasure-goes-addresses"), id!("erasure-goes-archives")];
const STAYS: [&str; 4] = [
    id!("erasure-stays-profile"),
    id!("erasure-stays-projects"),
    id!("erasure-stays-history"),
    id!("erasure-stays-request"),
];

/// Says what it does, and asks; or shows the request that is open.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Asks for it, where the box is ticked.
pub(in crate::settings) async fn ask(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    if !sent.is_ticked(CONFIRM) {
        return page(&visit, &Errors::at(CONFIRM, visit.text().say("erasure-confirm-missing"))).await;
    }
    match receive(&visit, &sent, Kind::Erasure).await? {
        Ok(received) => Ok(received),
        Err(errors) => page(&visit, &errors).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let known = requests::newest(visit).await?;
    let form = Form::new(visit, errors);
    let copy = known.iter().find(|known| known.archive.as_ref().is_some_and(|copy| copy.available));
    let body = html! {
        p { (text.say("erasure-lead")) }
        (told(&text.say("erasure-goes"), &GOES, text))
        (told(&text.say("erasure-stays"), &STAYS, text))
        p { a href="/settings/delete" { (text.say("erasure-account")) } }
        @if let Some(copy) = copy {
            p class="note warning" {
                (text.say("erasure-copy")) " " a href=(request::page_of(copy.id)) { (text.say("erasure-copy-link")) }
            }
        }
        @match open_of(&known, Kind::Erasure) {
            Some(open) => (open_before(visit, open)),
            None => {
                p class="note" { (text.say("erasure-mind")) }
                (form.around_danger(
                    &form.checkbox(CONFIRM, &text.say("erasure-confirm"), false),
                    &text.say("erasure-button"),
                ))
            }
        }
    };
    Ok(Page::new(text.say("erasure-title"), body)
        .of(Section::Privacy)
        .below(HOME, text.say("privacy-title"))
        .with_errors(errors)
        .show(visit))
}

fn told(title: &str, items: &[&'static str], text: &Text) -> Markup {
    html! {
        section class="card" {
            h2 { (title) }
            ul { @for item in items { li { (text.say(item)) } } }
        }
    }
}
