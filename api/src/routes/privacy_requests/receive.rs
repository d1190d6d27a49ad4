//! `POST /v1/me/privacy-requests`: asking for one's data, or for its erasure.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, Utc};
use domain::law::{LawId, Laws};
use domain::privacy_request::{
    self, Kind, NewRequest, PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError, applicable_law,
};
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
    /// The law you ask under, by its id; `gdpr` if left out. It must be in force, and grant what you ask for.
    #[serde(default, deserialize_with = "word")]
    #[schema(value_type = schemas::Regulation)]
    regulation: LawId,
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
    regulation: LawId,
    /// Where it stands.
    #[schema(value_type = schemas::RequestState)]
    state: privacy_request::State,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// By when it is answered: the last second of the day that the law sets, at the place of who answers.
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
    let (laws, place) = (&state.config.laws, &state.config.place);
    let today = place.day(state.store.services().now());
    if let Err(refusal) = applicable_law(laws, &ask.regulation, ask.kind, today) {
        let advice = advice(refusal, laws, ask.kind, today);
        return Err(Problem::invalid(vec![InputError::at("/regulation", advice)]));
    }
    let (account, id) = (current.account(), RequestId::generate(state.store.services()));
    let executed = state
        .execute::<PrivacyRequest>(
            &id.to_string(),
            PrivacyRequestCommand::Receive(NewRequest {
                request_id: id,
                account_id: account,
                kind: ask.kind,
                regulation: ask.regulation,
                cooling_off: state.config.cooling_off,
                stages: match ask.kind {
                    Kind::Export => state.config.export_stages.clone(),
                    Kind::Erasure => state.config.erasure_stages.clone(),
                },
                laws: laws.clone(),
                place: place.clone(),
                later_readings: state.config.later_readings.clone(),
            }),
            &context.command_about(Actor::Account(account), id),
            CommitExtras::default(),
        )
        .await?;
    let request = executed.aggregate.request()?;
    let receipt = Receipt {
        id,
        kind: request.kind,
        regulation: request.regulation.clone(),
        state: request.state,
        received_at: request.received_at,
        due_at: request.due_at,
        cancellable_until: request.cancellable_until(),
    };
    let position = state.position(account, &executed.events).await;
    Ok((StatusCode::ACCEPTED, position, [(LOCATION, format!("{PATH}/{id}"))], Json(receipt)))
}

/// Why a law does not apply, with those that do.
fn advice(refusal: PrivacyRequestError, laws: &Laws, kind: Kind, today: NaiveDate) -> String {
    let applies = |id: &&LawId| applicable_law(laws, id, kind, today).is_ok();
    let ids: Vec<&str> = laws.ids().into_iter().filter(applies).map(LawId::as_str).collect();
    format!("{refusal}: use one of {}", ids.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_that_does_not_apply_is_refused_with_those_that_do() {
        let told = |day: &str| {
            let day = day.parse().unwrap();
            advice(PrivacyRequestError::UnknownLaw, Laws::built_in(), Kind::Export, day)
        };
        let before = told("2026-12-01");
        let begins = "there is no such law: use one of gdpr, uk_gdpr, ch_dsg, ccpa, us_va, ";
        assert!(before.starts_with(begins), "{before}");
        assert!(!before.contains("in_dpdp"), "it is not in force yet: {before}");
        assert!(told("2027-05-13").ends_with(", in_dpdp"));
    }
}
