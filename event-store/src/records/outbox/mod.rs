//! Messages that are to go out: mails, texts and calls.
//!
//! A message is written with the event it tells of, and deleted with the event that says it went out. So none is lost
//! and none is sent for something that did not happen; one may be sent twice, with the same id, if a crash
//! comes between sending it and recording that. What it says is sealed with the key of the person and of its notice's scope,
//! and its row ends with that key.
//!
//! A notice of a privacy request holds nothing personal: what it says is made of the request when it is sent, and its
//! row is written by the store itself, with every event that [brings one about](domain::Effects::notices).
//!
//! Many of one kind to one account are [gathered](super::pace): one waits that says the newest and counts the others.

mod claimed;
mod waiting;

use chrono::{DateTime, Utc};
use domain::account::AccountNotice;
use domain::privacy_request::Notice;
use domain::{AccountId, MessageId, RequestId};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

pub use self::claimed::{ClaimedMessage, Due, Tried, claim, claim_due, reschedule};
pub use self::waiting::{WaitingMessage, WaitingSince, list_waiting, make_due};
use super::RecordError;
use super::Records;
use super::pace::{self, Turn};
use crate::encryption::{DataKey, KeyName};
use crate::error::StoreError;

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// By mail.
    Mail,
    /// As a text message to a phone.
    Sms,
    /// Read out by an automated call.
    Call,
}

impl Medium {
    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Call => "call",
        }
    }
}

impl From<domain::account::Channel> for Medium {
    fn from(channel: domain::account::Channel) -> Self {
        match channel {
            domain::account::Channel::Sms => Self::Sms,
            domain::account::Channel::Call => Self::Call,
        }
    }
}

/// What a message tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Something of an account, in whose history it is recorded.
    Account(AccountId, AccountNotice),
    /// An invitation: it is of no account yet.
    Invitation,
    /// Something of a privacy request, in whose history it is recorded.
    Request(RequestId, Notice),
}

const INVITATION: &str = "invitation";

/// A message to send, sealed.
#[derive(Clone)]
pub struct NewMessage {
    id: MessageId,
    topic: Topic,
    medium: Medium,
    key_id: Uuid,
    sealed: Vec<u8>,
    queued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    gathers: bool,
}

impl NewMessage {
    /// Seals `content` for the person it is about. It is not sent after `expires_at`.
    pub async fn seal(
        records: &Records,
        id: MessageId,
        topic: Topic,
        medium: Medium,
        content: &impl serde::Serialize,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Self, StoreError> {
        let content = serde_json::to_vec(content)
            .map_err(|_| StoreError::Unreadable("a message cannot be written down".to_owned()))?;
        let key = key(records, topic).await?;
        let sealed = key.seal(&content, id.to_string().as_bytes())?;
        let queued_at = records.services.now();
        Ok(Self { id, topic, medium, key_id: key.id, sealed, queued_at, expires_at, gathers: false })
    }

    /// The same, to be gathered with others of its kind where many come at once: it holds nothing that they do not say
    /// as well.
    pub fn gathering(self) -> Self {
        Self { gathers: true, ..self }
    }

    /// The key it is sealed with: to be named with the command, so that nothing is queued that cannot be opened.
    pub fn key_id(&self) -> Uuid {
        self.key_id
    }

    pub(super) async fn queue(&self, db: &mut PgConnection) -> Result<(), StoreError> {
        let (account, notice) = match self.topic {
            Topic::Account(account, notice) => (Some(account.to_string()), notice.as_str()),
            Topic::Invitation => (None, INVITATION),
            Topic::Request(request, notice) => {
                return queue_notice(db, request, notice, self.queued_at).await;
            }
        };
        let turn = match &account {
            Some(account) if self.gathers => {
                pace::ask(db, account, self.medium.as_str(), notice, self.queued_at).await?
            }
            _ => Turn::AtOnce,
        };
        let (text, due_at) = match turn {
            Turn::AtOnce => (QUEUE, self.queued_at),
            Turn::At(due_at) => (GATHER, due_at),
        };
        sqlx::query(text)
            .bind(self.id.uuid())
            .bind(account)
            .bind(self.medium.as_str())
            .bind(notice)
            .bind(&self.sealed)
            .bind(self.key_id)
            .bind(self.queued_at)
            .bind(due_at)
            .bind(self.expires_at)
            .execute(db)
            .await?;
        Ok(())
    }
}

const QUEUE: &str = "INSERT INTO outgoing
        (message_id, account_id, channel, notice, sealed, key_id, queued_at, due_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
/// The newest takes the place of the one that waits, and counts it.
const GATHER: &str = "INSERT INTO outgoing AS o
        (message_id, account_id, channel, notice, sealed, key_id, queued_at, due_at, expires_at, gathers)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true)
    ON CONFLICT (account_id, channel, notice) WHERE gathers DO UPDATE SET
        message_id = excluded.message_id, sealed = excluded.sealed, key_id = excluded.key_id,
        queued_at = excluded.queued_at, expires_at = excluded.expires_at, gathered = o.gathered + 1";

async fn key(records: &Records, topic: Topic) -> Result<std::sync::Arc<DataKey>, StoreError> {
    match topic {
        Topic::Account(account, notice) => {
            records.keys.active_key(&KeyName::new(account.to_string(), notice.scope().as_str())).await
        }
        Topic::Invitation | Topic::Request(..) => records.keys.service_key(INVITATION).await,
    }
}

/// Queues a notice of a privacy request, unless it is queued: its id is made of what it is.
pub(super) async fn queue_notice(
    db: impl PgExecutor<'_>,
    request: RequestId,
    notice: Notice,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outgoing (message_id, request_id, channel, notice, queued_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING",
    )
    .bind(notice_id(request, notice))
    .bind(request.to_string())
    .bind(Medium::Mail.as_str())
    .bind(notice.as_str())
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

fn notice_id(request: RequestId, notice: Notice) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(format!("{request}/{}", notice.as_str())).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8: made of what is ours to choose (RFC 9562, section 5.8).
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Queues a notice of a privacy request by itself, unless it is queued.
pub async fn notify(records: &Records, request: RequestId, notice: Notice) -> Result<(), StoreError> {
    queue_notice(&records.pool, request, notice, records.services.now()).await
}

/// Queues a message by itself, unless it is queued.
pub async fn queue(pool: &PgPool, message: &NewMessage) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    message.queue(&mut connection).await
}

/// Deletes a message that has no owner, or that cannot be read any more.
pub async fn forget(pool: &PgPool, id: MessageId) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    delete(&mut connection, id).await?;
    Ok(())
}

/// Deletes the messages that were sealed with these keys, which were destroyed.
pub(crate) async fn forget_sealed_with(pool: &PgPool, keys: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outgoing WHERE key_id = ANY($1)").bind(keys).execute(pool).await?;
    Ok(())
}

/// Deletes a message with the event that says what became of it: of two processes that had taken it, one says so.
pub(super) async fn unqueue(db: &mut PgConnection, id: MessageId) -> Result<(), RecordError> {
    super::spent_unless(delete(db, id).await?)
}

async fn delete(db: &mut PgConnection, id: MessageId) -> Result<bool, StoreError> {
    let deleted =
        sqlx::query("DELETE FROM outgoing WHERE message_id = $1").bind(id.uuid()).execute(db).await?;
    Ok(deleted.rows_affected() == 1)
}
