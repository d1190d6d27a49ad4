//! `GET /v1/me/consents`: when each of the two switches was last turned, and under which privacy policy (GDPR Art. 7(1)).

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use projections::account::{Decision, Decisions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account;
use crate::extract::{CurrentSession, SeenPosition};
use crate::problem::Problem;
use crate::state::AppState;

/// The two switches of *Activity*, each with when it was last turned.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Consents {
    /// Cookies that personalise the experience.
    pub(crate) personalization: Consent,
    /// Logging and storing the usage of the product.
    pub(crate) usage_logging: Consent,
}

/// A switch, and since when it stands as it does.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Consent {
    /// Whether it is on.
    pub(crate) given: bool,
    /// When it was last turned; null where that was before this was kept.
    pub(crate) decided_at: Option<DateTime<Utc>>,
    /// The privacy policy that was in force then.
    #[schema(example = "2026-01")]
    pub(crate) policy_version: Option<String>,
}

impl Consent {
    fn new(given: bool, decision: Option<Decision>) -> Self {
        let (decided_at, policy_version) = decision.map(|made| (made.at, made.policy_version)).unzip();
        Self { given, decided_at, policy_version }
    }
}

/// Shows how the two switches stand, since when, and under which privacy policy each was last turned.
///
/// At first that is how the account was opened. The history has every turn there was.
#[utoipa::path(
    get, path = "/v1/me/consents", tag = "Me", operation_id = "getConsents",
    responses((status = 200, description = "The switches", body = Consents))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
) -> Result<impl IntoResponse, Problem> {
    let known = account::fetch(&state, current.account(), seen).await?;
    let Decisions { personalization, usage_logging } = known.decisions;
    Ok(Json(Consents {
        personalization: Consent::new(known.preferences.personalization, personalization),
        usage_logging: Consent::new(known.preferences.usage_logging, usage_logging),
    }))
}
