//! The sequencer: gives every appended event its place in the one order of everything.
//!
//! Appends run side by side and take no common lock. One sequencer, the leader, reads what has
//! been committed in `(era, xid, ord)` order, but only below the oldest transaction still running:
//! nothing can appear before what it has read. So positions are dense and nothing is ever skipped.
//! The primary key of `log` is the fence: a second leader that slipped in cannot write the same
//! position. A crash between two batches loses nothing; the next leader goes on after the last row.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::era;
use crate::error::StoreError;
use crate::held::Watch;
use crate::leader::{self, LeaderTask, Leadership};
use crate::log;
use crate::proof::hash::{self, Hash};
use crate::proof::leaf::StoredEvent;
use crate::store::EventStore;

/// Events given a position in one transaction.
const BATCH: i64 = 2_000;
/// How long the leader waits before it looks again when nothing was announced in this process:
/// appends of other processes are found by looking.
const IDLE: Duration = Duration::from_millis(10);
/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub struct Sequencer {
    store: EventStore,
}

/// The newest row of the log.
struct Tail {
    position: i64,
    era: i16,
    xid: String,
    ord: i64,
    chain: Hash,
}

impl Sequencer {
    /// A candidate for the lead.
    pub fn new(store: EventStore) -> Self {
        Self { store }
    }

    /// Leads whenever nobody else does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        leader::run(&self, self.store.pool(), &stop).await;
    }
}

impl LeaderTask for Sequencer {
    const NAME: &'static str = "sequencer";
    type Error = StoreError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), StoreError> {
        let db = leadership.connection();
        let era = era::begin_if_restored(db).await?;
        // Positions follow from the events alone: what a power cut takes from the log, the next leader
        // writes again, the same. So there is no need to wait for the disk here.
        sqlx::query("SET synchronous_commit = off").execute(&mut *db).await?;
        let mut tail = Tail::fetch(db).await?;
        self.store.head().advance(tail.position);
        let appended: &Arc<_> = &self.store.inner.appended;
        let mut watch = Watch::default();
        while !stop.is_cancelled() {
            let sequenced = within_patience(sequence_batch(db, &mut tail, era)).await?;
            self.store.head().advance(tail.position);
            within_patience(watch.look(db, (tail.era, &tail.xid, tail.ord))).await?;
            if sequenced < BATCH as usize {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = appended.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
        }
        // What was appended before the end shall not wait for another process to lead.
        while within_patience(sequence_batch(db, &mut tail, era)).await? == BATCH as usize {}
        Ok(())
    }
}

/// A leader whose connection hangs must not keep the lead.
async fn within_patience<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
    }
}

impl Tail {
    async fn fetch(db: &mut PgConnection) -> Result<Self, StoreError> {
        let row = sqlx::query(
            "SELECT position, era, xid::text, ord, chain FROM log ORDER BY position DESC LIMIT 1",
        )
        .fetch_optional(db)
        .await?;
        Ok(match row {
            Some(row) => Self {
                position: row.try_get("position")?,
                era: row.try_get("era")?,
                xid: row.try_get("xid")?,
                ord: row.try_get("ord")?,
                chain: Hash::from_slice(row.try_get("chain")?)
                    .ok_or_else(|| StoreError::Unreadable("a chain hash".to_owned()))?,
            },
            None => Self { position: 0, era: 0, xid: "0".to_owned(), ord: 0, chain: Hash::ZERO },
        })
    }
}

/// What is committed, after the tail, below the oldest running transaction; with each event, whether
/// its predecessor in its stream comes before it.
const FETCH: &str = "
SELECT e.era, e.xid::text, e.ord, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence,
       e.event_type, e.event_version, e.payload::text, e.metadata::text,
       extract(epoch FROM e.recorded_at)::numeric::text AS recorded_at,
       e.sequence = 1 OR coalesce((
           SELECT (p.era, p.xid, p.ord) < (e.era, e.xid, e.ord) FROM events p
           WHERE p.aggregate_type = e.aggregate_type AND p.aggregate_id = e.aggregate_id
             AND p.sequence = e.sequence - 1), false) AS in_order
