//! Telling the person by mail.
//!
//! The mail goes out first and is recorded after, so a crash in between sends it again; its
//! Message-ID is made from the request and the notice and is the same each time.

use chrono::{DateTime, Utc};
use domain::account::{Account, Holder};
use domain::privacy_request::{Archive, EXPIRY_REMINDER, Notice, PrivacyRequestCommand, Request};

use super::record;
use crate::jobs::JobError;
use crate::mail::notice::{ErasedSource, Letter};
use crate::mail::{Address, Message, MessageId};
use crate::workbench::Workbench;

pub(super) async fn send(bench: &Workbench, request: &Request, notice: Notice) -> Result<(), JobError> {
    let (account, _) = bench.store.load::<Account>(&request.account_id.to_string()).await?;
    let Account { holder: Some(holder), .. } = account else {
        // Whoever has no account any more has nobody to be told by, and nothing shall wait for that.
        return match account.ended {
            Some(_) => record(bench, request, PrivacyRequestCommand::RecordUndeliverable { notice }).await,
            None => Err(JobError::NoAddress),
        };
    };
    let message = write(bench, request, notice, &holder)?;
    bench.outbox.send(&message).await?;
    let message_id = message.message_id.to_string();
    record(bench, request, PrivacyRequestCommand::RecordNotice { notice, message_id }).await
}

fn write(bench: &Workbench, request: &Request, notice: Notice, holder: &Holder) -> Result<Message, JobError> {
    let email = holder.email.known().ok_or(JobError::NoAddress)?;
    let name = holder.name.known().cloned();
    let (letter, date) = compose(request, notice);
    let rendered = letter.render(name.as_deref(), &bench.letterhead);
    let message_id = MessageId::of(request.request_id, notice.as_str(), bench.letterhead.public_url());
    let message_id = message_id.map_err(|_| JobError::NoAddress)?;
    Ok(Message {
        account: Some(request.account_id),
        to: Address::try_from(email).map_err(|_| JobError::NoAddress)?,
        to_name: name,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        message_id,
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
