//! A data subject's request, from receipt to close.
//!
//! It lives for weeks while processes stop and start. Its state is the fold of its events; what
//! is to be done next is a pure function of that state ([`plan()`]).

mod applicable;
mod command;
mod decide;
mod error;
mod event;
mod model;
mod plan;
mod source_state;
mod standing;
#[cfg(test)]
mod tests;
mod verification;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

pub use applicable::applicable_law;
pub use command::{NewRequest, PrivacyRequestCommand};
pub use decide::ARCHIVE_LIFE;
pub use error::PrivacyRequestError;
pub use event::{PrivacyRequestEvent, open_request_name};
pub use model::{Archive, ArchiveEnd, Kind, Request, SourceFile, SourceName, SourceProgress, State};
pub use plan::{EXPIRY_REMINDER, Intent, Step, next_at, owes, plan, schedule};
pub use source_state::SourceState;
pub use standing::AT_RISK;

use crate::aggregate::handle_by_deciding;
pub use crate::notice::Notice;
use crate::{Snapshot, Standalone};

/// The aggregate: nothing before receipt, the request after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyRequest {
    /// The request, once received.
    pub request: Option<Request>,
}

impl PrivacyRequest {
    /// The request, or the refusal that there is none.
    pub fn request(&self) -> Result<&Request, PrivacyRequestError> {
        self.request.as_ref().ok_or(PrivacyRequestError::Unknown)
    }
}

impl Standalone for PrivacyRequest {}

impl Snapshot for PrivacyRequest {
    const SCHEMA_VERSION: i32 = 4;
}

impl Aggregate for PrivacyRequest {
    const TYPE: &'static str = "privacy_request";
    handle_by_deciding!(PrivacyRequestCommand, PrivacyRequestEvent, PrivacyRequestError);

    fn apply(&mut self, event: PrivacyRequestEvent) {
        match (event, &mut self.request) {
            (PrivacyRequestEvent::Received { .. }, Some(_)) => {}
            (event @ PrivacyRequestEvent::Received { .. }, none) => *none = Request::received(event),
            (event, Some(request)) => request.apply(event),
            (_, None) => {}
        }
    }
}
