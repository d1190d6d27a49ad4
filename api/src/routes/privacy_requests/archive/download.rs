//! `GET /v1/me/privacy-requests/{id}/archive`: fetching the archive.
//!
//! It takes the holder's own session and a fresh password; an address alone opens nothing. The download is
//! recorded before the first byte leaves, and once more, as whole, before the last of all its bytes does. The bytes are opened as they are sent, so an archive of any size
//! takes the same memory.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::message::MessageBody;
use domain::privacy_request::{
    Archive, Kind as RequestKind, PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError, Request,
};
use domain::{AccountId, Actor, EventId, RequestId};
use event_store::encryption::DataKey;
use event_store::{CommitExtras, ExecuteError, KeyName, StoreError};
use futures::{Stream, TryStreamExt};
use sealed_objects::ObjectKey;
use uuid::Uuid;

use super::super::lookup;

use super::range::{Wanted, wanted};
use crate::capacity::Client;
use crate::event_position::EventPosition;
use crate::extract::{CurrentSession, Id, RequestContext, StreamPermits, Sudo};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::schemas;
use crate::state::{AppState, Coverage};

/// What the key of an archive is for.
const SCOPE: &str = "archive";

/// Fetches the archive.
///
/// It can be had for seven days, unless it was disabled or its data erased, and needs the password to have
/// been given in the last ten minutes. The holder is told by mail. A broken download goes on with `Range`. `HEAD` asks for its size.
#[utoipa::path(
    get, path = "/v1/me/privacy-requests/{id}/archive", tag = "Privacy requests", operation_id = "downloadArchive",
    params(
        ("Range" = Option<String>, Header, description = "One range of bytes"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what you have a part of"),
    ),
    responses(
        (status = 200, description = "The ZIP", body = schemas::ArchiveFile, content_type = "application/zip",
            headers(("ETag" = String, description = "SHA-256 of the archive"))),
        (status = 206, description = "The part asked for", body = schemas::ArchiveFile, content_type = "application/zip",
            headers(("Content-Range" = String, description = "Which part it is"))),
        (status = 403, description = "Give the password again first: `reauthentication-required`"),
        (status = 404, description = "The account has no such request, or it is an erasure: `not-found`"),
        (status = 409, description = "The archive is not ready yet: `archive-not-ready`, with the `state`"),
        (status = 410, description = "It expired, was disabled, or its data was erased: `archive-gone`"),
        (status = 416, description = "The range lies outside: `range-not-satisfiable`"),
        (status = 429, description = "Too many downloads: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn download(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(id): Id<RequestId>,
    method: Method,
    headers: HeaderMap,
    permits: StreamPermits,
    context: RequestContext,
) -> Result<Response, Problem> {
    let found = lookup::owned(&state, current.account(), id).await?;
    let now = state.store.services().now();
    let archive = found.request.archive_available(now).ok_or_else(|| refusal(&found.request))?;
    let key = opened(&state, id, archive).await?;
    let etag = format!("\"{}\"", archive.sha256);
    let whole = 0..archive.bytes;
    // HEAD has no ranges (RFC 9110, section 14.2), fetches nothing and so records nothing.
    if method == Method::HEAD {
        return Ok((StatusCode::OK, about(id, &etag, &whole, None), Body::empty()).into_response());
    }
    let (status, range) = match wanted(&headers, &etag, archive.bytes) {
        Wanted::Whole => (StatusCode::OK, whole),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Outside => return Err(outside(archive.bytes)),
    };
    let part = (status == StatusCode::PARTIAL_CONTENT).then_some(archive.bytes);
    let head = about(id, &etag, &range, part);
    let permit = permits.acquire(Client::Account(current.account()))?;
    let download = Download { state: state.clone(), account: current.account(), id, key: key.id, context };
    let (position, coverage) = download.begin(&current, &range).await?;
    let start = range.start;
    let bytes = state.archives.read(&archive.object, &ObjectKey::from_bytes(*key.expose()), range);
    let bytes = bytes.inspect_err(|error| {
        tracing::error!(error = error as &dyn std::error::Error, "archive download cut off");
    });
    let bytes = state.as_long_as(current.0, bytes);
    let bytes = download.counting(bytes, start, coverage, archive.bytes);
    Ok((status, position, head, Body::from_stream(permit.hold(bytes))).into_response())
}

/// Why there is no archive to be had of a request.
pub(super) fn refusal(request: &Request) -> Problem {
    match request {
        Request { kind: RequestKind::Erasure, .. } => Problem::new(Kind::NotFound),
        Request { archive: None, state, .. } if !state.is_closed() => {
            Problem::new(Kind::ArchiveNotReady).with_state(state.as_str())
        }
        _ => Problem::new(Kind::ArchiveGone),
    }
}

fn outside(length: u64) -> Problem {
    let problem = Problem::new(Kind::RangeNotSatisfiable);
    match HeaderValue::from_str(&format!("bytes */{length}")) {
        Ok(value) => problem.with_header(CONTENT_RANGE, value),
        Err(_) => problem,
    }
}

/// The key of the archive, once it is sure that the archive is where it should be.
async fn opened(state: &AppState, id: RequestId, archive: &Archive) -> Result<Arc<DataKey>, Problem> {
    let gone = || Problem::new(Kind::ArchiveGone);
    let key =
        state.store.keys().find_active_key(&KeyName::new(id.to_string(), SCOPE)).await?.ok_or_else(gone)?;
    let length = state.archives.size(&archive.object).await?.ok_or_else(gone)?;
    if length == archive.bytes {
        Ok(key)
    } else {
        Err(Problem::internal(StoreError::Unreadable(format!("the archive of {id} has not its length"))))
    }
}

/// A download of an archive, as it is put on record.
struct Download {
    state: AppState,
    account: AccountId,
    id: RequestId,
    /// The archive's key. It must still live then: an erasure that is faster leaves nothing to fetch.
    key: Uuid,
    context: RequestContext,
}

impl Download {
    /// Records that it begins and tells the holder, unless the session only goes on with one.
    async fn begin(
        &self,
        current: &CurrentSession,
        range: &Range<u64>,
    ) -> Result<(EventPosition, Arc<Coverage>), Problem> {
        let (state, name) = (&self.state, (current.0.id, self.id));
        let known = state.downloads.get(&name).await;
        if let Some(coverage) = known.clone().filter(|_| range.start > 0) {
            return Ok((EventPosition::unknown(), coverage));
        }
        state.limit(limits::DOWNLOADS, &self.account.to_string()).await?;
        let mut extras = CommitExtras::default();
        let says = MessageBody::ArchiveDownloaded {
            at: state.store.services().now(),
            request_id: self.id,
            program: self.context.origin().user_agent.clone(),
            ip_address: self.context.origin().ip_address,
        };
        state.notify(&mut extras, self.account, says).await?;
        let events = match self.record(false, extras).await {
            Ok(events) => events,
            Err(ExecuteError::KeyDestroyed) => return Err(Problem::new(Kind::ArchiveGone)),
            Err(error) => return Err(error.into()),
        };
        let coverage = known.unwrap_or_default();
        state.downloads.insert(name, Arc::clone(&coverage)).await;
        Ok((state.position(self.account, &events).await, coverage))
    }

    async fn record(
        &self,
        whole: bool,
        mut extras: CommitExtras,
    ) -> Result<Vec<EventId>, ExecuteError<PrivacyRequestError>> {
        extras.required_keys.push(self.key);
        let context = self.context.command_about(Actor::Account(self.account), self.id);
        let command = PrivacyRequestCommand::RecordDownload { whole };
        let (store, id) = (&self.state.store, self.id.to_string());
        Ok(store.execute::<PrivacyRequest>(&id, command, &context, extras).await?.events)
    }

    /// Records that all was handed over. Where that fails the bytes leave all the same: they are the holder's.
    async fn record_whole(&self) {
        match self.record(true, CommitExtras::default()).await {
            // So that the holder sees it in what they ask for next.
            Ok(events) => drop(self.state.position(self.account, &events).await),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "recording the finished download failed: its reminder may be sent needlessly"
                );
            }
        }
    }

    /// The bytes from `start` on, as they leave. With the piece that makes `coverage` the whole of `length` bytes it is recorded
    /// that all were handed over.
    fn counting<E>(
        self,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        start: u64,
        coverage: Arc<Coverage>,
        length: u64,
    ) -> impl Stream<Item = Result<Bytes, E>> + Send {
        let counted = bytes.map_ok({
            let mut next = start;
            move |piece| {
                let from = next;
                next += piece.len() as u64;
                (coverage.add(from..next, length), piece)
            }
        });
        let download = Arc::new(self);
        counted.and_then(move |(is_whole, piece)| {
            let download = Arc::clone(&download);
            async move {
                if is_whole {
                    download.record_whole().await;
                }
                Ok(piece)
            }
        })
    }
}

