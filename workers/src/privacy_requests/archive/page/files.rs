//! Which files there are, how they are opened, and what is left out.

use maud::{Markup, html};

use crate::privacy_requests::archive::schema::MANIFEST;
use crate::privacy_requests::archive::{File, Manifest};
use crate::text;

/// What is left out, and why.
const LEFT_OUT: [&str; 4] = [
    "Your password, codes, recovery codes, and the values of tokens and API secrets: of most of them only hashes are kept, and a \
     file that lies about must open nothing.",
    "What is stored of other members of your organizations: it is theirs.",
    "Keyed hashes by which a known browser or network is recognised: they say nothing without a key that is kept apart.",
    "What was erased. Where it stood in the history, it reads as erased.",
];

pub(super) fn show(manifest: &Manifest) -> Markup {
    let bytes = manifest.files.iter().map(|file| file.bytes).sum();
    html! {
        h2 id="files" { "The files" }
        p {
            (text::counted(manifest.files.len() as u64, "file", "files")) ", " (text::size(bytes))
            " in all. Everything above is in them, and all that did not fit above."
        }
        ul.records { @for file in &manifest.files { li { (shown(file)) } } }
        (forms())
        h3 id="left-out" { "What is not in this archive" }
        ul { @for what in LEFT_OUT { li { (what) } } }
        (sums(manifest))
    }
}

fn shown(file: &File) -> Markup {
    html! {
        p { a href=(file.name.as_str()) { (file.name.as_str()) } }
        p { (file.title) }
        p.small {
            @if let Some(records) = file.records { (text::counted(records, "record", "records")) ", " }
            (text::size(file.bytes))
            @if let Some(schema) = &file.schema { ", explained in " a href=(schema.as_str()) { (schema.as_str()) } }
        }
    }
}

fn forms() -> Markup {
    html! {
        h3 { "How to open them" }
        ul {
            li {
                "Files ending in " code { ".csv" } " are tables: a spreadsheet opens them. A " code { "'" }
                " stands before a text that a spreadsheet would otherwise run as a formula."
            }
            li {
                "Files ending in " code { ".json" } " (JSON) and " code { ".ndjson" } " (JSON in lines: a list with one record in "
                "each line) are for programs, and any text editor shows them. Take these where you want to move your data to "
                "another service."
            }
            li {
                "Files in " code { "schemas" } " (JSON Schema) say what each member of a record means; " code { (MANIFEST) }
                " lists all files for programs."
            }
            li { "Times in files are in UTC, as 2026-12-23T23:59:00Z." }
        }
    }
}

fn sums(manifest: &Manifest) -> Markup {
    html! {
        details {
            summary { "Check that a file is whole" }
            p.small { "A program such as sha256sum must print the same sum." }
            dl.small {
                @for file in &manifest.files {
                    dt { (file.name.as_str()) }
                    dd { code { (file.sha256) } }
                }
            }
        }
    }
}
