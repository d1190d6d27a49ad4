//! What is shown of the account: sessions, organizations, switches, requests, history, and the use of the product.

use catalogue::Text;
use maud::{Markup, html};
use serde_json::Value;

use super::profile;
use super::record::{Heading, line, list, member, time};
use crate::privacy_requests::archive::Manifest;
use crate::privacy_requests::archive::excerpt::Excerpts;

/// Records that are shown of a list.
const SHOWN: usize = 30;
/// Records that are shown of a list whose records are much alike.
const ALIKE_SHOWN: usize = 10;

/// How a record is told.
type Told = fn(&Text, &Value) -> Markup;

pub(super) fn show(text: &Text, manifest: &Manifest, excerpts: &Excerpts) -> Markup {
    let page = Page { text, manifest, excerpts };
    let nothing = || text.say("archive-nothing");
    let heading = |id, title, nothing| Heading { id, title, nothing };
    let lists: [(Heading, &str, usize, Told); 7] = [
        (
            heading("sessions", text.say("archive-sessions"), text.say("archive-sessions-none")),
            "account/sessions.ndjson",
            SHOWN,
            session,
        ),
        (
            heading(
                "organizations",
                text.say("archive-organizations"),
                text.say("archive-organizations-none"),
            ),
            "account/organizations.ndjson",
            SHOWN,
            organization,
        ),
        (
            heading("projects", text.say("archive-projects"), text.say("archive-projects-none")),
            "account/projects.ndjson",
            SHOWN,
            project,
        ),
        (
            heading("consents", text.say("archive-consents"), nothing()),
            "account/consents.ndjson",
            ALIKE_SHOWN,
            consent,
        ),
        (
            heading("requests", text.say("archive-requests"), nothing()),
            "account/requests.ndjson",
            SHOWN,
            request,
        ),
        (heading("history", text.say("archive-history"), nothing()), "account/history.ndjson", SHOWN, event),
        (
            heading("usage", text.say("archive-usage"), text.say("archive-usage-none")),
            "usage/events.ndjson",
            ALIKE_SHOWN,
            usage,
        ),
    ];
    html! {
        (profile::show(text, excerpts))
        @for (heading, file, most, told) in lists { (page.list(&heading, file, most, told)) }
    }
}

struct Page<'a> {
    text: &'a Text,
    manifest: &'a Manifest,
    excerpts: &'a Excerpts,
}

impl Page<'_> {
    fn list(&self, heading: &Heading, file: &str, most: usize, told: Told) -> Markup {
        let records = self.manifest.files.iter().find(|known| known.name.as_str() == file);
        let records = records.and_then(|file| file.records).unwrap_or_default();
        let newest = self.excerpts.newest(file, most);
        let shown: Vec<Markup> = newest.iter().map(|record| told(self.text, record)).collect();
        list(self.text, heading, (file, records), &shown)
    }
}

/// Since when something is so.
fn since(text: &Text, record: &Value, name: &str) -> Option<String> {
    Some(text.say_with("archive-since", [("at", time(text, record, name)?.into())]))
}

/// Where something came from.
fn from(text: &Text, record: &Value, name: &str) -> Option<String> {
    Some(text.say_with("archive-from", [("place", member(record, name)?.into())]))
}

fn session(text: &Text, record: &Value) -> Markup {
    let used = time(text, record, "last_used_at");
    html! {
        @match member(record, "device") {
            Some(device) => p { (device) },
            None => p { (text.say("archive-sessions-unknown")) },
        }
        (line([
            from(text, record, "network"),
            since(text, record, "created_at"),
            used.map(|at| text.say_with("archive-last-used", [("at", at.into())])),
        ]))
    }
}

/// The name of a record; where it has none, that.
fn name(text: &Text, record: &Value) -> Markup {
    let nameless = || text.say("archive-nameless");
    html! { p { (member(record, "name").map_or_else(nameless, str::to_owned)) } }
}

fn organization(text: &Text, record: &Value) -> Markup {
    let role = match member(record, "role") {
        Some("owner") => Some(text.say("archive-organizations-owner")),
        Some("admin") => Some(text.say("archive-organizations-admin")),
        Some(_) => Some(text.say("archive-organizations-member")),
        None => None,
    };
    html! {
        (name(text, record))
        (line([
            role,
            since(text, record, "joined_at"),
            (record["second_factor_demanded"] == true).then(|| text.say("archive-organizations-demand")),
        ]))
    }
}

fn project(text: &Text, record: &Value) -> Markup {
    let created = time(text, record, "created_at");
    html! {
        (name(text, record))
        (line([
            (record["you_own"] == true).then(|| text.say("archive-projects-owned")),
            created.map(|at| text.say_with("archive-projects-created", [("at", at.into())])),
        ]))
    }
}

fn consent(text: &Text, record: &Value) -> Markup {
    let names = [
        ("personalization", text.say("archive-switch-personalization")),
        ("usage_logging", text.say("archive-switch-usage")),
    ];
    let told = |(member, name): (&str, String)| {
        let state = profile::switch(text, record["to"][member].as_bool()?);
        Some(text.say_with("archive-switch-state", [("switch", name.into()), ("state", state.into())]))
    };
    let switches: Vec<String> = names.into_iter().filter_map(told).collect();
    let policy = member(record, "policy_version");
    html! {
        p { (switches.join("; ")) }
        (line([
            time(text, record, "at"),
            policy.map(|version| text.say_with("archive-consents-policy", [("version", version.into())])),
            record["from"].is_null().then(|| text.say("archive-consents-opened")),
        ]))
    }
}

fn request(text: &Text, record: &Value) -> Markup {
    let is_erasure = member(record, "kind") == Some("erasure");
    let told = match (is_erasure, member(record, "state")) {
        (false, Some("received" | "cooling_off")) => text.say("archive-requests-export-received"),
        (false, Some("completed" | "expired")) => text.say("archive-requests-export-done"),
        (false, Some("cancelled")) => text.say("archive-requests-export-cancelled"),
        (false, _) => text.say("archive-requests-export-working"),
        (true, Some("received" | "cooling_off")) => text.say("archive-requests-erasure-received"),
        (true, Some("completed" | "expired")) => text.say("archive-requests-erasure-done"),
        (true, Some("cancelled")) => text.say("archive-requests-erasure-cancelled"),
        (true, _) => text.say("archive-requests-erasure-working"),
    };
    let at = |name: &str| time(text, record, name);
    html! {
        p { (told) }
        (line([
            at("received_at").map(|at| text.say_with("archive-requests-asked", [("at", at.into())])),
            at("due_at").map(|at| text.say_with("archive-requests-due", [("at", at.into())])),
            at("closed_at").map(|at| text.say_with("archive-requests-closed", [("at", at.into())])),
        ]))
    }
}

/// What happened stands here as it stands in the file, which is in English.
fn event(text: &Text, record: &Value) -> Markup {
    html! {
        p lang="en" { (member(record, "what").unwrap_or_default()) }
        (line([time(text, record, "at"), from(text, record, "ip_address")]))
    }
}

fn usage(text: &Text, record: &Value) -> Markup {
    let details = record["properties"].as_object().map_or(0, serde_json::Map::len);
    html! {
        p { (member(record, "name").unwrap_or_default()) }
        (line([
            time(text, record, "occurred_at"),
            (details > 0).then(|| text.say_with("archive-usage-details", [("count", details.into())])),
        ]))
    }
}
