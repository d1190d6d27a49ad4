//! What comes and goes with a second factor: recovery codes come with the first, and go with the last.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::{Account, AccountCommand, Holder, RECOVERY_CODES, SignOutReason};
use domain::message::MessageBody;
use domain::{AccountId, Actor};
use event_store::CommitExtras;
use event_store::records::{RecordWrite, authentication};

use super::{recovery_codes, sessions};
use crate::extract::{CurrentSession, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// Does without a factor. The holder is told by a message that `says` of the account before it, and all sessions but this one
/// end for the `reason`.
pub(super) async fn remove(
    state: &AppState,
    current: &CurrentSession,
    context: RequestContext,
    (command, reason): (AccountCommand, SignOutReason),
    says: impl FnOnce(&Holder) -> Result<MessageBody, Problem>,
) -> Result<Response, Problem> {
    let account = current.account();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let says = says(aggregate.holder()?)?;
    let mut extras = CommitExtras::default();
    state.notify(&mut extras, account, says).await?;
    let context = context.command(Actor::Account(account));
    let ends = (Some(current.0.id), reason);
    let events = sessions::end_with(state, account, command, ends, &context, extras).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT).into_response())
}

/// What a factor that is added brings along.
#[derive(Default)]
pub(super) struct FirstCodes(Option<Vec<String>>);

impl FirstCodes {
    /// Recovery codes with the first second factor. The hashes are kept with `extras`, unless another factor is added at the
    /// same time.
    pub(super) async fn of(
        state: &AppState,
        account: AccountId,
        extras: &mut CommitExtras,
    ) -> Result<(Self, Holder), Problem> {
        // Before the account: a factor that is added between the two makes it the older.
        let generation = authentication::generation(state.store.pool(), account).await?;
        let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
        let holder = aggregate.holder()?.clone();
        extras.records.push(RecordWrite::RequireGeneration { account, generation });
        if holder.has_second_factor() {
            return Ok((Self(None), holder));
        }
        let codes = recovery_codes::make(state, account, extras).await?;
        Ok((Self(Some(codes.into_shown())), holder))
    }

    /// How many there are where they are the first.
    pub(super) const COUNT: u32 = RECOVERY_CODES;

    /// As they are shown, once.
    pub(super) fn into_shown(self) -> Option<Vec<String>> {
        self.0
    }
}
