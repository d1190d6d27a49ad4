//! What time brings about for an account.

use chrono::{DateTime, Utc};
use domain::account::{
    Account, AccountCommand, AccountNotice, AccountTask, SignOutReason, TokenEnd, schedule,
};
use domain::message::{MessageBody, MessageContent, Recipient};
use domain::{AccountId, CredentialId, MessageId};
use event_store::records::RecordWrite;
use event_store::records::credential::CredentialEnd;
use event_store::records::outbox::{self, Medium, NewMessage, Topic};
use event_store::records::session;
use event_store::{CommandContext, CommitExtras, StoreError};

use super::{TimerError, derived_id, erase_account, record};
use crate::privacy_requests::WorkerContext;

pub(super) async fn run_due(ctx: &WorkerContext, id: &str) -> Result<(), TimerError> {
    let Ok(account) = id.parse::<AccountId>() else { return Ok(()) };
    let now = ctx.store.services().now();
    for task in due(ctx, id, now).await? {
        // One task can take another along: with the second factor goes the token that was due as well.
        if !due(ctx, id, now).await?.contains(&task) {
            continue;
        }
        match task {
            AccountTask::TellOfTokenEnd { credential_id, notice, expires_at } => {
                tell_of_token_end(ctx, account, credential_id, notice, expires_at).await?;
            }
            AccountTask::ExpireToken(credential_id) => expire_token(ctx, account, credential_id).await?,
            AccountTask::ReleaseFormerEmail(change_id) => {
                record(
                    ctx,
                    account,
                    AccountCommand::ReleaseFormerEmail { change_id },
                    CommitExtras::default(),
                )
                .await?;
            }
            AccountTask::RemoveFactor { due_at } => remove_factor(ctx, account, due_at).await?,
            AccountTask::Erase => erase_account::run(ctx, account, now).await?,
        }
    }
    Ok(())
}

async fn due(ctx: &WorkerContext, id: &str, now: DateTime<Utc>) -> Result<Vec<AccountTask>, StoreError> {
    let (account, _) = ctx.store.load::<Account>(id).await?;
    Ok(schedule(&account).into_iter().filter(|(at, _)| *at <= now).map(|(_, task)| task).collect())
}

/// The same message however often it is queued: its id is made of what it tells of.
async fn tell_of_token_end(
    ctx: &WorkerContext,
    account: AccountId,
    credential: CredentialId,
    notice: AccountNotice,
    expires_at: DateTime<Utc>,
) -> Result<(), TimerError> {
    let now = ctx.store.services().now();
    let days = u32::try_from((expires_at - now).num_days() + 1).unwrap_or_default();
    let days = if notice == AccountNotice::GdprTokenExpiresIn7Days { days.min(7) } else { days.max(8) };
    let id = MessageId::from_uuid(derived_id(&format!("{credential}/{}", notice.as_str())));
    let content =
        MessageContent { to: Recipient::Holder, says: MessageBody::GdprTokenExpires { expires_at, days } };
    let topic = Topic::Account(account, notice);
    let message =
        NewMessage::seal(ctx.store.records(), id, topic, Medium::Mail, &content, Some(expires_at)).await?;
    Ok(outbox::queue(ctx.store.pool(), &message).await?)
}

async fn expire_token(
    ctx: &WorkerContext,
    account: AccountId,
    credential: CredentialId,
) -> Result<(), TimerError> {
    let at = ctx.store.services().now();
    let id = MessageId::from_uuid(derived_id(&format!("{credential}/expired")));
    let content = MessageContent { to: Recipient::Holder, says: MessageBody::GdprTokenExpired { at } };
    let topic = Topic::Account(account, AccountNotice::GdprTokenExpired);
    let message = NewMessage::seal(ctx.store.records(), id, topic, Medium::Mail, &content, None).await?;
    let required_keys = vec![message.key_id()];
    let end = RecordWrite::EndCredential { id: credential, at, end: CredentialEnd::Expired };
    let extras = CommitExtras { records: vec![end, RecordWrite::EnqueueMessage(message)], required_keys };
    let command = AccountCommand::EndGdprToken { credential_id: credential, reason: TokenEnd::Expired };
    record(ctx, account, command, extras).await
}

/// The time to object is over. The history tells of each session that ends with it, as where a holder does it.
async fn remove_factor(
    ctx: &WorkerContext,
    account: AccountId,
    due_at: DateTime<Utc>,
) -> Result<(), TimerError> {
    let at = ctx.store.services().now();
    let message = MessageId::from_uuid(derived_id(&format!("{account}/factor removed/{due_at}")));
    let content = MessageContent { to: Recipient::Holder, says: MessageBody::FactorRemoved { at } };
    let topic = Topic::Account(account, AccountNotice::FactorRemoved);
    let message = NewMessage::seal(ctx.store.records(), message, topic, Medium::Mail, &content, None).await?;
    let required_keys = vec![message.key_id()];
    let extras = CommitExtras { records: vec![RecordWrite::EnqueueMessage(message)], required_keys };
    let (id, context) = (account.to_string(), CommandContext::service(account.uuid()));
    let removed = ctx.store.transact(&context, async |mut unit| {
        let before: Account = unit.load(&id).await?;
        let removal = before.holder.and_then(|holder| holder.factor_removal);
        // It was objected to meanwhile, or another worker was faster: nothing ends.
        if removal.is_none_or(|removal| removal.due_at != due_at) {
            return Ok((unit, CommitExtras::default(), ()));
        }
        unit.execute::<Account>(&id, AccountCommand::RemoveFactor).await?;
        for session in session::list(ctx.store.pool(), account, at).await? {
            let (session_id, reason) = (session.id, SignOutReason::FactorRemoved);
            unit.execute::<Account>(&id, AccountCommand::RecordSignOut { session_id, reason }).await?;
        }
        Ok::<_, TimerError>((unit, extras.clone(), ()))
    });
    removed.await.map(drop).map_err(TimerError::from)
}
