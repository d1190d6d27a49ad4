//! The key of what is stored for a request: there while work goes on, gone with it, never left behind.

use std::time::Duration;

use domain::RequestId;
use domain::privacy_request::{Intent, Kind, PrivacyRequest, PrivacyRequestCommand, SourceName, State};
use event_store::{CommitExtras, KeyName};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use workers::WorkerContext;
use workers::privacy_requests::{advance, steps};

use crate::support::{TestApp, account_context, eventually};

/// Whether a key of the request lives.
async fn has_key(ctx: &WorkerContext, id: RequestId) -> bool {
    ctx.store.keys().find_active_key(&KeyName::archive(id)).await.unwrap().is_some()
}

#[tokio::test]
async fn an_erasure_gets_no_key_and_an_export_keeps_its_own_while_there_is_an_archive() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let (ctx, stop) = (app.worker_context(), CancellationToken::new());
    let export = app.receive(account, Kind::Export).await;
    advance(&ctx, export, &stop).await.unwrap();
    assert_eq!(app.request(export).await.state, State::Completed);
    assert!(has_key(&ctx, export).await);

    let erasure = app.receive(account, Kind::Erasure).await;
    advance(&ctx, erasure, &stop).await.unwrap();
    assert_eq!(app.request(erasure).await.state, State::Completed);
    assert!(!has_key(&ctx, erasure).await, "a key that nothing is sealed with and nobody destroys");
    assert!(!has_key(&ctx, export).await);
}

/// From now on a new key is only kept while the test does not hold advisory lock 1.
async fn hold_new_keys(pool: &PgPool) -> sqlx::Transaction<'static, sqlx::Postgres> {
    for sql in [
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$",
        "CREATE TRIGGER hold BEFORE INSERT ON subject_key FOR EACH ROW EXECUTE FUNCTION hold()",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    let mut held = pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(1)").execute(&mut *held).await.unwrap();
    held
}

async fn waits_for_a_lock(pool: &PgPool, kind: &str) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
         AND wait_event_type = 'Lock' AND wait_event = $1)",
    )
    .bind(kind)
    .fetch_one(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn work_that_is_cancelled_at_the_very_moment_it_begins_leaves_no_key() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let pool = app.foundation.store.pool();
    // When the work begins, and when it begins anew because an erasure took the key.
    for begins_anew in [false, true] {
        let (ctx, stop) = (app.worker_context(), CancellationToken::new());
        let id = app.receive(account, Kind::Export).await;
        let mut step = Intent::Start;
        if begins_anew {
            steps::run(&ctx, &app.request(id).await, &step).await.unwrap();
            ctx.erasures.destroy_key(&KeyName::archive(id), "an erasure").await.unwrap();
            step = Intent::Collect(SourceName::new(SourceName::USAGE));
        }
        let held = hold_new_keys(pool).await;
        let request = app.request(id).await;
        let worker = tokio::spawn({
            let ctx = ctx.clone();
            async move { steps::run(&ctx, &request, &step).await }
        });
        eventually("the key is about to be kept", || async {
            waits_for_a_lock(pool, "advisory").await.then_some(())
        })
        .await;

        let cancel = tokio::spawn({
            let store = ctx.store.clone();
            async move {
                let (command, context) = (PrivacyRequestCommand::Cancel, account_context(account));
                store
                    .execute::<PrivacyRequest>(&id.to_string(), command, &context, CommitExtras::default())
                    .await
                    .map(drop)
            }
        });
        // Either it does not wait for the key, or it is not told before the key is there.
        eventually("it is cancelled, or waits", || async {
            (cancel.is_finished() || waits_for_a_lock(pool, "transactionid").await).then_some(())
        })
        .await;
        if cancel.is_finished() {
            advance(&ctx, id, &stop).await.unwrap();
        }
        held.rollback().await.unwrap();
        let _taken_or_refused = worker.await.unwrap();
        cancel.await.unwrap().unwrap();
        advance(&ctx, id, &stop).await.unwrap();
        assert_eq!(app.request(id).await.state, State::Cancelled);
        assert!(!has_key(&ctx, id).await, "a key is left behind, begins_anew: {begins_anew}");
        for sql in ["DROP TRIGGER hold ON subject_key", "DROP FUNCTION hold"] {
            sqlx::query(sql).execute(pool).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_export_that_an_erasure_reaches_before_anything_was_collected_goes_on() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 5).await;
    let (ctx, stop) = (app.worker_context(), CancellationToken::new());
    let export = app.receive(account, Kind::Export).await;
    steps::run(&ctx, &app.request(export).await, &Intent::Start).await.unwrap();
    let erasure = app.receive(account, Kind::Erasure).await;
    advance(&ctx, erasure, &stop).await.unwrap();
    assert_eq!(app.request(erasure).await.state, State::Completed);
    assert!(has_key(&ctx, export).await, "it can go on");
    let collected = tokio::time::timeout(Duration::from_secs(30), advance(&ctx, export, &stop)).await;
    collected.unwrap().unwrap();
    assert_eq!(app.request(export).await.state, State::Completed);
}
