//! Commands that are stored together, and still stand each for itself.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::account::{Account, AccountCommand};
use domain::{AccountId, SessionId};
use event_store::{CommitExtras, ExecuteError};
use futures::future::join_all;
use sqlx::Row;

use crate::support::{TestApp, account_context};

async fn sign_in(app: &TestApp, store: &event_store::EventStore, account: AccountId) -> bool {
    let command = AccountCommand::RecordSignIn {
        session_id: SessionId::generate(app.foundation.store.services()),
        passkey_id: None,
    };
    let id = account.to_string();
    match store.execute::<Account>(&id, command, &account_context(account), CommitExtras::default()).await {
        Ok(_) => true,
        Err(ExecuteError::Contended) => false,
        Err(error) => panic!("{error:?}"),
    }
}

async fn register_many(app: &TestApp, count: usize) -> Vec<AccountId> {
    join_all((0..count).map(|n| {
        let email = format!("person{n}@example.com");
        async move { app.register(&email).await }
    }))
    .await
}

#[tokio::test]
async fn commands_that_come_at_once_share_a_transaction_and_one_alone_does_not_wait() {
    let app = TestApp::build().await;
    let accounts = register_many(&app, 64).await;
    let store = &app.foundation.store;
    join_all(accounts.iter().map(|account| sign_in(&app, store, *account))).await;
    let rows = sqlx::query(
        "SELECT count(*) AS events, count(DISTINCT xid) AS transactions FROM events WHERE sequence = 2",
    )
    .fetch_one(store.pool())
    .await
    .unwrap();
    let (events, transactions): (i64, i64) = (rows.get("events"), rows.get("transactions"));
    assert_eq!(events, 64);
    assert!(transactions <= 16, "64 commands at once took {transactions} transactions");
}

#[tokio::test]
async fn a_conflict_or_a_taken_name_fails_no_neighbour() {
    let app = TestApp::build().await;
    let accounts = register_many(&app, 16).await;
    let other = app.beside();
    // Two processes on the same accounts, and registrations of which half want the same address.
    let commands = accounts.iter().flat_map(|account| {
        [sign_in(&app, &app.foundation.store, *account), sign_in(&app, &other.store, *account)]
    });
    let registrations = (0..32).map(|n| {
        let email = if n % 2 == 0 { "wanted@example.com".to_owned() } else { format!("new{n}@example.com") };
        let account = AccountId::generate(app.foundation.store.services());
        let app = &app;
        async move { (n, app.try_register(account, &email).await.is_ok()) }
    });
    let (signed_in, registered) = tokio::join!(join_all(commands), join_all(registrations));

    assert!(signed_in.iter().all(|done| *done), "a conflict is tried again until it is none");
    let wanted = registered.iter().filter(|(n, done)| n % 2 == 0 && *done).count();
    assert_eq!(wanted, 1, "an address belongs to one");
    assert!(registered.iter().all(|(n, done)| n % 2 == 0 || *done), "{registered:?}");
    let mut streams: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in sqlx::query("SELECT aggregate_id, sequence FROM events ORDER BY aggregate_id, sequence")
        .fetch_all(app.foundation.store.pool())
        .await
        .unwrap()
    {
        streams.entry(row.get("aggregate_id")).or_default().push(row.get("sequence"));
    }
    assert_eq!(streams.len(), 16 + 17);
    for account in &accounts {
        assert_eq!(streams[&account.to_string()], [1, 2, 3]);
    }
}

#[tokio::test]
async fn a_stream_that_somebody_holds_up_holds_up_nobody_else() {
    let app = TestApp::build().await;
    let accounts = register_many(&app, 12).await;
    let store = &app.foundation.store;
    // Another process is in the middle of an append to four of them, and hangs.
    let mut hanging = app.database.pool().await.begin().await.unwrap();
    for account in &accounts[..4] {
        append_to(&mut hanging, *account).await;
    }
    let held = join_all(accounts[..4].iter().map(|account| sign_in(&app, store, *account)));
    let free = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let done = join_all(accounts[4..].iter().map(|account| sign_in(&app, store, *account)));
        tokio::time::timeout(Duration::from_secs(10), done).await.expect("held up by strangers");
        hanging.commit().await.unwrap();
    };
    let (held, ()) = tokio::join!(held, free);
    assert_eq!(held, [true; 4], "they are tried again on top of what came before them");
}

#[tokio::test]
async fn a_stream_of_another_process_does_not_take_a_cohort_apart() {
    let app = TestApp::build().await;
    let accounts = register_many(&app, 32).await;
    let store = &app.foundation.store;
    let mut hanging = app.database.pool().await.begin().await.unwrap();
    append_to(&mut hanging, accounts[0]).await;
    let commands = join_all(accounts.iter().map(|account| sign_in(&app, store, *account)));
    let others = async {
        // The statement is under way by then, and waits.
        tokio::time::sleep(Duration::from_millis(200)).await;
        hanging.commit().await.unwrap();
    };
    let (done, ()) = tokio::join!(commands, others);
    assert!(done.into_iter().all(|done| done));
    let transactions: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT xid) FROM events WHERE event_type = 'account.signed_in'")
            .fetch_one(store.pool())
            .await
            .unwrap();
    assert!(transactions <= 8, "32 commands of which one collided took {transactions} transactions");
}

/// An event that another process is storing.
async fn append_to(transaction: &mut sqlx::PgConnection, account: AccountId) {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
         VALUES ('account', $1, 2, 'account.password_changed', '1', '{\"event\": \"password_changed\"}', '{}', gen_random_uuid())",
    )
    .bind(account.to_string())
    .execute(transaction)
    .await
    .unwrap();
}
