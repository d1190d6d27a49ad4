//! Taking messages to send them, and having them wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::MessageId;
use domain::account::AccountNotice;
use domain::privacy_request::Notice;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Medium, Topic};
use crate::encryption::SealError;
use crate::error::StoreError;
use crate::records::Records;

/// A process that has taken a message and says nothing for so long is taken for dead.
pub(super) const LEASE: Duration = Duration::from_secs(45);

/// A message that was taken to be sent.
#[derive(Clone, Debug)]
pub struct ClaimedMessage {
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
    /// How often it was offered and not taken.
    pub tries: u32,
    /// How often it is unknown whether it was taken.
    pub unsure: u32,
    /// From when on it is of no use.
    pub expires_at: Option<DateTime<Utc>>,
    /// How many others of its kind it stands for.
    pub gathered: u32,
    /// What it says and under which key; nothing of a privacy request's.
    sealed: Option<(Uuid, Vec<u8>)>,
}

impl ClaimedMessage {
    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let unreadable = |what: &str| StoreError::Unreadable(format!("a message's {what}"));
        let account: Option<String> = row.try_get("account_id")?;
        let notice: &str = row.try_get("notice")?;
        let request: Option<String> = row.try_get("request_id")?;
        let topic = match (account, request) {
            (_, Some(request)) => {
                let notice = Notice::ALL.iter().find(|known| known.as_str() == notice);
                let request = request.parse().map_err(|_| unreadable("request"))?;
                Topic::Request(request, *notice.ok_or_else(|| unreadable("topic"))?)
            }
            (Some(account), None) => {
                let notice = AccountNotice::ALL.iter().find(|known| known.as_str() == notice);
                let account = account.parse().map_err(|_| unreadable("account"))?;
                Topic::Account(account, *notice.ok_or_else(|| unreadable("topic"))?)
            }
            (None, None) => Topic::Invitation,
        };
        let sealed = match topic {
            Topic::Request(..) => None,
            Topic::Account(..) | Topic::Invitation => Some((row.try_get("key_id")?, row.try_get("sealed")?)),
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
            tries: row.try_get::<i32, _>("tries")?.unsigned_abs(),
            unsure: row.try_get::<i32, _>("unsure")?.unsigned_abs(),
            sealed,
        })
    }

    /// What it says; `None` when the key is gone, or it is of a form that this release does not know.
    pub async fn open<T: DeserializeOwned>(&self, records: &Records) -> Result<Option<T>, StoreError> {
        let Some((key_id, sealed)) = &self.sealed else { return Ok(None) };
        let keys = records.keys.keys_by_id_fresh(&[*key_id].into()).await?;
        let Some(key) = keys.get(key_id) else { return Ok(None) };
        match key.open(sealed, self.id.to_string().as_bytes()) {
            Ok(opened) => Ok(serde_json::from_slice(&opened).ok()),
            Err(SealError::AuthenticationFailed) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Takes up to `most` messages that are due, oldest first: no other process takes them for [`LEASE`].
pub async fn claim(pool: &PgPool, most: i64) -> Result<Vec<ClaimedMessage>, StoreError> {
    claim_due(pool, &[Medium::Mail, Medium::Sms, Medium::Call], Due::All, most).await
}

/// Which of the messages that are due are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// All.
    All,
    /// Those whose time is over.
    Expired,
}

/// As [`claim`], messages of some media alone.
pub async fn claim_due(
    pool: &PgPool,
    media: &[Medium],
    which: Due,
    most: i64,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = sqlx::query(
        "UPDATE outgoing SET attempts = attempts + 1, gathers = false, due_at = clock_timestamp() + $2
         WHERE message_id = ANY (ARRAY(
             SELECT message_id FROM outgoing
             WHERE due_at <= clock_timestamp() AND channel = ANY($3) AND ($4 OR expires_at <= clock_timestamp())
             ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED))
         RETURNING message_id, account_id, request_id, channel, notice, sealed, key_id, queued_at, attempts, tries, unsure,
             expires_at, gathered",
    )
    .bind(most)
    .bind(LEASE)
    .bind(media.iter().map(|medium| medium.as_str()).collect::<Vec<_>>())
    .bind(which == Due::All)
    .fetch_all(pool)
    .await?;
    // What a newer release wrote waits for a process of that release, and does not keep this one from the others.
    let read = rows.iter().map(ClaimedMessage::read).filter_map(|taken| {
        taken
            .inspect_err(|error| {
                tracing::warn!(
                    error = error as &dyn std::error::Error,
                    "queued message skipped: this release cannot read it"
                );
            })
            .ok()
    });
    let mut taken: Vec<ClaimedMessage> = read.collect();
    taken.sort_by_key(|message| message.queued_at);
    Ok(taken)
}

/// How a try ended that is to be followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The message was not offered to anybody, or is still being offered.
    Not,
    /// It was not taken.
    InVain,
    /// It is unknown whether it was taken.
    Unsure,
}

/// Has a message wait before it is tried again, and remembers the try.
pub async fn reschedule(
    pool: &PgPool,
    id: MessageId,
    tried: Tried,
    wait: Duration,
) -> Result<(), StoreError> {
    // An interval of the database knows no nanoseconds.
    let wait = Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    sqlx::query(
        "UPDATE outgoing SET due_at = clock_timestamp() + $2, tries = tries + $3, unsure = unsure + $4
         WHERE message_id = $1",
    )
    .bind(id.uuid())
    .bind(wait)
    .bind(i32::from(tried == Tried::InVain))
    .bind(i32::from(tried == Tried::Unsure))
    .execute(pool)
    .await?;
    Ok(())
}
