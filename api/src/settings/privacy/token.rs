//! `/settings/privacy/token`: making a token for the GDPR APIs, or another in its place. It is shown by the answer that makes it,
//! and never again.

use axum::http::Method;
use axum::response::Response;
use catalogue::{Text, id};
use maud::{Markup, html};
use serde_json::json;

use super::HOME;
use crate::problem::Kind;
use crate::routes::me::{GdprTokenFacts, NewGdprToken};
use crate::settings::copied::copied;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

/// Where the token is at `/v1`.
pub(super) const TOKEN: &str = "/v1/me/gdpr-token";
/// The field with what the token that the page told of is recognised by.
const REPLACES: &str = "replaces";

/// Asks whether it is meant.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let token = facts(&visit).await?;
    page(&visit, token.as_ref(), &Errors::default()).await
}

/// Makes it, and shows it. A token that the page did not tell of is not replaced unasked.
pub(in crate::settings) async fn make(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    visit.me().await?;
    let present = facts(&visit).await?;
    if let Some(token) = present.as_ref().filter(|token| token.fingerprint != sent.text(REPLACES)) {
        let errors = Errors::at("token", visit.text().say("token-meanwhile"));
        return page(&visit, Some(token), &errors).await;
    }
    let body = Some(json!({"confirm": true}));
    match visit.v1.send::<NewGdprToken>(Method::POST, TOKEN, body, sent.key()).await {
        Ok(made) => shown(&visit, &made).await,
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), &[])?;
            page(&visit, present.as_ref(), &errors).await
        }
    }
}

/// What is known of the token, if there is one.
pub(super) async fn facts(visit: &Visit) -> Result<Option<GdprTokenFacts>, Refusal> {
    match visit.v1.get(TOKEN).await {
        Ok(facts) => Ok(Some(facts)),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// What is known of a token, in rows.
pub(super) fn rows(facts: &GdprTokenFacts, text: &Text) -> Markup {
    let used = facts.last_used_at.map_or_else(|| text.say("token-never-used"), |at| text.moment(at));
    let row = |name: String, value: Markup| html! { div class="row" { dt { (name) } dd { (value) } } };
    html! {
        dl class="rows" {
            (row(text.say("token-fingerprint"), html! { code { (facts.fingerprint) } }))
            (row(text.say("token-issued"), html! { (text.moment(facts.issued_at)) }))
            (row(text.say("token-expires"), html! { (text.date(facts.expires_at)) }))
            (row(text.say("token-used"), html! { (used) }))
        }
    }
}

async fn page(visit: &Visit, present: Option<&GdprTokenFacts>, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let (title, body) = match present {
        Some(facts) => (id!("token-title-reset"), reset(facts, &form, text)),
        None => (
            id!("token-title-generate"),
            html! {
                p { (text.say("token-about")) }
                p { (text.say("token-lead-generate")) }
                (form.around(&html! {}, &text.say("token-button-generate")))
            },
        ),
    };
    Ok(Page::new(text.say(title), body)
        .of(Section::Privacy)
        .below(HOME, text.say("privacy-title"))
        .with_errors(errors)
        .show(visit))
}

fn reset(facts: &GdprTokenFacts, form: &Form<'_>, text: &Text) -> Markup {
    let used = match facts.last_used_at {
        Some(at) => text.say_with("token-used-lately", [("at", text.moment(at).into())]),
        None => text.say("token-used-never"),
    };
    let replaces = html! { input type="hidden" name=(REPLACES) value=(facts.fingerprint); };
    html! {
        p id="token" tabindex="-1" { (text.say("token-lead-reset")) }
        p class="note warning" { strong { (text.say("token-warning")) } " " (used) }
        p { (text.say("token-lead-generate")) }
        (form.around_danger(&replaces, &text.say("token-button-reset")))
    }
}

/// The token, the only time it is shown.
async fn shown(visit: &Visit, made: &NewGdprToken) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let until = text.date(made.expires_at);
    let known = text
        .say_with("token-made-until", [("until", until.into()), ("fingerprint", (&made.fingerprint).into())]);
    let body = html! {
        p class="note warning" { (text.say("token-made-lead")) }
        p { (copied(text, "gdpr-token", &text.say("token-made"), &made.token)) }
        p { (known) }
        p { a class="button" href=(HOME) { (text.say("token-made-kept")) } }
    };
    Ok(Page::new(text.say("token-made-title"), body).of(Section::Privacy).secret().show(visit))
}
