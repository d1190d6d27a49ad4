//! Telling the person by mail.
//!
//! A notice is queued with the event that brings it about; what is seen to here is that it is: for what time brings about,
//! and what an earlier release recorded. The post sends it, and no job waits for that.

use chrono::{DateTime, Utc};
use domain::account::Holder;
use domain::privacy_request::{Archive, EXPIRY_REMINDER, Notice, Request};
use event_store::records::outbox;

use crate::jobs::JobError;
use crate::messages::mail::notice::{ErasedSource, Letter};
use crate::messages::mail::{Address, Letterhead, Message, MessageId};
use crate::workbench::WorkerContext;

/// Queues a notice, unless it is queued. If it has gone out meanwhile the post finds that, and it does not go out again.
pub(super) async fn queue(bench: &WorkerContext, request: &Request, notice: Notice) -> Result<(), JobError> {
    Ok(outbox::notify(bench.store.records(), request.request_id, notice).await?)
}

/// The mail of a notice, the same each time; none where there is no address to write to.
pub(crate) fn write(
    request: &Request,
    notice: Notice,
    holder: &Holder,
    letterhead: &Letterhead,
) -> Option<Message> {
    let email = holder.email.known()?;
    let name = holder.name.known().cloned();
    let (letter, date) = compose(request, notice);
    let rendered = letter.render(name.as_deref(), letterhead);
    Some(Message {
        account: Some(request.account_id),
        to: Address::try_from(email).ok()?,
        to_name: name,
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
