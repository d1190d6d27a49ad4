//! Read models: every event has its effect once, whatever crashes.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::SessionId;
use domain::account::AccountCommand;
use domain::privacy_request::Kind;
use projections::{Runner, account, history, privacy_request};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use workers::jobs::advance;

use crate::support::{House, eventually};

const TABLES: [&str; 4] =
    ["account_view", "privacy_request_view", "account_history", "account_history_owner"];

/// All rows of all read models, in an order of their own.
async fn dump(pool: &PgPool) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let statement = format!("SELECT '{table} ' || t::text FROM {table} t ORDER BY 1");
        rows.extend(sqlx::query_scalar::<_, String>(&statement).fetch_all(pool).await.unwrap());
    }
    rows
}

async fn await_caught_up(house: &House) {
    let pool = house.foundation.store.pool();
    eventually("the read models have caught up", || async {
        // The lag first: what is sequenced after the head was read would be missed.
        let lag = event_store::log::lag(pool).await.unwrap();
        let head = event_store::log::newest_position(pool).await.unwrap();
        let checkpoints = projections::checkpoint::list(pool).await.unwrap();
        let all = [account::NAME, history::NAME, privacy_request::NAME]
            .iter()
            .all(|name| checkpoints.iter().any(|(known, position)| known == name && *position == head));
        (lag == 0 && head > 0 && all).then_some(())
    })
    .await;
}

/// Things happen: accounts, sign-ins, switches, requests.
async fn live(house: &House) {
    for n in 0..6 {
        let account = house.register(&format!("p{n}@example.com")).await;
        for m in 0..10 {
            let session_id = SessionId::generate(house.foundation.store.services());
            house.command(account, AccountCommand::RecordSignIn { session_id }).await.unwrap();
            let switch = AccountCommand::ChangePreferences {
                personalization: Some(m % 2 == 0),
                usage_logging: Some(m % 3 == 0),
                policy_version: m.to_string(),
            };
            house.command(account, switch).await.unwrap();
        }
        let export = house.receive(account, Kind::Export).await;
        let _ = advance(&house.bench(), export, &CancellationToken::new()).await;
    }
}

#[tokio::test]
async fn after_any_crash_a_read_model_is_what_a_rebuild_makes_of_the_log() {
    let house = House::build().await;
    let crashing = CancellationToken::new();
    // Runners of three other processes that die in the middle of whatever they do.
    let crashes = async {
        let mut round = 0u64;
        while !crashing.is_cancelled() {
            let others: Vec<_> = (0..3)
                .flat_map(|_| {
                    let other = house.beside();
                    projections::all().into_iter().map(move |projection| {
                        let runner = Runner::new(other.store.clone(), other.views.clone(), projection);
                        tokio::spawn(runner.run(CancellationToken::new()))
                    })
                })
                .collect();
            round += 1;
            tokio::time::sleep(Duration::from_millis(round * 7 % 40)).await;
            others.iter().for_each(tokio::task::JoinHandle::abort);
        }
    };
    let living = async {
        live(&house).await;
        crashing.cancel();
    };
    tokio::join!(living, crashes);
    await_caught_up(&house).await;
    let pool = house.foundation.store.pool();
    let lived = dump(pool).await;
    assert!(lived.len() > 100, "{} rows", lived.len());

    let mut reset = pool.begin().await.unwrap();
    sqlx::query("UPDATE projection SET position = 0").execute(&mut *reset).await.unwrap();
    sqlx::query(&format!("TRUNCATE {}", TABLES.join(", "))).execute(&mut *reset).await.unwrap();
    reset.commit().await.unwrap();
    await_caught_up(&house).await;
    let (rebuilt, lived) = (BTreeSet::from_iter(dump(pool).await), BTreeSet::from_iter(lived));
    let differing: Vec<_> = rebuilt.symmetric_difference(&lived).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[tokio::test]
async fn who_waits_for_a_position_sees_it_in_any_process() {
    let house = House::build().await;
    let here = house.foundation.clone();
    let there = house.beside();
    for n in 0..20 {
        let account = house.register(&format!("p{n}@example.com")).await;
        let event: uuid::Uuid = sqlx::query_scalar("SELECT event_id FROM events WHERE aggregate_id = $1")
            .bind(account.to_string())
            .fetch_one(here.store.pool())
            .await
            .unwrap();
        let patience = Duration::from_secs(10);
        let position =
            here.store.position_of(domain::EventId::from_uuid(event), patience).await.unwrap().unwrap();
        for foundation in [&here, &there] {
            assert!(foundation.views.wait_for(account::NAME, position, patience).await.unwrap());
            assert!(foundation.views.account_fetch(account).await.unwrap().is_some(), "account {n}");
        }
    }
    let short = Duration::from_millis(30);
    assert!(!there.views.wait_for(account::NAME, i64::MAX, short).await.unwrap());
}
