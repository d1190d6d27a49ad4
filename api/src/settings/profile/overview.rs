//! `/settings/profile`: all of it at a glance, each with the way to change it.

use axum::response::Response;
use catalogue::{Text, id};
use maud::{Markup, html};

use super::{language, time_zone};
use crate::routes::me::{Me, MyOrganization, TwoFactor};
use crate::settings::organizations::{role_name, role_of};
use crate::settings::page::{Page, Section};
use crate::settings::passkey;
use crate::settings::phone_words::way;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

const DONE: &[(&str, &str)] = &[
    ("name", id!("profile-done-name")),
    ("email", id!("profile-done-email")),
    ("email-cancelled", id!("profile-done-email-cancelled")),
    ("billing", id!("profile-done-billing")),
    ("billing-removed", id!("profile-done-billing-removed")),
    ("password", id!("profile-done-password")),
    ("language", id!("profile-done-language")),
    ("time-zone", id!("profile-done-zone")),
];

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let (me, text) = (visit.me().await?, visit.text());
    let body = html! {
        (person(me, text))
        (sign_in(me, text))
        (organizations(&me.organizations, text))
        // The name and the address stand beside the passkeys that the browser offers.
        @if me.two_factor.as_ref().is_some_and(|set| set.passkeys > 0) { (passkey::accepted(&visit).await) }
    };
    Ok(Page::new(text.say("profile-title"), body).of(Section::Profile).telling(visit.done(DONE)).show(&visit))
}

fn person(me: &Me, text: &Text) -> Markup {
    let profile = &me.profile;
    html! {
        section class="card" aria-labelledby="person" {
            h2 id="person" { (text.say("profile-person")) }
            dl class="rows" {
                (row(&text.say("profile-name"), &said(profile.name.as_deref(), text), "/settings/profile/name", text))
                (row(&text.say("profile-language"), &html! { (language::chosen(profile.language.as_deref(), text)) },
                    "/settings/profile/language", text))
                (row(&text.say("profile-zone"), &html! { (time_zone::chosen(profile.time_zone.as_deref(), text)) },
                    "/settings/profile/time-zone", text))
                (row(&text.say("profile-billing"), &match &profile.billing_email {
                    Some(address) => html! { (address) },
                    None => html! { span class="quiet" { (text.say("profile-billing-none")) } },
                }, "/settings/profile/billing-email", text))
            }
        }
    }
}

fn sign_in(me: &Me, text: &Text) -> Markup {
    let email = html! {
        (said(me.profile.email.as_deref(), text))
        @if let Some(pending) = &me.email_pending {
            p class="note" {
                (text.say_with("profile-email-pending", [("email", pending.into())])) " "
                a href="/settings/profile/email/cancel" { (text.say("email-cancel-link")) }
            }
        }
    };
    html! {
        section class="card" aria-labelledby="sign-in" {
            h2 id="sign-in" { (text.say("profile-sign-in")) }
            dl class="rows" {
                (row(&text.say("profile-email"), &email, "/settings/profile/email", text))
                (row(&text.say("profile-password"), &html! { "••••••••" }, "/settings/profile/password", text))
                (row(&text.say("factors-title"), &factors(me.two_factor.as_ref(), text), "/settings/security/factors", text))
            }
        }
    }
}

/// The second factors, in short.
fn factors(set: Option<&TwoFactor>, text: &Text) -> Markup {
    let Some(set) = set else {
        return html! { span class="quiet" { (text.say("profile-factors-none")) } };
    };
    html! {
        @if set.passkeys > 0 { p { (text.say_with("profile-passkeys", [("count", set.passkeys.into())])) } }
        @if set.app { p { (text.say("app-factor")) } }
        @if let Some(number) = &set.phone { p { (way(text, number, set.channel.as_deref())) } }
        p class="note" { (text.say_with("profile-codes-left", [("count", set.recovery_codes_left.into())])) }
    }
}

fn organizations(organizations: &[MyOrganization], text: &Text) -> Markup {
    html! {
        section class="card" aria-labelledby="organizations" {
            h2 id="organizations" { (text.say("profile-organizations")) }
            @if organizations.is_empty() {
                p class="quiet" { (text.say("profile-organizations-none")) }
            } @else {
                ul class="list" {
                    @for organization in organizations {
                        li {
                            div { a href={ "/settings/organizations/" (organization.id) } { (organization.name) } " " span class="badge" { (text.say(role_name(role_of(&organization.role)))) } }
                            code class="quiet" { (organization.id) }
                        }
                    }
                }
            }
        }
    }
}

fn row(name: &str, value: &Markup, path: &str, text: &Text) -> Markup {
    html! {
        div class="row" {
            dt { (name) }
            dd { (value) }
            dd class="change" { a href=(path) { (text.say("page-change")) span class="unseen" { " " (name) } } }
        }
    }
}

/// What is known, or that it was erased.
fn said(value: Option<&str>, text: &Text) -> Markup {
    match value {
        Some(value) => html! { (value) },
        None => html! { span class="quiet" { (text.say("page-erased")) } },
    }
}
