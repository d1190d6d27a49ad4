//! The order of events while processes die, and while a stranger holds it up.

use std::time::Duration;

use domain::SessionId;
use domain::account::AccountCommand;
use futures::future::join_all;

use super::roles::{role, says};
use crate::support::{House, assert_whole, await_sequenced, eventually};

/// Accounts that are written to at once.
const WRITERS: usize = 64;
/// Events each of them gets.
const EVENTS: usize = 40;

#[tokio::test]
async fn leaders_killed_under_the_load_of_64_writers_leave_no_gap_no_repeat_and_no_inversion() {
    let mut house = House::build().await;
    house.stop_log().await;
    let accounts = join_all((0..WRITERS).map(|n| {
        let (house, email) = (&house, format!("w{n}@example.com"));
        async move { house.register(&email).await }
    }))
    .await;
    let start = || role(house.folder.path(), "api", &house.database);
    let mut programs = [start().ready().await, start().ready().await];

    let writing = join_all(accounts.iter().map(|account| async {
        for _ in 0..EVENTS {
            let session_id = SessionId::generate(house.foundation.store.services());
            house.command(*account, AccountCommand::RecordSignIn { session_id }).await.unwrap();
        }
    }));
    let killing = async {
        for round in 0..6 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            programs[round % 2].kill();
            programs[round % 2] = start().spawn();
        }
    };
    tokio::join!(writing, killing);
    let pool = house.foundation.store.pool();
    await_sequenced(pool).await;
    assert_whole(pool).await;
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM log").fetch_one(pool).await.unwrap();
    assert_eq!(events, (WRITERS * (EVENTS + 1)) as i64);
}

#[tokio::test]
async fn whoever_holds_up_the_order_is_named_and_the_lag_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::Database::create().await;
    let program = role(folder.path(), "api", &database).ready().await;
    let pool = database.pool().await;
    let mut stranger = pool.begin().await.unwrap();
    sqlx::query("SET LOCAL application_name = 'nightly export'").execute(&mut *stranger).await.unwrap();
    sqlx::query("SELECT pg_current_xact_id()").execute(&mut *stranger).await.unwrap();
    // An event that has been waiting for an hour: the test cannot.
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, recorded_at)
         VALUES ('account', 'acc_1', 1, 'account.password_changed', '1', '{\"event\": \"password_changed\"}', '{}',
                 gen_random_uuid(), clock_timestamp() - interval '1 hour')",
    )
    .execute(&pool)
    .await
    .unwrap();
    says(&program, "nightly export").await;
    assert!(program.said().contains("the log stands still"), "{}", program.said());
    let metrics = metrics(&program).await;
    assert!(value(&metrics, "log_lag_events") >= 1.0, "{metrics}");
    assert!(value(&metrics, "log_lag_seconds") >= 3_600.0, "{metrics}");

    stranger.rollback().await.unwrap();
    eventually("the lag is gone", || async {
        (value(&self::metrics(&program).await, "log_lag_events") == 0.0).then_some(())
    })
    .await;
}

async fn metrics(program: &crate::support::Program) -> String {
    let answer = program.client().request("GET", "/metrics").send().await.unwrap();
    answer.text().await.unwrap()
}

fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(&format!("{name} ")));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(f64::NAN)
}
