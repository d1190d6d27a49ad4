//! A request as it stands in the list of all.

use chrono::{DateTime, Utc};
use domain::law::LawId;
use domain::privacy_request::{Kind, State};
use domain::{AccountId, RequestId};
use projections::privacy_request::DeskRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schemas;

/// A privacy request among those of all accounts. Nothing in it is personal.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct DeskRequestRow {
    /// Its id.
    #[schema(value_type = String, example = "req_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: RequestId,
    /// The account that asked, and that it is about.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
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
    /// Whole days until it is due, below zero once it is late; null once it is closed.
    #[schema(example = 12)]
    pub(crate) days_left: Option<i64>,
    /// Whether it is open, and late or due within seven days.
    pub(crate) at_risk: bool,
    /// Since when its work is stalled; null while it moves.
    pub(crate) stalled_since: Option<DateTime<Utc>>,
    /// When it was completed or cancelled.
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

impl DeskRequestRow {
    /// How a request looks at `now`.
    pub(super) fn of(found: &DeskRequest, now: DateTime<Utc>) -> Self {
        let request = &found.request;
        Self {
            id: request.request_id,
            account_id: request.account_id,
            kind: request.kind,
            regulation: request.regulation.clone(),
            state: request.state,
            received_at: request.received_at,
            due_at: request.due_at,
            days_left: request.days_left(now),
            at_risk: request.is_at_risk(now),
            stalled_since: found.stalled_since,
            closed_at: request.closed_at,
        }
    }
}
