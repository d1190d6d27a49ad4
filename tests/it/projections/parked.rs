//! An event that a read model cannot take stops its own stream there, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, CredentialId};
use event_store::log;
use projections::history::HistoryFilter;
use projections::parked::{Retried, retry};
use projections::{Runner, account};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::ledger::{self, Ledger};
use super::{await_caught_up, await_read, parked, sign_in, store_raw, switch};
use crate::support::{Proxy, Target, TestApp, eventually};

/// Runs the ledger beside the read models of the house until dropped.
fn run(app: &TestApp, ledger: &Ledger) -> tokio_util::sync::DropGuard {
    let stop = CancellationToken::new();
    let other = app.beside();
    let runner = Runner::new(other.store, other.views.positions(), Arc::new(ledger.clone()));
    tokio::spawn(runner.run(stop.clone()));
    stop.drop_guard()
}

/// Some accounts to whom the same happened, each event of one beside those of the others.
async fn crowd(app: &TestApp, accounts: usize, events: usize) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for n in 0..accounts {
        ids.push(app.register(&format!("p{n}@example.com")).await);
    }
    for _ in 1..events {
        for id in &ids {
            sign_in(app, *id).await;
        }
    }
    ids
}

/// The position of the event `sequence` of an account.
async fn position_of(app: &TestApp, account: AccountId, sequence: i64) -> i64 {
    sqlx::query_scalar(
        "SELECT position FROM log JOIN events USING (era, xid, ord) WHERE aggregate_id = $1 AND sequence = $2",
    )
    .bind(account.to_string())
    .bind(sequence)
    .fetch_one(app.foundation.store.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_its_own_stream_and_no_other() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let broken = json!({"event": "preferences_changed", "usage_logging": "ada@secret.example"});
    store_raw(pool, ada, "account.preferences_changed", "1", &broken).await;
    let good = json!({
        "event": "preferences_changed", "account_id": ada, "personalization": null,
        "usage_logging": {"from": true, "to": false}, "policy_version": "1",
    });
    store_raw(pool, ada, "account.preferences_changed", "1", &good).await;
    switch(&app, bob, false).await;
    await_caught_up(&app).await;

    let views = &app.foundation.views;
    assert!(!views.account_fetch(bob).await.unwrap().unwrap().usage_logging, "bob's stream goes on");
    let stopped = views.account_fetch(ada).await.unwrap().unwrap();
    assert_eq!((stopped.version, stopped.usage_logging), (1, true), "ada's stands still");
    let list = parked(&app).await;
    let streams: Vec<_> = list.iter().map(|(name, _, id, _)| (name.as_str(), id.as_str())).collect();
    let ada_id = ada.to_string();
    assert_eq!(streams, [(account::NAME, ada_id.as_str()); 2], "the history takes them: {list:?}");
    let reason = list[0].3.as_deref().unwrap();
    assert!(reason.contains("account.preferences_changed") && !reason.contains("secret"), "{reason}");
    assert_eq!(list[1].3, None, "the second waits behind the first");

    // What comes later of the same stream waits too, and trying again changes nothing but the tally.
    store_raw(pool, ada, "account.signed_in", "1", &json!({})).await;
    await_caught_up(&app).await;
    assert_eq!(parked(&app).await.len(), 3);
    let retried = retry(&app.foundation.store, &account::AccountProjection).await.unwrap();
    assert_eq!(retried, Retried { streams: 1, still_parked: 1, folded: 0 });
    let list = views.parked_list(None, 10).await.unwrap();
    assert_eq!(list.iter().map(|event| event.attempts).collect::<Vec<_>>(), [2, 0, 0]);
    assert!(list[0].retry_at.unwrap() - list[0].parked_at > chrono::Duration::seconds(100));
    assert_eq!(views.parked_list(Some((list[0].position, account::NAME)), 1).await.unwrap(), list[1..2]);
    assert_eq!(views.account_fetch(ada).await.unwrap().unwrap().version, 1);
}

#[tokio::test]
async fn what_the_database_refuses_is_narrowed_down_to_its_event() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    // No command leads to such a text, and none of the database's texts may hold it.
    let odd = app.register("odd@example.com").await;
    let issued = json!({
        "event": "gdpr_token_issued", "credential_id": CredentialId::generate(store.services()),
        "fingerprint": "a\0b", "expires_at": "2030-01-01T00:00:00Z", "replaces": null,
    });
    store_raw(store.pool(), odd, "account.gdpr_token_issued", "1", &issued).await;
    let others = crowd(&app, 5, 4).await;
    sign_in(&app, odd).await;
    await_caught_up(&app).await;
    for other in others {
        assert_eq!(app.foundation.views.account_fetch(other).await.unwrap().unwrap().version, 4);
    }
    let list = parked(&app).await;
    assert_eq!(list.len(), 2, "{list:?}");
    assert!(list.iter().all(|(name, _, id, _)| name == account::NAME && *id == odd.to_string()), "{list:?}");
    assert_eq!(list[0].3.as_deref(), Some("the database refuses its values (SQLSTATE 22021)"));
    assert_eq!(
        app.foundation
            .views
            .history_list(store, odd, (None, HistoryFilter::default()), 9)
            .await
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn whatever_is_poison_the_rest_of_a_page_is_folded_once_and_in_order() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ledger = Ledger::open(pool).await;
    let ids = crowd(&app, 8, 6).await;
    await_caught_up(&app).await;
    // Of different streams, in the middle and at both ends, of both kinds, and two of one stream.
    let mut stands: BTreeMap<String, i64> = ids.iter().map(|id| (id.to_string(), 6)).collect();
    for (n, sequence, refused) in
        [(0, 1, true), (1, 6, true), (2, 3, false), (3, 4, false), (3, 2, true), (4, 1, false)]
    {
        let position = position_of(&app, ids[n], sequence).await;
        let mut poison = ledger.0.lock().unwrap();
        if refused { &mut poison.refused } else { &mut poison.unwritable }.insert(position);
        let stand = stands.get_mut(&ids[n].to_string()).unwrap();
        *stand = (sequence - 1).min(*stand);
    }
    let guard = run(&app, &ledger);
    await_read(pool, &[ledger::NAME]).await;
    let expected: Vec<_> =
        stands.iter().filter(|(_, newest)| **newest > 0).map(|(id, n)| (id.clone(), *n)).collect();
    assert_eq!(ledger::read(pool).await, expected);
    let waiting = usize::try_from(stands.values().map(|newest| 6 - newest).sum::<i64>()).unwrap();
    assert_eq!(parked(&app).await.len(), waiting);
    // The life of the parked goes on behind.
    for id in &ids {
        sign_in(&app, *id).await;
    }
    await_read(pool, &[ledger::NAME]).await;
    let stopped = stands.values().filter(|newest| **newest < 6).count();
    assert_eq!(parked(&app).await.len(), waiting + stopped);

    // Some can be taken now, then all.
    ledger.0.lock().unwrap().refused.clear();
    let store = &app.foundation.store;
    let retried = retry(store, &ledger).await.unwrap();
    assert_eq!((retried.streams, retried.still_parked), (5, 3));
    ledger.heal();
    let retried = retry(store, &ledger).await.unwrap();
    assert_eq!((retried.streams, retried.still_parked), (3, 0));
    assert!(parked(&app).await.is_empty());
    let mut all: Vec<_> = ids.iter().map(|id| (id.to_string(), 7)).collect();
    all.sort();
    assert_eq!(ledger::read(pool).await, all);
    drop(guard);
}

#[tokio::test]
async fn a_program_that_starts_tries_again_by_itself() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ledger = Ledger::open(pool).await;
    let ids = crowd(&app, 2, 3).await;
    await_caught_up(&app).await;
    let poison = position_of(&app, ids[0], 2).await;
    ledger.0.lock().unwrap().refused.insert(poison);
    let guard = run(&app, &ledger);
    await_read(pool, &[ledger::NAME]).await;
    assert_eq!(parked(&app).await.len(), 2);
    drop(guard);

    ledger.heal();
    let _another = run(&app, &ledger);
    eventually("nothing is parked any more", || async { parked(&app).await.is_empty().then_some(()) }).await;
    assert!(ledger::read(pool).await.iter().all(|(_, newest)| *newest == 3));
}

