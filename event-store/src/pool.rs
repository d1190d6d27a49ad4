//! Connections and the schema.

use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

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
/// ready, while the database is still away.
///
/// # Errors
/// When `url` is no PostgreSQL URL.
pub fn connect_lazily(url: &str, max_connections: u32) -> Result<PgPool, StoreError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url);
    }
    let options = PgConnectOptions::from_str(url)?.application_name("personal-settings").options([
        // A peer that is gone is noticed in seconds: its backend holds locks that others wait for. A Unix
        // socket knows none of this and needs none.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
        // A transaction that is left open holds back the order of all events.
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(PATIENCE)
        // A ping before each use would cost a fifth of the throughput; a dead connection shows itself.
        .test_before_acquire(false)
        .connect_lazy_with(options))
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
const LOOKUPS: u32 = 4;

/// Further connections to the same database, on which each statement is planned once.
pub(crate) fn planned_once(pool: &PgPool, connections: u32) -> PgPool {
    let options = (*pool.connect_options()).clone().options(PLANNING);
    pool.options().clone().max_connections(connections).connect_lazy_with(options)
}

/// Further connections to the same database, for look-ups of rows by their keys ([`Gather`](crate::Gather)).
pub fn lookups(pool: &PgPool) -> PgPool {
    planned_once(pool, LOOKUPS)
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

/// Whether the schema is that of this release, or of a later one that this release can live with.
///
/// # Errors
/// When the database is away.
pub async fn schema_is_current(pool: &PgPool) -> Result<bool, StoreError> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    if !there {
        return Ok(false);
    }
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(pool).await?;
    Ok(applied >= newest)
}
