//! Connections to the database.
//!
//! What always holds of each: it says at the server what it is for, and gives up there in bounded time ([`session`]); it is
//! closed when it has become one that cannot be written to ([`read_only`]), and after [`LIFE`] in any case, so that a process
//! finds the primary by itself after a fail-over; and none waits for a server that has fallen silent ([`silence`]).

mod address;
pub mod backoff;
mod batch_loader;
mod batch_runner;
pub mod blocked;
mod connections;
mod lead;
pub mod leader;
pub mod lease;
mod pinned;
pub mod role;
mod schema;
mod session;
mod silence;
mod sweep;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};
use tokio::time::{sleep, timeout};

pub(crate) use address::parse;
pub use address::{is_this_machine, remote_host};
pub use batch_loader::{BatchLoader, BatchResult};
pub(crate) use batch_runner::{BatchRunner, BatchWork};
pub use connections::{CONNECTIONS, FEWEST_CONNECTIONS, limit_connections, share_of};
pub use pinned::{PinnedConnection, PinnedPool, lookups};
pub(crate) use pinned::{planned_once, planned_once_appending, reading};
pub use schema::{migrate, schema_is_current};
use session::Session;
pub(crate) use session::{APPENDER, plan_once};
pub(crate) use sweep::sweep;

use crate::error::StoreError;
use crate::read_only;

/// How long a caller waits for a free connection before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a connection is used.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// How long a connection that was left in the middle of an answer may take to come to its end.
const ANSWER: Duration = Duration::from_secs(5);
/// How often it is looked whether a connection is closed.
const LOOK: Duration = Duration::from_millis(10);

/// A pool that connects when it is first used, so that a process can start, and say that it is not
/// ready, while the database is still away. A server on another host is spoken to over TLS, and its certificate is
/// verified.
///
/// # Errors
/// When `url` is no PostgreSQL URL, asks for less than that, or for what this program cannot do.
pub fn connect_lazily(url: &str, max_connections: u32) -> Result<PgPool, StoreError> {
    Ok(pool(address::verified(parse(url)?)?, max_connections))
}

/// The same, with as much TLS as the URL says.
///
/// # Errors
/// When `url` is no PostgreSQL URL, or asks for what this program cannot do.
pub fn connect_as_said(url: &str, max_connections: u32) -> Result<PgPool, StoreError> {
    Ok(pool(parse(url)?, max_connections))
}

/// The same database, for work that no user waits for, however long it takes: migrating, rebuilding, verifying.
#[must_use]
pub fn patient(pool: &PgPool) -> PgPool {
    beside(pool, Session::default().patient(), pool.options().get_max_connections())
}

/// Connections on which events are appended together with what belongs to them.
const APPENDING: u32 = 8;

/// Further connections to the same database, on which events may be appended.
pub fn appending(pool: &PgPool) -> PgPool {
    beside(pool, Session::default().appending(), share_of(APPENDING))
}

/// One further connection to the same database, for what must not wait until another is free.
pub(crate) fn urgent(pool: &PgPool) -> PgPool {
    beside(pool, Session::default(), 1)
}

/// Closes a pool, and returns when none of its connections is open: those that are on their way back would be found dead
/// when the server is stopped. What hangs is left behind.
pub(crate) async fn close(pool: &PgPool) {
    let gone = async {
        pool.close().await;
        while pool.size() > 0 {
            sleep(LOOK).await;
        }
    };
    if timeout(ANSWER, gone).await.is_err() {
        tracing::debug!(connections = pool.size(), "connections left open");
    }
}

fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    Session::default().pool(options, bounded().max_connections(connections))
}

/// Further connections to the same database, each of which begins with `session`.
fn beside(pool: &PgPool, session: Session, connections: u32) -> PgPool {
    session.pool((*pool.connect_options()).clone(), bounded().max_connections(connections))
}

/// What holds of the connections of every pool.
fn bounded() -> PgPoolOptions {
    PgPoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_lifetime(LIFE)
        // A ping before each use would cost a fifth of the throughput; a dead connection shows itself.
        .test_before_acquire(false)
        .before_acquire(|_, connection| Box::pin(async move { Ok(!read_only::is_stale(connection.age)) }))
        .after_release(|db, connection| {
            Box::pin(async move {
                if read_only::is_stale(connection.age) {
                    return Ok(false);
                }
                // Its last user may have left in the middle: the pool would wait without end.
                match timeout(ANSWER, db.flush()).await {
                    Ok(flushed) => flushed.map(|()| true),
                    Err(silent) => Err(sqlx::Error::Io(silent.into())),
                }
            })
        })
}
