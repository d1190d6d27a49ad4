//! Connections and the schema.

use std::net::IpAddr;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::connections::share_of;
use crate::error::StoreError;

/// The schema, step by step.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = sqlx::migrate!("../migrations");
    // During a rolling upgrade the schema may be that of the next release, which this one can live with.
    migrations.set_ignore_missing(true);
    migrations
});

/// How long a caller waits for a free connection before it is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(3);

/// A pool that connects when it is first used, so that a process can start, and say that it is not
/// ready, while the database is still away. A server on another host is spoken to over TLS, and its certificate is
/// verified.
///
/// # Errors
/// When `url` is no PostgreSQL URL, or asks for less than that.
pub fn connect_lazily(url: &str, max_connections: u32) -> Result<PgPool, StoreError> {
    let options = parse(url)?;
    let options = match (host_of(&options), options.get_ssl_mode()) {
        (None, _) | (Some(_), PgSslMode::VerifyCa | PgSslMode::VerifyFull) => options,
        // What a URL means that says nothing of it.
        (Some(_), PgSslMode::Prefer) => options.ssl_mode(PgSslMode::VerifyFull),
        (Some(host), _) => return Err(StoreError::Unverified(host)),
    };
    Ok(pool(options, max_connections))
}

/// The same, with as much TLS as the URL says.
///
/// # Errors
/// When `url` is no PostgreSQL URL.
pub fn connect_as_said(url: &str, max_connections: u32) -> Result<PgPool, StoreError> {
    Ok(pool(parse(url)?, max_connections))
}

/// The host that a URL leads to, if that is another than this one.
///
/// # Errors
/// When `url` is no PostgreSQL URL.
pub fn remote_host(url: &str) -> Result<Option<String>, StoreError> {
    Ok(host_of(&parse(url)?))
}

pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url);
    }
    Ok(PgConnectOptions::from_str(url)?)
}

/// The host, unless it is a socket or this machine.
fn host_of(options: &PgConnectOptions) -> Option<String> {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let socket = options.get_socket().is_some() || host.starts_with('/');
    (!socket && !is_this_machine(host)).then(|| host.to_owned())
}

/// Whether a host of a URL, IPv6 in brackets or without, is this very machine.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().map_or(host == "localhost", |address| address.is_loopback())
}

fn pool(options: PgConnectOptions, max_connections: u32) -> PgPool {
    let options = options.application_name("personal-settings").options([
        // A peer that is gone is noticed in seconds: its backend holds locks that others wait for. A Unix
        // socket knows none of this and needs none.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
        // A transaction that is left open holds back the order of all events.
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(PATIENCE)
        // A ping before each use would cost a fifth of the throughput; a dead connection shows itself.
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

/// How a few statements that are carried out all the time are planned: once. With many values at hand PostgreSQL would
/// rather plan them anew each time, which takes longer than carrying them out. And they are planned for tables of any
/// size: they ask for single rows by their key, also when the tables were empty at that time.
const PLANNING: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("jit", "off"),
];

/// Connections for look-ups of many keys at once.
const LOOKUPS: u32 = 6;

/// Connections for those who follow the log.
const READING: u32 = 8;

/// Further connections to the same database, on which each statement is planned once.
pub(crate) fn planned_once(pool: &PgPool, connections: u32) -> Kept {
    let connections = share_of(connections);
    let options = (*pool.connect_options()).clone().options(PLANNING);
    let pool = pool.options().clone().max_connections(connections).connect_lazy_with(options);
    Kept { pool, free: Arc::new(Semaphore::new(connections as usize)), spare: Arc::default() }
}

/// Connections that stay with those who use them all the time: a pool makes sure of each that is given back to it, and
/// that takes a round trip. Clones share everything.
#[derive(Clone)]
pub struct Kept {
    pool: PgPool,
    /// Who may take one: the pool does not know which of its connections lie here.
    free: Arc<Semaphore>,
    spare: Arc<Mutex<Spare>>,
}

/// Connections that nobody uses. They are closed at the end: the server may have gone before, and could not be asked.
#[derive(Default)]
struct Spare(Vec<PoolConnection<Postgres>>);

impl Drop for Spare {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|connection| drop(connection.detach()));
    }
}

impl Kept {
    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn take(&self) -> Result<Lent, StoreError> {
        let free = timeout(PATIENCE, Arc::clone(&self.free).acquire_owned()).await;
        let Ok(Ok(place)) = free else { return Err(sqlx::Error::PoolTimedOut.into()) };
        let spare = self.spare().0.pop();
        let connection = match spare {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        Ok(Lent { connection: Some(connection), kept: self.clone(), _place: place })
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of [`Kept`]. It is closed unless it goes back: nobody knows what it is at.
pub struct Lent {
    connection: Option<PoolConnection<Postgres>>,
    kept: Kept,
    _place: OwnedSemaphorePermit,
}

impl Deref for Lent {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "whoever gives it back has it no longer")]
    fn deref(&self) -> &PgConnection {
        self.connection.as_deref().expect("there until it goes back")
    }
}

impl DerefMut for Lent {
    #[expect(clippy::expect_used, reason = "whoever gives it back has it no longer")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("there until it goes back")
    }
}

impl Lent {
    /// Keeps it for the next: it has answered everything.
    pub fn keep(mut self) {
        if let Some(connection) = self.connection.take() {
            self.kept.spare().0.push(connection);
        }
    }

    /// Gives it back to its pool, which has it answer to the end.
    pub fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

/// Further connections to the same database, for look-ups of rows by their keys ([`Gather`](crate::Gather)).
pub fn lookups(pool: &PgPool) -> Kept {
    planned_once(pool, LOOKUPS)
}

/// Further connections to the same database, for those who follow the log.
pub(crate) fn reading(pool: &PgPool) -> Kept {
    planned_once(pool, READING)
}

/// From now on each statement on the connection is planned once.
pub(crate) async fn plan_once(db: &mut PgConnection) -> Result<(), StoreError> {
    for (name, value) in PLANNING {
        sqlx::query("SELECT set_config($1, $2, false)").bind(name).bind(value).execute(&mut *db).await?;
    }
    Ok(())
}

/// Brings the schema up to date. Safe to run from many processes at once.
///
/// # Errors
/// When the database is away, or a migration it has seen was changed since.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    use sqlx::migrate::MigrateError;
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) => error.into(),
        error => StoreError::Migration(error),
    })
}

/// Whether the schema is that of this release, or of a later one that this release can live with, and the role of these
/// connections was granted all of it: the owner grants after it has migrated.
///
/// # Errors
/// When the database is away.
pub async fn schema_is_current(pool: &PgPool) -> Result<bool, StoreError> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
    let there: bool = sqlx::query_scalar(
        "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AND NOT EXISTS (
             SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::text::regnamespace
                 AND NOT has_table_privilege(oid, 'SELECT')
         )",
    )
    .fetch_one(pool)
    .await?;
    if !there {
        return Ok(false);
    }
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(pool).await?;
    Ok(applied >= newest)
}
