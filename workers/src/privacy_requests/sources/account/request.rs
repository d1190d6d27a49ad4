//! What the person asked for under the law: what `GET /v1/me/privacy-requests` shows, under the same names.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::privacy_request::{ArchiveEnd, Notice, Request};
use projections::privacy_request::NAME;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountSource, Parts, SourceError, caught_up};

/// Requests that are read at once.
const PAGE: i64 = 200;

/// A request about your data.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PrivacyRequest {
    /// Its id.
    id: String,
    /// What you asked for: `export` (a copy) or `erasure`.
    kind: &'static str,
    /// The law it was made under, by its id: `gdpr`, `ccpa` and so on.
    regulation: String,
    /// Where it stands.
    state: &'static str,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// By when it must be answered.
    due_at: DateTime<Utc>,
    /// When work on it may start.
    starts_at: DateTime<Utc>,
    /// Until when you can cancel it; null for an export, which you can cancel until its archive is packaged.
    cancellable_until: Option<DateTime<Utc>>,
    /// When it was completed or cancelled.
    closed_at: Option<DateTime<Utc>>,
    /// When the places of a completed erasure are read again, to see that nothing has come back.
    next_reading_at: Option<DateTime<Utc>>,
    /// What each place that holds data has done.
    sources: Vec<SourceAnswer>,
    /// The notices that went to you by mail.
    notices: Vec<&'static str>,
    /// The notices that did not reach you, and will not.
    undeliverable: Vec<UndeliverableNotice>,
    /// The archive of a completed export.
    archive: Option<ArchiveFacts>,
}

/// A notice that was given up.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UndeliverableNotice {
    /// What it would have told.
    notice: &'static str,
    /// Why it was given up.
    reason: &'static str,
}

/// What one place that holds data has done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SourceAnswer {
    /// Its name.
    name: String,
    /// Where it stands: `pending`, `running`, `waiting_to_retry`, `erased` (and still to be read again) or `done`.
    state: &'static str,
    /// Records handled so far.
    records: u64,
    /// How often it failed.
    attempts: u32,
    /// When it is asked again after a failure.
    retry_at: Option<DateTime<Utc>>,
    /// What it erased, by count.
    counts: BTreeMap<String, u64>,
    /// How many readings after the erasure found nothing left.
    readings: u32,
    /// How often a reading found something left, which was erased again.
    found_again: u32,
}

/// An archive such as this one.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ArchiveFacts {
    /// Its size in bytes.
    bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    sha256: String,
    /// Until when it can be fetched.
    expires_at: DateTime<Utc>,
    /// When you last fetched all of it.
    downloaded_at: Option<DateTime<Utc>>,
    /// Why it cannot be had any longer: `expired`, `disabled` or `erased`.
    ended: Option<&'static str>,
    /// Whether it could be fetched when this was collected.
    available: bool,
}

impl PrivacyRequest {
    fn new(request: &Request, now: DateTime<Utc>) -> Self {
        Self {
            id: request.request_id.to_string(),
            kind: request.kind.as_str(),
            regulation: request.regulation.to_string(),
            state: request.state.as_str(),
            received_at: request.received_at,
            due_at: request.due_at,
            starts_at: request.starts_at,
            cancellable_until: request.cancellable_until(),
            closed_at: request.closed_at,
            next_reading_at: request.later_reading(),
            sources: answers(request, now),
            notices: request.notices_sent().map(Notice::as_str).collect(),
            undeliverable: undeliverable(request),
            archive: request.archive.as_ref().map(|archive| ArchiveFacts {
                bytes: archive.bytes,
                sha256: archive.sha256.clone(),
                expires_at: archive.expires_at,
                downloaded_at: archive.downloaded_at,
                ended: archive.ended.map(ArchiveEnd::as_str),
                available: request.archive_available(now).is_some(),
            }),
        }
    }
}

fn undeliverable(request: &Request) -> Vec<UndeliverableNotice> {
    let given_up = request.undeliverable.iter();
    given_up
        .map(|(notice, reason)| UndeliverableNotice { notice: notice.as_str(), reason: reason.as_str() })
        .collect()
}

fn answers(request: &Request, now: DateTime<Utc>) -> Vec<SourceAnswer> {
    let answer = |name| {
        let (state, progress, retry_at) = request.source_at(name, now)?;
        Some(SourceAnswer {
            name: name.to_string(),
            state: state.as_str(),
            records: progress.records,
            attempts: progress.attempts,
            retry_at,
            counts: progress.counts.clone(),
            readings: progress.readings,
            found_again: progress.found_again,
        })
    };
    request.sources.keys().filter_map(answer).collect()
}

impl AccountSource {
    pub(super) async fn export_requests(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        caught_up(&self.store, &self.views, NAME).await?;
        let now = self.store.services().now();
        let mut part = parts.begin("account/requests.ndjson", "What you asked for about your data").await?;
        let mut before = None;
        loop {
            let page = self.views.request_list(account, before, PAGE).await?;
            before = page.last().map(|view| view.request.request_id);
            for view in &page {
                part.line(&PrivacyRequest::new(&view.request, now)).await?;
            }
            if before.is_none() {
                return Ok(parts.end_list(part).await?);
            }
        }
    }
}
