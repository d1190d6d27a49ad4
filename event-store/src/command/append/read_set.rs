//! What a piece of work rests on: aggregates it has looked at, and how they stood.
//!
//! They were looked at one after the other, so all that is known is how each stood at some time. What always holds:
//! a refusal counts only where all of them still stand so, and what is stored is stored while those that it does not
//! change stand so: a project is not created in an organization that is closed in the same instant. Otherwise the
//! work is done again.
//!
//! The transaction that writes a piece of work holds the streams it changes for itself, and those it rests on with
//! others, until it ends: by locks that a crash lets go. Commands to one aggregate alone take no such lock: only
//! an aggregate on which nothing rests takes them ([`Standalone`](domain::Standalone)).

use std::sync::Arc;

use cqrs_es::Aggregate;
use sqlx::{PgConnection, PgExecutor};

use super::{Append, AppendError};
use crate::command::contention::StreamName;
use crate::error::StoreError;

/// An aggregate, and the version in which it was seen.
#[derive(Clone)]
pub(crate) struct ReadVersion {
    aggregate_type: &'static str,
    aggregate_id: String,
    version: i64,
}

impl ReadVersion {
    pub(crate) fn of<A: Aggregate>(id: &str, version: u64) -> Self {
        Self { aggregate_type: A::TYPE, aggregate_id: id.to_owned(), version: version.cast_signed() }
    }

    /// Its stream.
    pub(crate) fn stream(&self) -> StreamName {
        (self.aggregate_type, self.aggregate_id.clone())
    }
}

/// Whether any of them has moved on.
pub(crate) async fn is_stale(db: impl PgExecutor<'_>, seen: &[ReadVersion]) -> Result<bool, StoreError> {
    let moved = sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT FROM unnest($1::text[], $2::text[], $3::bigint[]) AS s (aggregate_type, aggregate_id, version)
             CROSS JOIN LATERAL (
                 SELECT FROM events e WHERE e.aggregate_type = s.aggregate_type
                   AND e.aggregate_id = s.aggregate_id AND e.sequence = s.version + 1 LIMIT 1
             ) AS next)",
    )
    .bind(seen.iter().map(|seen| seen.aggregate_type).collect::<Vec<_>>())
    .bind(seen.iter().map(|seen| seen.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(seen.iter().map(|seen| seen.version).collect::<Vec<_>>());
    Ok(moved.fetch_one(db).await?)
}

/// Locks the streams of `written` and `seen`: until the transaction ends no other work writes to them. Those of
/// `seen` must not have moved on.
pub(super) async fn lock_streams(
    db: &mut PgConnection,
    written: &[Arc<Append>],
    seen: &[ReadVersion],
) -> Result<(), AppendError> {
    let name = |aggregate_type: &str, id: &str| format!("{aggregate_type}/{id}");
    let changed = written.iter().map(|append| (name(append.aggregate_type, &append.aggregate_id), true));
    let kept = seen.iter().map(|seen| (name(seen.aggregate_type, &seen.aggregate_id), false));
    let (streams, alone): (Vec<String>, Vec<bool>) = changed.chain(kept).unzip();
    // In their order: two transactions that hold several wait for each other in one direction only.
    sqlx::query(
        "SELECT CASE WHEN alone THEN pg_advisory_xact_lock(hashtextextended(stream, 0))::text
                ELSE pg_advisory_xact_lock_shared(hashtextextended(stream, 0))::text END
         FROM (SELECT * FROM unnest($1::text[], $2::boolean[]) AS s (stream, alone) ORDER BY stream) AS streams",
    )
    .bind(streams)
    .bind(alone)
    .execute(&mut *db)
    .await?;
    // A statement of its own: it sees what was stored while the locks were waited for.
    if !seen.is_empty() && is_stale(db, seen).await? { Err(AppendError::Conflict) } else { Ok(()) }
}
