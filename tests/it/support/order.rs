//! What must hold of the log, whatever happened to whoever wrote it.

use std::collections::HashMap;

use event_store::log::{self, LogEntry};
use event_store::postgres::leader::lock_number;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

use super::{Database, TestApp, eventually};

pub(crate) async fn await_sequenced(pool: &PgPool) {
    eventually("every event has its position", || async {
        (log::lag::lag(pool).await.unwrap().events == 0).then_some(())
    })
    .await;
}

/// Transactions that have written, stay open, and cannot append: of another program, of another database under our name,
/// and of our own read models.
pub(crate) async fn open_strangers(app: &TestApp) -> Vec<PgConnection> {
    let elsewhere = Database::create_empty().await;
    let mut strangers = vec![
        app.database.stranger("nightly report").await,
        elsewhere.stranger("personal-settings").await,
        app.foundation.store.pool().acquire().await.unwrap().detach(),
    ];
    for stranger in &mut strangers {
        let written = "SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT pg_current_xact_id()";
        sqlx::raw_sql(written).execute(stranger).await.unwrap();
    }
    strangers
}

/// The whole log.
pub(crate) async fn all_entries(pool: &PgPool) -> Vec<LogEntry> {
    let newest = log::newest_position(pool).await.unwrap();
    log::read_at(pool, &(1..=newest).collect::<Vec<_>>()).await.unwrap()
}

/// The database role of whoever leads in sequencing and has moved the log beyond `position`, and its process at
/// the server.
pub(crate) async fn leader_beyond(pool: &PgPool, position: i64) -> (String, i32) {
    let leader = || async {
        let found: Option<(String, i32)> = sqlx::query_as(
            "SELECT usename::text, pid FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE locktype = 'advisory' AND objsubid = 1 AND granted
               AND (classid::bigint << 32) | objid::bigint = $1 AND datname = current_database()",
        )
        .bind(lock_number("sequencer"))
        .fetch_optional(pool)
        .await
        .unwrap();
        found
    };
    eventually("somebody leads and moves the log", || async {
        let before = leader().await?;
        let moved = log::newest_position(pool).await.unwrap() > position;
        (moved && leader().await? == before).then_some(before)
    })
    .await
}

/// Waits until the server has ended what it did for a program that was killed: it finishes the statement it is at.
pub(crate) async fn await_gone(pool: &PgPool, process: i32) {
    eventually("the server is done with it", || async {
        let there = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
        let there: i64 = sqlx::query_scalar(there).bind(process).fetch_one(pool).await.unwrap();
        (there == 0).then_some(())
    })
    .await;
}

/// Every event is in the log once, in dense positions, each stream in its order, and the chain holds.
pub(crate) async fn assert_whole(pool: &PgPool) {
    let appended: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await.unwrap();
    let entries = all_entries(pool).await;
    assert_eq!(entries.len() as i64, appended);
    let mut heads: HashMap<&str, i64> = HashMap::new();
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry.position, position);
        let head = heads.entry(&entry.aggregate_id).or_default();
        assert_eq!(entry.sequence, *head + 1, "{}", entry.aggregate_id);
        *head = entry.sequence;
    }
    let inverted: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT era, xid, ord, lag(era) OVER w AS era_before, lag(xid) OVER w AS xid_before,
             lag(ord) OVER w AS ord_before FROM log WINDOW w AS (ORDER BY position)) AS pairs
         WHERE (era, xid, ord) <= (era_before, xid_before, ord_before)",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(inverted, 0, "the order of commits is not that of positions");
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT leaf, chain FROM log ORDER BY position").fetch_all(pool).await.unwrap();
    let mut before = vec![0; 32];
    for (leaf, chain) in rows {
        assert_eq!(Sha256::new().chain_update(&before).chain_update(&leaf).finalize().to_vec(), chain);
        before = chain;
    }
}