#[tokio::test]
async fn a_database_that_is_away_is_no_poison() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ledger = Ledger::open(pool).await;
    crowd(&app, 3, 3).await;
    await_caught_up(&app).await;
    let proxy = Proxy::new(Target::database(), true).await;
    let beyond = app.beyond(&proxy);
    let stop = CancellationToken::new();
    let runner = Runner::new(beyond.store.clone(), beyond.views.positions(), Arc::new(ledger.clone()));
    // Away from the very first word about the table, in the middle of a transaction.
    proxy.cut_at("INSERT INTO ledger", crate::support::Lost::Question);
    let task = tokio::spawn(runner.run(stop.clone()));
    eventually("it was cut", || async { proxy.has_cut().then_some(()) }).await;
    proxy.cut();
    tokio::time::timeout(Duration::from_millis(200), std::future::pending::<()>()).await.unwrap_err();
    proxy.mend();
    await_read(pool, &[ledger::NAME]).await;
    assert!(parked(&app).await.is_empty());
    assert!(ledger::read(pool).await.iter().all(|(_, newest)| *newest == 3));
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn what_is_parked_meanwhile_before_the_others_is_not_overtaken() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ledger = Ledger::open(pool).await;
    let ids = crowd(&app, 1, 4).await;
    await_caught_up(&app).await;
    let (second, third) = (position_of(&app, ids[0], 2).await, position_of(&app, ids[0], 3).await);
    ledger.0.lock().unwrap().refused.insert(third);
    let guard = run(&app, &ledger);
    await_read(pool, &[ledger::NAME]).await;
    drop(guard);
    ledger.heal();
    // Somebody tries again, and has read what is parked; then the tables of a rebuild take the place of
    // the live ones, in which an earlier event is parked too.
    let proxy = Proxy::new(Target::database(), true).await;
    let held = proxy.hold_at("AS parks");
    let (other, theirs) = (app.beyond(&proxy).store, ledger.clone());
    let trying = tokio::spawn(async move { retry(&other, &theirs).await });
    held.reached().await;
    for statement in [
        "UPDATE ledger SET newest = 1",
        "INSERT INTO parked_event (projection, position, event_id, event_type, aggregate_type, aggregate_id, error, attempts)
         SELECT 'ledger', position, e.event_id, event_type, aggregate_type, aggregate_id, 'it is early', 1
         FROM log JOIN events e USING (era, xid, ord) WHERE position = $1",
    ] {
        let query = sqlx::query(statement);
        let query = if statement.contains("$1") { query.bind(second) } else { query };
        query.execute(pool).await.unwrap();
    }
    held.go_on();
    assert_eq!(trying.await.unwrap().unwrap().folded, 3);
    assert_eq!(ledger::read(pool).await, [(ids[0].to_string(), 4)]);
    assert!(parked(&app).await.is_empty());
}

#[tokio::test]
async fn two_who_try_again_at_once_fold_once() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ledger = Ledger::open(pool).await;
    let ids = crowd(&app, 4, 5).await;
    await_caught_up(&app).await;
    for id in &ids {
        let poison = position_of(&app, *id, 2).await;
        ledger.0.lock().unwrap().refused.insert(poison);
    }
    let _guard = run(&app, &ledger);
    await_read(pool, &[ledger::NAME]).await;
    ledger.heal();
    let (here, there) = (&app.foundation.store, app.beside().store);
    let (one, other) = tokio::join!(retry(here, &ledger), retry(&there, &ledger));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.folded + other.folded, 16, "{one:?} {other:?}");
    assert!(ledger::read(pool).await.iter().all(|(_, newest)| *newest == 5));
    assert_eq!(log::newest_position(pool).await.unwrap(), 20);
}
