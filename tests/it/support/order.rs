//! What must hold of the log, whatever happened to whoever wrote it.

use std::collections::HashMap;

use event_store::log;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::eventually;

pub(crate) async fn await_sequenced(pool: &PgPool) {
    eventually("every event has its position", || async {
        (log::lag(pool).await.unwrap() == 0).then_some(())
    })
    .await;
}

/// Every event is in the log once, in dense positions, each stream in its order, and the chain holds.
pub(crate) async fn assert_whole(pool: &PgPool) {
    let appended: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await.unwrap();
    let entries = log::read_after(pool, 0, i64::MAX).await.unwrap();
    assert_eq!(entries.len() as i64, appended);
    let mut heads: HashMap<&str, i64> = HashMap::new();
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry.position, position);
        let head = heads.entry(&entry.aggregate_id).or_default();
        assert_eq!(entry.sequence, *head + 1, "{}", entry.aggregate_id);
        *head = entry.sequence;
    }
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT leaf, chain FROM log ORDER BY position").fetch_all(pool).await.unwrap();
    let mut before = vec![0; 32];
    for (leaf, chain) in rows {
        assert_eq!(Sha256::new().chain_update(&before).chain_update(&leaf).finalize().to_vec(), chain);
        before = chain;
    }
}
