//! One message on its way: written, sent, recorded.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::account::{Account, AccountCommand};
use domain::message::{MessageContent, Recipient, Says};
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand};
use domain::{AccountId, Effects, Services, Standalone, Undeliverable};
use event_store::failpoint;
use event_store::postgres::backoff::Delays;
use event_store::records::RecordWrite;
use event_store::records::outbox::{self, ClaimedMessage, Medium, Topic, Tried};
use event_store::{CommandContext, CommitExtras, ExecuteError};
use futures::FutureExt;

use super::carrier::{Capacity, CarrierReport};
use super::error::DeliveryError;
use super::{MessageDispatcher, retry_schedule};
use crate::heartbeat::with_heartbeat;
use crate::messages::mail::letter::{self, Inviter, Names};
use crate::messages::mail::{Address, Message, MessageId};
use crate::messages::phone::{Content, PhoneMessage, words};

/// How often it is said that a message is still being seen to.
const RENEWAL: Duration = Duration::from_secs(15);
/// For how long that holds.
const HOLD: Duration = Duration::from_secs(45);

/// What a message came to, to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Sent,
    Undeliverable(Undeliverable),
    /// There is nobody in whose history it could be told, or nothing to tell.
    Forgotten,
}

/// How a message ended that is recorded: as it is counted, and what kept it from going out.
type Ended = (&'static str, Option<DeliveryError>);

impl MessageDispatcher {
    /// Sees to a message that was taken into `room`, whatever comes of it: a panic on the way is a failure like others.
    pub(super) async fn deliver(self: Arc<Self>, message: ClaimedMessage, capacity: Capacity) {
        let carrier = self.carrier_of(message.medium);
        let outcome = match AssertUnwindSafe(self.process(&message)).catch_unwind().await {
            Ok(Ok((outcome, None))) => {
                carrier.finish(capacity, &CarrierReport::Reachable);
                outcome
            }
            Ok(Ok((outcome, Some(error)))) => {
                carrier.finish(capacity, &error.carrier_report());
                outcome
            }
            Ok(Err(error)) => {
                carrier.finish(capacity, &error.carrier_report());
                self.reschedule(&message, &error).await;
                "postponed"
            }
            Err(_) => {
                tracing::error!(message = %message.id, "message delivery panicked");
                carrier.finish(capacity, &CarrierReport::NotAsked);
                self.wait(&message, Tried::InVain, retry_schedule::after(Tried::InVain, message.tries)).await;
                "failed"
            }
        };
        let medium = message.medium.as_str();
        metrics::counter!("personal_settings_messages_total", "medium" => medium, "outcome" => outcome)
            .increment(1);
        self.freed.notify_one();
    }

    async fn process(&self, message: &ClaimedMessage) -> Result<Ended, DeliveryError> {
        with_heartbeat(Box::pin(self.send_and_record(message)), RENEWAL, || self.keep(message)).await
    }

    /// Keeps others from taking the message: a mail server may take longer than a lease lasts.
    async fn keep(&self, message: &ClaimedMessage) {
        if let Err(error) = outbox::reschedule(self.store.pool(), message.id, Tried::Not, HOLD).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(message = %message.id, error, "renewing the claim on a message failed");
        }
    }

    /// Sends it, and records what came of it. An error means that it is to be tried again.
    async fn send_and_record(&self, message: &ClaimedMessage) -> Result<Ended, DeliveryError> {
        failpoint::reach("post: took", told_of(message));
        let sent = self.send(message).await.map_err(|error| retry_schedule::given_up(message, error));
        failpoint::reach("post: sent", told_of(message));
        let (end, outcome, error) = match sent {
            Ok(()) => (End::Sent, "sent", None),
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                let end = error.undeliverable().map_or(End::Forgotten, End::Undeliverable);
                if end != End::Forgotten {
                    tracing::warn!(
                        message = %message.id,
                        about = told_of(message),
                        error = &error as &dyn std::error::Error,
                        "message undeliverable"
                    );
                }
                (end, error.outcome(), Some(error))
            }
        };
        // While the store is away nothing is sent, and what was sent need not be sent again.
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(2));
        loop {
            match self.record(message, end).await {
                Err(error) if error.is_momentary() => {
                    tracing::warn!(
                        message = %message.id,
                        error = &error as &dyn std::error::Error,
                        "recording the outcome of a message failed; it is tried again"
                    );
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok((outcome, error)),
            }
            delays.wait().await;
        }
    }

    /// Puts it into the history of what it tells of, and out of the queue: both, or neither.
    async fn record(&self, message: &ClaimedMessage, end: End) -> Result<(), DeliveryError> {
        let undeliverable = match end {
            End::Sent => None,
            End::Undeliverable(reason) => Some(reason),
            End::Forgotten => return Ok(outbox::forget(self.store.pool(), message.id).await?),
        };
        match message.topic {
            Topic::Account(account, notice) => {
                let command = AccountCommand::RecordNotice { message_id: message.id, notice, undeliverable };
                self.record_in::<Account>(&account.to_string(), command, message).await
            }
            Topic::Request(request, notice) => {
                let command = match undeliverable {
                    Some(reason) => PrivacyRequestCommand::RecordUndeliverable { notice, reason },
                    None => {
                        let message_id = self.mail_id(request, notice.as_str())?.to_string();
                        PrivacyRequestCommand::RecordNotice { notice, message_id }
                    }
                };
                self.record_in::<PrivacyRequest>(&request.to_string(), command, message).await
            }
            Topic::Invitation => Ok(outbox::forget(self.store.pool(), message.id).await?),
        }
    }

    async fn record_in<A>(
        &self,
        id: &str,
        command: A::Command,
        message: &ClaimedMessage,
    ) -> Result<(), DeliveryError>
    where
        A: Aggregate<Services = Services> + Standalone,
        A::Command: Clone,
        A::Event: Effects,
    {
        let context = CommandContext::service(message.id.uuid());
        let extras = CommitExtras {
            records: vec![RecordWrite::DequeueMessage(message.id)],
            ..CommitExtras::default()
        };
        match self.store.execute::<A>(id, command, &context, extras).await {
            // It was recorded before: nothing happened with which it could have left the queue.
            Ok(done) if done.events.is_empty() => Ok(outbox::forget(self.store.pool(), message.id).await?),
            // Gone: whoever else had taken it recorded it, or the account ended and took it along.
            Ok(_) | Err(ExecuteError::AlreadyUsed) => Ok(()),
            // There never was such an account or request.
            Err(ExecuteError::Refused(_)) => Ok(outbox::forget(self.store.pool(), message.id).await?),
            Err(ExecuteError::Store(error)) => Err(error.into()),
            Err(
                ExecuteError::Contended
                | ExecuteError::KeyDestroyed
                | ExecuteError::ProofOver
                | ExecuteError::Taken { .. },
            ) => Err(DeliveryError::Contended),
        }
    }

    /// Its turn comes again after a delay. That who should bring it is away is logged where it is found out.
    async fn reschedule(&self, message: &ClaimedMessage, error: &DeliveryError) {
        if !matches!(error.carrier_report(), CarrierReport::Unreachable(_)) {
            tracing::warn!(
                message = %message.id,
                tries = message.tries + 1,
                error = error as &dyn std::error::Error,
                "message delivery failed; rescheduled"
            );
        }
        let tried = error.tried();
        let wait = match (tried, error.carrier_report()) {
            // Nobody was asked: the trouble is ours.
            (_, CarrierReport::NotAsked) => retry_schedule::after_ours(message.attempts),
            (Tried::Unsure, _) => retry_schedule::after(tried, message.unsure),
            (Tried::InVain | Tried::Not, _) => retry_schedule::after(tried, message.tries),
        };
        self.wait(message, tried, wait).await;
    }

    /// It comes again after a while, or when its time is over: so that the holder is told in time.
    async fn wait(&self, message: &ClaimedMessage, tried: Tried, mut wait: Duration) {
        if let Some(expires_at) = message.expires_at {
            wait = wait.min((expires_at - self.now()).to_std().unwrap_or_default());
        }
        if let Err(error) = outbox::reschedule(self.store.pool(), message.id, tried, wait).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(message = %message.id, error, "rescheduling a message failed: it is retried when its claim expires");
        }
    }

    async fn send(&self, message: &ClaimedMessage) -> Result<(), DeliveryError> {
        self.still_of_use(message.expires_at)?;
        if let Topic::Request(request, notice) = message.topic {
            let mail = self.write_of_request(request, notice).await?;
            return Ok(self.outbox.send(&mail).await?);
        }
        let Some(content) = message.open::<MessageContent>(self.store.records()).await? else {
            return Err(self.why_unreadable(message).await?);
        };
        match message.medium {
            Medium::Mail => {
                let mail = self.write_mail(message, content).await?;
                Ok(self.outbox.send(&mail).await?)
            }
            Medium::Sms | Medium::Call => {
                let phone = self.phone.as_ref().ok_or(DeliveryError::NoGateway)?;
                Ok(phone.send(&write_phone(message, content, self.now())?).await?)
            }
        }
    }

    async fn why_unreadable(&self, message: &ClaimedMessage) -> Result<DeliveryError, DeliveryError> {
        let Topic::Account(account, _) = message.topic else { return Ok(DeliveryError::Unreadable) };
        let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
        let erased = account.ended.is_some_and(|ended| ended.erased);
        Ok(if erased { DeliveryError::Erased } else { DeliveryError::Unreadable })
    }

    async fn write_mail(
        &self,
        message: &ClaimedMessage,
        content: MessageContent,
    ) -> Result<Message, DeliveryError> {
        let MessageContent { to, says } = content;
        self.still_of_use(letter::useful_until(&says))?;
        let (to, to_name) = self.addressee(message.topic, to).await?;
        let names = Names { reader: to_name.clone(), inviter: self.inviter(&says).await? };
        let letter = match message.gathered {
            0 => letter::write(&self.letterhead, &says, &names),
            others => letter::write_for_many(&self.letterhead, &says, others, &names),
        };
        let letter = letter.ok_or(DeliveryError::Unsayable)?;
        let notice = says.notice().map_or("invitation", |notice| notice.as_str());
        let message_id = self.mail_id(message.id, notice)?;
        let (subject, text, html) = (letter.subject, letter.text, letter.html);
        // An invitation names who invites: in a folder it goes with their account.
        let account = account_of(message.topic).or(inviter_of(&says));
        Ok(Message { account, to, to_name, subject, text, html, message_id, date: message.queued_at })
    }

    /// Who invites, as they are called now: their name is kept with their account alone.
    async fn inviter(&self, says: &Says) -> Result<Option<Inviter>, DeliveryError> {
        let Some(account) = inviter_of(says) else { return Ok(None) };
        let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
        let known = account.holder.and_then(|holder| {
            Some(Inviter { email: holder.email.known()?.clone(), name: holder.name.known().cloned() })
        });
        Ok(known)
    }

    async fn addressee(
        &self,
        topic: Topic,
        to: Recipient,
    ) -> Result<(Address, Option<String>), DeliveryError> {
        let (email, name) = match (to, topic) {
            (Recipient::Address { email, name }, _) => (email, name),
            (Recipient::Holder, Topic::Account(account, _)) => {
                let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
                let holder = account.holder.ok_or(DeliveryError::Ended)?;
                let email = holder.email.known().cloned().ok_or(DeliveryError::NoAddress)?;
                (email, holder.name.known().cloned())
            }
            (Recipient::Holder, Topic::Invitation | Topic::Request(..)) => {
                return Err(DeliveryError::NoAddress);
            }
            (Recipient::Phone(_), _) => return Err(DeliveryError::Unsayable),
        };
        Ok((Address::try_from(&email).map_err(|_| DeliveryError::NoAddress)?, name))
    }

    fn still_of_use(&self, until: Option<DateTime<Utc>>) -> Result<(), DeliveryError> {
        if until.is_some_and(|until| until <= self.now()) { Err(DeliveryError::Expired) } else { Ok(()) }
    }

    /// What a mail is called for ever.
    pub(super) fn mail_id(
        &self,
        id: impl std::fmt::Display,
        notice: &str,
    ) -> Result<MessageId, DeliveryError> {
        MessageId::of(id, notice, self.letterhead.public_url()).map_err(|_| DeliveryError::Unsayable)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.store.services().now()
    }
}

