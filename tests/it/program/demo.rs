//! `demo --exit`: the first thing a newcomer runs.

use crate::support::{Database, Start, shared};

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
        "Done. Sign in as",
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
async fn it_walks_with_an_external_postgresql_and_nats() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let mut program = Start::new(folder.path(), &["demo", "--exit"])
        .env("DATABASE_URL", &database.url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .spawn();
    let code = program.ended().await;
    assert_eq!(code, 0, "{}", program.said());
    assert_walked(&program.said());
    assert!(!folder.path().join("data/postgres").exists(), "no server of its own was started");
}
