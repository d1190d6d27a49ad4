//! `demo --exit`: the first thing a newcomer runs.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::support::{Database, PASSWORD, Start, eventually, shared};

fn assert_walked(said: &str) {
    for seen in [
        "account acc_",
        "a command over HTTP answers in",
        "250 events sent",
        "request received: req_",
        "due by 20",
        "archive of",
        "usage/events.ndjson",
        "250 records",
        "mail \"",
        "usage erased {\"usage_events\":250}",
        "answers 410 Gone",
        "the address is erased",
        "an organization with two projects",
        "Done. Open http://127.0.0.1:",
        "/settings/ and sign in as one of them:",
        "whose data is ready to be downloaded",
        "What they were mailed: http://127.0.0.1:",
    ] {
        assert!(said.contains(seen), "{seen:?} was not said: {said}");
    }
}

#[tokio::test]
async fn it_walks_through_the_main_job_with_nothing_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["demo", "--exit"]).spawn();
    let code = program.ended().await;
    assert_eq!(code, 0, "{}", program.said());
    assert_walked(&program.said());
}

#[tokio::test]
async fn its_operator_token_is_printed_once_and_serves_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start = |arguments: &[&str]| {
        Start::new(folder.path(), arguments)
            .env("DATABASE_URL", &database.worker_url)
            .env("NATS_URL", &shared().nats_url)
            .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
            .without("PERSONAL_SETTINGS_OPERATOR_TOKEN")
    };
    let label = "Operator token (shown this once): ";
    let mut demo = start(&["demo", "--exit"]).spawn();
    assert_eq!(demo.ended().await, 0, "{}", demo.said());
    let token = demo.told(label).expect("the first operator token was not shown");
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM operator_token")
        .fetch_one(&database.pool().await)
        .await
        .unwrap();
    assert_eq!(made, 1, "the demonstration uses the token that was shown");

    let mut again = start(&["demo", "--exit"]).spawn();
    assert_eq!(again.ended().await, 0, "{}", again.said());
    assert_eq!(again.told(label), None);

    let serve = start(&["serve"]).ready().await;
    assert_eq!(serve.told(label), None);
    let body = json!({"email": "grace@example.com", "name": "Grace", "password": PASSWORD});
    serve.client().with_token(&token).post("/v1/admin/accounts", body).await;
}

#[tokio::test]
async fn a_cooling_off_that_was_asked_for_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let program = Start::new(folder.path(), &["demo", "--erasure-cooling-off", "24h"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .spawn();
    let until = "   can be cancelled until ";
    eventually("an erasure was asked for", || async { program.told(until) }).await;
    let said = program.said();
    let (before, after) = said.split_once(until).unwrap();
    let received = before.rsplit("received ").next().unwrap().split(',').next().unwrap();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    assert_eq!(at(after.lines().next().unwrap()) - at(received), TimeDelta::hours(24), "{said}");
}

#[tokio::test]
async fn it_walks_with_an_external_postgresql_and_nats() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let mut program = Start::new(folder.path(), &["demo", "--exit"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .spawn();
    let code = program.ended().await;
    assert_eq!(code, 0, "{}", program.said());
    assert_walked(&program.said());
    assert!(!folder.path().join("data/postgres").exists(), "no server of its own was started");
}