fn account_of(topic: Topic) -> Option<AccountId> {
    match topic {
        Topic::Account(account, _) => Some(account),
        Topic::Invitation | Topic::Request(..) => None,
    }
}

fn inviter_of(says: &Says) -> Option<AccountId> {
    match says {
        Says::Invitation { invited_by, .. } => *invited_by,
        _ => None,
    }
}

/// What it tells of, in a word.
fn told_of(message: &ClaimedMessage) -> &'static str {
    match message.topic {
        Topic::Account(_, notice) => notice.as_str(),
        Topic::Invitation => "invitation",
        Topic::Request(_, notice) => notice.as_str(),
    }
}

fn write_phone(
    message: &ClaimedMessage,
    content: MessageContent,
    now: DateTime<Utc>,
) -> Result<PhoneMessage, DeliveryError> {
    let (Recipient::Phone(to), Says::Code { code, wanted_for }) = (content.to, content.says) else {
        return Err(DeliveryError::Unsayable);
    };
    let content = match message.medium {
        Medium::Call => Content::Call(words::twiml(&code, wanted_for)),
        Medium::Sms | Medium::Mail => {
            let minutes = message.expires_at.map(|expires_at| minutes_until(expires_at, now));
            Content::Sms(words::text(&code, wanted_for, minutes))
        }
    };
    Ok(PhoneMessage { account: account_of(message.topic), id: message.id, to, content })
}

/// To the nearest, and one at least: a text is some seconds on its way.
fn minutes_until(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (((at - now).num_seconds() + 30) / 60).max(1)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_code_is_said_to_work_for_as_long_as_it_does() {
        let told = |seconds: i64| {
            let now = DateTime::UNIX_EPOCH;
            minutes_until(now + TimeDelta::seconds(seconds), now)
        };
        assert_eq!([600, 599, 571, 569, 61, 29, 1, 0].map(told), [10, 10, 10, 9, 1, 1, 1, 1]);
    }
}
