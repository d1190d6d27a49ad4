//! `GET /v1/me`: the account of who is asking.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::AccountId;
use serde::Serialize;
use utoipa::ToSchema;

use super::account::{self, PreferencesBody};
use crate::conditional;
use crate::extract::{CurrentSession, SeenPosition};
use crate::problem::Problem;
use crate::state::AppState;

/// An account, for its holder.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// Its id.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account_id: AccountId,
    /// The sign-in address.
    #[schema(format = Email, example = "ada@example.com")]
    email: Option<String>,
    /// The name to greet with.
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    /// An additional address for bills.
    #[schema(value_type = Option<String>, format = Email)]
    billing_email: Option<()>,
    /// An address that waits to be confirmed.
    #[schema(value_type = Option<String>, format = Email)]
    email_pending: Option<()>,
    /// The organizations the holder is a member of.
    #[schema(value_type = Vec<Object>)]
    organizations: [(); 0],
    /// The two switches of *Activity*.
    preferences: PreferencesBody,
    /// The second factor; null where none is set.
    #[schema(value_type = Option<Object>)]
    two_factor: Option<()>,
    /// When the account was opened.
    registered_at: DateTime<Utc>,
}

/// Shows the account of who is asking.
#[utoipa::path(
    get, path = "/v1/me", tag = "Me", operation_id = "getMe",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")),
    responses(
        (status = 200, description = "The account", body = Me,
            headers(("ETag" = String, description = "The version of the account"))),
        (status = 304, description = "You have it"),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account_id = current.account();
    let known = account::fetch(&state, account_id, seen).await?;
    let etag = format!("\"{}\"", known.version);
    let me = Me {
        account_id,
        email: known.email,
        name: known.name,
        billing_email: None,
        email_pending: None,
        organizations: [],
        preferences: known.preferences.into(),
        two_factor: None,
        registered_at: known.registered_at,
    };
    Ok(conditional::answer(&headers, etag, me))
}
