//! Notifications by message: queued with the event it tells of, sent by a worker.

use domain::account::Holder;
use domain::message::{MessageBody, MessageContent, Recipient};
use domain::{AccountId, MessageId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::outbox::{Medium, NewMessage, Topic};

use crate::code;
use crate::problem::Problem;
use crate::state::AppState;

/// How long it is tried to send a mail: after that it tells nothing new.
const MAIL_LIFE: chrono::Duration = chrono::Duration::days(7);

impl AppState {
    /// Queues a message to the holder of `account` with `extras`.
    pub(crate) async fn notify(
        &self,
        extras: &mut CommitExtras,
        account: AccountId,
        says: MessageBody,
    ) -> Result<(), Problem> {
        self.notify_address(extras, account, Recipient::Holder, says).await
    }

    /// As [`notify`](Self::notify), to another address than the account has when it is sent.
    pub(crate) async fn notify_address(
        &self,
        extras: &mut CommitExtras,
        account: AccountId,
        to: Recipient,
        says: MessageBody,
    ) -> Result<(), Problem> {
        let topic = says.notice().map_or(Topic::Invitation, |notice| Topic::Account(account, notice));
        self.queue(extras, topic, Medium::Mail, MessageContent { to, says }).await
    }

    /// Queues a code to a phone.
    pub(crate) async fn send_code(
        &self,
        extras: &mut CommitExtras,
        account: AccountId,
        medium: Medium,
        content: MessageContent,
    ) -> Result<(), Problem> {
        let topic = Topic::Account(account, domain::account::AccountNotice::Code);
        self.queue(extras, topic, medium, content).await
    }

    /// Queues an invitation.
    pub(crate) async fn invite(
        &self,
        extras: &mut CommitExtras,
        content: MessageContent,
    ) -> Result<(), Problem> {
        self.queue(extras, Topic::Invitation, Medium::Mail, content).await
    }

    async fn queue(
        &self,
        extras: &mut CommitExtras,
        topic: Topic,
        medium: Medium,
        content: MessageContent,
    ) -> Result<(), Problem> {
        let services = self.store.services();
        let expires_at = match medium {
            Medium::Mail => Some(services.now() + MAIL_LIFE),
            Medium::Sms | Medium::Call => Some(services.now() + code::LIFE),
        };
        let id = MessageId::generate(services);
        let message = NewMessage::seal(self.store.records(), id, topic, medium, &content, expires_at).await?;
        let gathers = matches!(content.to, Recipient::Holder) && content.says.can_be_gathered();
        let message = if gathers { message.gathering() } else { message };
        // Nothing is queued that could not be opened: the person may be erased at this moment.
        extras.required_keys.push(message.key_id());
        extras.records.push(RecordWrite::EnqueueMessage(message));
        Ok(())
    }
}

/// The address of a holder as it is now, for what must still reach it when it has changed.
pub(crate) fn present_address(holder: &Holder) -> Option<Recipient> {
    Some(Recipient::Address { email: holder.email.known()?.clone(), name: holder.name.known().cloned() })
}
