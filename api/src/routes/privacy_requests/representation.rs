//! A privacy request as its holder sees it. Where its files lie never leaves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::law::LawId;
use domain::privacy_request::{Archive, ArchiveEnd, Kind, Notice, Request, SourceName, State};
use domain::{RequestId, Undeliverable};
use projections::privacy_request::RequestView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use crate::schemas;

/// A privacy request.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestBody {
    /// Its id.
    #[schema(value_type = String, example = "req_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: RequestId,
    /// Counts what has happened to it. Each event of `/events` has it as its id.
    #[schema(example = 5)]
    pub(crate) version: i64,
    /// Export or erasure.
    #[schema(value_type = schemas::RequestKind)]
    pub(crate) kind: Kind,
    /// The law it is made under.
    #[schema(value_type = schemas::Regulation)]
    pub(crate) regulation: LawId,
    /// Where it stands.
    #[schema(value_type = schemas::RequestState)]
    pub(crate) state: State,
    /// When it was received.
    pub(crate) received_at: DateTime<Utc>,
    /// By when it must be answered.
    pub(crate) due_at: DateTime<Utc>,
    /// When work on it may start.
    pub(crate) starts_at: DateTime<Utc>,
    /// Until when it can be cancelled; null for an export, which can be cancelled until its archive is
    /// packaged.
    pub(crate) cancellable_until: Option<DateTime<Utc>>,
    /// When it was completed or cancelled.
    pub(crate) closed_at: Option<DateTime<Utc>>,
    /// When the data sources of a completed erasure are read again, to see that nothing has come back; null where
    /// no reading is left.
    pub(crate) next_reading_at: Option<DateTime<Utc>>,
    /// What each data source has done.
    pub(crate) sources: Vec<SourceBody>,
    /// The notices that went out by mail.
    #[schema(value_type = Vec<schemas::RequestNotice>)]
    pub(crate) notices: Vec<Notice>,
    /// The notices that did not reach you, and will not.
    pub(crate) undeliverable: Vec<UndeliverableBody>,
    /// The archive of a completed export.
    pub(crate) archive: Option<ArchiveBody>,
}

/// A notice that was given up.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct UndeliverableBody {
    /// What it would have told.
    #[schema(value_type = schemas::RequestNotice)]
    pub(crate) notice: Notice,
    /// Why it was given up. After `unconfirmed` it may have arrived.
    #[schema(value_type = schemas::UndeliverableReason)]
    pub(crate) reason: Undeliverable,
}

/// What one data source has done.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SourceBody {
    /// Its name.
    #[schema(value_type = String, example = "usage")]
    pub(crate) name: SourceName,
    /// Where it stands.
    pub(crate) state: SourceState,
    /// Records handled so far.
    pub(crate) records: u64,
    /// How often it failed.
    pub(crate) attempts: u32,
    /// When it is asked again after a failure.
    pub(crate) retry_at: Option<DateTime<Utc>>,
    /// What it erased, by count.
    pub(crate) counts: BTreeMap<String, u64>,
    /// How many readings after the erasure found nothing left.
    pub(crate) readings: u32,
    /// How often a reading found something left, which was erased again.
    pub(crate) found_again: u32,
}

/// Where a data source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SourceState {
    /// Its turn has not come.
    Pending,
    /// It is at work.
    Running,
    /// It failed and is asked again later.
    WaitingToRetry,
    /// It erased what it held, and is to be read again.
    Erased,
    /// It has answered, and where it erased, it was read again.
    Done,
}

/// The archive of a completed export.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ArchiveBody {
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub(crate) sha256: String,
    /// Until when it can be fetched.
    pub(crate) expires_at: DateTime<Utc>,
    /// When all of it was last fetched.
    pub(crate) downloaded_at: Option<DateTime<Utc>>,
    /// Why it cannot be had any longer.
    #[schema(value_type = Option<schemas::ArchiveEnd>)]
    pub(crate) ended: Option<ArchiveEnd>,
    /// Whether it can be fetched now.
    pub(crate) available: bool,
    /// Where to fetch it.
    #[schema(example = "/v1/me/privacy-requests/req_01h455vb4pex5vsknk084sn02q/archive")]
    pub(crate) path: String,
}

