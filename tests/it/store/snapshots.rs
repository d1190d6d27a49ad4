//! Snapshots and what a process remembers: faster, never different.

use domain::account::{Account, AccountCommand};
use domain::{AccountId, SessionId, Snapshot};
use event_store::{CommitExtras, EventStore, KeyName};

use crate::support::{TestApp, account_context};

async fn execute(store: &EventStore, account: AccountId, command: AccountCommand) -> usize {
    let context = account_context(account);
    let executed =
        store.execute::<Account>(&account.to_string(), command, &context, CommitExtras::default()).await;
    executed.unwrap().events.len()
}

async fn sign_in(store: &EventStore, account: AccountId, times: usize) {
    for _ in 0..times {
        let session_id = SessionId::generate(store.services());
        execute(store, account, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await;
    }
}

fn personalization(on: bool) -> AccountCommand {
    AccountCommand::ChangePreferences {
        personalization: Some(on),
        usage_logging: None,
        policy_version: "1".to_owned(),
    }
}

/// The account as a process sees it that knows nothing, and how it is without any snapshot.
async fn with_and_without_snapshot(app: &TestApp, account: AccountId) -> [(Account, u64); 2] {
    let load = || async { app.beside().store.load::<Account>(&account.to_string()).await.unwrap() };
    let with = load().await;
    sqlx::query("DELETE FROM snapshot").execute(app.foundation.store.pool()).await.unwrap();
    [with, load().await]
}

async fn snapshot(app: &TestApp) -> Option<(i64, i32, String)> {
    sqlx::query_as("SELECT sequence, schema_version, aggregate::text FROM snapshot")
        .fetch_optional(app.foundation.store.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_long_history_is_read_from_a_sealed_snapshot() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    assert!(snapshot(&app).await.is_none(), "a short history needs none");
    execute(&app.foundation.store, account, personalization(false)).await;
    sign_in(&app.foundation.store, account, 33).await;

    let (sequence, version, written) = snapshot(&app).await.unwrap();
    assert_eq!((sequence, version), (30, Account::SCHEMA_VERSION));
    assert!(!written.contains("ada@example.com") && !written.contains("Ada Example"), "{written}");
    // What the snapshot holds is not read from the events again.
    sqlx::query("UPDATE snapshot SET aggregate = replace(aggregate::text, 'false', 'true')::json")
        .execute(app.foundation.store.pool())
        .await
        .unwrap();
    let [(from_snapshot, _), (folded, _)] = with_and_without_snapshot(&app, account).await;
    assert!(from_snapshot.holder.unwrap().preferences.personalization, "the snapshot was not used");
    assert!(!folded.holder.unwrap().preferences.personalization);
}

#[tokio::test]
async fn an_aggregate_is_the_same_from_a_snapshot_and_without_one() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    for events in [9, 1, 5] {
        execute(&app.foundation.store, account, personalization(events == 1)).await;
        sign_in(&app.foundation.store, account, events).await;
        let [with, without] = with_and_without_snapshot(&app, account).await;
        assert_eq!(with, without);
    }
}

#[tokio::test]
async fn a_snapshot_of_another_version_or_a_damaged_one_is_passed_over() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    sign_in(&app.foundation.store, account, 12).await;
    for damage in [
        "UPDATE snapshot SET schema_version = schema_version - 1",
        "UPDATE snapshot SET aggregate = '{\"holder\": 7}', schema_version = 1",
        "UPDATE snapshot SET aggregate = '{\"holder\": {\"$enc\": {\"k\": 1}}}'",
    ] {
        sqlx::query(damage).execute(app.foundation.store.pool()).await.unwrap();
        let (loaded, version) = app.beside().store.load::<Account>(&account.to_string()).await.unwrap();
        assert_eq!(version, 13, "{damage}");
        assert_eq!(loaded.holder().unwrap().name.known().unwrap(), "Ada Example", "{damage}");
    }
}

#[tokio::test]
async fn a_snapshot_is_erased_with_its_subject() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    sign_in(&app.foundation.store, account, 12).await;
    let name = KeyName::new(account.to_string(), "profile");
    app.beside().erasures.destroy_key(&name, "req_1").await.unwrap();

    let [with, without] = with_and_without_snapshot(&app, account).await;
    assert_eq!(with, without);
    assert!(with.0.holder.unwrap().name.known().is_none(), "the snapshot outlived the erasure");
}

#[tokio::test]
async fn what_a_process_remembers_is_not_written_down_again_after_its_erasure_elsewhere() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    // One event short of a snapshot.
    sign_in(&app.foundation.store, account, 8).await;
    let other = app.beside();
    let name = KeyName::new(account.to_string(), "profile");
    other.erasures.destroy_key(&name, "req_1").await.unwrap();
    // A new key of the same name lives when the snapshot is due in the process that still remembers.
    other.store.keys().active_key(&name).await.unwrap();

    sign_in(&app.foundation.store, account, 25).await;
    assert!(snapshot(&app).await.is_some());
    let [with, without] = with_and_without_snapshot(&app, account).await;
    assert_eq!(with, without);
    assert!(with.0.holder.unwrap().name.known().is_none(), "erased data was sealed anew");
}

#[tokio::test]
async fn nothing_is_decided_on_what_another_process_has_changed_since() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let (here, there) = (&app.foundation.store, app.beside().store);
    assert_eq!(execute(here, account, personalization(false)).await, 1);
    assert_eq!(execute(&there, account, personalization(true)).await, 1);
    assert_eq!(execute(here, account, personalization(false)).await, 1, "it was on: this is a change");
    assert_eq!(execute(here, account, personalization(false)).await, 0);
}
