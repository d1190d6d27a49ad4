//! `GET /problems` and `GET /problems/{name}`: what the `type` of a refusal leads to (RFC 9457, section 3.1.1).

use maud::{Markup, html};

use super::Page;
use crate::problem::Kind;

pub(super) fn pages() -> Vec<Page> {
    let mut pages = vec![Page::plain("/problems".to_owned(), "Problems", all())];
    pages.extend(Kind::ALL.iter().map(|kind| Page::plain(kind.path(), kind.title(), one(*kind))));
    pages
}

fn all() -> Markup {
    html! {
        h1 { "Problems" }
        p {
            "A refusal is a problem document (RFC 9457). Its " code { "type" } " is one of these, and never changes: act on it. What \
             is special about the occurrence stands in " code { "detail" } " and in members of their own."
        }
        dl {
            @for kind in Kind::ALL {
                dt { a href=(kind.path()) { (kind.slug()) } " (" (kind.status().as_u16()) ")" }
                dd { (kind.title()) }
            }
        }
    }
}

fn one(kind: Kind) -> Markup {
    let (meaning, cure) = kind.advice();
    html! {
        h1 { (kind.title()) }
        p { code { (kind.path()) } ", HTTP status " (kind.status()) }
        p { (words(meaning)) }
        h2 { "What to do" }
        p { (words(cure)) }
        p { a href="/problems" { "All problems" } ", " a href="/docs" { "the interface" } }
    }
}

/// Names between backticks are set as code.
fn words(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_each_problem_is_the_path_of_a_page() {
        let pages = pages();
        for kind in Kind::ALL {
            let page = pages.iter().find(|page| page.path == format!("/problems/{}", kind.slug())).unwrap();
            let text = page.render();
            assert!(text.contains("What to do") && !text.contains('`'), "{text}");
        }
    }
}
