//! `POST /v1/me/privacy-requests`: asking for one's data, or for its erasure.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::privacy_request::{self, Kind, PrivacyRequest, PrivacyRequestCommand, Regulation};
use domain::{Actor, RequestId};
use event_store::CommitExtras;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use crate::extract::{Body, RequestContext, Sudo, word};
use crate::problem::{InputError, Problem};
use crate::schemas;
use crate::state::AppState;

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// `export`: everything we hold of you, as an archive. `erasure`: everything collected about your use is
    /// erased; the account stays.
    #[serde(deserialize_with = "word")]
    #[schema(value_type = schemas::RequestKind)]
    kind: Kind,
    /// The law you ask under; `gdpr` if left out.
    #[serde(default, deserialize_with = "word")]
    #[schema(value_type = schemas::Regulation)]
    regulation: Regulation,
    /// Must be `true`: this is meant.
    #[schema(example = true)]
    confirm: bool,
}

/// The request was received.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// Its id.
    #[schema(value_type = String, example = "req_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: RequestId,
    /// Export or erasure.
    #[schema(value_type = schemas::RequestKind)]
    kind: Kind,
    /// The law it is made under.
    #[schema(value_type = schemas::Regulation)]
    regulation: Regulation,
    /// Where it stands.
    #[schema(value_type = schemas::RequestState)]
    state: privacy_request::State,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// By when it is answered (GDPR Art. 12(3)).
    due_at: DateTime<Utc>,
    /// Until when it can be cancelled; null for an export, which can be cancelled until its archive is
    /// packaged.
    cancellable_until: Option<DateTime<Utc>>,
}

/// Asks for an export of one's data, or for the erasure of what was collected about one's use.
///
/// One request of a kind can be open at a time. The password must have been given in the last ten minutes.
#[utoipa::path(
    post, path = "/v1/me/privacy-requests", tag = "Privacy requests", operation_id = "requestPrivacy", request_body = Ask,
    responses(
        (status = 202, description = "The request was received", body = Receipt,
            headers(("Location" = String, description = "The request"))),
        (status = 409, description = "One of the kind is open: `request-open`, with its `request_id`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn receive(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(ask): Body<Ask>,
) -> Result<impl IntoResponse, Problem> {
    if !ask.confirm {
        return Err(Problem::invalid(vec![InputError::at(
            "/confirm",
            "must be true: confirm that you mean it",
        )]));
    }
    let (account, id) = (current.account(), RequestId::generate(state.store.services()));
    let executed = state
        .execute::<PrivacyRequest>(
            &id.to_string(),
            PrivacyRequestCommand::Receive {
                request_id: id,
                account_id: account,
                kind: ask.kind,
                regulation: ask.regulation,
                cooling_off: state.config.cooling_off,
                stages: match ask.kind {
                    Kind::Export => state.config.export_stages.clone(),
                    Kind::Erasure => state.config.erasure_stages.clone(),
                },
                holidays: state.config.holidays.clone(),
                later_readings: state.config.later_readings.clone(),
            },
            &context.command_about(Actor::Account(account), id),
            CommitExtras::default(),
        )
        .await?;
    let request = executed.aggregate.request()?;
    let receipt = Receipt {
        id,
        kind: request.kind,
        regulation: request.regulation,
        state: request.state,
        received_at: request.received_at,
        due_at: request.due_at,
        cancellable_until: request.cancellable_until(),
    };
    let position = state.position(account, &executed.events).await;
    Ok((StatusCode::ACCEPTED, position, [(LOCATION, format!("{PATH}/{id}"))], Json(receipt)))
}
