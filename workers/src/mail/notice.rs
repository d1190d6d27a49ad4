//! What a person is told about their privacy request (GDPR Art. 12(3)), in text and HTML.
//!
//! What always holds: every link is built from the configured [`PublicUrl`]; no link does anything by being
//! opened (mail scanners open them all), it leads to where a signed-in person decides; nothing is told that
//! the program does not do. A crash leaves nothing: this makes text.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::privacy_request::Kind;

use super::PublicUrl;
pub use super::block::Rendered;
use super::block::{Block, facts, paragraph, render};
use crate::archive::words;

/// What the archive's link asks of who opens it.
const FOR_YOU_ALONE: &str =
    "It opens for you alone: signed in, with your password given in the last ten minutes.";

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

/// What one data source erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedSource {
    /// Its name, in words a person understands.
    pub title: String,
    /// How many of what: `{"events": 1204, "profiles": 1}`. Empty where it held nothing.
    pub counts: BTreeMap<String, u64>,
}

impl Letter {
    /// The letter to a person, by name where they gave one.
    pub fn render(&self, name: Option<&str>, public_url: &PublicUrl) -> Rendered {
        let page = Page { public_url };
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
                Page::erased(*request_id, *completed_at, sources)
            }
            Self::Cancelled { kind, request_id, cancelled_at } => {
                Page::cancelled(*kind, *request_id, *cancelled_at)
            }
        };
        render(subject, name, blocks)
    }
}

/// Writes the letters' blocks.
struct Page<'a> {
    public_url: &'a PublicUrl,
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
        let (subject, asked, next) = match kind {
            Kind::Export => (
                "We have received your request for your data",
                "for a copy of the data we hold about you",
                "We are putting it together and will write again when it is ready. This may take several \
                 weeks, and is often done much sooner.",
            ),
            Kind::Erasure => (
                "We have received your request to delete your data",
                "to delete the data collected about your use of the product",
                "Your account stays as it is: you can go on using it. We will write again when everything is \
                 deleted, and say what it was. This may take several weeks, and is often done much sooner.",
            ),
        };
        let until = match cancellable_until {
            Some(until) => format!("You can cancel it until {}.", words::time(until)),
            None => "You can cancel it until we have put it together.".to_owned(),
        };
        let blocks = vec![
            paragraph(format!(
                "We have received your request {asked}. You will have our answer by {}.",
                words::time(due_at)
            )),
            paragraph(next),
            paragraph(format!(
                "{until} To do so, ask the operator of the service, or send this to it while you are signed in:"
            )),
            Block::Call("DELETE", self.request(request_id)),
            paragraph("If it was not you who asked for this, cancel it and change your password."),
            facts(&[("Request", request_id.to_string()), ("Received", words::time(received_at).to_string())]),
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
            paragraph("The copy of your data that you asked for is ready. You can fetch it here:"),
            Block::Link("Fetch your data", self.archive(request_id)),
            paragraph(format!("The link works until {}. {FOR_YOU_ALONE}", words::time(works_until))),
            paragraph(
                "What you get is a ZIP file. Unpack it and open index.html, which says what is in it. It is \
                 personal: keep it where only you can read it.",
            ),
            facts(&[
                ("Request", request_id.to_string()),
                ("Size", words::size(bytes)),
                ("SHA-256", sha256.to_owned()),
            ]),
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
                "You have not yet fetched the copy of your data that you asked for. The link works until {}; \
                 then the copy is deleted.",
                words::time(works_until)
            )),
            Block::Link("Fetch your data", self.archive(request_id)),
            paragraph(format!(
                "{FOR_YOU_ALONE} If you no longer want the copy, there is nothing to do; you can ask for a new \
                 one at any time."
            )),
            facts(&[("Request", request_id.to_string())]),
        ];
        ("The link to your data expires soon", blocks)
    }

    fn erased(
        request_id: RequestId,
        completed_at: DateTime<Utc>,
        sources: &[ErasedSource],
    ) -> (&'static str, Vec<Block>) {
        let rows = sources.iter().map(|source| (source.title.clone(), counted(&source.counts))).collect();
        let blocks = vec![
            paragraph(
                "The data collected about your use of the product is deleted. This is what was deleted, and \
                 where:",
            ),
            Block::Facts(rows),
            paragraph(
                "Your account stays usable: you sign in as before, and your profile and settings are as they \
                 were.",
            ),
            facts(&[
                ("Request", request_id.to_string()),
                ("Completed", words::time(completed_at).to_string()),
            ]),
        ];
        ("Your data is deleted", blocks)
    }

    fn cancelled(kind: Kind, request_id: RequestId, at: DateTime<Utc>) -> (&'static str, Vec<Block>) {
        let (subject, what) = match kind {
            Kind::Export => (
                "Your request for your data is cancelled",
                "Your request for a copy of your data is cancelled. Nothing was handed out.",
            ),
            Kind::Erasure => (
                "Your request to delete your data is cancelled",
                "Your request to delete the data collected about your use of the product is cancelled. Nothing \
                 was deleted.",
            ),
        };
        let blocks = vec![
            paragraph(what),
            paragraph(
                "You can ask again at any time. If it was not you who cancelled it, change your password first.",
            ),
            facts(&[("Request", request_id.to_string()), ("Cancelled", words::time(at).to_string())]),
        ];
        (subject, blocks)
    }

    fn archive(&self, request_id: RequestId) -> String {
        format!("{}/archive", self.request(request_id))
    }

    fn request(&self, request_id: RequestId) -> String {
        self.public_url.link(&format!("v1/me/privacy-requests/{request_id}"))
    }
}

/// `events: 1,204; profiles: 1`, with the names as the source gave them.
fn counted(counts: &BTreeMap<String, u64>) -> String {
    if counts.values().all(|&count| count == 0) {
        return "nothing was held".to_owned();
    }
    let told =
        |(what, &count): (&String, &u64)| format!("{}: {}", what.replace('_', " "), words::number(count));
    counts.iter().map(told).collect::<Vec<_>>().join("; ")
}
