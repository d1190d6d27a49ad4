//! `GET /v1/admin/log/health`: how the log stands, and whether what is read follows it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::operator::OperatorViewed;
use event_store::log;
use event_store::proof::verified::{self, Extent, Passed};
use event_store::proof::{self, Checkpoint};
use projections::status::{self, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::look;
use crate::extract::{PrivacyDesk, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// How the log stands.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct LogHealth {
    /// The position of the newest event.
    pub(crate) newest_position: i64,
    /// The newest checkpoint; null where none was signed yet.
    pub(crate) checkpoint: Option<SignedCheckpoint>,
    /// When the log was verified, and found to be well.
    pub(crate) verification: LogVerification,
    /// The read models, by name.
    pub(crate) read_models: Vec<ReadModel>,
}

/// The newest signed statement about the log.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SignedCheckpoint {
    /// How many events it covers.
    pub(crate) size: u64,
    /// When it was signed.
    pub(crate) signed_at: DateTime<Utc>,
    /// The name of the key that signed it, which is the log's.
    #[schema(example = "personal-settings/0011223344556677")]
    pub(crate) key: String,
}

/// The last verifications that found all to be well. One that failed changes nothing here: its time stands still.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct LogVerification {
    /// The last of the whole log; null where there was none.
    pub(crate) whole: Option<PassedVerification>,
    /// The last of what had come since the one before; null where there was none.
    pub(crate) recent: Option<PassedVerification>,
}

/// A verification that found all to be well.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct PassedVerification {
    /// When it ended.
    pub(crate) verified_at: DateTime<Utc>,
    /// How many events the log had that it verified.
    pub(crate) up_to: u64,
}

/// How far a read model follows the log.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ReadModel {
    /// Its name.
    #[schema(example = "account")]
    pub(crate) name: String,
    /// How far it has come.
    pub(crate) position: i64,
    /// How many events it has not read yet.
    pub(crate) behind: i64,
    /// How many events are parked in it: those that it could not take, and those that wait behind them.
    pub(crate) parked: i64,
    /// When the first of them was parked; null where there is none.
    pub(crate) oldest_parked_at: Option<DateTime<Utc>>,
}

impl From<Checkpoint> for SignedCheckpoint {
    fn from(stated: Checkpoint) -> Self {
        Self { size: stated.size, signed_at: stated.time, key: stated.origin }
    }
}

impl From<Passed> for PassedVerification {
    fn from(passed: Passed) -> Self {
        Self { verified_at: passed.verified_at, up_to: passed.up_to }
    }
}

impl From<Status> for ReadModel {
    fn from(status: Status) -> Self {
        Self {
            name: status.name,
            position: status.position,
            behind: status.lag_events,
            parked: status.parked,
            oldest_parked_at: status.oldest_parked_at,
        }
    }
}

/// Shows how the log stands: its newest checkpoint and verification, and how far the read models are.
///
/// It is what the service says of itself. An auditor takes the checkpoint from `/v1/admin/log/checkpoint` and verifies the log.
#[utoipa::path(
    get, path = "/v1/admin/log/health", tag = "Operators", operation_id = "getLogHealth",
    responses((status = 200, description = "How it stands", body = LogHealth))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
) -> Result<Json<LogHealth>, Problem> {
    look::record_general(&state, operator, &context, OperatorViewed::LogHealth).await?;
    let note = proof::newest_note(state.store.pool()).await?;
    let stated = note.map(|note| Checkpoint::read(&note)).transpose().map_err(Problem::internal)?;
    let verification = LogVerification {
        whole: verified::last_passed(&state.archives, Extent::Whole).await?.map(Into::into),
        recent: verified::last_passed(&state.archives, Extent::Since).await?.map(Into::into),
    };
    let readers = status::list(&state.store).await?;
    let read_models = readers.into_iter().filter(|reader| projections::find(&reader.name).is_some());
    Ok(Json(LogHealth {
        newest_position: log::newest_position(state.store.pool()).await?,
        checkpoint: stated.map(Into::into),
        verification,
        read_models: read_models.map(Into::into).collect(),
    }))
}