impl PrivacyRequestBody {
    /// How a request looks at `now`.
    pub(crate) fn of(view: &RequestView, now: DateTime<Utc>) -> Self {
        let RequestView { request, version } = view;
        let sources = request.sources.keys();
        Self {
            id: request.request_id,
            version: *version,
            kind: request.kind,
            regulation: request.regulation.clone(),
            state: request.state,
            received_at: request.received_at,
            due_at: request.due_at,
            starts_at: request.starts_at,
            cancellable_until: request.cancellable_until(),
            closed_at: request.closed_at,
            next_reading_at: request.later_reading(),
            sources: sources.filter_map(|name| source(request, name, now)).collect(),
            notices: request.notices_sent().collect(),
            undeliverable: undeliverable(request),
            archive: request.archive.as_ref().map(|archive| archived(request, archive, now)),
        }
    }
}

fn undeliverable(request: &Request) -> Vec<UndeliverableBody> {
    let given_up = request.undeliverable.iter();
    given_up.map(|(&notice, &reason)| UndeliverableBody { notice, reason }).collect()
}

fn source(request: &Request, name: &SourceName, now: DateTime<Utc>) -> Option<SourceBody> {
    let (state, progress, retry_at) = request.source_at(name, now)?;
    Some(SourceBody {
        name: name.clone(),
        state: state.into(),
        records: progress.records,
        attempts: progress.attempts,
        retry_at,
        counts: progress.counts.clone(),
        readings: progress.readings,
        found_again: progress.found_again,
    })
}

impl From<domain::privacy_request::SourceState> for SourceState {
    fn from(state: domain::privacy_request::SourceState) -> Self {
        use domain::privacy_request::SourceState as S;
        match state {
            S::Pending => Self::Pending,
            S::Running => Self::Running,
            S::WaitingToRetry => Self::WaitingToRetry,
            S::Erased => Self::Erased,
            S::Done => Self::Done,
        }
    }
}

