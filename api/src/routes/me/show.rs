//! `GET /v1/me`: the account of the caller.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{self, MyOrganization, PreferencesBody, Profile, TwoFactor};
use crate::conditional;
use crate::extract::{CurrentSession, SeenPosition};
use crate::problem::Problem;
use crate::state::AppState;

/// An account, for its holder.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Its id.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
    /// Who it is.
    #[serde(flatten)]
    pub(crate) profile: Profile,
    /// A new sign-in address that waits to be confirmed.
    #[schema(format = Email)]
    pub(crate) email_pending: Option<String>,
    /// The organizations the holder is a member of: the first 200. `/v1/organizations` lists all.
    pub(crate) organizations: Vec<MyOrganization>,
    /// The two switches of *Activity*.
    pub(crate) preferences: PreferencesBody,
    /// The second factors; null where none is set.
    pub(crate) two_factor: Option<TwoFactor>,
    /// When the account was opened.
    pub(crate) registered_at: DateTime<Utc>,
}

/// Shows the account of who is asking.
#[utoipa::path(
    get, path = "/v1/me", tag = "Me", operation_id = "getMe",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")),
    responses(
        (status = 200, description = "The account", body = Me,
            headers(("ETag" = String, description = "How it stands, for `If-Match`"))),
        (status = 304, description = "You have it"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account_id = current.account();
    let (known, organizations) = account::fetch_with_organizations(&state, account_id, seen).await?;
    let etag = account::etag(&known, &organizations);
    let me = Me {
        account_id,
        profile: known.profile,
        email_pending: known.email_pending,
        organizations,
        preferences: known.preferences.into(),
        two_factor: known.two_factor,
        registered_at: known.registered_at,
    };
    Ok(conditional::answer(&headers, etag, me))
}
