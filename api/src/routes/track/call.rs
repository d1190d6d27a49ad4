//! A call on its way in: unpacked, and passed over once, away from the asynchronous threads.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use chrono::{DateTime, Utc};
use domain::Services;
use event_store::usage::{Incoming, Project};

use super::LARGEST_BODY;
use super::dialect::{LeftOut, Refusal};
use super::event::Sent;
use super::outline::{self, Outline};
use super::payload::{self, Payload};
use super::split::Items;
use crate::capacity::Charge;
use crate::extract::Whole;
use crate::problem::{Kind, Problem};

/// How a body was packed by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
}

impl Packing {
    /// As the head says.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut named = headers.get_all(CONTENT_ENCODING).iter();
        match (named.next(), named.next()) {
            (None, _) => Ok(Self::None),
            (Some(encoding), None) if encoding.as_bytes().eq_ignore_ascii_case(b"gzip") => Ok(Self::Gzip),
            _ => Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "compress the body with gzip or not at all",
            )),
        }
    }

    /// How large a body of `bytes` may become.
    pub(super) fn at_most(self, bytes: usize) -> usize {
        match self {
            Self::None => bytes,
            Self::Gzip => LARGEST_BODY,
        }
    }
}

/// A call that was passed over once.
pub(super) struct Call {
    pub(super) payload: Payload,
    pub(super) outline: Outline,
}

/// What of a call can be stored.
pub(super) struct Batch {
    pub(super) events: Vec<Incoming>,
    pub(super) left_out: LeftOut,
    /// For the memory that the events take.
    pub(super) charge: Arc<Charge>,
}

impl Call {
    /// Unpacks a body, or takes what a `query` holds in its place, and passes over it. The outer error is ours, the inner
    /// one the sender's.
    pub(super) fn read(
        body: Whole,
        packing: Packing,
        query: Option<&str>,
    ) -> Result<Result<Self, Refusal>, Problem> {
        let body = match packing {
            Packing::None => body,
            Packing::Gzip => match body.unpacked(LARGEST_BODY) {
                Ok(unpacked) => unpacked,
                Err(problem) => return told(problem).map(Err),
            },
        };
        Ok(payload::read(body, query).and_then(|payload| {
            let outline = outline::read(&payload.json)?;
            Ok(Self { payload, outline })
        }))
    }

    /// The refusal of a call of which no event can be read.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let mut left_out = LeftOut::of(self.outline.events);
        for (index, fault) in &self.outline.unreadable {
            left_out.add(*index, 0, Refusal::malformed(fault));
        }
        left_out.refusal()
    }

    /// The events of the call as they are stored in a project, one after the other, so that no more than one is held as
    /// values; those that cannot be are left out, and cost no other.
    pub(super) fn events(self, services: &Services, project: &Project) -> Batch {
        let now = services.now();
        let mut left_out = LeftOut::of(self.outline.events);
        let mut events = Vec::with_capacity(self.outline.events);
        // The first pass has found that they come to their end.
        for (index, text) in Items::of(&self.payload.json).filter_map(Result::ok).enumerate() {
            let readable = match self.outline.unreadable.get(&index) {
                Some(fault) => Err(Refusal::malformed(fault)),
                None => Ok(text),
            };
            let fresh = || services.ids.uuid().to_string();
            match readable.and_then(|text| incoming(text, project, now, fresh)) {
                Ok(event) => events.push(event),
                Err(fault) => left_out.add(index, text.len(), fault),
            }
        }
        Batch { events, left_out, charge: self.payload.json.into_charge() }
    }
}

fn incoming(
    text: &[u8],
    project: &Project,
    now: DateTime<Utc>,
    fresh: impl FnOnce() -> String,
) -> Result<Incoming, Refusal> {
    let event = serde_json::from_slice(text).map_err(|_| Refusal::malformed("it is not JSON"))?;
    let sent = Sent::read(event, now)?;
    if sent.token() != project.token {
        return Err(Refusal::unknown_token());
    }
    Ok(sent.incoming(&project.id, now, fresh))
}

/// What becomes of a body that could not be read: the sender's fault in the words of this route, or a refusal as of
/// any other.
pub(super) fn told(problem: Problem) -> Result<Refusal, Problem> {
    match problem.kind() {
        Kind::TooLarge => Ok(Refusal::too_large("send at most 10 MiB at once")),
        Kind::Malformed => {
            Ok(Refusal::malformed("the body could not be read; is it whole, and gzip if it says so?"))
        }
        _ => Err(problem),
    }
}
