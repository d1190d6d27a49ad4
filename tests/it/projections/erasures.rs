//! What was erased does not come back into a read model: not from a page that was opened before, not from a
//! row that was read before, not by a process that still has the key in memory, and not from a rebuild that
//! was broken off.

use std::time::Duration;

use domain::account::Account;
use domain::{AccountId, Scope};
use event_store::{KeyName, Sequencer, log};
use projections::rebuild::{RebuildError, Start};
use projections::{Runner, account, cursor, find, rebuild};
use sqlx::PgPool;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{await_caught_up, await_read, switch};
use crate::support::{Proxy, Target, TestApp, eventually};

/// A house whose log gets its order, and whose read models nobody moves.
async fn house_at_rest() -> (TestApp, DropGuard) {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let stop = CancellationToken::new();
    tokio::spawn(Sequencer::new(app.foundation.store.log().clone()).run(stop.clone()));
    (app, stop.drop_guard())
}

async fn await_log(pool: &PgPool, position: i64) {
    let come = || async { (log::newest_position(pool).await.unwrap() == position).then_some(()) };
    eventually("the log has come there", come).await;
}

async fn erase(app: &TestApp, account: AccountId) {
    let profile = KeyName::new(account.to_string(), Scope::Profile.as_str());
    app.foundation.erasures.destroy_key(&profile, "req_1").await.unwrap();
}

/// Runs the read model of accounts in another process.
fn run(foundation: personal_settings::composition::AppContext) -> DropGuard {
    let stop = CancellationToken::new();
    let projection = find(account::NAME).unwrap();
    tokio::spawn(Runner::new(foundation.store, foundation.views.positions(), projection).run(stop.clone()));
    stop.drop_guard()
}

/// What is shown of the person once everything is read.
async fn shown(app: &TestApp, account: AccountId) -> (Option<String>, Option<String>) {
    await_read(app.foundation.store.pool(), &[account::NAME]).await;
    let view = app.foundation.views.account_fetch(account).await.unwrap().unwrap();
    (view.email, view.name)
}

#[tokio::test]
async fn a_page_that_was_opened_before_is_opened_again() {
    let (app, _sequencer) = house_at_rest().await;
    let ada = app.register("ada@example.com").await;
    await_log(app.foundation.store.pool(), 1).await;
    let proxy = Proxy::new(Target::database(), true).await;
    // The page is read and opened by then.
    let held = proxy.hold_at("SKIP LOCKED");
    let _runner = run(app.beyond(&proxy));
    held.reached().await;
    erase(&app, ada).await;
    held.go_on();
    assert_eq!(shown(&app, ada).await, (None, None));
}

#[tokio::test]
async fn a_row_that_was_read_before_is_not_written_over() {
    let (app, _sequencer) = house_at_rest().await;
    let pool = app.foundation.store.pool();
    let ada = app.register("ada@example.com").await;
    let first = run(app.beside());
    assert_eq!(shown(&app, ada).await.0.as_deref(), Some("ada@example.com"));
    drop(first);
    switch(&app, ada, false).await;
    await_log(pool, 2).await;
    let proxy = Proxy::new(Target::database(), true).await;
    // The row is read by then.
    let held = proxy.hold_at("INSERT INTO account_view");
    let _runner = run(app.beyond(&proxy));
    held.reached().await;
    let erasing = async {
        erase(&app, ada).await;
        held.go_on();
    };
    let waiting = async {
        let statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("the erasure is done, or waits", || async {
            let waiting: i64 = sqlx::query_scalar(statement).fetch_one(pool).await.unwrap();
            let view = app.foundation.views.account_fetch(ada).await.unwrap().unwrap();
            (waiting > 0 || view.email.is_none()).then_some(())
        })
        .await;
        held.go_on();
    };
    tokio::join!(erasing, waiting);
    assert_eq!(shown(&app, ada).await, (None, None));
    assert!(!app.foundation.views.account_fetch(ada).await.unwrap().unwrap().usage_logging);
}

