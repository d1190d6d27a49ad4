//! `GET /v1/me/passkeys`: the passkeys of the caller.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::PasskeyId;
use domain::account::{Account, Holder};
use event_store::records::passkey::{self, PasskeyDates};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::CurrentSession;
use crate::problem::Problem;
use crate::state::AppState;

/// A passkey.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct PasskeyItem {
    /// Its id.
    #[schema(value_type = String, example = "pky_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: PasskeyId,
    /// What the holder calls it.
    #[schema(example = "The blue key")]
    pub(crate) name: Option<String>,
    /// When it was added.
    pub(crate) made_at: DateTime<Utc>,
    /// When it was last used; null where it never was.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// The passkeys of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyList {
    /// The passkeys, oldest first: twenty at most, all on one page.
    items: Vec<PasskeyItem>,
    /// Always null: there is no further page.
    next_cursor: Option<String>,
}

/// Lists the passkeys, oldest first.
#[utoipa::path(
    get, path = "/v1/me/passkeys", tag = "Me", operation_id = "listPasskeys",
    responses((status = 200, description = "The passkeys", body = PasskeyList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let dates = passkey::dates(state.store.pool(), account).await?;
    Ok(Json(PasskeyList { items: items(aggregate.holder()?, &dates), next_cursor: None }))
}

/// Those that the account has: its events say which, the records when they were used.
pub(in crate::routes::me) fn items(holder: &Holder, dates: &[PasskeyDates]) -> Vec<PasskeyItem> {
    let item = |dates: &PasskeyDates| {
        let passkey = holder.passkeys.get(&dates.id)?;
        Some(PasskeyItem {
            id: dates.id,
            name: passkey.name.known().cloned(),
            made_at: dates.made_at,
            last_used_at: dates.used_at,
        })
    };
    dates.iter().filter_map(item).collect()
}
