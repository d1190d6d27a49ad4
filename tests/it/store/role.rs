//! The role that the program works as: it owns nothing, and cannot change what happened.

use event_store::postgres::role;
use event_store::schema_is_current;
use projections::rebuild::Start;
use projections::{account, find, rebuild};
use sqlx::PgPool;

use super::order::{CHANGES_OF_HISTORY, sign_in};
use crate::support::{Database, TestApp, await_sequenced};

/// SQLSTATE of a statement that is not granted.
const REFUSED: &str = "42501";

async fn code_of(pool: &PgPool, statement: &str) -> Option<String> {
    let error = sqlx::query(statement).execute(pool).await.err()?;
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    Some(code.unwrap_or_default().into_owned())
}

#[tokio::test]
async fn it_cannot_change_what_happened_nor_who_may() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    sign_in(&app, account).await;
    await_sequenced(app.foundation.store.pool()).await;
    let pool = PgPool::connect(&app.database.worker_url).await.unwrap();
    let others = [
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP TRIGGER events_append_only ON events",
        "ALTER TABLE events ALTER COLUMN era SET DEFAULT 7",
        "DROP TABLE log",
        "CREATE TABLE own (one integer)",
        "CREATE OR REPLACE FUNCTION event_prune(event uuid, request text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "INSERT INTO pruned_event (event_id, request) VALUES (gen_random_uuid(), 'x')",
        "UPDATE _sqlx_migrations SET success = false",
        "SET session_replication_role = replica",
        // Only where a restore asks for it.
        "SELECT era_begin()",
    ];
    for statement in CHANGES_OF_HISTORY.into_iter().chain(others) {
        assert_eq!(code_of(&pool, statement).await.as_deref(), Some(REFUSED), "{statement}");
    }
    // Pruning finds nothing in tables of the caller's: the key of what is sealed was not destroyed.
    let mut own = pool.acquire().await.unwrap();
    sqlx::query("CREATE TEMP TABLE subject_key AS SELECT key_id, now() AS destroyed_at, NULL::bytea AS wrapped FROM public.subject_key")
        .execute(&mut *own)
        .await
        .unwrap();
    let sealed = "SELECT event_prune(event_id, 'x') FROM events WHERE payload::text LIKE '%$enc%'";
    let refused = sqlx::query(sealed).execute(&mut *own).await.unwrap_err().to_string();
    assert!(refused.contains("append-only"), "{refused}");
    let owned: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class WHERE relowner = current_user::text::regrole AND relpersistence <> 't'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(owned, 0);
}

#[tokio::test]
async fn a_read_model_is_rebuilt_by_the_owner_alone_and_stays_the_roles_to_use() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    await_sequenced(app.foundation.store.pool()).await;
    let worker = app.as_the_program();
    let projection = find(account::NAME).unwrap();
    let refused = rebuild(&worker.store, &*projection, Start::Anew, &mut |_| {}).await.unwrap_err();
    assert!(format!("{refused:?}").contains(REFUSED), "{refused:?}");
    rebuild(&app.foundation.store, &*projection, Start::Anew, &mut |_| {}).await.unwrap();
    assert!(worker.views.account_fetch(ada).await.unwrap().is_some());
    let change = "DELETE FROM account_view";
    assert_eq!(code_of(worker.store.pool(), change).await, None);
}

#[tokio::test]
async fn the_program_is_told_when_its_role_may_do_too_much() {
    let database = Database::create().await;
    let worker = PgPool::connect(&database.worker_url).await.unwrap();
    let owner = database.pool().await;
    assert!(!role::may_change_history(&worker).await.unwrap());
    assert!(!role::may_migrate(&worker).await.unwrap());
    assert!(role::may_change_history(&owner).await.unwrap());
    assert!(role::may_migrate(&owner).await.unwrap());
}

#[tokio::test]
async fn a_schema_is_current_for_a_role_when_all_of_it_was_granted() {
    let database = Database::create().await;
    let (worker, owner) = (PgPool::connect(&database.worker_url).await.unwrap(), database.pool().await);
    assert!(schema_is_current(&worker).await.unwrap());
    // As between a migration and what `migrate` does after it.
    sqlx::query("CREATE TABLE of_the_next_release (one integer)").execute(&owner).await.unwrap();
    assert!(schema_is_current(&owner).await.unwrap());
    assert!(!schema_is_current(&worker).await.unwrap());
    role::grant(&owner, &role::of_url(&database.worker_url).unwrap()).await.unwrap();
    assert!(schema_is_current(&worker).await.unwrap());
}
