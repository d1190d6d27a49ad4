//! `POST /v1/sessions/reauthenticate`: giving the password again, for the routes that want it fresh.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand};
use event_store::vault::VaultWrite;
use event_store::{Actor, Attached};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, CurrentSession, RequestContext};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reauthentication {
    /// The password of the account.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Gives the password again.
///
/// For ten minutes this session may then use the routes that ask for it. A wrong password is no 401: the
/// session lives on.
#[utoipa::path(
    post, path = "/v1/sessions/reauthenticate", tag = "Sessions", operation_id = "reauthenticate", request_body = Reauthentication,
    responses(
        (status = 204, description = "The password counts as given"),
        (status = 403, description = "The password is wrong: `wrong-password`; or a page of another site sent this: `cross-site-request`"),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn reauthenticate(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<Reauthentication>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    if state.prove(Some(account), body.password).await?.is_none() {
        return Err(Problem::new(Kind::WrongPassword));
    }
    let session = current.0.id;
    let elevate = VaultWrite::Elevate { session, at: state.store.services().now() };
    let executed = state
        .execute::<Account>(
            &account.to_string(),
            AccountCommand::RecordReauthentication { session_id: session },
            &context.command(Actor::Account(account)),
            Attached { vault: vec![elevate], ..Attached::default() },
        )
        .await?;
    Ok((state.position(account, &executed.events).await, StatusCode::NO_CONTENT))
}
