//! One attempt to deliver a message: composed, sent, its outcome recorded.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::account::{Account, AccountCommand};
use domain::message::MessageContent;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand};
use domain::{Effects, Services, Standalone, Undeliverable};
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
use crate::messages::mail::MessageId;

/// How often the claim on a message is renewed.
const RENEWAL: Duration = Duration::from_secs(15);
/// How long a claim lasts.
const CLAIM_LIFE: Duration = Duration::from_secs(45);

/// The end of a message, to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Sent,
    Undeliverable(Undeliverable),
    /// No history could tell of it, or there is nothing to tell.
    Discarded,
}

/// A recorded end: the outcome for the metric, and the error that kept the message from going out.
type Recorded = (&'static str, Option<DeliveryError>);

impl MessageDispatcher {
    /// Processes a message for which there was `capacity`. A panic on the way is a failure like others.
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
                self.reschedule_in(
                    &message,
                    Tried::InVain,
                    retry_schedule::after(Tried::InVain, message.tries),
                )
                .await;
                "failed"
            }
        };
        let medium = message.medium.as_str();
        metrics::counter!("personal_settings_messages_total", "medium" => medium, "outcome" => outcome)
            .increment(1);
        self.slot_freed.notify_one();
    }

    async fn process(&self, message: &ClaimedMessage) -> Result<Recorded, DeliveryError> {
        with_heartbeat(Box::pin(self.send_and_record(message)), RENEWAL, || self.renew_claim(message)).await
    }

    /// Renews the claim: a mail server may take longer than a claim lasts.
    async fn renew_claim(&self, message: &ClaimedMessage) {
        if let Err(error) = outbox::reschedule(self.store.pool(), message.id, Tried::Not, CLAIM_LIFE).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(message = %message.id, error, "renewing the claim on a message failed");
        }
    }

    /// Sends the message, and records its end. An error means that it is to be tried again.
    async fn send_and_record(&self, message: &ClaimedMessage) -> Result<Recorded, DeliveryError> {
        failpoint::reach("post: took", notice_name(message));
        let sent =
            self.send(message).await.map_err(|error| retry_schedule::give_up_if_exhausted(message, error));
        failpoint::reach("post: sent", notice_name(message));
        let (end, outcome, error) = match sent {
            Ok(()) => (End::Sent, "sent", None),
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                let end = error.undeliverable().map_or(End::Discarded, End::Undeliverable);
                if end != End::Discarded {
                    tracing::warn!(
                        message = %message.id,
                        about = notice_name(message),
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

    /// Records the end in the history of what the message tells of, and dequeues it: both, or neither.
    async fn record(&self, message: &ClaimedMessage, end: End) -> Result<(), DeliveryError> {
        let undeliverable = match end {
            End::Sent => None,
            End::Undeliverable(reason) => Some(reason),
            End::Discarded => return Ok(outbox::forget(self.store.pool(), message.id).await?),
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
            // Gone: another worker recorded it, or the account ended and took it along.
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

    /// Schedules the next attempt. An unreachable carrier is logged where that is found out.
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
            // No carrier was asked: the failure is ours.
            (_, CarrierReport::NotAsked) => retry_schedule::after_ours(message.attempts),
            (Tried::Unsure, _) => retry_schedule::after(tried, message.unsure),
            (Tried::InVain | Tried::Not, _) => retry_schedule::after(tried, message.tries),
        };
        self.reschedule_in(message, tried, wait).await;
    }

    /// Schedules the next attempt after `wait`, or when the message expires, so that the holder is told in time.
    async fn reschedule_in(&self, message: &ClaimedMessage, tried: Tried, mut wait: Duration) {
        if let Some(expires_at) = message.expires_at {
            wait = wait.min((expires_at - self.now()).to_std().unwrap_or_default());
        }
        if let Err(error) = outbox::reschedule(self.store.pool(), message.id, tried, wait).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(message = %message.id, error, "rescheduling a message failed: it is retried when its claim expires");
        }
    }

    async fn send(&self, message: &ClaimedMessage) -> Result<(), DeliveryError> {
        self.ensure_not_expired(message.expires_at)?;
        if let Topic::Request(request, notice) = message.topic {
            let mail = self.compose_request_notice(request, notice).await?;
            return Ok(self.outbox.send(&mail).await?);
        }
        let Some(content) = message.open::<MessageContent>(self.store.records()).await? else {
            return Err(self.unreadable_reason(message).await?);
        };
        match message.medium {
            Medium::Mail => {
                let mail = self.compose_mail(message, content).await?;
                Ok(self.outbox.send(&mail).await?)
            }
            Medium::Sms | Medium::Call => {
                let phone = self.phone.as_ref().ok_or(DeliveryError::NoGateway)?;
                Ok(phone.send(&self.compose_phone_message(message, content).await?).await?)
            }
        }
    }

    async fn unreadable_reason(&self, message: &ClaimedMessage) -> Result<DeliveryError, DeliveryError> {
        let Topic::Account(account, _) = message.topic else { return Ok(DeliveryError::Unreadable) };
        let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
        let erased = account.ended.is_some_and(|ended| ended.erased);
        Ok(if erased { DeliveryError::Erased } else { DeliveryError::Unreadable })
    }

    pub(super) fn ensure_not_expired(&self, until: Option<DateTime<Utc>>) -> Result<(), DeliveryError> {
        if until.is_some_and(|until| until <= self.now()) { Err(DeliveryError::Expired) } else { Ok(()) }
    }

    /// The Message-ID of a mail, the same for ever.
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

/// The name of what the message tells of.
fn notice_name(message: &ClaimedMessage) -> &'static str {
    match message.topic {
        Topic::Account(_, notice) => notice.as_str(),
        Topic::Invitation => "invitation",
        Topic::Request(_, notice) => notice.as_str(),
    }
}
