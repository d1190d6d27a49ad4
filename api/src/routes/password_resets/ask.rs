//! `POST /v1/password-resets`: asking for the link.
//!
//! The answer is the same, and as fast, for an address that no account has as for an account's: what follows from it
//! happens after the answer.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::Duration;
use domain::account::{Account, AccountCommand};
use domain::message::MessageBody;
use domain::{AccountId, EmailAddress};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::{NewLink, Purpose};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tracing::Instrument;
use utoipa::ToSchema;

use crate::extract::{Body, RequestContext, parsed};
use crate::limits;
use crate::problem::Problem;
use crate::state::AppState;
use crate::token;

/// How long the link works.
const LIFE: Duration = Duration::hours(1);

/// Whose password it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordResetWish {
    /// The sign-in address.
    #[schema(value_type = String, format = Email, example = "ada@example.com")]
    #[serde(deserialize_with = "parsed")]
    email: EmailAddress,
}

/// Asks for a link to choose a new password with.
///
/// The answer is always 202: whether the address has an account is told to nobody but its owner.
#[utoipa::path(
    post, path = "/v1/password-resets", tag = "Sessions", operation_id = "askForPasswordReset",
    request_body = PasswordResetWish,
    responses((status = 202, description = "If the address has an account, the link is on its way"))
)]
pub(crate) async fn ask(
    State(state): State<AppState>,
    context: RequestContext,
    Body(body): Body<PasswordResetWish>,
) -> Result<StatusCode, Problem> {
    state.limit(limits::TRIES_OF_ADDRESS, &context.network()).await?;
    let work = async move {
        if let Err(problem) = send(&state, &body.email, &context).await {
            tracing::warn!(problem = ?problem.kind(), "password reset link not sent");
        }
    };
    tokio::spawn(work.in_current_span());
    Ok(StatusCode::ACCEPTED)
}

async fn send(state: &AppState, email: &EmailAddress, context: &RequestContext) -> Result<(), Problem> {
    let owner = state.store.account_with(email).await?;
    let account = owner.as_ref().and_then(|owner| owner.parse::<AccountId>().ok());
    // Counted for the address, whether it has an account or not, and silently. What strangers ask for does not count
    // against a familiar place.
    let place = state.familiar_place(account, context.visitor()).await?;
    let key = place.map_or_else(|| email.canonical(), |place| place.key().to_owned());
    if !state.is_granted(limits::MAILS, &key).await? {
        return Ok(());
    }
    let (Some(owner), Some(account)) = (owner, account) else { return Ok(()) };
    let (aggregate, _) = state.store.load::<Account>(&owner).await?;
    let present = aggregate.holder.as_ref().and_then(|holder| holder.email.known());
    if present.is_none_or(|present| present.canonical() != email.canonical()) {
        return Ok(());
    }
    let mut extras = CommitExtras::default();
    let expires_at = attach_link(state, account, &mut extras).await?;
    // The caller has not proved who they are: the service itself acts, and from where it was asked is no account's
    // data yet.
    let context = context.command_of_service();
    let command = AccountCommand::RecordPasswordResetAsked { expires_at };
    state.execute::<Account>(&owner, command, &context, extras).await?;
    Ok(())
}

/// Sends a link to choose a new password with, with `extras`.
pub(crate) async fn send_link(
    state: &AppState,
    account: AccountId,
    extras: &mut CommitExtras,
) -> Result<(), Problem> {
    attach_link(state, account, extras).await.map(drop)
}

async fn attach_link(
    state: &AppState,
    account: AccountId,
    extras: &mut CommitExtras,
) -> Result<chrono::DateTime<chrono::Utc>, Problem> {
    let token = token::generate(token::Kind::Link);
    let expires_at = state.store.services().now() + LIFE;
    extras.records.push(RecordWrite::PutLink(NewLink {
        token_hash: token::hash(&token).to_vec(),
        purpose: Purpose::PasswordReset,
        account,
        subject: String::new(),
        expires_at,
    }));
    let says = MessageBody::PasswordResetLink { token: token.expose_secret().to_owned(), expires_at };
    state.notify(extras, account, says).await?;
    Ok(expires_at)
}
