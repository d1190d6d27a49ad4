//! `GET /v1/me/passkeys/accepted`: what a browser is told so that it offers the passkeys that count, and no others.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::Account;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::CurrentSession;
use crate::problem::Problem;
use crate::state::AppState;

/// What `PublicKeyCredential.signalAllAcceptedCredentials` and `PublicKeyCredential.signalCurrentUserDetails` take (W3C Web
/// Authentication, Level 3).
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AcceptedPasskeys {
    /// The service, as browsers know it.
    #[schema(example = "settings.example.com")]
    pub(crate) rp_id: String,
    /// The account, as authenticators know it.
    #[schema(example = "AAAA")]
    pub(crate) user_id: String,
    /// The sign-in address.
    #[schema(example = "ada@example.com")]
    pub(crate) name: String,
    /// The name to greet with.
    #[schema(example = "Ada Lovelace")]
    pub(crate) display_name: String,
    /// The credentials of all passkeys that count.
    #[schema(example = json!(["AAAAAAAAAAAAAAAAAAAAAA"]))]
    pub(crate) all_accepted_credential_ids: Vec<String>,
}

/// Tells which passkeys count.
///
/// Handed to the browser, it stops offering those that were removed, and shows the present name and address beside the
/// others.
#[utoipa::path(
    get, path = "/v1/me/passkeys/accepted", tag = "Me", operation_id = "getAcceptedPasskeys",
    responses(
        (status = 200, description = "What the browser is told", body = AcceptedPasskeys),
        (status = 409, description = "Browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&current.account().to_string()).await?;
    let holder = aggregate.holder()?;
    let accepted = state.accepted_passkeys(holder).await?;
    Ok(Json(AcceptedPasskeys {
        rp_id: accepted.service,
        user_id: accepted.handle,
        name: holder.email.known().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        display_name: holder.name.known().cloned().unwrap_or_default(),
        all_accepted_credential_ids: accepted.credentials,
    }))
}
