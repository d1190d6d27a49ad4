//! Rows as fast as PostgreSQL hands them out: binary `COPY`, page after page, on a connection of its own,
//! a little ahead of the reader.
//!
//! What is in memory is bounded in bytes, whatever the length of a row: a few batches, and at least one row.
//! Pages keep each statement short, so that a verification of hours holds back no vacuum.

use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

use super::row::{self, CommitKey};
use crate::proof::error::ProofError;

/// Rows of one statement.
const PAGE: u64 = 50_000;
/// Bytes handed over at once.
const BATCH: usize = 256 * 1024;
/// Batches that wait for the reader.
const AHEAD: usize = 4;
/// What binary `COPY` begins with: signature, flags, and the length of an extension that is empty.
const HEADER: usize = 19;

/// What is read, and from where on.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The log after a position, up to another.
    Log {
        /// The last position that was read.
        after: u64,
        /// The last to be read.
        until: u64,
    },
    /// The events after a place in the order of commits.
    Events {
        /// The last place that was read.
        after: CommitKey,
        /// What is read of each.
        columns: Columns,
    },
}

/// Which columns of an event are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Columns {
    /// All that the leaf is made of.
    All,
    /// Those that tell its stream and its place there.
    OfStream,
}

impl Source {
    fn statement(&self) -> String {
        let select = match self {
            Self::Log { after, until } => format!(
                "SELECT position, era, xid, ord, event_id, leaf, chain FROM log
                 WHERE position > {after} AND position <= {until} ORDER BY position"
            ),
            Self::Events { after, columns } => {
                let more = match columns {
                    Columns::All => ", event_type, event_version, payload, metadata, recorded_at",
                    Columns::OfStream => "",
                };
                let CommitKey { era, xid, ord } = after;
                format!(
                    "SELECT era, xid, ord, event_id, aggregate_type, aggregate_id, sequence{more} FROM events
                     WHERE (era, xid, ord) > ({era}, '{xid}'::xid8, {ord}) ORDER BY era, xid, ord"
                )
            }
        };
        format!("COPY ({select} LIMIT {PAGE}) TO STDOUT (FORMAT binary)")
    }

    /// Goes on after this row.
    fn passed(&mut self, row: &[u8]) -> Option<()> {
        match self {
            Self::Log { after, .. } => *after = row::position(row)?,
            Self::Events { after, .. } => *after = row::key(row)?,
        }
        Some(())
    }
}

/// A batch of whole rows, or why there are no more.
pub(super) type Batch = Result<Vec<u8>, ProofError>;

/// Reads `source` to its end, as far ahead as is allowed.
pub(super) async fn open(pool: &PgPool, source: Source) -> Result<mpsc::Receiver<Batch>, ProofError> {
    // Never back into the pool: it may be left in the middle of a page.
    let mut db = pool.acquire().await?.detach();
    // The indexes have the order; sorting a page of a billion rows must not even be considered.
    sqlx::query("SET enable_sort = off").execute(&mut db).await?;
    sqlx::query("SET enable_bitmapscan = off").execute(&mut db).await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        if let Err(error) = read(db, source, &sender).await {
            // The reader may be gone.
            let _ = sender.send(Err(error)).await;
        }
    });
    Ok(receiver)
}

async fn read(
    mut db: PgConnection,
    mut source: Source,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), ProofError> {
    loop {
        let statement = source.statement();
        let mut chunks = db.copy_out_raw(&statement).await?;
        let (mut bytes, mut whole, mut rows, mut begun) = (Vec::with_capacity(2 * BATCH), 0, 0, false);
        while let Some(chunk) = chunks.try_next().await? {
            bytes.extend_from_slice(&chunk);
            if !begun && bytes.len() >= HEADER {
                bytes.drain(..HEADER);
                begun = true;
            }
            while let Some(length) = row::length(&bytes[whole..]).filter(|_| begun) {
                let row = &bytes[whole..whole + length];
                source.passed(row).ok_or_else(unreadable)?;
                (whole, rows) = (whole + length, rows + 1);
            }
            if whole >= BATCH {
                let rest = bytes.split_off(whole);
                if sender.send(Ok(std::mem::replace(&mut bytes, rest))).await.is_err() {
                    return Ok(());
                }
                (whole, _) = (0, bytes.reserve(2 * BATCH));
            }
        }
        bytes.truncate(whole);
        let last = rows < PAGE;
        if (!bytes.is_empty() && sender.send(Ok(bytes)).await.is_err()) || last {
            return Ok(());
        }
    }
}

pub(super) fn unreadable() -> ProofError {
    ProofError::Broken("the database sent rows of an unknown form".to_owned())
}
