//! `GET /v1/admin/operators`: who is let in, or was.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::OperatorId;
use domain::operator::{OperatorScope, OperatorViewed};
use event_store::records::operator_token::{self, OperatorToken};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::look;
use crate::extract::{PrivacyDesk, RequestContext};
use crate::problem::Problem;
use crate::schemas;
use crate::state::AppState;

/// Every operator there ever was.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct OperatorList {
    /// The operators, in the order in which they were let in.
    pub(crate) items: Vec<OperatorBody>,
}

/// An operator and what their token is worth. Nothing of the token itself is kept or shown.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct OperatorBody {
    /// Their id.
    #[schema(value_type = String, example = "opr_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: OperatorId,
    /// What they are called.
    #[schema(example = "Grace Hopper")]
    pub(crate) name: String,
    /// What they may do.
    #[schema(value_type = Vec<schemas::OperatorScope>)]
    pub(crate) scopes: Vec<OperatorScope>,
    /// When they were let in.
    pub(crate) made_at: DateTime<Utc>,
    /// When the token was last used, to the minute; null where it never was.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// Until when the token holds; null where it has no end.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// When the token was revoked; null where it was not.
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

impl From<OperatorToken> for OperatorBody {
    fn from(token: OperatorToken) -> Self {
        Self {
            id: token.operator_id,
            name: token.name,
            scopes: token.scopes.into_iter().collect(),
            made_at: token.created_at,
            last_used_at: token.used_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// Lists the operators: those who are let in, and those who were.
///
/// Operators are let in and out on the command line, by `operators create` and `operators revoke`.
#[utoipa::path(
    get, path = "/v1/admin/operators", tag = "Operators", operation_id = "listOperators",
    responses((status = 200, description = "The operators", body = OperatorList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
) -> Result<Json<OperatorList>, Problem> {
    look::record_general(&state, operator, &context, OperatorViewed::Operators).await?;
    let tokens = operator_token::list(state.store.pool()).await?;
    Ok(Json(OperatorList { items: tokens.into_iter().map(Into::into).collect() }))
}
