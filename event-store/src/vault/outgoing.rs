//! Messages that are to go out: mails, texts and calls.
//!
//! A message is written with the event it tells of, and deleted with the event that says it went out. So none is lost
//! and none is sent for something that did not happen; one may be sent twice, with the same id, if a crash
//! comes between sending it and recording that. What it says is sealed with the key of the person and of its notice's scope,
//! and its row ends with that key.
//!
//! Many of one kind to one account are [gathered](super::pace): one waits that says the newest and counts the others.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::account::AccountNotice;
use domain::{AccountId, MessageId};
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use super::pace::{self, Turn};
use crate::append::AppendError;
use crate::error::StoreError;
use crate::seal::{DataKey, KeyName, SealError};
use crate::store::EventStore;

/// Whoever has taken a message and says nothing for so long is taken for dead.
const LEASE: Duration = Duration::from_secs(45);

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
    /// An invitation: of nobody's account yet.
    Invitation,
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
    /// Seals `content` for whom it is about. Nobody sends it after `expires_at`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seal(
        store: &EventStore,
        id: MessageId,
        topic: Topic,
        medium: Medium,
        content: &impl serde::Serialize,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Self, StoreError> {
        let content = serde_json::to_vec(content)
            .map_err(|_| StoreError::Unreadable("a message cannot be written down".to_owned()))?;
        let key = key(store, topic).await?;
        let sealed = key.seal(&content, id.to_string().as_bytes())?;
        let queued_at = store.services().now();
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

async fn key(store: &EventStore, topic: Topic) -> Result<std::sync::Arc<DataKey>, StoreError> {
    match topic {
        Topic::Account(account, notice) => {
            store.keys().live(&KeyName::new(account.to_string(), notice.scope().as_str())).await
        }
        Topic::Invitation => store.service_key(INVITATION).await,
    }
}

/// Queues a message by itself, unless it is queued.
///
/// # Errors
/// When the store fails.
pub async fn queue(pool: &PgPool, message: &NewMessage) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    message.queue(&mut connection).await
}

/// A message that was taken to be sent.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id.
    pub id: MessageId,
    /// What it tells of.
    pub topic: Topic,
    /// How it goes out.
    pub medium: Medium,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// How often it was taken, this time included.
    pub attempts: i32,
    /// From when on it is of no use.
    pub expires_at: Option<DateTime<Utc>>,
    /// How many others of its kind it stands for.
    pub gathered: u32,
    key_id: Uuid,
    sealed: Vec<u8>,
}

impl Taken {
    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let unreadable = |what: &str| StoreError::Unreadable(format!("a message's {what}"));
        let account: Option<String> = row.try_get("account_id")?;
        let notice: &str = row.try_get("notice")?;
        let topic = match account {
            Some(account) => {
                let notice = AccountNotice::ALL.iter().find(|known| known.as_str() == notice);
                let account = account.parse().map_err(|_| unreadable("account"))?;
                Topic::Account(account, *notice.ok_or_else(|| unreadable("topic"))?)
            }
            None => Topic::Invitation,
        };
        let medium = match row.try_get("channel")? {
            "mail" => Medium::Mail,
            "sms" => Medium::Sms,
            "call" => Medium::Call,
            _ => return Err(unreadable("medium")),
        };
        Ok(Self {
            id: MessageId::from_uuid(row.try_get("message_id")?),
            topic,
            medium,
            queued_at: row.try_get("queued_at")?,
            attempts: row.try_get("attempts")?,
            expires_at: row.try_get("expires_at")?,
            gathered: row.try_get::<i32, _>("gathered")?.unsigned_abs(),
            key_id: row.try_get("key_id")?,
            sealed: row.try_get("sealed")?,
        })
    }

    /// What it says; `None` when the key is gone, or it is of a form that this release does not know.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open<T: DeserializeOwned>(&self, store: &EventStore) -> Result<Option<T>, StoreError> {
        let keys = store.keys().by_ids_now(&[self.key_id].into()).await?;
        let Some(key) = keys.get(&self.key_id) else { return Ok(None) };
        match key.open(&self.sealed, self.id.to_string().as_bytes()) {
            Ok(opened) => Ok(serde_json::from_slice(&opened).ok()),
            Err(SealError::Forged) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Takes up to `most` messages that are due, oldest first: nobody else takes them for [`LEASE`].
///
/// # Errors
/// When the store fails.
pub async fn take(pool: &PgPool, most: i64) -> Result<Vec<Taken>, StoreError> {
    let rows = sqlx::query(
        "UPDATE outgoing SET attempts = attempts + 1, gathers = false, due_at = clock_timestamp() + $2
         WHERE message_id = ANY (ARRAY(
             SELECT message_id FROM outgoing WHERE due_at <= clock_timestamp()
             ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED))
         RETURNING message_id, account_id, channel, notice, sealed, key_id, queued_at, attempts, expires_at, gathered",
    )
    .bind(most)
    .bind(LEASE)
    .fetch_all(pool)
    .await?;
    // What a newer release wrote waits for a process of that release, and keeps nobody from the others.
    let read = rows.iter().map(Taken::read).filter_map(|taken| {
        taken
            .inspect_err(|error| tracing::warn!(error = error as &dyn std::error::Error, "a message is left"))
            .ok()
    });
    let mut taken: Vec<Taken> = read.collect();
    taken.sort_by_key(|message| message.queued_at);
    Ok(taken)
}

/// Has a message wait before it is tried again.
///
/// # Errors
/// When the store fails.
pub async fn postpone(pool: &PgPool, id: MessageId, wait: Duration) -> Result<(), StoreError> {
    // An interval of the database knows no nanoseconds.
    let wait = Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    sqlx::query("UPDATE outgoing SET due_at = clock_timestamp() + $2 WHERE message_id = $1")
        .bind(id.uuid())
        .bind(wait)
        .execute(pool)
        .await?;
    Ok(())
}

/// Deletes a message that is nobody's, or that nobody can read any more.
///
/// # Errors
/// When the store fails.
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

/// Deletes a message with the event that says what became of it: of two who had taken it, one says so.
pub(super) async fn unqueue(db: &mut PgConnection, id: MessageId) -> Result<(), AppendError> {
    super::spent_unless(delete(db, id).await?)
}

async fn delete(db: &mut PgConnection, id: MessageId) -> Result<bool, StoreError> {
    let deleted =
        sqlx::query("DELETE FROM outgoing WHERE message_id = $1").bind(id.uuid()).execute(db).await?;
    Ok(deleted.rows_affected() == 1)
}
