//! What comes and goes with a second factor: recovery codes come with the first, and go with the last.

use domain::AccountId;
use domain::account::{Account, Holder, RECOVERY_CODES};
use event_store::CommitExtras;
use event_store::records::{RecordWrite, authentication};

use super::recovery_codes;
use crate::problem::Problem;
use crate::state::AppState;

/// Whether second factors are left when one goes.
pub(super) async fn others_left(state: &AppState, account: AccountId) -> Result<bool, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    Ok(count(aggregate.holder()?) > 1)
}

fn count(holder: &Holder) -> usize {
    usize::from(holder.phone.is_some()) + usize::from(holder.authenticator_app) + holder.passkeys.len()
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
