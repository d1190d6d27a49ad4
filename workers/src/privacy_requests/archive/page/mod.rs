//! `index.html`: the archive as a person reads it, offline, in any browser.
//!
//! Why in one file: it is opened from an unpacked folder, years later, without a network. What is in the archive about the person
//! is shown in it, the newest of each list; what stands in which file, and how such a file is opened, comes after that. What always
//! holds: no script, nothing loaded from anywhere (a policy in the page forbids it too), every text escaped, and one column that
//! fits a phone. A crash leaves nothing: this makes a text.

mod account;
mod files;
mod record;

use domain::privacy_request::Regulation;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::excerpt::Excerpts;
use super::{Manifest, Statement};
use crate::text;

const STYLE: &str = include_str!("page.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The page that shows what is in the archive, and says what a person must be told with it.
pub fn index_html(manifest: &Manifest, excerpts: &Excerpts, statement: &Statement) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "Your data" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Your data" }
                    (introduction(manifest))
                    (contents())
                    (account::show(manifest, excerpts))
                    (files::show(manifest))
                    (PreEscaped(statement.to_html(manifest.regulation)))
                    (about(manifest))
                }
            }
        }
    };
    page.into_string()
}

fn introduction(manifest: &Manifest) -> Markup {
    html! {
        p {
            "You asked for a copy of the data that is held about you. This is all of it, as it stood on "
            (text::time(manifest.generated_at)) ". What cannot or must not be in it is named "
            a href="#left-out" { "below" } "."
        }
        p { "It is personal: keep it where only you can read it." }
    }
}

fn contents() -> Markup {
    let parts = [
        ("profile", "Profile and settings"),
        ("sessions", "Where you are signed in"),
        ("organizations", "Organizations and projects"),
        ("consents", "How your switches stood"),
        ("requests", "What you asked for"),
        ("history", "What happened to your account"),
        ("usage", "Your use of the product"),
        ("files", "The files"),
        ("statement", "About the processing"),
    ];
    html! {
        nav aria-label="On this page" {
            ul { @for (id, title) in parts { li { a href={ "#" (id) } { (title) } } } }
        }
    }
}

fn about(manifest: &Manifest) -> Markup {
    let law = match manifest.regulation {
        Regulation::Gdpr => "General Data Protection Regulation (GDPR), Articles 15 and 20",
        Regulation::Ccpa => "California Consumer Privacy Act (CCPA)",
    };
    html! {
        h2 { "About this archive" }
        p.small {
            "Made for account " code { (manifest.account_id) } " on request " code { (manifest.request_id) }
            ", under the " (law) "."
        }
    }
}
