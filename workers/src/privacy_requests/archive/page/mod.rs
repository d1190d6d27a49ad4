//! `index.html`: the archive as a person reads it, offline, in any browser.
//!
//! Why in one file: it is opened from an unpacked folder, years later, without a network. What is in the archive about the person
//! is shown in it, the newest of each list; what stands in which file, and how such a file is opened, comes after that. What always
//! holds: no script, nothing loaded from anywhere (a policy in the page forbids it too), every text escaped, and one column that
//! fits a phone. A crash leaves nothing: this makes a text.

mod account;
mod files;
mod profile;
mod record;

use catalogue::Text;
use domain::law::{self, Law};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::record::{filled, slot};
use super::excerpt::Excerpts;
use super::{Manifest, Statement};

const STYLE: &str = include_str!("page.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The page that shows what is in the archive, and says what a person must be told with it, in their words.
pub fn index_html(
    manifest: &Manifest,
    excerpts: &Excerpts,
    (statement, law): (&Statement, &Law),
    text: &Text,
) -> String {
    let title = text.say("archive-title");
    let page = html! {
        (DOCTYPE)
        html lang=(text.language().tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    (introduction(text, manifest))
                    (contents(text))
                    (account::show(text, manifest, excerpts))
                    (files::show(text, manifest))
                    (PreEscaped(statement.to_html(law, text)))
                    (about(text, manifest, law))
                }
            }
        }
    };
    page.into_string()
}

fn introduction(text: &Text, manifest: &Manifest) -> Markup {
    let at = text.moment_with_zone(manifest.generated_at);
    let told = text.say_with("archive-introduction", [("at", at.into()), ("below", slot(0))]);
    let below = html! { a href="#left-out" { (text.say("archive-introduction-below")) } };
    html! {
        p { (filled(&told, &[below])) }
        p { (text.say("archive-personal")) }
    }
}

fn contents(text: &Text) -> Markup {
    let parts = [
        ("profile", text.say("archive-profile")),
        ("sessions", text.say("archive-sessions")),
        ("organizations", text.say("archive-contents-organizations")),
        ("consents", text.say("archive-consents")),
        ("requests", text.say("archive-requests")),
        ("history", text.say("archive-history")),
        ("usage", text.say("archive-usage")),
        ("files", text.say("archive-files")),
        ("statement", text.say("archive-contents-statement")),
    ];
    html! {
        nav aria-label=(text.say("archive-contents")) {
            ul { @for (id, title) in parts { li { a href={ "#" (id) } { (title) } } } }
        }
    }
}

fn about(text: &Text, manifest: &Manifest, law: &Law) -> Markup {
    let ids = [("account", slot(0)), ("request", slot(1))];
    let made = match law.statement {
        law::Statement::Gdpr => text.say_with("archive-about-made-gdpr", ids),
        law::Statement::Ccpa => text.say_with("archive-about-made-ccpa", ids),
        law::Statement::UsState | law::Statement::General => text.say_with(
            "archive-about-made-law",
            [("account", slot(0)), ("request", slot(1)), ("law", law.name.as_str().into())],
        ),
    };
    let (account, request) =
        (html! { code { (manifest.account_id) } }, html! { code { (manifest.request_id) } });
    html! {
        h2 { (text.say("archive-about")) }
        p.small { (filled(&made, &[account, request])) }
    }
}
