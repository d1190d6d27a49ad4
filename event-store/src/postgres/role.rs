//! Two roles of the database: the owner, who migrates, and the one the program works as, which owns nothing, and may
//! neither change nor delete what happened.

use sqlx::{Executor, PgPool};

use crate::error::StoreError;

/// What the role of the program may do.
const GRANTS: &str = include_str!("../../../migrations/grants.sql");

/// Lets `role` do what the program does, and nothing else. To be called as the owner, after each migration.
///
/// # Errors
/// When there is no such role, or the database is away.
pub async fn grant(owner: &PgPool, role: &str) -> Result<(), StoreError> {
    let mut transaction = owner.begin().await?;
    sqlx::query("SELECT set_config('personal_settings.role', $1, true)")
        .bind(role)
        .execute(&mut *transaction)
        .await?;
    transaction.execute(sqlx::raw_sql(GRANTS)).await?;
    transaction.commit().await?;
    see_all_sessions(owner, role).await
}

/// Without it the program cannot name the session of another role that holds up the log, but works.
async fn see_all_sessions(owner: &PgPool, role: &str) -> Result<(), StoreError> {
    let sees: bool = sqlx::query_scalar("SELECT pg_has_role($1::name, 'pg_read_all_stats', 'member')")
        .bind(role)
        .fetch_one(owner)
        .await?;
    if sees {
        return Ok(());
    }
    let statement: String = sqlx::query_scalar("SELECT format('GRANT pg_read_all_stats TO %I', $1::text)")
        .bind(role)
        .fetch_one(owner)
        .await?;
    if let Err(error) = sqlx::query(&statement).execute(owner).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, role, "the database role sees its own sessions only: {statement}");
    }
    Ok(())
}

/// Makes `role` where there is none, without a password: for a server that lets in by the socket alone.
///
/// # Errors
/// When the owner may not, or the database is away.
pub async fn ensure_role(owner: &PgPool, role: &str) -> Result<(), StoreError> {
    let missing: Option<String> = sqlx::query_scalar(
        "SELECT format('CREATE ROLE %I LOGIN', $1::text)
         WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text)",
    )
    .bind(role)
    .fetch_optional(owner)
    .await?;
    if let Some(statement) = missing {
        sqlx::query(&statement).execute(owner).await?;
    }
    Ok(())
}

/// Whether the role of these connections may migrate: make tables.
///
/// # Errors
/// When the database is away.
pub async fn may_migrate(pool: &PgPool) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")
        .fetch_one(pool)
        .await?)
}

/// Whether the role of these connections may change or delete what happened, which the program never does.
///
/// # Errors
/// When the database is away.
pub async fn may_change_history(pool: &PgPool) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT has_table_privilege('events', 'UPDATE, DELETE') OR has_table_privilege('log', 'UPDATE, DELETE')",
    )
    .fetch_one(pool)
    .await?)
}

/// The role that a URL names.
///
/// # Errors
/// When it is no PostgreSQL URL.
pub fn of_url(url: &str) -> Result<String, StoreError> {
    Ok(super::parse(url)?.get_username().to_owned())
}
