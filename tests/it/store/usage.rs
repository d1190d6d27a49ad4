//! Collected usage: stored only while it may be, erased to the last row.

use domain::AccountId;
use domain::account::AccountCommand;
use event_store::usage::{self, Extent, Incoming, Ingested};
use futures::TryStreamExt;
use serde_json::json;

use crate::support::TestApp;

fn logging(on: bool) -> AccountCommand {
    AccountCommand::ChangePreferences {
        personalization: None,
        usage_logging: Some(on),
        policy_version: "1".to_owned(),
    }
}

async fn count(app: &TestApp, account: AccountId) -> u64 {
    usage::count(app.foundation.store.pool(), usage::HOUSE, &account.to_string()).await.unwrap()
}

#[tokio::test]
async fn off_means_off_from_the_moment_the_command_is_answered() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let stop = tokio_util::sync::CancellationToken::new();
    // Usage keeps pouring in while the switch is turned.
    let pouring = async {
        while !stop.is_cancelled() {
            app.collect(account, 5).await;
        }
    };
    let switching = async {
        for _ in 0..5 {
            app.command(account, logging(false)).await.unwrap();
            let then = count(&app, account).await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            assert_eq!(count(&app, account).await, then, "stored although it is off");
            app.command(account, logging(true)).await.unwrap();
            crate::support::eventually("stored again", || async {
                (count(&app, account).await > then).then_some(())
            })
            .await;
        }
        stop.cancel();
    };
    tokio::join!(pouring, switching);
}

#[tokio::test]
async fn repeats_and_strangers_are_told_apart() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let stranger = AccountId::generate(app.foundation.store.services());
    let event = |account: AccountId, insert_id: &str| Incoming {
        project_id: usage::HOUSE.to_owned(),
        distinct_id: account.to_string(),
        occurred_at: chrono::DateTime::UNIX_EPOCH,
        at_arrival: false,
        name: "Page viewed".to_owned(),
        insert_id: insert_id.to_owned(),
        properties: json!({}).to_string(),
    };
    let batch = [event(account, "a"), event(account, "b"), event(account, "a"), event(stranger, "a")];
    let pool = app.foundation.store.pool();
    let first = usage::ingest(pool, &batch).await.unwrap();
    assert_eq!(first, Ingested { stored: 2, dropped: 1, repeated: 1 });
    let again = usage::ingest(pool, &batch).await.unwrap();
    assert_eq!(again, Ingested { stored: 0, dropped: 1, repeated: 3 });
}

#[tokio::test]
async fn all_of_it_is_read_in_order_and_all_of_it_is_erased_and_counted() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let other = app.register("bob@example.com").await;
    for _ in 0..5 {
        app.collect(account, 2_000).await;
    }
    app.collect(account, 2_345).await;
    app.collect(other, 7).await;
    let pool = app.foundation.store.pool();
    let read: Vec<_> = usage::stream(pool.clone(), usage::HOUSE.to_owned(), account.to_string())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(read.len(), 12_345);
    assert!(read.is_sorted_by_key(|event| (event.occurred_at, event.name.clone(), event.insert_id.clone())));

    let until = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await.unwrap();
    app.collect(account, 3).await;
    let id = account.to_string();
    let extent = Extent { project_id: usage::HOUSE, distinct_id: &id, until, before: None };
    let first = usage::erase(pool, extent, "req_1").await.unwrap();
    assert_eq!((first.deleted, first.done), (10_000, false));
    // A crash here loses nothing: the next step goes on with the count.
    let second = usage::erase(pool, extent, "req_1").await.unwrap();
    assert_eq!((second.deleted, second.done), (12_345, true));
    assert_eq!((count(&app, account).await, count(&app, other).await), (3, 7), "what came later stays");
}
