//! Messages of one kind to one account, gathered: the first goes out at once, and those that come soon after it go out
//! as one that counts them. None is dropped, and no attacker can flood a mailbox.
//!
//! The time in which they are gathered grows as long as more come, and is short again after an hour of quiet.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// The message goes out at once, or when the others do that are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    AtOnce,
    At(DateTime<Utc>),
}

/// When a message of a kind to an account goes out that is queued at `now`. Two queued at once are told apart.
pub(super) async fn ask(
    db: &mut PgConnection,
    account: &str,
    channel: &str,
    notice: &str,
    now: DateTime<Utc>,
) -> Result<Turn, StoreError> {
    let opened = sqlx::query_scalar::<_, DateTime<Utc>>(
        "INSERT INTO message_pace AS p (account_id, channel, notice, gathers_until, step)
         VALUES ($1, $2, $3, $4 + interval '10 seconds', 0)
         ON CONFLICT (account_id, channel, notice) DO UPDATE SET
             step = CASE WHEN p.gathers_until < $4 - interval '1 hour' THEN 0 ELSE least(p.step + 1, 3) END,
             gathers_until = $4 + CASE
                 WHEN p.gathers_until < $4 - interval '1 hour' THEN interval '10 seconds'
                 WHEN p.step = 0 THEN interval '1 minute'
                 WHEN p.step = 1 THEN interval '10 minutes'
                 ELSE interval '1 hour' END
         WHERE p.gathers_until <= $4
         RETURNING gathers_until",
    )
    .bind(account)
    .bind(channel)
    .bind(notice)
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    if opened.is_some() {
        return Ok(Turn::AtOnce);
    }
    let until = sqlx::query_scalar(
        "SELECT gathers_until FROM message_pace WHERE account_id = $1 AND channel = $2 AND notice = $3",
    )
    .bind(account)
    .bind(channel)
    .bind(notice)
    .fetch_optional(db)
    .await?;
    Ok(until.map_or(Turn::AtOnce, Turn::At))
}

/// Deletes what says nothing any more. Returns how many rows.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM message_pace WHERE (account_id, channel, notice) IN (
         SELECT account_id, channel, notice FROM message_pace WHERE gathers_until < $1 - interval '1 hour'
         LIMIT $2 FOR UPDATE SKIP LOCKED)";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