FROM events e
WHERE (e.era, e.xid, e.ord) > ($1, $2::xid8, $3)
  AND (e.era, e.xid) < ($4, pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY e.era, e.xid, e.ord
LIMIT $5";

const INSERT: &str = "
INSERT INTO log (position, era, xid, ord, event_id, leaf, chain)
SELECT l.position, l.era, l.xid::xid8, l.ord, l.event_id, l.leaf, l.chain
FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::uuid[], $6::bytea[], $7::bytea[])
    AS l (position, era, xid, ord, event_id, leaf, chain)";

/// Gives the next events their positions. Returns how many.
async fn sequence_batch(db: &mut PgConnection, tail: &mut Tail, era: i16) -> Result<usize, StoreError> {
    let rows = sqlx::query(FETCH)
        .bind(tail.era)
        .bind(&tail.xid)
        .bind(tail.ord)
        .bind(era)
        .bind(BATCH)
        .fetch_all(&mut *db)
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut batch = Batch::default();
    let (mut position, mut chain) = (tail.position, tail.chain);
    for row in &rows {
        assert_order(row)?;
        position += 1;
        let leaf = leaf(row)?;
        chain = hash::chain(&chain, &leaf);
        batch.push(position, row, leaf, chain)?;
    }
    let mut transaction = db.begin().await?;
    batch.insert(&mut transaction).await?;
    log::announce(&mut transaction, position).await?;
    transaction.commit().await?;
    *tail = batch
        .into_tail(position, chain)
        .ok_or_else(|| StoreError::Unreadable("an empty batch".to_owned()))?;
    Ok(rows.len())
}

fn assert_order(row: &PgRow) -> Result<(), StoreError> {
    if row.try_get("in_order")? {
        return Ok(());
    }
    Err(StoreError::OutOfOrder {
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: row.try_get("sequence")?,
    })
}

/// The leaf of an event as it is stored.
fn leaf(row: &PgRow) -> Result<Hash, StoreError> {
    let event = StoredEvent {
        event_id: row.try_get("event_id")?,
        aggregate_type: row.try_get::<&str, _>("aggregate_type")?.into(),
        aggregate_id: row.try_get::<&str, _>("aggregate_id")?.into(),
        sequence: row.try_get("sequence")?,
        event_type: row.try_get::<&str, _>("event_type")?.into(),
        event_version: row.try_get::<&str, _>("event_version")?.into(),
        recorded_at: row.try_get::<&str, _>("recorded_at")?.into(),
        payload: row.try_get::<&str, _>("payload")?.into(),
        metadata: row.try_get::<&str, _>("metadata")?.into(),
    };
    Ok(event.leaf())
}

#[derive(Default)]
struct Batch {
    positions: Vec<i64>,
    eras: Vec<i16>,
    xids: Vec<String>,
    ords: Vec<i64>,
    event_ids: Vec<Uuid>,
    leaves: Vec<Vec<u8>>,
    chains: Vec<Vec<u8>>,
}

impl Batch {
    fn push(&mut self, position: i64, row: &PgRow, leaf: Hash, chain: Hash) -> Result<(), StoreError> {
        self.positions.push(position);
        self.eras.push(row.try_get("era")?);
        self.xids.push(row.try_get("xid")?);
        self.ords.push(row.try_get("ord")?);
        self.event_ids.push(row.try_get("event_id")?);
        self.leaves.push(leaf.0.to_vec());
        self.chains.push(chain.0.to_vec());
        Ok(())
    }

    async fn insert(&self, db: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(&self.positions)
            .bind(&self.eras)
            .bind(&self.xids)
            .bind(&self.ords)
            .bind(&self.event_ids)
            .bind(&self.leaves)
            .bind(&self.chains)
            .execute(db)
            .await?;
        Ok(())
    }

    fn into_tail(mut self, position: i64, chain: Hash) -> Option<Tail> {
        let (era, xid, ord) = (self.eras.pop()?, self.xids.pop()?, self.ords.pop()?);
        Some(Tail { position, era, xid, ord, chain })
    }
}
