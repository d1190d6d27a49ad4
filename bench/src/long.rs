//! A long log, and what is read from end to end of it.

use std::time::{Duration, Instant};

use event_store::{EventStore, Sequencer, log};

use crate::synthetic;
use futures::TryStreamExt;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::rounds::seconds;
use crate::scratch::{Scratch, Server};

/// Lives that go on side by side in a made-up history.
const SIDE_BY_SIDE: u64 = 2_000;

/// SQLSTATE of what a role may not do.
const NO_RIGHT: &str = "42501";

/// A database with a long log.
pub(crate) struct LongLog {
    scratch: Scratch,
    pub(crate) store: EventStore,
    /// How many events there are.
    pub(crate) events: u64,
    /// Seconds until all of them had a position.
    pub(crate) sequenced_in: f64,
}

impl LongLog {
    /// At least `events` events of many accounts and their requests.
    pub(crate) async fn mixed(server: &Server, events: u64) -> anyhow::Result<Self> {
        let scratch = server.migrated().await?;
        let store = scratch.store()?;
        synthetic::mixed(&store, events, SIDE_BY_SIDE.min(events / 50), &mut |_| {}).await?;
        Self::sequence(scratch, store).await
    }

    /// Gives the positions, and leaves the tables as the server's own upkeep would have by then.
    pub(crate) async fn sequence(scratch: Scratch, store: EventStore) -> anyhow::Result<Self> {
        let pool = store.pool();
        let events = count(pool).await?;
        sqlx::query("VACUUM (ANALYZE) events").execute(pool).await?;
        let stop = CancellationToken::new();
        let began = Instant::now();
        let sequencer = tokio::spawn(Sequencer::new(store.log().clone()).run(stop.clone()));
        caught_up(pool, events).await?;
        let sequenced_in = began.elapsed().as_secs_f64();
        stop.cancel();
        sequencer.await?;
        sqlx::query("VACUUM (ANALYZE)").execute(pool).await?;
        checkpoint(pool).await?;
        Ok(Self { scratch, store, events: events.cast_unsigned(), sequenced_in })
    }

    /// How many events a second that is.
    pub(crate) fn per_second(&self, seconds: f64) -> f64 {
        self.events as f64 / seconds
    }

    /// Seconds for all events to leave the server in the order of the log: the floor.
    pub(crate) async fn copy_out(&self) -> anyhow::Result<f64> {
        seconds(async {
            let mut connection = self.store.pool().acquire().await?;
            let mut bytes = connection
                .copy_out_raw(
                    "COPY (SELECT l.position, e.* FROM log l JOIN events e USING (era, xid, ord)
                           ORDER BY l.position) TO STDOUT (FORMAT binary)",
                )
                .await?;
            while bytes.try_next().await?.is_some() {}
            Ok(())
        })
        .await
    }

    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        self.store.pool().close().await;
        self.scratch.drop().await
    }
}

/// Waits until that many events have a position. Counting them while they get theirs would cost what is
/// measured.
pub(crate) async fn caught_up(pool: &PgPool, events: i64) -> anyhow::Result<()> {
    while log::newest_position(pool).await? < events {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// How many events there are.
pub(crate) async fn count(pool: &PgPool) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await?)
}

/// Has the server write down what it holds, so that it does not while something is measured. A role that may
/// not ask for that does without.
async fn checkpoint(pool: &PgPool) -> anyhow::Result<()> {
    match sqlx::query("CHECKPOINT").execute(pool).await {
        Err(error) if is_refusal(&error) => Ok(()),
        done => Ok(done.map(drop)?),
    }
}

fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == NO_RIGHT)
}
