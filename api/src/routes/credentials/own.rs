//! `GET /v1/credentials/self`: what one's own credential is worth.
//!
//! For its holder: a program finds out whether what it was given works, and if not, why.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use event_store::records::credential::CredentialEnd;

use super::lookup::{CredentialFacts, Worth, use_now};
use crate::extract::{RequestContext, ShownCredential};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Tells what the credential is that the request shows.
///
/// A token for the GDPR APIs is shown as `Bearer`; an API secret as the password of `Basic` with the API key as user, or
/// as the user without a password.
#[utoipa::path(
    get, path = "/v1/credentials/self", tag = "Credentials", operation_id = "getOwnCredential",
    responses(
        (status = 200, description = "It is live", body = CredentialFacts),
        (status = 401, description = "It is none: `credential-unknown`; it was one: `credential-expired`, `credential-revoked`, or, where its project has a newer one, `credential-retired`; or none was shown: `unauthenticated`",
            headers(("WWW-Authenticate" = String, description = "How to show one"))),
        (status = 429, description = "Too many tries: `too-many-tries`; see `Retry-After`"),
    ),
    security(("gdpr_token" = []), ("api_credentials" = []))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    shown: ShownCredential,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    // A caller that shows what was once valid has not guessed it: a forgotten program must not keep its neighbours
    // out.
    let kind = match use_now(&state, &shown.secret, shown.api_key.as_deref()).await? {
        Worth::Alive(found) => return Ok(Json(CredentialFacts::from(&found))),
        Worth::Unknown => {
            let refusal = ShownCredential::refusal(Kind::CredentialUnknown);
            return Err(state.refuse_token(context.network(), refusal).await);
        }
        Worth::Ended(CredentialEnd::Expired) => Kind::CredentialExpired,
        Worth::Ended(CredentialEnd::Revoked) => Kind::CredentialRevoked,
        Worth::Ended(CredentialEnd::Retired) => Kind::CredentialRetired,
    };
    Err(ShownCredential::refusal(kind))
}
