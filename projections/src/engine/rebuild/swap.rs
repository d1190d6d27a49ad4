//! The swap: one transaction after which the new tables are the live ones.
//!
//! It holds the cursor of the live read model, so that no other process moves that one, folds what the new tables
//! still lack up to there, and then locks out readers for as long as it takes to change names. It does not wait
//! long for those that read: those after it in the queue would wait with it. Then it gives up, and
//! is tried again. A crash leaves everything as it was.

use event_store::log::subscription::{LARGEST_PAGE, LogSubscription};
use event_store::{EventStore, StoreError};
use sqlx::{Connection, Executor, PgConnection};

use super::error::RebuildError;
use super::page::fold;
use super::tables::{RebuildTables, SCHEMA};

use crate::engine::cursor::{self, CursorName};
use crate::engine::projection::Projection;
use crate::engine::read_ahead::FetchedPage;

/// How long readers may keep the swap waiting, and those behind it.
const LOCK_TIMEOUT: &str = "200ms";
/// SQLSTATE of a lock that was not had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How an attempt ended.
pub(super) enum Swapped {
    /// The new tables are live, from this position on.
    At(i64),
    /// The live ones were too far ahead, or a reader held them for too long.
    NotYet,
}

pub(super) async fn swap(
    store: &EventStore,
    db: &mut PgConnection,
    projection: &dyn Projection,
    set: &RebuildTables,
    name: CursorName<'_>,
) -> Result<Swapped, RebuildError> {
    let mut transaction = db.begin().await?;
    match attempt(store, &mut transaction, projection, set, name).await {
        Ok(Swapped::At(position)) => {
            transaction.commit().await?;
            tracing::info!(projection = projection.name(), position, "the rebuilt read model is live");
            Ok(Swapped::At(position))
        }
        Ok(Swapped::NotYet) => {
            transaction.rollback().await?;
            Ok(Swapped::NotYet)
        }
        Err(RebuildError::Store(StoreError::Unavailable(error))) if is_lock_timeout(&error) => {
            transaction.rollback().await?;
            tracing::info!(
                projection = projection.name(),
                "swapping in the rebuilt read model waits for readers"
            );
            Ok(Swapped::NotYet)
        }
        Err(error) => Err(error),
    }
}

async fn attempt(
    store: &EventStore,
    db: &mut PgConnection,
    projection: &dyn Projection,
    set: &RebuildTables,
    name: CursorName<'_>,
) -> Result<Swapped, RebuildError> {
    db.execute(sqlx::raw_sql(&format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))).await?;
    let live = cursor::lock(&mut *db, projection.name().into()).await?;
    let live = live.ok_or(RebuildError::Disturbed)?;
    if live.revision > projection.revision() {
        return Err(RebuildError::OfLaterRelease);
    }
    let live = live.position;
    let mut position = cursor::position(&mut *db, name).await?;
    if live - position > LARGEST_PAGE {
        return Ok(Swapped::NotYet);
    }
    // The new tables are not emptied meanwhile: an erasure, too, locks the cursor of the live ones first.
    let purges = Some(cursor::purges(&mut *db, name).await?);
    let mut tail = LogSubscription::new(store.log().clone(), projection.selection(), position);
    while let Some(page) = tail.next_until(live).await? {
        let read = FetchedPage { page, purges };
        if !fold(&mut *db, projection, name, &read).await? {
            return Ok(Swapped::NotYet);
        }
        position = read.page.last;
    }
    if !set.fits(&mut *db).await? {
        return Err(RebuildError::Disturbed);
    }
    let tables = |schema: &str| {
        let names = set.tables.iter().map(|(table, _)| format!("{schema}.{table}"));
        names.collect::<Vec<_>>().join(", ")
    };
    let live = tables(&set.home);
    db.execute(sqlx::raw_sql(&format!("LOCK TABLE {live} IN ACCESS EXCLUSIVE MODE; DROP TABLE {live}")))
        .await?;
    for (table, _) in &set.tables {
        let statement = format!("ALTER TABLE {SCHEMA}.{table} SET SCHEMA {}", set.home);
        db.execute(sqlx::raw_sql(&statement)).await?;
    }
    take_over(db, projection.name(), name).await?;
    Ok(Swapped::At(position))
}

/// The cursor and the parked events of the rebuild become those of the read model.
async fn take_over(db: &mut PgConnection, live: &str, rebuilt: CursorName<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "WITH new AS (DELETE FROM projection WHERE name = $2 RETURNING position, revision)
         UPDATE projection SET position = new.position, revision = new.revision FROM new WHERE name = $1",
    )
    .bind(live)
    .bind(rebuilt.text())
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM parked_event WHERE projection = $1").bind(live).execute(&mut *db).await?;
    sqlx::query("UPDATE parked_event SET projection = $1 WHERE projection = $2")
        .bind(live)
        .bind(rebuilt.text())
        .execute(&mut *db)
        .await?;
    Ok(())
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
