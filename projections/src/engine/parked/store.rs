//! The table of parked events.

use std::collections::HashSet;

use event_store::StoreError;
use event_store::log::subscription::{LogRecord, Page};
use sqlx::{PgConnection, PgExecutor};

use crate::engine::cursor::CursorName;
use crate::engine::isolate::{Parked, Stream, stream};

/// Events of a stream that are tried in one transaction; a longer one goes on in the next. While events
/// of it are left, the stream stays parked, so that nothing overtakes them.
const EVENTS_PER_TRANSACTION: i64 = 1_000;

/// Parks events.
pub(crate) async fn park(
    db: &mut PgConnection,
    name: CursorName<'_>,
    parked: &[Parked<'_>],
) -> Result<(), StoreError> {
    if parked.is_empty() {
        return Ok(());
    }
    let texts = |of: fn(&LogRecord) -> &str| parked.iter().map(|event| of(event.fact)).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO parked_event (projection, position, event_id, event_type, aggregate_type, aggregate_id,
                                   error, attempts, retry_at)
         SELECT $1, p.position, p.event_id, p.event_type, p.aggregate_type, p.aggregate_id, p.error,
                CASE WHEN p.error IS NULL THEN 0 ELSE 1 END, clock_timestamp() + interval '1 minute'
         FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
             AS p (position, event_id, event_type, aggregate_type, aggregate_id, error)",
    )
    .bind(name.text())
    .bind(parked.iter().map(|event| event.fact.position).collect::<Vec<_>>())
    .bind(parked.iter().map(|event| event.fact.event_id.uuid()).collect::<Vec<_>>())
    .bind(texts(|fact| &fact.event_type))
    .bind(texts(|fact| &fact.aggregate_type))
    .bind(texts(|fact| &fact.aggregate_id))
    .bind(parked.iter().map(|event| event.reason.as_deref()).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// The streams in a page that are parked.
pub(crate) async fn streams_of(
    db: &mut PgConnection,
    name: CursorName<'_>,
    page: &Page,
) -> Result<HashSet<(String, String)>, StoreError> {
    let streams: HashSet<Stream<'_>> = page.facts.iter().map(stream).collect();
    let (kinds, ids): (Vec<&str>, Vec<&str>) = streams.into_iter().unzip();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT s.kind, s.id FROM unnest($2::text[], $3::text[]) AS s (kind, id)
         WHERE EXISTS (SELECT FROM parked_event p WHERE p.projection = $1 AND p.aggregate_type = s.kind
                       AND p.aggregate_id = s.id)",
    )
    .bind(name.text())
    .bind(kinds)
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The first positions of a parked stream.
pub(super) async fn head_of(
    db: impl PgExecutor<'_>,
    name: CursorName<'_>,
    (kind, id): Stream<'_>,
) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT position FROM parked_event
         WHERE projection = $1 AND aggregate_type = $2 AND aggregate_id = $3 ORDER BY position LIMIT $4",
    )
    .bind(name.text())
    .bind(kind)
    .bind(id)
    .bind(EVENTS_PER_TRANSACTION)
    .fetch_all(db)
    .await?)
}

/// Whether it is still time to try the stream at these positions: another process may just have done so.
pub(super) async fn is_due(
    db: &mut PgConnection,
    name: CursorName<'_>,
    positions: &[i64],
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT coalesce(bool_and(retry_at <= clock_timestamp()), true) FROM parked_event
         WHERE projection = $1 AND position = ANY($2) AND error IS NOT NULL",
    )
    .bind(name.text())
    .bind(positions)
    .fetch_one(db)
    .await?)
}

pub(super) async fn release(
    db: &mut PgConnection,
    name: CursorName<'_>,
    positions: &[i64],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM parked_event WHERE projection = $1 AND position = ANY($2)")
        .bind(name.text())
        .bind(positions)
        .execute(db)
        .await?;
    Ok(())
}

/// What is left of a stream behind events that were folded is to be tried at once, also by another process.
pub(super) async fn unpark(
    db: &mut PgConnection,
    name: CursorName<'_>,
    (kind, id): Stream<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE parked_event SET error = 'those before it were folded', retry_at = clock_timestamp()
         WHERE projection = $1 AND position = (
             SELECT min(position) FROM parked_event
             WHERE projection = $1 AND aggregate_type = $2 AND aggregate_id = $3)",
    )
    .bind(name.text())
    .bind(kind)
    .bind(id)
    .execute(db)
    .await?;
    Ok(())
}

/// An event stays parked, for longer each time.
pub(super) async fn record_failure(
    db: &mut PgConnection,
    name: CursorName<'_>,
    position: i64,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE parked_event SET error = $3, attempts = attempts + 1, tried_at = clock_timestamp(),
             retry_at = clock_timestamp()
                        + least(interval '1 minute' * power(2, least(attempts, 10)), interval '6 hours')
         WHERE projection = $1 AND position = $2",
    )
    .bind(name.text())
    .bind(position)
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

/// Streams whose first parked event lies behind `after` are to be tried at once, by whichever process looks first.
pub(super) async fn make_due(
    db: impl PgExecutor<'_>,
    name: CursorName<'_>,
    after: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE parked_event SET retry_at = clock_timestamp()
         WHERE projection = $1 AND error IS NOT NULL AND position > $2 AND retry_at > clock_timestamp()",
    )
    .bind(name.text())
    .bind(after)
    .execute(db)
    .await?;
    Ok(())
}
