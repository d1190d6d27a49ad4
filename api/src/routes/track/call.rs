//! A call on its way in: unpacked, and passed over once, away from the asynchronous threads.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use domain::Services;
use event_store::usage::{Incoming, Project};

use super::LARGEST_BODY;
use super::dialect::Refusal;
use super::event::{self, Sent};
use super::outline::{self, Outline};
use super::payload::{self, Payload};
use crate::bodies::Charge;
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

impl Call {
    /// Unpacks a body and passes over it. The outer error is ours, the inner one the sender's.
    pub(super) fn read(body: Whole, packing: Packing) -> Result<Result<Self, Refusal>, Problem> {
        let body = match packing {
            Packing::None => body,
            Packing::Gzip => match body.unpacked(LARGEST_BODY) {
                Ok(unpacked) => unpacked,
                Err(problem) => return told(problem).map(Err),
            },
        };
        Ok(payload::read(body).and_then(|payload| {
            let outline = outline::read(&payload.json)?;
            Ok(Self { payload, outline })
        }))
    }

    /// The events of the call as they are stored, and the charge for their memory.
    pub(super) fn events(
        self,
        services: &Services,
        project: &Project,
    ) -> Result<(Vec<Incoming>, Arc<Charge>), Refusal> {
        let now = services.now();
        let batch = event::each(&self.payload.json, |index, event| {
            let sent = Sent::read(event, index, now)?;
            // Those that show a token show this one.
            if sent.token().is_empty() {
                return Err(Refusal::unknown_token());
            }
            Ok(sent.incoming(&project.id, || services.ids.uuid().to_string()))
        })?;
        Ok((batch, self.payload.json.into_charge()))
    }
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
