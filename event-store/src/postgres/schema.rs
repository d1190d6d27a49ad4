//! The schema: bringing it up to date, and whether it is.

use std::sync::LazyLock;

use sqlx::PgPool;
use sqlx::migrate::Migrator;

use crate::error::StoreError;

/// The schema, step by step.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = sqlx::migrate!("../migrations");
    // During a rolling upgrade the schema may be that of the next release, which this one can live with.
    migrations.set_ignore_missing(true);
    migrations
});

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
