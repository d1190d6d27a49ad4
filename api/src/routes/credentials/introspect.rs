//! `POST /v1/introspect`: what a credential is worth, for gateways (RFC 7662).

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::lookup::{CredentialFacts, Worth, use_now};
use crate::extract::{Form, Gateway};
use crate::problem::Problem;
use crate::state::AppState;

/// What is asked about.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; `Form` reads it")]
pub(crate) struct Introspection {
    /// The token for the GDPR APIs, or the API secret.
    #[schema(format = Password, example = "psg_…")]
    token: String,
    /// Not needed: what it is shows.
    token_type_hint: Option<String>,
    /// The API key that was shown beside an API secret: it must belong to it.
    #[schema(example = "psk_…")]
    api_key: Option<String>,
}

/// What a credential is worth (RFC 7662, section 2.2).
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Introspected {
    /// It is live.
    Active(ActiveCredential),
    /// It is not, or not any more.
    Inactive(InactiveCredential),
}

/// A live credential.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveCredential {
    /// True.
    active: bool,
    /// What it is.
    #[serde(flatten)]
    facts: CredentialFacts,
}

/// A value that is no live credential. It has no other members: so the two are told apart by their form.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InactiveCredential {
    /// False.
    active: bool,
    /// Why a value that was a credential is none any more: `expired`, `revoked` or `retired`.
    #[schema(example = "expired")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Introspected {
    fn inactive(reason: Option<&'static str>) -> Self {
        Self::Inactive(InactiveCredential { active: false, reason })
    }
}

/// Tells what a credential is worth.
///
/// An answer about a live one may be kept as long as `Cache-Control` says: for so long an end may go unseen.
#[utoipa::path(
    post, path = "/v1/introspect", tag = "Credentials", operation_id = "introspect",
    request_body(content = Introspection, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What it is worth", body = Introspected,
        headers(("Cache-Control" = String, description = "How long the answer may be kept"))))
)]
pub(crate) async fn introspect(
    State(state): State<AppState>,
    _: Gateway,
    mut form: Form,
) -> Result<impl IntoResponse, Problem> {
    let token = form.required("token")?;
    let api_key = form.optional("api_key");
    let worth = use_now(&state, &token, api_key.as_ref().map(ExposeSecret::expose_secret)).await?;
    let dead = |reason| (0, Introspected::inactive(reason));
    let (seconds, answer) = match &worth {
        Worth::Unknown => dead(None),
        Worth::Ended(end) => dead(Some(end.as_str())),
        Worth::Alive(found) => {
            let (most, now) = (state.config.introspection_max_age, state.store.services().now());
            let live = ActiveCredential { active: true, facts: CredentialFacts::from(found) };
            (freshness(most, found.expires_at, now), Introspected::Active(live))
        }
    };
    Ok(([(CACHE_CONTROL, cache_control(seconds))], Json(answer)))
}

/// For how many seconds an answer holds: not longer than the credential does.
fn freshness(most: u32, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> u32 {
    let left = expires_at.map(|at| u32::try_from((at - now).num_seconds().max(0)).unwrap_or(u32::MAX));
    left.map_or(most, |left| left.min(most))
}

fn cache_control(seconds: u32) -> String {
    if seconds == 0 { "no-store".to_owned() } else { format!("private, max-age={seconds}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn an_answer_holds_no_longer_than_the_credential() {
        let now = DateTime::UNIX_EPOCH;
        let left = |seconds| Some(now + Duration::seconds(seconds));
        assert_eq!(freshness(30, None, now), 30);
        assert_eq!(freshness(30, left(31_536_000), now), 30);
        assert_eq!(freshness(30, left(7), now), 7);
        assert_eq!(freshness(30, left(0), now), 0);
        assert_eq!(freshness(30, left(-5), now), 0);
        assert_eq!(freshness(0, None, now), 0);
        assert_eq!(cache_control(7), "private, max-age=7");
        assert_eq!(cache_control(0), "no-store");
    }

    #[test]
    fn of_what_is_none_nothing_is_told() {
        let told = |reason| serde_json::to_string(&Introspected::inactive(reason)).unwrap();
        assert_eq!(told(None), r#"{"active":false}"#);
        assert_eq!(told(Some("retired")), r#"{"active":false,"reason":"retired"}"#);
    }
}
