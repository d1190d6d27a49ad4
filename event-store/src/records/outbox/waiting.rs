//! Messages that were offered and not taken: for those who run the service. What they say is not opened.

use chrono::{DateTime, Utc};
use domain::{AccountId, MessageId, RequestId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::claimed::LEASE;
use crate::error::StoreError;

/// A message that was offered and not taken, or of which it is unknown whether it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMessage {
    /// Its id.
    pub id: MessageId,
    /// How it goes out, by the name that is stored.
    pub medium: String,
    /// What it tells of, by the name that is stored.
    pub notice: String,
    /// The account whose history it belongs to: none of an invitation, nor of a privacy request.
    pub account: Option<AccountId>,
    /// The privacy request whose history it belongs to.
    pub request: Option<RequestId>,
    /// How often it was offered and not taken.
    pub tries: u32,
    /// How often it is unknown whether it was taken.
    pub unsure: u32,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it is tried next; of one that is being sent, until when it is left to its sender.
    pub due_at: DateTime<Utc>,
}

/// The place of a message in the order of [`list_waiting`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingSince(pub DateTime<Utc>, pub MessageId);

/// A message that waits because it was not taken.
const NOT_TAKEN: &str = "(tries > 0 OR unsure > 0)";

impl WaitingMessage {
    /// Its place in the order of [`list_waiting`].
    pub fn place(&self) -> WaitingSince {
        WaitingSince(self.queued_at, self.id)
    }

    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let unreadable = |what: &str| StoreError::Unreadable(format!("a message's {what}"));
        let account: Option<String> = row.try_get("account_id")?;
        let request: Option<String> = row.try_get("request_id")?;
        Ok(Self {
            id: MessageId::from_uuid(row.try_get("message_id")?),
            medium: row.try_get("channel")?,
            notice: row.try_get("notice")?,
            account: account.map(|id| id.parse()).transpose().map_err(|_| unreadable("account"))?,
            request: request.map(|id| id.parse()).transpose().map_err(|_| unreadable("request"))?,
            tries: row.try_get::<i32, _>("tries")?.unsigned_abs(),
            unsure: row.try_get::<i32, _>("unsure")?.unsigned_abs(),
            queued_at: row.try_get("queued_at")?,
            due_at: row.try_get("due_at")?,
        })
    }
}

/// Messages that were offered and not taken, the longest waiting first, behind `after` if given.
pub async fn list_waiting(
    pool: &PgPool,
    after: Option<WaitingSince>,
    limit: i64,
) -> Result<Vec<WaitingMessage>, StoreError> {
    let WaitingSince(at, id) =
        after.unwrap_or(WaitingSince(DateTime::UNIX_EPOCH, MessageId::from_uuid(Uuid::nil())));
    let rows = sqlx::query(&format!(
        "SELECT message_id, account_id, request_id, channel, notice, tries, unsure, queued_at, due_at
         FROM outgoing WHERE {NOT_TAKEN} AND (queued_at, message_id) > ($1, $2)
         ORDER BY queued_at, message_id LIMIT $3"
    ))
    .bind(at)
    .bind(id.uuid())
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter().map(WaitingMessage::read).collect()
}

/// Has messages that were not taken tried at once: one, or all. How many those are. One that is being sent is due when
/// its claim ends, and would be sent twice: so what is due within the life of a claim is left alone.
pub async fn make_due(pool: &PgPool, id: Option<MessageId>) -> Result<u64, StoreError> {
    let made = sqlx::query(&format!(
        "UPDATE outgoing SET due_at = clock_timestamp()
         WHERE {NOT_TAKEN} AND due_at > clock_timestamp() + $1 AND ($2::uuid IS NULL OR message_id = $2)"
    ))
    .bind(LEASE)
    .bind(id.map(|id| id.uuid()))
    .execute(pool)
    .await?;
    Ok(made.rows_affected())
}
