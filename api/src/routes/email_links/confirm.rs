//! `POST /v1/email-confirmations`: the new address is confirmed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{AccountCommand, SignOutReason};
use domain::{Actor, EmailChangeId, SessionId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::Purpose;

use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::routes::me::sessions;
use crate::state::AppState;

/// Confirms a new sign-in address, by the link that was mailed there.
///
/// It holds from now on. All sessions end but the one in which the change was asked for.
#[utoipa::path(
    post, path = "/v1/email-confirmations", tag = "Me", operation_id = "confirmEmail", request_body = OpenedLink,
    responses(
        (status = 204, description = "The new address holds"),
        (status = 409, description = "The address belongs to another account by now: `email-taken`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn confirm(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let found = state.open_link(Purpose::EmailConfirmation, &token, &context).await?;
    let subject = read(&found.subject).ok_or_else(|| Problem::new(Kind::LinkDead))?;
    let (change_id, asked_in): (EmailChangeId, SessionId) = subject;
    let account = found.account;
    let extras =
        CommitExtras { records: vec![RecordWrite::TakeLink(token.hash())], ..CommitExtras::default() };
    let context = context.command(Actor::Account(account));
    let command = AccountCommand::ConfirmEmailChange { change_id };
    let ends = (Some(asked_in), SignOutReason::EmailChanged);
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}

/// Which change it confirms, and in which session that was asked for.
fn read(subject: &str) -> Option<(EmailChangeId, SessionId)> {
    let (change, session) = subject.split_once('/')?;
    Some((change.parse().ok()?, session.parse().ok()?))
}
