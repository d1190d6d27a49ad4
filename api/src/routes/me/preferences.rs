//! `GET` and `PUT /v1/me/preferences`: the two switches.
//!
//! Each change is an event that holds from what, to what and under which privacy policy: a consent record
//! (GDPR Art. 7(1)). What a switch forbids is forbidden in the same statement that stores the event.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::Actor;
use domain::account::{Account, AccountCommand, Preferences};
use event_store::CommitExtras;
use serde::Deserialize;
use utoipa::ToSchema;

use super::account::{self, PreferencesBody};
use crate::conditional;
use crate::extract::{Body, CurrentSession, RequestContext, SeenPosition};
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// Shows the two switches.
#[utoipa::path(
    get, path = "/v1/me/preferences", tag = "Me", operation_id = "getPreferences",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")),
    responses(
        (status = 200, description = "The switches", body = PreferencesBody,
            headers(("ETag" = String, description = "How they stand, for `If-Match`"))),
        (status = 304, description = "You have them"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let preferences = account::fetch(&state, current.account(), seen).await?.preferences;
    Ok(conditional::answer(&headers, etag(preferences), PreferencesBody::from(preferences)))
}

/// Switches to turn. One left out stays as it is; at least one is needed.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreferencesChange {
    /// Cookies that personalise the experience may be set.
    personalization: Option<bool>,
    /// Usage of the product may be logged and stored.
    usage_logging: Option<bool>,
}

/// Turns the switches.
///
/// Off means off: from the moment of the answer no such cookie is set, and no usage of the account is
/// stored.
#[utoipa::path(
    put, path = "/v1/me/preferences", tag = "Me", operation_id = "changePreferences", request_body = PreferencesChange,
    params(("If-Match" = Option<String>, Header, description = "Change only what has this `ETag`")),
    responses(
        (status = 200, description = "The switches as they stand now", body = PreferencesBody,
            headers(("ETag" = String, description = "How they stand"))),
        (status = 412, description = "They stand otherwise than `If-Match` says: `precondition-failed`"),
    )
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    current: CurrentSession,
    headers: HeaderMap,
    context: RequestContext,
    Body(change): Body<PreferencesChange>,
) -> Result<impl IntoResponse, Problem> {
    if change.personalization.is_none() && change.usage_logging.is_none() {
        let message = "name personalization, usage_logging or both";
        return Err(Problem::invalid(vec![InputError::at("", message)]));
    }
    let account = current.account();
    if headers.contains_key(IF_MATCH) {
        let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
        conditional::check(&headers, &etag(aggregate.holder()?.preferences))?;
    }
    let executed = state
        .execute::<Account>(
            &account.to_string(),
            AccountCommand::ChangePreferences {
                personalization: change.personalization,
                usage_logging: change.usage_logging,
                policy_version: state.config.policy_version.clone(),
            },
            &context.command(Actor::Account(account)),
            CommitExtras::default(),
        )
        .await?;
    let preferences = executed.aggregate.holder()?.preferences;
    let position = state.position(account, &executed.events).await;
    let cookie = state.cookie.personalization(preferences.personalization);
    let cookie = AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)));
    Ok((position, [(ETAG, etag(preferences))], cookie, Json(PreferencesBody::from(preferences))))
}

/// How the switches stand. Other changes of the account leave it as it is.
fn etag(preferences: Preferences) -> String {
    let Preferences { personalization, usage_logging } = preferences;
    format!("\"p{}u{}\"", u8::from(personalization), u8::from(usage_logging))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_tells_how_the_switches_stand() {
        assert_eq!(etag(Preferences { personalization: true, usage_logging: false }), "\"p1u0\"");
    }
}
