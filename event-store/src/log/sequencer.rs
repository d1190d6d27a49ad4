//! The sequencer: gives every appended event its place in the one order of everything.
//!
//! Appends run side by side and take no common lock. One sequencer, the leader, reads what has
//! been committed in `(era, xid, ord)` order, but only below the oldest transaction still running that may append
//! ([`appenders`]): nothing can appear before what it has read. So positions are dense and nothing is ever skipped.
//! The primary key of `log` is the fence: a second leader that slipped in cannot write the same
//! position. A crash between two batches loses nothing; the next leader goes on after the last row.
//!
//! An event that comes before its predecessor, or has none, was not written by `command::append`: nothing
//! that comes after it gets a position until an administrator has put that right, and it is said loudly.
//!
//! Memory is bounded by the bytes of a batch, whatever the size of an event.

use std::sync::LazyLock;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::epoch;
use super::lag::LagMonitor;
use super::position_cache::PositionCache;
use super::row;
use super::{Log, appenders};
use crate::error::StoreError;
use crate::failpoint;
use crate::log;
use crate::postgres::leader::{self, LeaderTask, Leadership};
use crate::postgres::{APPENDER, plan_once};
use log_proof::hash::{self, Hash};

/// Events given a position in one transaction, at most.
const BATCH: i64 = 2_000;
/// Bytes of stored text in a batch: it may have more by its last event.
const BYTES: usize = 8 * 1024 * 1024;
/// How long the leader waits before it looks again when nothing was announced in this process:
/// appends of other processes are found by looking.
const IDLE: Duration = Duration::from_millis(10);
/// How long at first after news: a transaction that has just begun may hold back what was announced.
const SOON: Duration = Duration::from_millis(1);
/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub struct Sequencer {
    log: Log,
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
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Leads whenever no other process does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        leader::run(&self, &self.log.pool, &self.log.urgent, &stop).await;
    }
}

impl LeaderTask for Sequencer {
    const NAME: &'static str = "sequencer";
    type Error = StoreError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), StoreError> {
        let db = leadership.connection();
        let era = epoch::begin_if_restored(db).await?;
        // Positions follow from the events alone: what a power cut takes from the log, the next leader
        // writes again, the same. So there is no need to wait for the disk here.
        sqlx::query("SET synchronous_commit = off").execute(&mut *db).await?;
        plan_once(db).await?;
        let mut tail = Tail::fetch(db).await?;
        self.log.head.advance(tail.position);
        let (appended, placed) = (&self.log.appended, &self.log.position_cache);
        let _leading = placed.lead();
        let (mut watch, mut limit, mut pause) = (LagMonitor::default(), BATCH, IDLE);
        while !stop.is_cancelled() {
            // First: whatever keeps a batch from its positions must not keep this from being seen.
            within_patience(watch.look(db, (tail.era, &tail.xid, tail.ord))).await?;
            let more = within_patience(sequence_batch(db, &mut tail, era, &mut limit, placed)).await?;
            self.log.head.advance(tail.position);
            if !more {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = appended.notified() => pause = SOON,
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(IDLE),
                }
            }
        }
        // What was appended before the end shall not wait for another process to lead.
        while within_patience(sequence_batch(db, &mut tail, era, &mut limit, placed)).await? {}
        Ok(())
    }

    fn stepped_down(&self, error: &StoreError) {
        let StoreError::OutOfOrder { event_id, .. } = error else {
            return leader::stepped_down(Self::NAME, error);
        };
        tracing::error!(
            %event_id,
            error = error as &dyn std::error::Error,
            "sequencing is blocked: no event gets a position until this one is gone or its predecessor is there. It was \
             not appended by this program: find out who wrote it and keep a copy; then, as owner of the table `events` \
             and with its triggers disabled, delete it or bring back what is missing before it"
        );
    }
}

/// A leader whose connection hangs must not keep the lead.
async fn within_patience<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(silent) => Err(sqlx::Error::Io(silent.into()).into()),
    }
}

impl Tail {
    async fn fetch(db: &mut PgConnection) -> Result<Self, StoreError> {
        let last: Option<(_, _, _, _, Vec<u8>)> = sqlx::query_as(
            "SELECT position, era, xid::text, ord, chain FROM log ORDER BY position DESC LIMIT 1",
        )
        .fetch_optional(db)
        .await?;
        let Some((position, era, xid, ord, chain)) = last else {
            return Ok(Self { position: 0, era: 0, xid: "0".to_owned(), ord: 0, chain: Hash::ZERO });
        };
        let chain = Hash::from_slice(&chain).ok_or_else(|| {
            StoreError::Unreadable(format!("the chain hash at position {position}: run `audit verify`"))
        })?;
        Ok(Self { position, era, xid, ord, chain })
    }
}

