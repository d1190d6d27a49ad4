//! What was erased is pruned, in its time and no earlier, by the scheduler alone.

use domain::account::AccountCommand;
use domain::{AccountId, Scope, SessionId};
use event_store::{KeyName, proof};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use workers::housekeeping::prune_erased;
use workers::scheduler::{Scheduler, Schedules};

use crate::support::{TestApp, eventually};

async fn destroy(app: &TestApp, account: AccountId, scope: Scope) {
    let name = KeyName::new(account.to_string(), scope.as_str());
    app.foundation.erasures.destroy_key(&name, "req_1").await.unwrap();
}

async fn an_hour_passes(pool: &PgPool) {
    let passed = "UPDATE subject_key SET destroyed_at = destroyed_at - interval '61 minutes'
                  WHERE destroyed_at IS NOT NULL";
    sqlx::query(passed).execute(pool).await.unwrap();
}

/// Events that hold a ciphertext.
async fn sealed(pool: &PgPool, account: AccountId) -> i64 {
    sqlx::query_scalar(
        r#"SELECT count(*) FROM events WHERE aggregate_id = $1
           AND (payload::text LIKE '%{"$enc":{"c"%' OR metadata::text LIKE '%{"$enc":{"c"%')"#,
    )
    .bind(account.to_string())
    .fetch_one(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_was_erased_is_pruned_by_the_scheduler_once_all_its_keys_are_gone() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    for account in [ada, ada, bob] {
        let session_id = SessionId::generate(app.foundation.store.services());
        app.command(account, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await.unwrap();
    }
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let pool = store.pool();
    destroy(&app, ada, Scope::Activity).await;
    assert_eq!(prune_erased(store, views).await.unwrap(), 0, "not before an hour has passed");
    assert_eq!(sealed(pool, ada).await, 3);

    an_hour_passes(pool).await;
    assert_eq!(prune_erased(store, views).await.unwrap(), 2, "the first event holds a profile that lives");
    assert_eq!(prune_erased(store, views).await.unwrap(), 0);
    assert_eq!(proof::unpruned(pool).await.unwrap(), [], "each key is looked at once");

    destroy(&app, ada, Scope::Profile).await;
    an_hour_passes(pool).await;
    let timetable = Schedules::parse("0 0 0 1 1 *", "0 0 0 1 1 *", "* * * * * *").unwrap();
    let scheduler = Scheduler::new(store.clone(), views.clone(), app.bus().await, timetable);
    let stop = CancellationToken::new();
    let scheduler = tokio::spawn(scheduler.run(stop.clone()));
    eventually("the scheduler prunes", || async { (sealed(pool, ada).await == 0).then_some(()) }).await;
    stop.cancel();
    scheduler.await.unwrap();
    assert_eq!(sealed(pool, bob).await, 2, "nobody else is touched");

    let stranger: bool = sqlx::query_scalar(
        "SELECT has_function_privilege('pg_monitor', 'event_prune(uuid, text)', 'EXECUTE')",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert!(!stranger, "anybody may prune");
}