/// The headers of an answer with `range` of the archive; of a part also the length of the whole.
fn about(id: RequestId, etag: &str, range: &Range<u64>, part_of: Option<u64>) -> HeaderMap {
    let length = range.end - range.start;
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (CONTENT_LENGTH, HeaderValue::from(length)),
    ]);
    let disposition = format!("attachment; filename=\"personal-data-{id}.zip\"");
    let content_range =
        part_of.map(|whole| format!("bytes {}-{}/{whole}", range.start, range.end.saturating_sub(1)));
    let texts = [
        (CONTENT_DISPOSITION, Some(disposition)),
        (ETAG, Some(etag.to_owned())),
        (CONTENT_RANGE, content_range),
    ];
    for (name, text) in texts {
        if let Some(Ok(value)) = text.map(|text| HeaderValue::from_str(&text)) {
            headers.insert(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::super::super::representation::tests::{export, packaged};
    use super::*;
    use domain::privacy_request::{ArchiveEnd, State};

    #[test]
    fn what_cannot_be_had_says_why() {
        assert_eq!(refusal(&export()).kind(), Kind::ArchiveNotReady);
        let cancelled = Request { state: State::Cancelled, ..export() };
        assert_eq!(refusal(&cancelled).kind(), Kind::ArchiveGone);
        let mut ended = packaged();
        ended.archive.as_mut().unwrap().ended = Some(ArchiveEnd::Disabled);
        assert_eq!(refusal(&ended).kind(), Kind::ArchiveGone);
        assert_eq!(refusal(&packaged()).kind(), Kind::ArchiveGone);
        let erasure = Request { kind: RequestKind::Erasure, ..export() };
        assert_eq!(refusal(&erasure).kind(), Kind::NotFound);
    }

    #[test]
    fn the_headers_tell_what_it_is() {
        let id = packaged().request_id;
        let told = |headers: HeaderMap| {
            let lines = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
            lines.collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(told(about(id, "\"ab\"", &(0..1_000), None)), @r#"
        content-type: application/zip
        accept-ranges: bytes
        content-length: 1000
        content-disposition: attachment; filename="personal-data-req_00000000000000000000000001.zip"
        etag: "ab"
        "#);
        insta::assert_snapshot!(told(about(id, "\"ab\"", &(500..1_000), Some(1_000))), @r#"
        content-type: application/zip
        accept-ranges: bytes
        content-length: 500
        content-disposition: attachment; filename="personal-data-req_00000000000000000000000001.zip"
        etag: "ab"
        content-range: bytes 500-999/1000
        "#);
    }
}
