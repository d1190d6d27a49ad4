//! What a person is told about their privacy request (GDPR Art. 12(3)), in text and HTML.
//!
//! What always holds: every link is built from the configured [`PublicUrl`](super::PublicUrl); no link does anything by being
//! opened (mail scanners open them all), it leads to where a signed-in person decides; nothing is told that
//! the program does not do. A crash leaves nothing: this makes text.

use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::privacy_request::Kind;

use super::Letterhead;
use super::block::{Block, facts, paragraph};
pub use super::erased::ErasedSource;
pub use super::layout::Rendered;
use super::layout::{Reader, render};
use crate::text;

/// What the page asks of the person who opens it.
const FOR_YOU_ALONE: &str = "The page asks you to sign in, so that nobody else gets it.";

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
    /// The letter to a person, by name where they gave one.
    pub fn render(&self, name: Option<&str>, head: &Letterhead) -> Rendered {
        let page = Page { head };
        let (subject, blocks) = match self {
            Self::Received { kind, request_id, received_at, due_at, cancellable_until } => {
                page.received(*kind, *request_id, *received_at, *due_at, *cancellable_until)
            }
            Self::ArchiveReady { request_id, works_until, bytes, sha256 } => {
                page.archive_ready(*request_id, *works_until, *bytes, sha256)
            }
            Self::ArchiveExpiring { request_id, works_until } => {
                page.archive_expiring(*request_id, *works_until)
            }
            Self::Erased { request_id, completed_at, sources } => {
                page.erased(*request_id, *completed_at, sources)
            }
            Self::Cancelled { kind, request_id, cancelled_at } => {
                page.cancelled(*kind, *request_id, *cancelled_at)
            }
        };
        render(head, subject, Reader::Holder(name), &blocks)
    }
}

/// Writes the letters' blocks.
struct Page<'a> {
    head: &'a Letterhead,
}

impl Page<'_> {
    fn received(
        &self,
        kind: Kind,
        request_id: RequestId,
        received_at: DateTime<Utc>,
        due_at: DateTime<Utc>,
        cancellable_until: Option<DateTime<Utc>>,
    ) -> (&'static str, Vec<Block>) {
        let service = self.head.service();
        let (subject, asked, next) = match kind {
            Kind::Export => (
                "We have received your request for your data",
                format!("for a copy of the data that {service} holds about you"),
                "We are putting it together and will write again when it is ready. This may take several \
                 weeks, and is often done much sooner.",
            ),
            Kind::Erasure => (
                "We have received your request to delete your data",
                format!("to delete the data collected about your use of {service}"),
                "Your account stays as it is: you can go on using it. We will write again when everything is \
                 deleted, and say what it was. This may take several weeks, and is often done much sooner.",
            ),
        };
        let until = match cancellable_until {
            Some(until) => format!("You can cancel it until {}, on this page:", text::time(until)),
            None => "You can cancel it until we have put it together, on this page:".to_owned(),
        };
        let blocks = vec![
            paragraph(format!(
                "We have received your request {asked}. You will have our answer by {}.",
                text::time(due_at)
            )),
            paragraph(next),
            paragraph(until),
            Block::Link("See or cancel your request", self.head.request(request_id)),
            paragraph("Opening it changes nothing yet: the page asks you to sign in, and then what to do."),
            paragraph("If it was not you who asked for this, cancel it there and change your password."),
            facts(&[("Received", text::time(received_at).to_string()), ("Request", request_id.to_string())]),
        ];
        (subject, blocks)
    }

    fn archive_ready(
        &self,
        request_id: RequestId,
        works_until: DateTime<Utc>,
        bytes: u64,
        sha256: &str,
    ) -> (&'static str, Vec<Block>) {
        let blocks = vec![
            paragraph(format!(
                "The copy of your data that you asked {} for is ready. You can fetch it on this page:",
                self.head.service()
            )),
            Block::Link("Fetch your data", self.head.request(request_id)),
            paragraph(format!("It can be fetched until {}. {FOR_YOU_ALONE}", text::time(works_until))),
            paragraph(format!(
                "What you get is a ZIP file of {}. Unpack it and open index.html, which shows what is in it. It is \
                 personal: keep it where only you can read it.",
                text::size(bytes)
            )),
            facts(&[("Request", request_id.to_string()), ("SHA-256 of the file", sha256.to_owned())]),
        ];
        ("Your data is ready", blocks)
    }

    fn archive_expiring(
        &self,
        request_id: RequestId,
        works_until: DateTime<Utc>,
    ) -> (&'static str, Vec<Block>) {
        let blocks = vec![
            paragraph(format!(
                "You have not yet fetched the copy of your data that you asked {} for. You can fetch it until {}; then \
                 the copy is deleted.",
                self.head.service(),
                text::time(works_until)
            )),
            Block::Link("Fetch your data", self.head.request(request_id)),
            paragraph(format!(
                "{FOR_YOU_ALONE} If you no longer want the copy, there is nothing to do; you can ask for a new \
                 one at any time."
            )),
            facts(&[("Request", request_id.to_string())]),
        ];
        ("The copy of your data is deleted soon", blocks)
    }

    fn erased(
        &self,
        request_id: RequestId,
        completed_at: DateTime<Utc>,
        sources: &[ErasedSource],
    ) -> (&'static str, Vec<Block>) {
        let service = self.head.service();
        let blocks = vec![
            paragraph(format!(
                "The data collected about your use of {service} is deleted. This is what was done, and where:"
            )),
            Block::List(sources.iter().map(|source| source.in_words(service)).collect()),
            paragraph(
                "Your account stays usable: you sign in as before, and your profile and settings are as they \
                 were.",
            ),
            facts(&[
                ("Completed", text::time(completed_at).to_string()),
                ("Request", request_id.to_string()),
            ]),
        ];
        ("Your data is deleted", blocks)
    }

    fn cancelled(&self, kind: Kind, request_id: RequestId, at: DateTime<Utc>) -> (&'static str, Vec<Block>) {
        let service = self.head.service();
        let (subject, what) = match kind {
            Kind::Export => (
                "Your request for your data is cancelled",
                format!(
                    "Your request to {service} for a copy of your data is cancelled. Nothing was handed out."
                ),
            ),
            Kind::Erasure => (
                "Your request to delete your data is cancelled",
                format!(
                    "Your request to delete the data collected about your use of {service} is cancelled. Nothing was \
                     deleted."
                ),
            ),
        };
        let blocks = vec![
            paragraph(what),
            paragraph(
                "You can ask again at any time. If it was not you who cancelled it, change your password first.",
            ),
            Block::Link("Go to your account", self.head.account_url().to_owned()),
            facts(&[("Cancelled", text::time(at).to_string()), ("Request", request_id.to_string())]),
        ];
        (subject, blocks)
    }
}
