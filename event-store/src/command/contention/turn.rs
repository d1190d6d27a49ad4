//! The turn of a stream, or of several: in all processes together.
//!
//! Within a process it is waited for in a [queue](super::queue); between processes by an advisory lock, which
//! PostgreSQL grants in the order it was asked for. Every append asks for the same lock, shared and without waiting: where
//! a command has the turn, or waits for it, the append of another is a conflict. So the one that has the turn loses no
//! more, and those that lose queue behind it. A process that dies lets go of its locks with its connections.

use std::collections::BTreeSet;

use super::StreamName;
use super::queue::{Precedence, Queues, Turn};
use crate::error::StoreError;
use crate::postgres::{PinnedConnection, PinnedPool};

/// The SQLSTATE of a lock that was waited for in vain.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The turn of some streams. Dropped without its end it closes its connection, and so lets go all the same.
pub(super) struct StreamTurn {
    pub(super) streams: BTreeSet<StreamName>,
    connection: PinnedConnection,
    /// Given on after the locks.
    _places: Vec<Turn<StreamName>>,
}

impl StreamTurn {
    /// Waits for the turn of `streams`, one after the other in their order, so that two commands that want several
    /// wait for each other in one direction only. None where it does not come in time.
    pub(super) async fn take(
        queues: &Queues<StreamName>,
        connections: &PinnedPool,
        streams: BTreeSet<StreamName>,
        precedence: Precedence,
    ) -> Result<Option<Self>, StoreError> {
        let mut places = Vec::with_capacity(streams.len());
        for stream in &streams {
            match queues.take(stream.clone(), precedence).await {
                Some(place) => places.push(place),
                None => return Ok(None),
            }
        }
        let mut connection = connections.take().await?;
        let names: Vec<String> = streams.iter().map(|(kind, id)| format!("{kind}/{id}")).collect();
        // A turn is a transaction: one of a process that stands still ends as its transaction does.
        sqlx::query("BEGIN").execute(&mut *connection).await?;
        let locked = sqlx::query(
            "SELECT pg_advisory_xact_lock(hashtextextended('turn/' || stream, 0))
             FROM (SELECT * FROM unnest($1::text[]) AS s (stream) ORDER BY stream) AS streams",
        )
        .bind(names)
        .execute(&mut *connection)
        .await;
        match locked {
            Ok(_) => Ok(Some(Self { streams, connection, _places: places })),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn end(self) {
        let Self { mut connection, _places, .. } = self;
        match sqlx::query("COMMIT").execute(&mut *connection).await {
            Ok(_) => connection.release(),
            // The connection goes, and its locks with it.
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "releasing a turn failed: it ends with its connection"
                );
            }
        }
    }
}
