//! `/settings/privacy`: all of it at a glance.

use axum::http::Method;
use axum::response::Response;
use catalogue::{Text, id};
use futures::future::try_join3;
use maud::{Markup, html};
use serde_json::json;

use super::{HOME, activity, requests, token};
use crate::routes::me::{Consents, GdprTokenFacts};
use crate::settings::errors::Errors;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const DONE: &[(&str, &str)] = &[
    ("personalization-on", id!("privacy-done-personalization-on")),
    ("personalization-off", id!("privacy-done-personalization-off")),
    ("usage-on", id!("privacy-done-usage-on")),
    ("usage-off", id!("privacy-done-usage-off")),
    ("token-revoked", id!("privacy-done-token-revoked")),
];

/// The member of the switches that stands for a form's name, with what is said once it is on or off.
const SWITCHES: [(&str, &str, &str); 2] = [
    ("personalization", "personalization-on", "personalization-off"),
    ("usage_logging", "usage-on", "usage-off"),
];

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Turns the switch that the form names.
pub(in crate::settings) async fn turn(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let named = SWITCHES.into_iter().find(|(name, ..)| *name == sent.text("switch"));
    let Some((name, on, off)) = named else { return page(&visit, &Errors::default()).await };
    let is_on = sent.text("to") == "on";
    let body = json!({name: is_on});
    match visit.v1.command(Method::PUT, "/v1/me/preferences", Some(body), sent.key()).await {
        Ok(()) => Ok(done(HOME, if is_on { on } else { off })),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let asked =
        try_join3(token::facts(visit), requests::page(visit), visit.v1.get::<Consents>("/v1/me/consents"));
    let (token, requests, consents) = asked.await?;
    let body = html! {
        (your_data(&requests::list(visit, &requests), text))
        (token_card(token.as_ref(), text))
        (activity::card(visit, &consents, errors))
    };
    Ok(Page::new(text.say("privacy-title"), body)
        .of(Section::Privacy)
        .telling(visit.done(DONE))
        .with_errors(errors)
        .show(visit))
}

fn your_data(requests: &Markup, text: &Text) -> Markup {
    html! {
        section class="card" aria-labelledby="data" {
            h2 id="data" { (text.say("privacy-data")) }
            dl class="rows" {
                (way(&text.say("privacy-export"), &text.say("privacy-export-about"), &format!("{HOME}/export")))
                (way(&text.say("privacy-erasure"), &text.say("privacy-erasure-about"), &format!("{HOME}/erasure")))
            }
            h3 class="apart" id="requests" { (text.say("privacy-requests")) }
            (requests)
        }
    }
}

/// A step that begins on another page.
fn way(name: &str, about: &str, path: &str) -> Markup {
    html! {
        div class="way" {
            dt { a class="button plain" href=(path) { (name) } }
            dd { (about) }
        }
    }
}

fn token_card(token: Option<&GdprTokenFacts>, text: &Text) -> Markup {
    html! {
        section class="card" aria-labelledby="token" {
            h2 id="token" { (text.say("token-section")) }
            p { (text.say("token-about")) }
            @if let Some(facts) = token {
                (token::rows(facts, text))
                p class="actions" {
                    a class="button plain" href={ (HOME) "/token" } {
                        (text.say("token-reset")) span class="unseen" { " " (text.say("token-section")) }
                    }
                    a class="button plain" href={ (HOME) "/token/revoke" } {
                        (text.say("token-revoke")) span class="unseen" { " " (text.say("token-section")) }
                    }
                }
            } @else {
                p class="quiet" { (text.say("token-none")) }
                p { a class="button plain" href={ (HOME) "/token" } { (text.say("token-generate")) } }
            }
        }
    }
}
