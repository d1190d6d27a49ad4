//! `POST`, `GET` and `DELETE /v1/me/gdpr-token`: the token for the GDPR APIs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, GDPR_TOKEN_LIFE, TokenEnd};
use domain::message::MessageBody;
use domain::{Actor, CredentialId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::credential::{self, CredentialEnd, CredentialKind, NewCredential};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::recovery_codes::Confirmation;
use crate::extract::{Body, CurrentSession, RequestContext, Sudo};
use crate::problem::{InputError, Kind, Problem};
use crate::security_log::SecurityEvent;
use crate::state::AppState;
use crate::token;

/// A token that was made just now.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewGdprToken {
    /// The token, the only time it is shown.
    #[schema(example = "psg_…")]
    pub(crate) token: String,
    /// What it can be recognised by from now on.
    #[schema(example = "9f86d081884c")]
    pub(crate) fingerprint: String,
    /// Until when it holds.
    pub(crate) expires_at: DateTime<Utc>,
}

/// The token, as far as it is shown again.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct GdprTokenFacts {
    /// What it can be recognised by.
    #[schema(example = "9f86d081884c")]
    pub(crate) fingerprint: String,
    /// When it was made.
    pub(crate) issued_at: DateTime<Utc>,
    /// Until when it holds.
    pub(crate) expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// Makes a token for the GDPR APIs, valid for one year.
///
/// It is shown this once. An older one no longer works, nor does any application that uses it: hence `confirm`.
#[utoipa::path(
    post, path = "/v1/me/gdpr-token", tag = "Me", operation_id = "makeGdprToken", request_body = Confirmation,
    responses((status = 201, description = "The token", body = NewGdprToken,
        headers(("Location" = String, description = "What is shown of it from now on"))))
)]
pub(crate) async fn make(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(body): Body<Confirmation>,
) -> Result<impl IntoResponse, Problem> {
    if !body.confirm {
        let message = "must be true: every application that uses the old token stops working";
        return Err(Problem::invalid(vec![InputError::at("/confirm", message)]));
    }
    let account = current.account();
    let id = account.to_string();
    let services = state.store.services();
    let (credential_id, at) = (CredentialId::generate(services), services.now());
    let token = token::generate(token::Kind::Gdpr);
    let (fingerprint, expires_at) = (token::fingerprint(&token), at + GDPR_TOKEN_LIFE);
    let command = context.command(Actor::Account(account));
    let done = state
        .store
        .transact(&command, async |mut unit| {
            let before: Account = unit.load(&id).await?;
            let older = before.holder()?.gdpr_token.as_ref().map(|token| token.credential_id);
            let mut extras = CommitExtras::default();
            extras.records.extend(older.map(|id| RecordWrite::EndCredential {
                id,
                at,
                end: CredentialEnd::Revoked,
            }));
            extras.records.push(RecordWrite::IssueCredential(NewCredential {
                id: credential_id,
                kind: CredentialKind::GdprToken,
                lookup: token::hash(&token).to_vec(),
                owner: id.clone(),
                organization: None,
                api_key: None,
                sealed: None,
                issued_at: at,
                expires_at: Some(expires_at),
            }));
            let replaces = older.is_some();
            let says = MessageBody::GdprTokenIssued { at, expires_at, replaces };
            state.notify(&mut extras, account, says).await?;
            let issue = AccountCommand::IssueGdprToken { credential_id, fingerprint: fingerprint.clone() };
            unit.execute::<Account>(&id, issue).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let answer = NewGdprToken { token: token.expose_secret().to_owned(), fingerprint, expires_at };
    let headers = [(LOCATION, "/v1/me/gdpr-token"), (CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, position, headers, Json(answer)))
}

/// Shows what the token can be recognised by, and when it was last used.
#[utoipa::path(
    get, path = "/v1/me/gdpr-token", tag = "Me", operation_id = "getGdprToken",
    responses(
        (status = 200, description = "The token, without its value", body = GdprTokenFacts),
        (status = 404, description = "There is none: `not-found`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    let none = || Problem::because(Kind::NotFound, "The account has no token for the GDPR APIs.");
    let (aggregate, _) = state.store.load::<Account>(&current.account().to_string()).await?;
    let token = aggregate.holder()?.gdpr_token.clone().ok_or_else(none)?;
    let kept = credential::fetch(state.store.pool(), token.credential_id).await?;
    let kept = kept.filter(|kept| kept.ended(state.store.services().now()).is_none()).ok_or_else(none)?;
    Ok(Json(GdprTokenFacts {
        fingerprint: token.fingerprint,
        issued_at: kept.issued_at,
        expires_at: kept.expires_at.unwrap_or(token.expires_at),
        last_used_at: kept.last_used_at,
    }))
}

/// Revokes the token. It stops working at once.
#[utoipa::path(
    delete, path = "/v1/me/gdpr-token", tag = "Me", operation_id = "revokeGdprToken",
    responses(
        (status = 204, description = "The token no longer works"),
        (status = 404, description = "There is none: `not-found`"),
    )
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let id = account.to_string();
    let (aggregate, _) = state.store.load::<Account>(&id).await?;
    let token = aggregate.holder()?.gdpr_token.as_ref().map(|token| token.credential_id);
    let token = token.ok_or_else(|| Problem::new(Kind::NotFound))?;
    let at = state.store.services().now();
    let mut extras = CommitExtras::default();
    extras.records.push(RecordWrite::EndCredential { id: token, at, end: CredentialEnd::Revoked });
    state.notify(&mut extras, account, MessageBody::GdprTokenRevoked { at }).await?;
    let command = AccountCommand::EndGdprToken { credential_id: token, reason: TokenEnd::Revoked };
    let context = context.command(Actor::Account(account));
    let executed = state.execute::<Account>(&id, command, &context, extras).await?;
    let told = Extension(SecurityEvent::CredentialRevoked);
    Ok((told, state.position(account, &executed.events).await, StatusCode::NO_CONTENT))
}
