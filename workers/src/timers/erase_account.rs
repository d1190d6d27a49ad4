//! After an account has ended: what was personal in it is made unreadable, and what was collected about its use is
//! deleted.
//!
//! It begins when the last message has gone out (or has waited for a day), and acts as an erasure whose request has the
//! id of the account: written to the ledger first, so that a restore does not bring it back. After a crash in the
//! middle it begins anew, and finds done what is done.

use chrono::{DateTime, Utc};
use domain::account::AccountCommand;
use domain::effect::ClaimKind;
use domain::privacy_request::{Kind, PrivacyRequest, PrivacyRequestCommand, SourceName, open_request_name};
use domain::{AccountId, Scope};
use event_store::failpoint;
use event_store::{CommandContext, CommitExtras, ExecuteError, KeyName};

use super::{TimerError, record};
use crate::privacy_requests::WorkerContext;
use crate::privacy_requests::sources::{Progress, SourceError, Subject};

pub(super) async fn run(
    ctx: &WorkerContext,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), TimerError> {
    for kind in [Kind::Export, Kind::Erasure] {
        cancel_open(ctx, account, kind).await?;
    }
    let request = account.final_erasure();
    let subject = Subject { account, request, since: now };
    // The profile's key first: from then on none is made for the account, so the keys destroyed below are its last.
    failpoint::reach("task: about to erase", Scope::Profile.as_str());
    let profile = KeyName::new(account.to_string(), Scope::Profile.as_str());
    let mut destroyed = ctx.erasures.destroy_key(&profile, &request.to_string()).await?;
    // In the order of any erasure: see `sources::stages`.
    for name in [SourceName::USAGE, SourceName::ACCOUNT, SourceName::ARCHIVES] {
        failpoint::reach("task: about to erase", name);
        let name = SourceName::new(name);
        let source = ctx.sources.get(&name).ok_or(SourceError::Unsupported(name.clone()))?;
        destroyed.extend(source.erase(subject, &Progress::default()).await?.destroyed_keys);
    }
    let destroyed_keys = destroyed.into_iter().map(|key| key.fingerprint).collect();
    record(ctx, account, AccountCommand::RecordErasure { destroyed_keys }, CommitExtras::default()).await
}

/// Cancels the open request of this kind, for no holder is left to answer. One that has come too far to be cancelled
/// ends by itself, and what it made is withdrawn.
async fn cancel_open(ctx: &WorkerContext, account: AccountId, kind: Kind) -> Result<(), TimerError> {
    let name = open_request_name(account, kind);
    let Some(request) = ctx.store.owner_of(ClaimKind::OpenRequest, &name).await? else { return Ok(()) };
    let context = CommandContext::service(account.uuid());
    let cancel = PrivacyRequestCommand::Cancel;
    match ctx.store.execute::<PrivacyRequest>(&request, cancel, &context, CommitExtras::default()).await {
        Ok(_) | Err(ExecuteError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
