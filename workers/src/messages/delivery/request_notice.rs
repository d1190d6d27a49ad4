//! Notices of privacy requests: what they say is made of the request as it is when they are sent.

use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::account::{Account, Holder};
use domain::privacy_request::{Archive, EXPIRY_REMINDER, Notice, PrivacyRequest, Request, owes};

use super::MessageDispatcher;
use super::error::DeliveryError;
use crate::messages::mail::notice::{ErasedSource, Letter};
use crate::messages::mail::{Address, Letterhead, Message, MessageId};

impl MessageDispatcher {
    /// The mail, if the request still owes the notice.
    pub(super) async fn compose_request_notice(
        &self,
        id: RequestId,
        notice: Notice,
    ) -> Result<Message, DeliveryError> {
        let (aggregate, _) = self.store.load::<PrivacyRequest>(&id.to_string()).await?;
        let request = aggregate.request.ok_or(DeliveryError::Settled)?;
        if !owes(&request, notice, self.now()) {
            return Err(DeliveryError::Settled);
        }
        let (account, _) = self.store.load::<Account>(&request.account_id.to_string()).await?;
        let Account { holder: Some(holder), .. } = account else {
            // An account that has ended has no holder to write to.
            return Err(if account.ended.is_some() {
                DeliveryError::Ended
            } else {
                DeliveryError::NoAddress
            });
        };
        write(&request, notice, &holder, &self.letterhead).ok_or(DeliveryError::NoAddress)
    }
}

/// The mail of a notice, the same each time; none where there is no address to write to.
fn write(request: &Request, notice: Notice, holder: &Holder, letterhead: &Letterhead) -> Option<Message> {
    let email = holder.email.known()?;
    let name = holder.name.known().cloned();
    let (letter, date) = compose(request, notice);
    let rendered = letter.render(name.as_deref(), letterhead, &letterhead.texts().for_holder(holder));
    Some(Message {
        account: Some(request.account_id),
        to: Address::try_from(email).ok()?,
        to_name: name,
        language: rendered.language,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        message_id: MessageId::of(request.request_id, notice.as_str(), letterhead.public_url()).ok()?,
        date,
    })
}

/// The letter, and when what it tells of happened.
fn compose(request: &Request, notice: Notice) -> (Letter, DateTime<Utc>) {
    let request_id = request.request_id;
    let closed_at = request.closed_at.unwrap_or(request.moved_at);
    match (notice, &request.archive) {
        (Notice::ArchiveReady, Some(Archive { bytes, sha256, expires_at, .. })) => {
            let sha256 = sha256.clone();
            (Letter::ArchiveReady { request_id, works_until: *expires_at, bytes: *bytes, sha256 }, closed_at)
        }
        (Notice::ArchiveExpiring, Some(Archive { expires_at, .. })) => {
            (Letter::ArchiveExpiring { request_id, works_until: *expires_at }, *expires_at - EXPIRY_REMINDER)
        }
        (Notice::Erased, _) => {
            (Letter::Erased { request_id, completed_at: closed_at, sources: erased(request) }, closed_at)
        }
        (Notice::Cancelled, _) => {
            (Letter::Cancelled { kind: request.kind, request_id, cancelled_at: closed_at }, closed_at)
        }
        (Notice::Received | Notice::ArchiveReady | Notice::ArchiveExpiring, _) => {
            let letter = Letter::Received {
                kind: request.kind,
                request_id,
                received_at: request.received_at,
                due_at: request.due_at,
                cancellable_until: request.cancellable_until(),
            };
            (letter, request.received_at)
        }
    }
}

fn erased(request: &Request) -> Vec<ErasedSource> {
    let sources = request.sources.iter();
    sources.map(|(name, source)| ErasedSource { name: name.clone(), counts: source.counts.clone() }).collect()
}
