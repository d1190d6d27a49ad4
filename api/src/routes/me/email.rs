//! `PUT /v1/me/email`: moving to another sign-in address; `DELETE /v1/me/email/pending`: not, after all.
//!
//! A link goes to the new address, to confirm it, and another to the present one, to take the change back. Whether
//! the new address belongs to another account is not told here: a reader of mail there learns it on confirming.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, CONFIRMATION_LIFE, UNDO_LIFE};
use domain::message::{MessageBody, Recipient};
use domain::{Actor, EmailAddress, EmailChangeId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::{NewLink, Purpose};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, CurrentSession, RequestContext, Sudo, parsed};
use crate::limits;
use crate::messages::present_address;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

/// The address to move to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmail {
    /// The new sign-in address.
    #[schema(value_type = String, format = Email, example = "ada@example.org")]
    #[serde(deserialize_with = "parsed")]
    email: EmailAddress,
}

/// A change that waits to be confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingEmail {
    /// The new sign-in address.
    #[schema(format = Email)]
    email_pending: String,
    /// Until when it can be confirmed.
    confirm_by: DateTime<Utc>,
    /// Until when the change can be taken back from the present address, confirmed or not.
    undo_until: DateTime<Utc>,
}

/// Asks for another sign-in address.
///
/// It holds once it is confirmed by the link that is mailed there. The present address gets a link to take the change
/// back, which works for a week, also after it was confirmed. A wish takes the place of an earlier one.
#[utoipa::path(
    put, path = "/v1/me/email", tag = "Me", operation_id = "changeEmail", request_body = NewEmail,
    responses(
        (status = 202, description = "The links are on their way", body = PendingEmail),
        (status = 409, description = "It is the address already: `same-email`"),
    )
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(body): Body<NewEmail>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    state.limit(limits::MAILS, &account.to_string()).await?;
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder()?;
    let services = state.store.services();
    let (change_id, at) = (EmailChangeId::generate(services), services.now());
    let (confirm_by, undo_until) = (at + CONFIRMATION_LIFE, at + UNDO_LIFE);
    let (confirm, undo) = (token::generate(token::Kind::Link), token::generate(token::Kind::Link));
    let link = |token: &secrecy::SecretString, purpose, subject: String, expires_at| {
        let token_hash = token::hash(token).to_vec();
        RecordWrite::PutLink(NewLink { token_hash, purpose, account, subject, expires_at })
    };
    // The session that asked stays when the change is confirmed; all others end.
    let confirms = format!("{change_id}/{}", current.0.id);
    let mut extras = CommitExtras::default();
    extras.records.extend([
        RecordWrite::DropLinks { account, purpose: Purpose::EmailConfirmation },
        link(&confirm, Purpose::EmailConfirmation, confirms, confirm_by),
        link(&undo, Purpose::EmailUndo, change_id.to_string(), undo_until),
    ]);
    let to = Recipient::Address { email: body.email.clone(), name: holder.name.known().cloned() };
    let says = MessageBody::EmailConfirmation { token: confirm.expose_secret().to_owned(), confirm_by };
    state.notify_address(&mut extras, account, to, says).await?;
    let present = present_address(holder).ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    let says = MessageBody::EmailChange { at, token: undo.expose_secret().to_owned(), undo_until };
    state.notify_address(&mut extras, account, present, says).await?;
    let email_pending = body.email.as_str().to_owned();
    let command = AccountCommand::RequestEmailChange { change_id, email: body.email };
    let context = context.command(Actor::Account(account));
    let executed = state.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    let position = state.position(account, &executed.events).await;
    Ok((StatusCode::ACCEPTED, position, Json(PendingEmail { email_pending, confirm_by, undo_until })))
}

/// Gives up a change that waits to be confirmed.
///
/// The link that was mailed to the other address opens nothing any more. Where no change waits, nothing happens.
#[utoipa::path(
    delete, path = "/v1/me/email/pending", tag = "Me", operation_id = "cancelEmailChange",
    responses((status = 204, description = "No change waits"))
)]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let mut extras = CommitExtras::default();
    extras.records.push(RecordWrite::DropLinks { account, purpose: Purpose::EmailConfirmation });
    let context = context.command(Actor::Account(account));
    let executed = state
        .execute::<Account>(&account.to_string(), AccountCommand::CancelEmailChange, &context, extras)
        .await?;
    Ok((state.position(account, &executed.events).await, StatusCode::NO_CONTENT))
}
