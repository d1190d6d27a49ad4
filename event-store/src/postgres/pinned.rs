//! Connections that stay with those who use them.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::connections::share_of;
use super::session::Session;
use super::{ACQUIRE_TIMEOUT, LIFE, beside};
use crate::error::StoreError;
use crate::read_only::Begun;

/// Connections for look-ups of many keys at once.
const LOOKUPS: u32 = 6;

/// Connections for those who follow the log.
const READING: u32 = 8;

/// Further connections to the same database, on which each statement is planned once.
pub(crate) fn planned_once(pool: &PgPool, connections: u32) -> PinnedPool {
    kept(pool, Session::default().planned_once(), connections)
}

/// The same, on which events may be appended.
pub(crate) fn planned_once_appending(pool: &PgPool, connections: u32) -> PinnedPool {
    kept(pool, Session::default().planned_once().appending(), connections)
}

fn kept(pool: &PgPool, session: Session, connections: u32) -> PinnedPool {
    let connections = share_of(connections);
    let pool = beside(pool, session, connections);
    PinnedPool { pool, free: Arc::new(Semaphore::new(connections as usize)), spare: Arc::default() }
}

/// Connections that stay with those who use them all the time: a pool makes sure of each that is given back to it, and
/// that takes a round trip. Clones share everything.
#[derive(Clone)]
pub struct PinnedPool {
    pool: PgPool,
    /// Permits to take one: the pool does not know which of its connections lie here.
    free: Arc<Semaphore>,
    spare: Arc<Mutex<Spare>>,
}

/// Connections that are not in use. They are closed at the end: the server may be gone by then, and cannot be asked.
#[derive(Default)]
struct Spare(Vec<(PoolConnection<Postgres>, Begun)>);

impl Drop for Spare {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|(connection, _)| drop(connection.detach()));
    }
}

impl PinnedPool {
    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn take(&self) -> Result<PinnedConnection, StoreError> {
        let free = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.free).acquire_owned()).await;
        let Ok(Ok(place)) = free else { return Err(sqlx::Error::PoolTimedOut.into()) };
        let (connection, begun) = match self.take_spare() {
            Some(spare) => spare,
            None => {
                let begun = Begun::now();
                (self.pool.acquire().await?, begun)
            }
        };
        Ok(PinnedConnection { connection: Some(connection), begun, kept: self.clone(), _place: place })
    }

    /// One that lies here and may be used; others are closed.
    fn take_spare(&self) -> Option<(PoolConnection<Postgres>, Begun)> {
        loop {
            let (connection, begun) = self.spare().0.pop()?;
            if !begun.is_stale() && begun.age() < LIFE {
                return Some((connection, begun));
            }
            drop(connection.detach());
        }
    }

    /// Closes all of them, each when its holder gives it back.
    pub async fn close(&self) {
        let spare = std::mem::take(&mut self.spare().0);
        spare.into_iter().for_each(|(connection, _)| drop(connection.detach()));
        super::close(&self.pool).await;
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of [`PinnedPool`]. It is closed unless it is returned: its protocol state is unknown.
pub struct PinnedConnection {
    connection: Option<PoolConnection<Postgres>>,
    begun: Begun,
    kept: PinnedPool,
    _place: OwnedSemaphorePermit,
}

impl Deref for PinnedConnection {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "whoever gives it back has it no longer")]
    fn deref(&self) -> &PgConnection {
        self.connection.as_deref().expect("there until it goes back")
    }
}

impl DerefMut for PinnedConnection {
    #[expect(clippy::expect_used, reason = "whoever gives it back has it no longer")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("there until it goes back")
    }
}

impl PinnedConnection {
    /// Keeps it for the next: it has answered everything.
    pub fn release(mut self) {
        if self.kept.pool.is_closed() {
            return;
        }
        if let Some(connection) = self.connection.take() {
            self.kept.spare().0.push((connection, self.begun));
        }
    }

    /// Gives it back to its pool, which has it answer to the end.
    pub fn return_checked(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for PinnedConnection {
    fn drop(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

/// Further connections to the same database, for look-ups of rows by their keys ([`BatchLoader`](crate::BatchLoader)).
pub fn lookups(pool: &PgPool) -> PinnedPool {
    planned_once(pool, LOOKUPS)
}

/// Further connections to the same database, for those who follow the log.
pub(crate) fn reading(pool: &PgPool) -> PinnedPool {
    planned_once(pool, READING)
}
