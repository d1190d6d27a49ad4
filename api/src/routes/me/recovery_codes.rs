//! `POST /v1/me/recovery-codes`: new codes to keep on paper, for when the other second factors are lost.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand, RECOVERY_CODES, SecondFactor, SignOutReason};
use domain::message::MessageBody;
use domain::{AccountId, Actor};
use event_store::CommitExtras;
use event_store::records::{RecordWrite, recovery_code};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions;
use crate::code::{self, Typed};
use crate::extract::{Body, RequestContext, Sudo};
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// Codes that stand for a second factor, each once.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// The codes: keep them where only you find them.
    #[schema(example = json!(["4f7k-0011-abcd-wxyz-2345-6789"]))]
    pub(crate) recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    /// As they are shown.
    pub(super) fn into_shown(self) -> Vec<String> {
        self.recovery_codes
    }
}

/// That it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// Must be true: what was before no longer works.
    pub(super) confirm: bool,
}

/// Makes new recovery codes. The old ones no longer work, and all other sessions end.
#[utoipa::path(
    post, path = "/v1/me/recovery-codes", tag = "Me", operation_id = "makeRecoveryCodes", request_body = Confirmation,
    responses(
        (status = 200, description = "The codes, the only time they are shown", body = RecoveryCodes),
        (status = 409, description = "No second factor is set: `no-second-factor`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn renew(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(body): Body<Confirmation>,
) -> Result<impl IntoResponse, Problem> {
    if !body.confirm {
        return Err(Problem::invalid(vec![InputError::at("/confirm", "must be true")]));
    }
    let account = current.account();
    let mut extras = CommitExtras::default();
    let codes = make(&state, account, &mut extras).await?;
    let at = state.store.services().now();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let says = |undo| MessageBody::RecoveryCodesIssued { at, undo: Some(undo) };
    state.notify_of_factor(&mut extras, aggregate.holder()?, SecondFactor::RecoveryCodes, says).await?;
    let command = AccountCommand::IssueRecoveryCodes { count: RECOVERY_CODES };
    let context = context.command(Actor::Account(account));
    let ends = (Some(current.0.id), SignOutReason::RecoveryCodesIssued);
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await?;
    let position = state.position(account, &events).await;
    Ok((position, [(CACHE_CONTROL, "no-store")], Json(codes)))
}

/// New codes, whose hashes are kept with `extras`.
pub(super) async fn make(
    state: &AppState,
    account: AccountId,
    extras: &mut CommitExtras,
) -> Result<RecoveryCodes, Problem> {
    let codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| code::recovery()).collect();
    let mut hashes = Vec::with_capacity(codes.len());
    for code in &codes {
        // As it is read when it is typed.
        if let Some(Typed::Recovery(plain)) = code::read(code) {
            hashes.push(recovery_code::hash(state.store.records(), account, plain.expose_secret()).await?);
        }
    }
    extras.records.push(RecordWrite::PutRecoveryCodes { account, hashes });
    let recovery_codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    Ok(RecoveryCodes { recovery_codes })
}
