//! Which files there are, how they are opened, and what is left out.

use catalogue::Text;
use maud::{Markup, html};

use super::record::{filled, slot};
use crate::privacy_requests::archive::schema::MANIFEST;
use crate::privacy_requests::archive::{File, Manifest};

pub(super) fn show(text: &Text, manifest: &Manifest) -> Markup {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let in_all = [("count", manifest.files.len().into()), ("size", text.bytes(bytes).into())];
    html! {
        h2 id="files" { (text.say("archive-files")) }
        p { (text.say_with("archive-files-in-all", in_all)) }
        ul.records { @for file in &manifest.files { li { (shown(text, file)) } } }
        (forms(text))
        h3 id="left-out" { (text.say("archive-left-out")) }
        ul {
            li { (text.say("archive-left-out-secrets")) }
            li { (text.say("archive-left-out-others")) }
            li { (text.say("archive-left-out-hashes")) }
            li { (text.say("archive-left-out-erased")) }
        }
        (sums(text, manifest))
    }
}

/// What a file holds. One of a source that is not known here has its own words, which are English.
fn title(text: &Text, file: &File) -> Markup {
    let known = match file.name.as_str() {
        "account/profile.json" => text.say("archive-files-profile"),
        "account/sessions.ndjson" => text.say("archive-files-sessions"),
        "account/organizations.ndjson" => text.say("archive-files-organizations"),
        "account/projects.ndjson" => text.say("archive-files-projects"),
        "account/requests.ndjson" => text.say("archive-files-requests"),
        "account/consents.ndjson" => text.say("archive-files-consents"),
        "account/history.ndjson" => text.say("archive-files-history"),
        "account/history.csv" => text.say("archive-files-history-table"),
        "usage/events.ndjson" => text.say("archive-files-usage"),
        "usage/events.csv" => text.say("archive-files-usage-table"),
        _ => return html! { p lang="en" { (file.title) } },
    };
    html! { p { (known) } }
}

fn shown(text: &Text, file: &File) -> Markup {
    html! {
        p { a href=(file.name.as_str()) { (file.name.as_str()) } }
        (title(text, file))
        p.small {
            @if let Some(records) = file.records {
                (text.say_with("archive-files-records", [("count", records.into())])) ", "
            }
            (text.bytes(file.bytes))
            @if let Some(schema) = &file.schema {
                @let link = [html! { a href=(schema.as_str()) { (schema.as_str()) } }];
                ", " (filled(&text.say_with("archive-files-explained", [("file", slot(0))]), &link))
            }
        }
    }
}

fn forms(text: &Text) -> Markup {
    let code = |name: &str| html! { code { (name) } };
    let csv = text.say_with("archive-forms-csv", [("csv", slot(0)), ("quote", slot(1))]);
    let json = text.say_with("archive-forms-json", [("json", slot(0)), ("ndjson", slot(1))]);
    let schemas = text.say_with("archive-forms-schemas", [("schemas", slot(0)), ("manifest", slot(1))]);
    html! {
        h3 { (text.say("archive-forms")) }
        ul {
            li { (filled(&csv, &[code(".csv"), code("'")])) }
            li { (filled(&json, &[code(".json"), code(".ndjson")])) }
            li { (filled(&schemas, &[code("schemas"), code(MANIFEST)])) }
            li { (text.say("archive-forms-times")) }
        }
    }
}

fn sums(text: &Text, manifest: &Manifest) -> Markup {
    html! {
        details {
            summary { (text.say("archive-sums")) }
            p.small { (text.say("archive-sums-how")) }
            dl.small {
                @for file in &manifest.files {
                    dt { (file.name.as_str()) }
                    dd { code { (file.sha256) } }
                }
            }
        }
    }
}
