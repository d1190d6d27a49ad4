//! What is shown of the account: profile, sessions, organizations, switches, requests, history, and the use of the product.

use maud::{Markup, html};
use serde_json::Value;

use super::record::{line, list, text, time};
use crate::privacy_requests::archive::Manifest;
use crate::privacy_requests::archive::excerpt::Excerpts;
use crate::text::counted;

/// Records that are shown of a list.
const SHOWN: usize = 30;
/// Records that are shown of a list whose records are much alike.
const ALIKE_SHOWN: usize = 10;

pub(super) fn show(manifest: &Manifest, excerpts: &Excerpts) -> Markup {
    let page = Page { manifest, excerpts };
    html! {
        (page.profile())
        (page.list(("sessions", "Where you are signed in"), "account/sessions.ndjson", SHOWN, session, "You are signed in nowhere."))
        (page.list(
            ("organizations", "Organizations"), "account/organizations.ndjson", SHOWN, organization,
            "You are a member of no organization.",
        ))
        (page.list(("projects", "Projects"), "account/projects.ndjson", SHOWN, project, "Your organizations have no projects."))
        (page.list(("consents", "How your switches stood"), "account/consents.ndjson", ALIKE_SHOWN, consent, "Nothing is on record."))
        (page.list(("requests", "What you asked for"), "account/requests.ndjson", SHOWN, request, "Nothing is on record."))
        (page.list(
            ("history", "What happened to your account"), "account/history.ndjson", SHOWN, event, "Nothing is on record.",
        ))
        (page.list(
            ("usage", "Your use of the product"), "usage/events.ndjson", ALIKE_SHOWN, usage, "No use of the product is stored.",
        ))
    }
}

struct Page<'a> {
    manifest: &'a Manifest,
    excerpts: &'a Excerpts,
}

impl Page<'_> {
    fn list(
        &self,
        heading: (&str, &str),
        file: &str,
        most: usize,
        told: fn(&Value) -> Markup,
        nothing: &str,
    ) -> Markup {
        let records = self.manifest.files.iter().find(|known| known.name.as_str() == file);
        let records = records.and_then(|file| file.records).unwrap_or_default();
        let shown: Vec<Markup> = self.excerpts.newest(file, most).iter().map(told).collect();
        list(heading, (file, records), &shown, nothing)
    }

    fn profile(&self) -> Markup {
        let profile = self.excerpts.record("account/profile.json").unwrap_or_default();
        html! {
            h2 id="profile" { "Profile and settings" }
            dl { @for (name, value) in facts(&profile) { dt { (name) } dd { (value) } } }
        }
    }
}

/// What the profile says, by name. What is not set is said to be so: an empty place could be an error.
fn facts(profile: &Value) -> Vec<(&'static str, String)> {
    let or = |name: &str, otherwise: &str| text(profile, name).unwrap_or(otherwise).to_owned();
    let mut facts = vec![
        ("Name", or("name", "none")),
        ("Sign-in address", or("email", "none")),
        ("Billing address", or("billing_email", "none: bills go to the sign-in address")),
    ];
    if let Some(email) = text(profile, "email_pending") {
        let until = time(profile, "email_pending_until").unwrap_or_default();
        facts.push(("New address that waits to be confirmed", format!("{email}, until {until}")));
    }
    for former in profile["former_emails"].as_array().into_iter().flatten() {
        if let (Some(email), Some(until)) = (text(former, "email"), time(former, "undo_until")) {
            facts.push(("Former address", format!("{email}; you can go back to it until {until}")));
        }
    }
    facts.push(("Second factor", second_factor(&profile["two_factor"])));
    if let Some(phone) = text(&profile["two_factor_pending"], "phone") {
        facts.push(("Phone that waits to be verified", phone.to_owned()));
    }
    let switch = |name: &str| if profile["preferences"][name] == true { "on" } else { "off" }.to_owned();
    facts.push(("Personalize my experience", switch("personalization")));
    facts.push(("Log my use of the product", switch("usage_logging")));
    facts.push(("Token for the GDPR APIs", gdpr_token(&profile["gdpr_token"])));
    facts.push(("Account opened", time(profile, "registered_at").unwrap_or_default()));
    facts
}

