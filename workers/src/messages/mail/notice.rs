//! What a person is told about their privacy request (GDPR Art. 12(3)), in text and HTML.
//!
//! What always holds: every link is built from the configured [`PublicUrl`](super::PublicUrl); no link does anything by being
//! opened (mail scanners open them all), it leads to where a signed-in person decides; nothing is told that
//! the program does not do. A crash leaves nothing: this makes text.

use catalogue::Text;
use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::privacy_request::Kind;

use super::Letterhead;
use super::block::{Block, facts, paragraph};
pub use super::erased::ErasedSource;
pub use super::layout::Rendered;
use super::layout::{Reader, render};
use super::paper::Paper;

/// The subject of a letter, and what it consists of.
type Draft = (String, Vec<Block>);

/// One letter about a privacy request, with what it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// The request was received.
    Received {
        /// What was asked for.
        kind: Kind,
        /// The request.
        request_id: RequestId,
        /// When it was received.
        received_at: DateTime<Utc>,
        /// By when it will be answered.
        due_at: DateTime<Utc>,
        /// Until when it can be cancelled; an export without it can until it is packaged.
        cancellable_until: Option<DateTime<Utc>>,
    },
    /// The archive can be fetched.
    ArchiveReady {
        /// The request.
        request_id: RequestId,
        /// Until when the link works.
        works_until: DateTime<Utc>,
        /// Size of the archive in bytes.
        bytes: u64,
        /// SHA-256 of the archive in hexadecimal.
        sha256: String,
    },
    /// The archive was not fetched and will soon be gone.
    ArchiveExpiring {
        /// The request.
        request_id: RequestId,
        /// Until when the link works.
        works_until: DateTime<Utc>,
    },
    /// The data was erased.
    Erased {
        /// The request.
        request_id: RequestId,
        /// When the last source had erased its part.
        completed_at: DateTime<Utc>,
        /// What was erased, source by source.
        sources: Vec<ErasedSource>,
    },
    /// The request was cancelled.
    Cancelled {
        /// What had been asked for.
        kind: Kind,
        /// The request.
        request_id: RequestId,
        /// When it was cancelled.
        cancelled_at: DateTime<Utc>,
    },
}

impl Letter {
    /// The letter to a person, by name where they gave one, in their words.
    pub fn render(&self, name: Option<&str>, head: &Letterhead, text: &Text) -> Rendered {
        let paper = Paper { head, text };
        let (subject, blocks) = match self {
            Self::Received { kind, request_id, received_at, due_at, cancellable_until } => {
                received(paper, *kind, *request_id, (*received_at, *due_at, *cancellable_until))
            }
            Self::ArchiveReady { request_id, works_until, bytes, sha256 } => {
                archive_ready(paper, *request_id, *works_until, (*bytes, sha256))
            }
            Self::ArchiveExpiring { request_id, works_until } => {
                archive_expiring(paper, *request_id, *works_until)
            }
            Self::Erased { request_id, completed_at, sources } => {
                erased(paper, *request_id, *completed_at, sources)
            }
            Self::Cancelled { kind, request_id, cancelled_at } => {
                cancelled(paper, *kind, *request_id, *cancelled_at)
            }
        };
        render(paper, subject, Reader::Holder(name), &blocks)
    }
}

fn received(
    paper: Paper<'_>,
    kind: Kind,
    request_id: RequestId,
    (received_at, due_at, cancellable_until): (DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>),
) -> Draft {
    let by = [("service", paper.service()), ("due", paper.time(due_at).into())];
    let (subject, happened, next) = match kind {
        Kind::Export => (
            paper.say("mail-export-received-subject"),
            paper.say_with("mail-export-received-happened", by),
            paper.say("mail-export-received-next"),
        ),
        Kind::Erasure => (
            paper.say("mail-erasure-received-subject"),
            paper.say_with("mail-erasure-received-happened", by),
            paper.say("mail-erasure-received-next"),
        ),
    };
    let cancel = match cancellable_until {
        Some(until) => paper.say_with("mail-received-cancel-until", [("until", paper.time(until).into())]),
        None => paper.say("mail-received-cancel-meanwhile"),
    };
    let blocks = vec![
        paragraph(happened),
        paragraph(next),
        paragraph(cancel),
        Block::Link(paper.say("mail-received-link"), paper.head.request(request_id)),
        paragraph(paper.say("mail-received-asks")),
        paragraph(paper.say("mail-received-not-you")),
        facts([(paper.say("mail-received-at"), paper.time(received_at)), request_row(paper, request_id)]),
    ];
    (subject, blocks)
}

fn archive_ready(
    paper: Paper<'_>,
    request_id: RequestId,
    works_until: DateTime<Utc>,
    (bytes, sha256): (u64, &str),
) -> Draft {
    let (until, size) = (paper.time(works_until), paper.text.bytes(bytes));
    let blocks = vec![
        paragraph(paper.say_with("mail-archive-ready-happened", [("service", paper.service())])),
        Block::Link(paper.say("mail-archive-ready-link"), paper.head.request(request_id)),
        paragraph(paper.say_with("mail-archive-ready-until", [("until", until.into())])),
        paragraph(paper.say_with("mail-archive-ready-open", [("size", size.into())])),
        facts([request_row(paper, request_id), (paper.say("mail-archive-ready-sha256"), sha256.to_owned())]),
    ];
    (paper.say("mail-archive-ready-subject"), blocks)
}

fn archive_expiring(paper: Paper<'_>, request_id: RequestId, works_until: DateTime<Utc>) -> Draft {
    let until = paper.time(works_until);
    let blocks = vec![
        paragraph(paper.say_with(
            "mail-archive-expiring-happened",
            [("service", paper.service()), ("until", until.into())],
        )),
        Block::Link(paper.say("mail-archive-ready-link"), paper.head.request(request_id)),
        paragraph(paper.say("mail-archive-expiring-then")),
        facts([request_row(paper, request_id)]),
    ];
    (paper.say("mail-archive-expiring-subject"), blocks)
}

fn erased(
    paper: Paper<'_>,
    request_id: RequestId,
    completed_at: DateTime<Utc>,
    sources: &[ErasedSource],
) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-erased-happened", [("service", paper.service())])),
        Block::List(sources.iter().map(|source| source.in_words(paper)).collect()),
        paragraph(paper.say("mail-erased-stays")),
        facts([(paper.say("mail-erased-at"), paper.time(completed_at)), request_row(paper, request_id)]),
    ];
    (paper.say("mail-erased-subject"), blocks)
}

fn cancelled(paper: Paper<'_>, kind: Kind, request_id: RequestId, at: DateTime<Utc>) -> Draft {
    let service = [("service", paper.service())];
    let (subject, happened) = match kind {
        Kind::Export => (
            paper.say("mail-export-cancelled-subject"),
            paper.say_with("mail-export-cancelled-happened", service),
        ),
        Kind::Erasure => (
            paper.say("mail-erasure-cancelled-subject"),
            paper.say_with("mail-erasure-cancelled-happened", service),
        ),
    };
    let blocks = vec![
        paragraph(happened),
        paragraph(paper.say("mail-cancelled-again")),
        paper.account(),
        facts([(paper.say("mail-cancelled-at"), paper.time(at)), request_row(paper, request_id)]),
    ];
    (subject, blocks)
}

fn request_row(paper: Paper<'_>, request_id: RequestId) -> (String, String) {
    (paper.say("mail-request"), request_id.to_string())
}
