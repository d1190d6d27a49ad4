//! What is shown of the profile and the settings.

use catalogue::Text;
use maud::{Markup, html};
use serde_json::Value;

use super::record::{member, time};
use crate::privacy_requests::archive::excerpt::Excerpts;

/// A fact: its name, and what it is.
type Fact = (String, String);

pub(super) fn show(text: &Text, excerpts: &Excerpts) -> Markup {
    let profile = excerpts.record("account/profile.json").unwrap_or_default();
    html! {
        h2 id="profile" { (text.say("archive-profile")) }
        dl { @for (name, value) in facts(text, &profile) { dt { (name) } dd { (value) } } }
    }
}

/// How a switch stands.
pub(super) fn switch(text: &Text, on: bool) -> String {
    if on { text.say("archive-on") } else { text.say("archive-off") }
}

/// What the profile says, by name. What is not set is said to be so: an empty place could be an error.
fn facts(text: &Text, profile: &Value) -> Vec<Fact> {
    let or = |name: &str, otherwise: &dyn Fn() -> String| {
        member(profile, name).map_or_else(otherwise, str::to_owned)
    };
    let none = || text.say("archive-none");
    let mut facts = vec![
        (text.say("archive-profile-name"), or("name", &none)),
        (text.say("archive-profile-email"), or("email", &none)),
        (
            text.say("archive-profile-billing"),
            or("billing_email", &|| text.say("archive-profile-billing-none")),
        ),
        (text.say("archive-profile-language"), language(text, profile)),
        (text.say("archive-profile-time-zone"), or("time_zone", &|| text.say("archive-profile-as-browser"))),
    ];
    facts.extend(other_addresses(text, profile));
    facts.push((text.say("archive-profile-phone"), phone(text, &profile["two_factor"])));
    facts.extend(other_factors(text, &profile["factors"]));
    if let Some(phone) = member(&profile["two_factor_pending"], "phone") {
        facts.push((text.say("archive-profile-phone-pending"), phone.to_owned()));
    }
    let stands = |name: &str| switch(text, profile["preferences"][name] == true);
    facts.push((text.say("archive-switch-personalization"), stands("personalization")));
    facts.push((text.say("archive-switch-usage"), stands("usage_logging")));
    facts.push((text.say("archive-profile-token"), gdpr_token(text, &profile["gdpr_token"])));
    let opened = time(text, profile, "registered_at").unwrap_or_default();
    facts.push((text.say("archive-profile-opened"), opened));
    facts
}

fn other_addresses(text: &Text, profile: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(email) = member(profile, "email_pending") {
        let until = time(text, profile, "email_pending_until").unwrap_or_default();
        let told = text
            .say_with("archive-profile-pending-until", [("email", email.into()), ("until", until.into())]);
        facts.push((text.say("archive-profile-pending"), told));
    }
    for former in profile["former_emails"].as_array().into_iter().flatten() {
        if let (Some(email), Some(until)) = (member(former, "email"), time(text, former, "undo_until")) {
            let told = text
                .say_with("archive-profile-former-until", [("email", email.into()), ("until", until.into())]);
            facts.push((text.say("archive-profile-former"), told));
        }
    }
    facts
}

fn language(text: &Text, profile: &Value) -> String {
    match member(profile, "language") {
        Some("en") => text.say("archive-profile-language-en"),
        Some("de") => text.say("archive-profile-language-de"),
        Some(other) => other.to_owned(),
        None => text.say("archive-profile-as-browser"),
    }
}

fn phone(text: &Text, factor: &Value) -> String {
    let Some(phone) = member(factor, "phone") else { return text.say("archive-none") };
    if member(factor, "channel") == Some("call") {
        text.say_with("archive-profile-phone-call", [("phone", phone.into())])
    } else {
        text.say_with("archive-profile-phone-sms", [("phone", phone.into())])
    }
}

fn other_factors(text: &Text, factors: &Value) -> [Fact; 3] {
    let has_app = factors["app"].is_object();
    let app = if has_app { text.say("archive-profile-app-set") } else { text.say("archive-none") };
    let passkeys: Vec<&str> = factors["passkeys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|passkey| member(passkey, "name"))
        .collect();
    let passkeys = if passkeys.is_empty() { text.say("archive-none") } else { passkeys.join(", ") };
    let left = factors["recovery_codes_left"].as_u64().unwrap_or_default();
    [
        (text.say("archive-profile-app"), app),
        (text.say("archive-profile-passkeys"), passkeys),
        (text.say("archive-profile-codes"), left.to_string()),
    ]
}

fn gdpr_token(text: &Text, token: &Value) -> String {
    let Some(until) = time(text, token, "expires_at") else { return text.say("archive-none") };
    let made = time(text, token, "issued_at").unwrap_or_default();
    match time(text, token, "last_used_at") {
        Some(used) => text.say_with(
            "archive-profile-token-used",
            [("made", made.into()), ("until", until.into()), ("used", used.into())],
        ),
        None => {
            text.say_with("archive-profile-token-unused", [("made", made.into()), ("until", until.into())])
        }
    }
}