fn second_factor(factor: &Value) -> String {
    let Some(phone) = text(factor, "phone") else { return "none".to_owned() };
    let channel = if text(factor, "channel") == Some("call") { "by call" } else { "by text message" };
    let left = factor["recovery_codes_left"].as_u64().unwrap_or_default();
    format!("codes to {phone} {channel}; {left} recovery codes left")
}

fn gdpr_token(token: &Value) -> String {
    let Some(until) = time(token, "expires_at") else { return "none".to_owned() };
    let made = time(token, "issued_at").unwrap_or_default();
    match time(token, "last_used_at") {
        Some(used) => format!("made {made}, holds until {until}, last used {used}"),
        None => format!("made {made}, holds until {until}, never used"),
    }
}

fn session(record: &Value) -> Markup {
    html! {
        p { (text(record, "device").unwrap_or("A program that is not known")) }
        (line([
            text(record, "network").map(|network| format!("from {network}")),
            time(record, "created_at").map(|at| format!("since {at}")),
            time(record, "last_used_at").map(|at| format!("last used {at}")),
        ]))
    }
}

fn organization(record: &Value) -> Markup {
    html! {
        p { (text(record, "name").unwrap_or("Without a name")) }
        (line([
            text(record, "role").map(|role| format!("you are {}", with_article(role))),
            time(record, "joined_at").map(|at| format!("since {at}")),
        ]))
    }
}

fn with_article(role: &str) -> String {
    let article = if role.starts_with(['a', 'o']) { "an" } else { "a" };
    format!("{article} {role}")
}

fn project(record: &Value) -> Markup {
    html! {
        p { (text(record, "name").unwrap_or("Without a name")) }
        (line([
            (record["you_own"] == true).then(|| "you own it".to_owned()),
            time(record, "created_at").map(|at| format!("created {at}")),
        ]))
    }
}

fn consent(record: &Value) -> Markup {
    let names =
        [("personalization", "Personalize my experience"), ("usage_logging", "Log my use of the product")];
    let told = |(member, name): (&str, &str)| {
        let on = record["to"][member].as_bool()?;
        Some(format!("{name}: {}", if on { "on" } else { "off" }))
    };
    let switches: Vec<String> = names.into_iter().filter_map(told).collect();
    html! {
        p { (switches.join("; ")) }
        (line([
            time(record, "at"),
            text(record, "policy_version").map(|version| format!("under privacy policy {version}")),
            record["from"].is_null().then(|| "when the account was opened".to_owned()),
        ]))
    }
}

fn request(record: &Value) -> Markup {
    let what = match text(record, "kind") {
        Some("erasure") => "Erasure of what was collected about your use",
        _ => "A copy of your data",
    };
    let state = match text(record, "state") {
        Some("received" | "cooling_off") => "received",
        Some("completed" | "expired") => "done",
        Some("cancelled") => "cancelled",
        _ => "being worked on",
    };
    html! {
        p { (what) ": " (state) }
        (line([
            time(record, "received_at").map(|at| format!("asked for {at}")),
            time(record, "due_at").map(|at| format!("due by {at}")),
            time(record, "closed_at").map(|at| format!("closed {at}")),
        ]))
    }
}

fn event(record: &Value) -> Markup {
    html! {
        p { (text(record, "what").unwrap_or_default()) }
        (line([time(record, "at"), text(record, "ip_address").map(|address| format!("from {address}"))]))
    }
}

fn usage(record: &Value) -> Markup {
    let members = record["properties"].as_object().map_or(0, serde_json::Map::len) as u64;
    html! {
        p { (text(record, "name").unwrap_or_default()) }
        (line([
            time(record, "occurred_at"),
            (members > 0).then(|| counted(members, "further detail", "further details")),
        ]))
    }
}