#[tokio::test]
async fn a_process_that_has_the_key_in_memory_asks_whether_it_lives() {
    let (app, _sequencer) = house_at_rest().await;
    let ada = app.register("ada@example.com").await;
    let other = app.beside();
    let (aggregate, _) = other.store.load::<Account>(&ada.to_string()).await.unwrap();
    assert!(aggregate.holder.unwrap().email.known().is_some());
    erase(&app, ada).await;
    let _runner = run(other);
    assert_eq!(shown(&app, ada).await, (None, None));
}

#[tokio::test]
async fn a_rebuild_that_was_broken_off_brings_nothing_back() {
    let app = TestApp::build().await;
    let (store, pool) = (&app.foundation.store, app.foundation.store.pool());
    let ada = app.register("ada@example.com").await;
    await_caught_up(&app).await;
    // Broken off when its table is full.
    let proxy = Proxy::new(Target::database(), true).await;
    let held = proxy.hold_at("SET LOCAL lock_timeout");
    let other = app.beyond(&proxy);
    let broken_off = tokio::spawn(async move {
        rebuild(&other.store, &*find(account::NAME).unwrap(), Start::Anew, &mut |_| {}).await
    });
    held.reached().await;
    broken_off.abort();
    proxy.cut();
    let in_rebuild = || async {
        let statement = "SELECT email_sealed FROM rebuild.account_view WHERE account_id = $1";
        sqlx::query_scalar::<_, Option<Vec<u8>>>(statement)
            .bind(ada.to_string())
            .fetch_one(pool)
            .await
            .unwrap()
    };
    assert!(in_rebuild().await.is_some());

    erase(&app, ada).await;
    assert_eq!(in_rebuild().await, None);
    eventually("the lock is given up", || async {
        match rebuild(store, &*find(account::NAME).unwrap(), Start::Resume, &mut |_| {}).await {
            Err(RebuildError::UnderWay) => None,
            done => Some(done.unwrap()),
        }
    })
    .await;
    assert_eq!(shown(&app, ada).await, (None, None));
}

/// A page that a rebuild opened before an erasure is opened again by it, too.
#[tokio::test]
async fn a_rebuild_under_way_opens_again_what_it_had_opened() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    await_caught_up(&app).await;
    let proxy = Proxy::new(Target::database(), true).await;
    let held = proxy.hold_at("AS parks");
    let other = app.beyond(&proxy);
    let rebuilding = tokio::spawn(async move {
        rebuild(&other.store, &*find(account::NAME).unwrap(), Start::Anew, &mut |_| {}).await
    });
    held.reached().await;
    erase(&app, ada).await;
    held.go_on();
    rebuilding.await.unwrap().unwrap();
    assert_eq!(shown(&app, ada).await, (None, None));
}

#[tokio::test]
async fn a_read_model_that_a_later_release_fills_is_left_to_it() {
    let (app, _sequencer) = house_at_rest().await;
    let (store, pool) = (&app.foundation.store, app.foundation.store.pool());
    let ada = app.register("ada@example.com").await;
    let proxy = Proxy::new(Target::database(), true).await;
    let _runner = run(app.beyond(&proxy));
    await_read(pool, &[account::NAME]).await;
    let filled = "UPDATE projection SET revision = $1 WHERE name = 'account'";
    let ours = find(account::NAME).unwrap().revision();
    sqlx::query(filled).bind(ours + 1).execute(pool).await.unwrap();
    // A runner that had begun before sees it when it holds the checkpoint, and leaves everything as it was.
    let (held, within) = (proxy.hold_at("ROLLBACK"), Duration::from_secs(30));
    switch(&app, ada, false).await;
    tokio::time::timeout(within, held.reached()).await.expect("it has folded all the same");
    held.go_on();
    let refused = rebuild(store, &*find(account::NAME).unwrap(), Start::Anew, &mut |_| {}).await;
    assert!(matches!(refused, Err(RebuildError::OfLaterRelease)), "{refused:?}");
    await_log(pool, 2).await;
    assert_eq!(cursor::position(pool, account::NAME).await.unwrap(), 1);
    // It is given back.
    sqlx::query(filled).bind(ours).execute(pool).await.unwrap();
    await_read(pool, &[account::NAME]).await;
}
