//! One event of a history, for the person it is about.

use chrono::{DateTime, Utc};
use domain::EventId;
use projections::EventView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One event.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// Its id.
    #[schema(value_type = String, example = "evt_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: EventId,
    /// Its place in the order of everything; told to those who run the service alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<i64>,
    /// When it was stored.
    pub(crate) at: DateTime<Utc>,
    /// What happened, as a stable name.
    #[schema(example = "account.preferences_changed")]
    pub(crate) r#type: String,
    /// What happened, in words.
    #[schema(example = "Usage logging was switched off (privacy policy 2026-01)")]
    pub(crate) what: String,
    /// Who did it: an account, an operator, or `service`.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) actor: String,
    /// The name of who did it: in what a project or an organization tells its members, where they are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ada Lovelace")]
    pub(crate) actor_name: Option<String>,
    /// From where, if the account holder did it; `[erased]` once that was erased.
    #[schema(example = "203.0.113.7")]
    pub(crate) ip_address: Option<String>,
    /// With what, if the account holder did it; `[erased]` once that was erased.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64)")]
    pub(crate) user_agent: Option<String>,
    /// What it happened to.
    #[schema(example = "account")]
    pub(crate) aggregate_type: String,
    /// What it happened to.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) aggregate_id: String,
    /// Its place among what happened to it; not told to an account holder where others have a part in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sequence: Option<i64>,
    /// The event that led to this one.
    pub(crate) causation_id: Option<String>,
    /// What all events of one wish have in common.
    pub(crate) correlation_id: Option<String>,
    /// The event as data. A value that was erased is `{"$erased": true}`.
    #[schema(value_type = Object, example = json!({"usage_logging": false}))]
    pub(crate) data: Value,
}

impl From<EventView> for HistoryEntry {
    fn from(told: EventView) -> Self {
        Self {
            id: told.id,
            position: told.position,
            at: told.at,
            r#type: told.event_type,
            what: told.what,
            actor: told.actor,
            actor_name: None,
            ip_address: told.ip_address,
            user_agent: told.user_agent,
            aggregate_type: told.aggregate_type,
            aggregate_id: told.aggregate_id,
            sequence: told.sequence,
            causation_id: told.causation_id,
            correlation_id: told.correlation_id,
            data: told.data,
        }
    }
}