fn archived(request: &Request, archive: &Archive, now: DateTime<Utc>) -> ArchiveBody {
    ArchiveBody {
        bytes: archive.bytes,
        sha256: archive.sha256.clone(),
        expires_at: archive.expires_at,
        downloaded_at: archive.downloaded_at,
        ended: archive.ended,
        available: request.archive_available(now).is_some(),
        path: format!("{PATH}/{}/archive", request.request_id),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use cqrs_es::Aggregate as _;
    use domain::AccountId;
    use domain::privacy_request::PrivacyRequestEvent as Event;
    use domain::privacy_request::{PrivacyRequest, SourceFile};
    use uuid::Uuid;

    pub(in super::super) const NOW: &str = "2026-03-12T12:00:00Z";

    pub(in super::super) fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn name(name: &str) -> SourceName {
        SourceName::new(name)
    }

    fn folded(events: impl IntoIterator<Item = Event>) -> Request {
        let mut aggregate = PrivacyRequest::default();
        events.into_iter().for_each(|event| aggregate.apply(event));
        aggregate.request.unwrap()
    }

    fn collected(source: &str) -> Event {
        let file = SourceFile {
            name: "account.json".to_owned(),
            title: "The account".to_owned(),
            object: "requests/req_1/secret-place".to_owned(),
            bytes: 9,
            sha256: "00".to_owned(),
            records: Some(3),
            restates: false,
        };
        Event::SourceExported {
            source: name(source),
            files: vec![file],
            collected_under: Vec::new(),
            at: at(NOW),
        }
    }

    /// An export at work on the first of two stages.
    fn events(kind: Kind) -> Vec<Event> {
        let received_at = at("2026-03-10T12:00:00Z");
        let received = Event::Received {
            request_id: RequestId::from_uuid(Uuid::from_u128(1)),
            account_id: AccountId::from_uuid(Uuid::from_u128(2)),
            kind,
            regulation: LawId::GDPR,
            law_version: Some(1),
            received_at,
            due_at: at("2026-04-10T23:59:59Z"),
            starts_at: received_at + chrono::Duration::hours(24),
            stages: vec![vec![name("account"), name("usage")], vec![name("crm")]],
            later_readings: Vec::new(),
        };
        let notice = Event::NoticeSent { notice: Notice::Received, message_id: "1@example.com".to_owned() };
        vec![received, notice, Event::Started { at: received_at + chrono::Duration::hours(24) }]
    }

    /// An export of which one source has answered and one has failed.
    pub(in super::super) fn export() -> Request {
        let reason = "away".to_owned();
        let retry_at = at("2026-03-12T12:00:30Z");
        let failed = Event::SourceFailed { source: name("usage"), attempts: 2, reason, retry_at };
        folded(events(Kind::Export).into_iter().chain([collected("account"), failed]))
    }

    /// An export that is done.
    pub(in super::super) fn packaged() -> Request {
        let packaged = Event::Packaged {
            object: "requests/req_1/secret-archive".to_owned(),
            bytes: 1_000,
            sha256: "ab".repeat(32),
            expires_at: at("2026-03-19T12:00:00Z"),
        };
        let account_id = AccountId::from_uuid(Uuid::from_u128(2));
        let completed = Event::Completed { account_id, kind: Kind::Export, at: at(NOW) };
        let sources = ["account", "usage", "crm"].map(collected);
        folded(events(Kind::Export).into_iter().chain(sources).chain([packaged, completed]))
    }

    fn body(request: Request, now: &str) -> PrivacyRequestBody {
        PrivacyRequestBody::of(&RequestView { request, version: 5 }, at(now))
    }

    fn told(request: Request) -> String {
        serde_json::to_string_pretty(&body(request, NOW)).unwrap()
    }

    #[test]
    fn a_request_tells_what_each_source_has_done() {
        insta::assert_snapshot!(told(export()), @r#"
        {
          "id": "req_00000000000000000000000001",
          "version": 5,
          "kind": "export",
          "regulation": "gdpr",
          "state": "running",
          "received_at": "2026-03-10T12:00:00Z",
          "due_at": "2026-04-10T23:59:59Z",
          "starts_at": "2026-03-11T12:00:00Z",
          "cancellable_until": null,
          "closed_at": null,
          "next_reading_at": null,
          "sources": [
            {
              "name": "account",
              "state": "done",
              "records": 3,
              "attempts": 0,
              "retry_at": null,
              "counts": {},
              "readings": 0,
              "found_again": 0
            },
            {
              "name": "crm",
              "state": "pending",
              "records": 0,
              "attempts": 0,
              "retry_at": null,
              "counts": {},
              "readings": 0,
              "found_again": 0
            },
            {
              "name": "usage",
              "state": "waiting_to_retry",
              "records": 0,
              "attempts": 2,
              "retry_at": "2026-03-12T12:00:30Z",
              "counts": {},
              "readings": 0,
              "found_again": 0
            }
          ],
          "notices": [
            "received"
          ],
          "undeliverable": [],
          "archive": null
        }
        "#);
    }

    #[test]
    fn a_notice_that_was_refused_is_shown_as_such_and_not_as_sent() {
        let notice = Notice::Received;
        let refused = Event::NoticeUndeliverable { notice, reason: Some(Undeliverable::Refused) };
        let mut life = events(Kind::Erasure);
        life[1] = refused;
        let body = serde_json::to_value(body(folded(life), NOW)).unwrap();
        assert_eq!(body["notices"], serde_json::json!([]));
        assert_eq!(body["undeliverable"], serde_json::json!([{"notice": "received", "reason": "refused"}]));
    }

    #[test]
    fn a_source_is_at_work_again_once_its_time_has_come() {
        let body = body(export(), "2026-03-12T12:00:30Z");
        let states: Vec<_> = body.sources.iter().map(|source| source.state).collect();
        assert_eq!(states, [SourceState::Done, SourceState::Pending, SourceState::Running]);
    }

    #[test]
    fn an_archive_tells_whether_it_can_be_had_but_not_where_it_lies() {
        let told = told(packaged());
        assert!(!told.contains("secret") && told.contains("\"available\": true"), "{told}");
        let late = body(packaged(), "2026-03-19T12:00:00Z");
        assert!(!late.archive.unwrap().available);
    }

    #[test]
    fn an_erasure_tells_until_when_it_can_be_cancelled() {
        let erasure = folded(events(Kind::Erasure));
        let until = body(erasure, NOW).cancellable_until;
        assert_eq!(until, Some(at("2026-03-11T12:00:00Z")));
    }
}
