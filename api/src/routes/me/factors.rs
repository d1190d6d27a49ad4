//! `GET /v1/me/factors`: the second factors of the caller.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, Phone};
use event_store::records::{authenticator_app, passkey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::passkeys::{PasskeyItem, items};
use crate::extract::CurrentSession;
use crate::problem::Problem;
use crate::schemas;
use crate::state::AppState;

/// The second factors of an account.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct SecondFactors {
    /// Passkeys, oldest first.
    pub(crate) passkeys: Vec<PasskeyItem>,
    /// The authenticator app; null where there is none.
    pub(crate) app: Option<AppFactor>,
    /// The phone; null where there is none. Whoever takes over a number gets its codes: an app or a passkey is safer.
    pub(crate) phone: Option<PhoneFactor>,
    /// Recovery codes that are left.
    pub(crate) recovery_codes_left: u32,
}

/// An authenticator app.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct AppFactor {
    /// When it was set up.
    pub(crate) added_at: DateTime<Utc>,
    /// When a code of it last counted, to the half minute: the one that set it up does as well.
    pub(crate) last_used_at: DateTime<Utc>,
}

/// A phone that receives codes.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct PhoneFactor {
    /// Its number, masked.
    #[schema(example = "•••42")]
    pub(crate) phone: String,
    /// How codes come.
    #[schema(value_type = schemas::Channel)]
    pub(crate) channel: String,
}

/// Shows the second factors.
#[utoipa::path(
    get, path = "/v1/me/factors", tag = "Me", operation_id = "getFactors",
    responses((status = 200, description = "The second factors", body = SecondFactors))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder()?;
    let pool = state.store.pool();
    let dates = authenticator_app::dates(pool, account).await?.filter(|_| holder.authenticator_app);
    let app = dates.map(|dates| AppFactor { added_at: dates.made_at, last_used_at: dates.used_at });
    let shown = |Phone { number, channel }: &Phone| PhoneFactor {
        phone: number.known().map(domain::PhoneNumber::masked).unwrap_or_default(),
        channel: channel.as_str().to_owned(),
    };
    Ok(Json(SecondFactors {
        passkeys: items(holder, &passkey::dates(pool, account).await?),
        app,
        phone: holder.phone.as_ref().map(shown),
        recovery_codes_left: holder.recovery_codes,
    }))
}
