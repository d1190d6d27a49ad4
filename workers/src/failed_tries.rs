//! Failed sign-in attempts, told to the holders of accounts: an event, and a mail where the password was known.
//!
//! The event, the mail and the end of the count are written together. After a crash before that they are found due
//! again; two workers at once write one of it.

use domain::MessageId;
use domain::account::{Account, AccountCommand, AccountNotice, FailedTryKind};
use domain::message::{MessageBody, MessageContent, Recipient};
use event_store::records::RecordWrite;
use event_store::records::failed_try::{self, Gathered};
use event_store::records::outbox::{Medium, NewMessage, Topic};
use event_store::{CommandContext, CommitExtras, EventStore, ExecuteError, StoreError};

/// Notes what is due, or some of it. Returns how many.
pub(crate) async fn note_due(store: &EventStore) -> Result<usize, StoreError> {
    let due = failed_try::list_due(store.pool(), store.services().now()).await?;
    for gathered in &due {
        note(store, gathered).await?;
    }
    Ok(due.len())
}

async fn note(store: &EventStore, gathered: &Gathered) -> Result<(), StoreError> {
    let (account, failed, at) = (gathered.account, gathered.failed, store.services().now());
    let take = RecordWrite::TakeFailedTries { gathered: gathered.clone(), at };
    let mut extras = CommitExtras { records: vec![take], ..CommitExtras::default() };
    if failed.kind == FailedTryKind::Code {
        let message = mail(store, gathered).await?;
        extras.required_keys.push(message.key_id());
        extras.records.push(RecordWrite::EnqueueMessage(message));
    }
    let context = CommandContext::service(account.uuid());
    let command = AccountCommand::RecordFailedTries { failed };
    match store.execute::<Account>(&account.to_string(), command, &context, extras).await {
        Err(ExecuteError::Store(error)) => Err(error),
        // Another worker was faster, or the account has ended: its tries went with it, or are swept.
        _ => Ok(()),
    }
}

async fn mail(store: &EventStore, gathered: &Gathered) -> Result<NewMessage, StoreError> {
    let failed = gathered.failed;
    let (tries, networks) = (failed.tries, failed.networks);
    let says = MessageBody::FailedCodes { tries, networks, since: failed.since, until: failed.until };
    let content = MessageContent { to: Recipient::Holder, says };
    let topic = Topic::Account(gathered.account, AccountNotice::FailedCodes);
    let id = MessageId::generate(store.services());
    NewMessage::seal(store.records(), id, topic, Medium::Mail, &content, None).await
}
