//! Eras: what keeps the order of events true after a restore.
//!
//! Events are ordered by the transaction that stored them. A dump restored into another cluster
//! brings transaction ids that the new cluster may not have reached; new events would then sort
//! before old ones and be skipped. So a process that takes the lead in sequencing looks first, and begins
//! a new era when the ids in the table are ahead of the server's own.

use sqlx::PgConnection;

use crate::error::StoreError;

/// Begins a new era if the database was restored into a cluster that is behind. Returns the era that
/// now holds.
pub(crate) async fn begin_if_restored(db: &mut PgConnection) -> Result<i16, StoreError> {
    if let Some(era) = current_if_sound(db).await? {
        return Ok(era);
    }
    let era: i16 = sqlx::query_scalar("SELECT era_begin()").fetch_one(&mut *db).await?;
    tracing::warn!(era, "the database was restored from a dump: a new epoch of the log begins");
    Ok(era)
}

/// The era of new events, unless a stored event of it claims a transaction the server has not had.
async fn current_if_sound(db: &mut PgConnection) -> Result<Option<i16>, StoreError> {
    let default: String = sqlx::query_scalar(
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute
             ON attrelid = adrelid AND attnum = adnum
         WHERE adrelid = 'events'::regclass AND attname = 'era'",
    )
    .fetch_one(&mut *db)
    .await?;
    let digits: String = default.chars().filter(char::is_ascii_digit).collect();
    // The expression is `0` or `'1'::smallint`.
    let era: i16 = digits.parse().map_err(|_| StoreError::Unreadable(format!("era default {default}")))?;
    let behind: bool = sqlx::query_scalar(
        "SELECT coalesce((SELECT xid FROM events WHERE era = $1 ORDER BY xid DESC, ord DESC LIMIT 1)
                         >= pg_snapshot_xmax(pg_current_snapshot()), false)",
    )
    .bind(era)
    .fetch_one(db)
    .await?;
    Ok((!behind).then_some(era))
}
