//! The letters, word by word.

use std::collections::BTreeSet;

use catalogue::{Catalogue, Language, Text, Tz};
use chrono::{DateTime, TimeZone, Utc};
use domain::RequestId;
use domain::privacy_request::{Kind, SourceName};
use uuid::Uuid;

use super::Letterhead;
use super::notice::{ErasedSource, Letter, Rendered};

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, 59, 59).unwrap()
}

fn head(public_url: &str) -> Letterhead {
    Letterhead::new("Example", "privacy@example.com".parse().ok(), None, public_url.parse().unwrap())
}

fn english() -> Text {
    Catalogue::built_in().text(Language::En)
}

/// What a reader in Berlin gets.
fn german() -> Text {
    Catalogue::built_in().text(Language::De).in_zone(Some(Tz::Europe__Berlin))
}

const NAMES: [&str; 7] = [
    "export_received",
    "erasure_received",
    "archive_ready",
    "archive_expiring",
    "erased",
    "export_cancelled",
    "erasure_cancelled",
];

fn request_id() -> RequestId {
    RequestId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

fn render(letter: &Letter, name: Option<&str>) -> Rendered {
    letter.render(name, &head("https://settings.example.com"), &english())
}

fn received(kind: Kind) -> Letter {
    let cancellable_until = (kind == Kind::Erasure).then(|| at(11, 24, 18));
    let (received_at, due_at) = (at(11, 23, 18), at(12, 23, 23));
    Letter::Received { kind, request_id: request_id(), received_at, due_at, cancellable_until }
}

fn all() -> [Letter; 7] {
    let request_id = request_id();
    let erased = |name: &str, counts: &[(&str, u64)]| ErasedSource {
        name: SourceName::new(name),
        counts: counts.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect(),
    };
    [
        received(Kind::Export),
        received(Kind::Erasure),
        Letter::ArchiveReady {
            request_id,
            works_until: at(11, 30, 18),
            bytes: 1_234_567,
            sha256: "0123456789abcdef".repeat(4),
        },
        Letter::ArchiveExpiring { request_id, works_until: at(11, 30, 18) },
        Letter::Erased {
            request_id,
            completed_at: at(11, 25, 9),
            sources: vec![
                erased(SourceName::ACCOUNT, &[("activity_keys", 1)]),
                erased(SourceName::USAGE, &[("usage_events", 1204)]),
                erased(SourceName::ARCHIVES, &[("export_archives", 0)]),
                erased("mail_list", &[("events", 12), ("profiles", 1)]),
            ],
        },
        Letter::Cancelled { kind: Kind::Export, request_id, cancelled_at: at(11, 23, 20) },
        Letter::Cancelled { kind: Kind::Erasure, request_id, cancelled_at: at(11, 23, 20) },
    ]
}

fn told(letter: &Rendered) -> String {
    let (_, body) = letter.html.split_once("<body>\n").unwrap();
    let body = body.strip_suffix("</body>\n</html>\n").unwrap();
    format!("{}\n\n{}\n-- HTML --\n{body}", letter.subject, letter.text)
}

#[test]
fn the_letters_word_by_word() {
    for (name, letter) in NAMES.into_iter().zip(all()) {
        insta::assert_snapshot!(name, told(&render(&letter, Some("Ada Lovelace"))));
    }
}

#[test]
fn the_letters_word_by_word_in_german_with_times_of_berlin() {
    for (name, letter) in NAMES.into_iter().zip(all()) {
        let letter = letter.render(Some("Ada Lovelace"), &head("https://settings.example.com"), &german());
        assert!(letter.html.contains("<html lang=\"de\">") && letter.language == Language::De);
        insta::assert_snapshot!(format!("german_{name}"), told(&letter));
    }
}

#[test]
fn the_head_of_the_document() {
    let letter = render(&all()[2], None);
    insta::assert_snapshot!(letter.html.split_once("<body>\n").unwrap().0);
}

#[test]
fn no_two_letters_look_alike_in_a_list() {
    let texts = all().map(|letter| render(&letter, None));
    let subjects: BTreeSet<_> = texts.iter().map(|letter| &letter.subject).collect();
    assert_eq!(subjects.len(), 7);
}

#[test]
fn a_name_is_text_and_nothing_else() {
    for letter in all() {
        let letter = render(&letter, Some("<img src=x onerror=\"x()\">&\r\nBcc: x@example.com"));
        // It does not read as a name, so no reader is greeted with it.
        assert!(letter.text.starts_with("Hello,\n") && letter.html.contains("<p>Hello,</p>"));
        assert!(!letter.html.contains("<img"));
    }
}

#[test]
fn every_link_is_below_the_public_url() {
    for letter in all() {
        let letter = letter.render(None, &head("https://example.com/settings/"), &english());
        for form in [&letter.text, &letter.html] {
            let links = form.matches("http").count();
            assert_eq!(links, form.matches("https://example.com/settings/settings/").count(), "{form}");
        }
    }
}