/// What is committed, after the tail, below the oldest running transaction that may append; with each event, whether
/// its predecessor in its stream comes before it.
static FETCH: LazyLock<String> = LazyLock::new(|| {
    let bound = appenders::bound("$4", "$6");
    format!(
        "SELECT e.era, e.xid::text, e.ord, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence,
                e.event_type, e.event_version, e.payload::text, e.metadata::text,
                extract(epoch FROM e.recorded_at)::numeric::text AS recorded_at,
                e.sequence = 1 OR coalesce((
                    SELECT (p.era, p.xid, p.ord) < (e.era, e.xid, e.ord) FROM events p
                    WHERE p.aggregate_type = e.aggregate_type AND p.aggregate_id = e.aggregate_id
                      AND p.sequence = e.sequence - 1), false) AS in_order
         FROM events e
         WHERE (e.era, e.xid, e.ord) > ($1, $2::xid8, $3) AND (e.era, e.xid) < ($4, ({bound}))
         ORDER BY e.era, e.xid, e.ord
         LIMIT $5"
    )
});

/// Positions, and the news of the head.
const INSERT: &str = "
WITH placed AS (
    INSERT INTO log (position, era, xid, ord, event_id, leaf, chain)
    SELECT l.position, l.era, l.xid::xid8, l.ord, l.event_id, l.leaf, l.chain
    FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::uuid[], $6::bytea[], $7::bytea[])
        AS l (position, era, xid, ord, event_id, leaf, chain))
SELECT pg_notify($8, $9)";

/// Gives the next events their positions. Returns whether there may be more.
async fn sequence_batch(
    db: &mut PgConnection,
    tail: &mut Tail,
    era: i16,
    limit: &mut i64,
    placed: &PositionCache,
) -> Result<bool, StoreError> {
    let batch = Batch::read(db, tail, era, *limit).await?;
    let Some(next) = batch.tail() else { return Ok(false) };
    let whole = batch.positions.len() as i64 == *limit;
    let large = batch.bytes >= BYTES;
    failpoint::reach("log: about to move", "on");
    batch.insert(db, next.position).await?;
    failpoint::reach("log: moved", "on");
    placed.note(tail.position, &batch.event_ids);
    *tail = next;
    // Batches shrink while events are large, so that few rows are read in vain; and grow again.
    *limit = if large { batch.positions.len() as i64 } else { (*limit * 2).min(BATCH) };
    Ok(whole || large)
}

fn assert_order(row: &PgRow) -> Result<(), StoreError> {
    if row.try_get("in_order")? {
        return Ok(());
    }
    Err(StoreError::OutOfOrder {
        event_id: row.try_get("event_id")?,
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: row.try_get("sequence")?,
    })
}

/// Events and their positions.
#[derive(Default)]
struct Batch {
    positions: Vec<i64>,
    eras: Vec<i16>,
    xids: Vec<String>,
    ords: Vec<i64>,
    event_ids: Vec<Uuid>,
    leaves: Vec<Vec<u8>>,
    chains: Vec<Vec<u8>>,
    chain: Hash,
    bytes: usize,
}

impl Batch {
    /// The next events, at most `limit`.
    async fn read(db: &mut PgConnection, tail: &Tail, era: i16, limit: i64) -> Result<Self, StoreError> {
        let mut rows = sqlx::query(&FETCH)
            .bind(tail.era)
            .bind(&tail.xid)
            .bind(tail.ord)
            .bind(era)
            .bind(limit)
            .bind(APPENDER)
            .fetch(db);
        let mut batch = Self { chain: tail.chain, ..Self::default() };
        let mut position = tail.position;
        while let Some(row) = rows.try_next().await? {
            match assert_order(&row) {
                // What comes before it gets its positions first.
                Err(StoreError::OutOfOrder { .. }) if !batch.positions.is_empty() => break,
                order => order?,
            }
            position += 1;
            let event = row::stored_event(&row)?;
            batch.bytes += event.payload.len() + event.metadata.len();
            batch.push(position, &row, event.leaf())?;
            if batch.bytes >= BYTES {
                break;
            }
        }
        Ok(batch)
    }

    fn push(&mut self, position: i64, row: &PgRow, leaf: Hash) -> Result<(), StoreError> {
        self.chain = hash::chain(&self.chain, &leaf);
        self.positions.push(position);
        self.eras.push(row.try_get("era")?);
        self.xids.push(row.try_get("xid")?);
        self.ords.push(row.try_get("ord")?);
        self.event_ids.push(row.try_get("event_id")?);
        self.leaves.push(leaf.0.to_vec());
        self.chains.push(self.chain.0.to_vec());
        Ok(())
    }

    /// Writes them, up to position `head`.
    async fn insert(&self, db: &mut PgConnection, head: i64) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(&self.positions)
            .bind(&self.eras)
            .bind(&self.xids)
            .bind(&self.ords)
            .bind(&self.event_ids)
            .bind(&self.leaves)
            .bind(&self.chains)
            .bind(log::CHANNEL)
            .bind(head.to_string())
            .execute(db)
            .await?;
        Ok(())
    }

    /// Its last row, if there is any.
    fn tail(&self) -> Option<Tail> {
        let (era, ord, chain) = (*self.eras.last()?, *self.ords.last()?, self.chain);
        Some(Tail { position: *self.positions.last()?, era, xid: self.xids.last()?.clone(), ord, chain })
    }
}
