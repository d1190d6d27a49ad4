//! `/settings/security/factors`: every second factor at a glance, each with the way to change it.

use axum::response::Response;
use catalogue::{Text, id};
use maud::{Markup, html};

use super::PATH;
use crate::routes::me::{AppFactor, PasskeyItem, SecondFactors};
use crate::settings::page::{Page, Section};
use crate::settings::passkey;
use crate::settings::phone_words::way;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

const DONE: &[(&str, &str)] = &[
    ("passkey-added", id!("factors-done-passkey-added")),
    ("passkey-renamed", id!("factors-done-passkey-renamed")),
    ("passkey-removed", id!("factors-done-passkey-removed")),
    ("app-added", id!("factors-done-app-added")),
    ("app-removed", id!("factors-done-app-removed")),
    ("phone-removed", id!("factors-done-phone-removed")),
];

/// Shows them.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let set: SecondFactors = visit.v1.get("/v1/me/factors").await?;
    let text = visit.text();
    let has_any = !set.passkeys.is_empty() || set.app.is_some() || set.phone.is_some();
    let body = html! {
        p { (text.say("factors-lead")) }
        @if !has_any { p class="note warning" { (text.say(without_any(&visit))) } }
        (passkeys(&visit, &set.passkeys))
        (app(text, set.app.as_ref()))
        (phone(text, &set))
        (recovery_codes(text, has_any, set.recovery_codes_left))
        (passkey::accepted(&visit).await)
    };
    Ok(Page::new(text.say("factors-title"), body)
        .of(Section::Security)
        .below(Section::Security.path(), text.say("section-security"))
        .telling(visit.done(DONE))
        .show(&visit))
}

/// What it means that there is no factor yet.
fn without_any(visit: &Visit) -> &'static str {
    if visit.pages.state.config.demands_second_factor {
        id!("problem-second-factor-missing")
    } else {
        id!("factors-none")
    }
}

fn passkeys(visit: &Visit, passkeys: &[PasskeyItem]) -> Markup {
    let text = visit.text();
    html! {
        section class="card" aria-labelledby="passkeys" {
            h2 id="passkeys" { (text.say("passkeys-title")) }
            p { (text.say("passkeys-about")) }
            @if passkeys.is_empty() {
                p class="quiet" { (text.say("passkeys-none")) }
            } @else {
                ul class="list" { @for item in passkeys { li { (passkey_item(text, item)) } } }
            }
            @match passkey::unavailable(visit) {
                Some(why) => p class="note" { (text.say(why)) },
                None => p { a class="button plain" href={ (PATH) "/passkeys" } { (text.say("passkey-add")) } },
            }
        }
    }
}

fn passkey_item(text: &Text, item: &PasskeyItem) -> Markup {
    let name = item.name.clone().unwrap_or_else(|| text.say("page-erased"));
    let path = format!("{PATH}/passkeys/{}", item.id);
    let used = match item.last_used_at {
        Some(at) => text.say_with("factor-used", [("at", text.moment(at).into())]),
        None => text.say("factor-unused"),
    };
    html! {
        strong { (name) }
        p class="quiet" { (text.say_with("factor-added", [("at", text.moment(item.made_at).into())])) " " (used) }
        p class="actions" {
            (link(&path, &text.say("passkey-rename"), &name))
            (link(&format!("{path}/remove"), &text.say("factor-remove"), &name))
        }
    }
}

fn link(path: &str, label: &str, about: &str) -> Markup {
    html! { a href=(path) { (label) span class="unseen" { " " (about) } } }
}

fn app(text: &Text, app: Option<&AppFactor>) -> Markup {
    let title = text.say("app-factor");
    html! {
        section class="card" aria-labelledby="app" {
            h2 id="app" { (title) }
            p { (text.say("app-about")) }
            @match app {
                Some(AppFactor { added_at, last_used_at }) => {
                    p {
                        span class="badge" { (text.say("factor-set")) } " "
                        (text.say_with("factor-added", [("at", text.moment(*added_at).into())])) " "
                        (text.say_with("factor-used", [("at", text.moment(*last_used_at).into())]))
                    }
                    p class="actions" {
                        a href={ (PATH) "/app" } { (text.say("app-another")) }
                        (link(&format!("{PATH}/app/remove"), &text.say("factor-remove"), &title))
                    }
                },
                None => p { a class="button plain" href={ (PATH) "/app" } { (text.say("app-add")) } },
            }
        }
    }
}

fn phone(text: &Text, set: &SecondFactors) -> Markup {
    let title = text.say("phone-factor");
    let has_better = !set.passkeys.is_empty() || set.app.is_some();
    html! {
        section class="card" aria-labelledby="phone" {
            h2 id="phone" { (title) }
            @match &set.phone {
                Some(phone) => {
                    p { span class="badge" { (text.say("factor-set")) } " " (way(text, &phone.phone, Some(&phone.channel))) }
                    p class=(if has_better { "note" } else { "note warning" }) { (text.say("phone-warning")) }
                    p class="actions" {
                        (link("/settings/profile/phone", &text.say("page-change"), &title))
                        (link("/settings/profile/phone/remove", &text.say("factor-remove"), &title))
                    }
                },
                None => {
                    p { (text.say("phone-about")) }
                    p { a class="button plain" href="/settings/profile/phone" { (text.say("phone-add")) } }
                },
            }
        }
    }
}

fn recovery_codes(text: &Text, has_any: bool, left: u32) -> Markup {
    html! {
        section class="card" aria-labelledby="recovery-codes" {
            h2 id="recovery-codes" { (text.say("codes-factor")) }
            p { (text.say("codes-about")) }
            @if has_any {
                p class=[(left < 3).then_some("note warning")] {
                    (text.say_with("profile-codes-left", [("count", left.into())]))
                }
                p { a href="/settings/profile/recovery-codes" { (text.say("profile-codes-renew")) } }
            } @else {
                p class="quiet" { (text.say("codes-with-first")) }
            }
        }
    }
}
