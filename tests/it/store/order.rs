//! The one order of everything: dense, complete, and true to each stream.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::account::AccountCommand;
use domain::{AccountId, SessionId};
use event_store::postgres::leader::{self, LeaderTask, Leadership};
use event_store::{Sequencer, StoreError, log};
use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::support::{
    Proxy, Target, TestApp, assert_whole, await_sequenced, eventually, leader_beyond, open_strangers,
};

/// Leaders that are killed.
const ROUNDS: usize = 12;

pub(super) async fn sign_in(app: &TestApp, account: AccountId) {
    let session_id = SessionId::generate(app.foundation.store.services());
    app.command(account, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await.unwrap();
}

#[tokio::test]
async fn many_writers_and_a_slow_transaction_leave_no_gap() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let mut writers = Vec::new();
    for n in 0..32 {
        writers.push(app.register(&format!("w{n}@example.com")).await);
    }

    // Takes its transaction id now and commits long after others that came later.
    let mut slow = app.database.pool().await.begin().await.unwrap();
    let id = AccountId::generate(app.foundation.store.services()).to_string();
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
         VALUES ('account', $1, 1, 'account.signed_in', '1', '{}', '{}', gen_random_uuid())",
    )
    .bind(&id)
    .execute(&mut *slow)
    .await
    .unwrap();
    join_all(writers.iter().map(|account| async {
        for _ in 0..10 {
            sign_in(&app, *account).await;
        }
    }))
    .await;
    assert!(log::lag::lag(pool).await.unwrap().events >= 320, "events above a running transaction must wait");
    slow.commit().await.unwrap();

    await_sequenced(pool).await;
    assert_whole(pool).await;
    let position: i64 = sqlx::query_scalar(
        "SELECT position FROM log JOIN events USING (era, xid, ord) WHERE aggregate_id = $1",
    )
    .bind(&id)
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(position, 33, "the slow transaction comes first: it began first");
}

#[tokio::test]
async fn leaders_that_die_under_load_leave_no_gap_and_no_repeat() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let mut accounts = Vec::new();
    for n in 0..8 {
        accounts.push(app.register(&format!("w{n}@example.com")).await);
    }
    let pool = app.foundation.store.pool().clone();
    let stop = CancellationToken::new();
    let candidates: Vec<_> = (0..3)
        .map(|_| tokio::spawn(Sequencer::new(app.beside().store.log().clone()).run(stop.clone())))
        .collect();

    let strangers = open_strangers(&app).await;
    let written = AtomicI64::new(8);
    let done = CancellationToken::new();
    let killer = async {
        let mut killed = BTreeSet::new();
        for _ in 0..ROUNDS {
            // Only one that has begun to work loses its connection, in the middle of whatever it does.
            let position = log::newest_position(&pool).await.unwrap();
            let (_, leader) = leader_beyond(&pool, position).await;
            let ended = "SELECT pg_terminate_backend($1)";
            assert!(sqlx::query_scalar::<_, bool>(ended).bind(leader).fetch_one(&pool).await.unwrap());
            killed.insert(leader);
        }
        done.cancel();
        killed.len()
    };
    let writing = join_all(accounts.iter().map(|account| async {
        while !done.is_cancelled() {
            sign_in(&app, *account).await;
            written.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let (killed, _) = tokio::join!(killer, writing);
    assert_eq!(killed, ROUNDS, "leaders that led and were killed");
    await_sequenced(&pool).await;
    assert_whole(&pool).await;
    assert_eq!(log::newest_position(&pool).await.unwrap(), written.into_inner());
    drop(strangers);
    stop.cancel();
    join_all(candidates).await;
}

#[tokio::test]
async fn what_strangers_leave_open_holds_nothing_back() {
    let mut app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    await_sequenced(app.foundation.store.pool()).await;
    app.stop_log().await;
    let strangers = open_strangers(&app).await;
    // As the role that programs work as, which need not see what others are at.
    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(app.as_the_program().store.log().clone()).run(stop.clone()));
    let store = &app.foundation.store;
    for _ in 0..10 {
        sign_in(&app, account).await;
        let newest = sqlx::query_scalar("SELECT event_id FROM events ORDER BY sequence DESC LIMIT 1");
        let newest = domain::EventId::from_uuid(newest.fetch_one(store.pool()).await.unwrap());
        let position = store.log().position_of(newest, Duration::from_secs(10)).await.unwrap();
        assert!(position.is_some(), "it waits for a stranger");
    }
    drop(strangers);
    stop.cancel();
    sequencer.await.unwrap();
    assert_whole(store.pool()).await;
}

#[tokio::test]
async fn an_append_under_another_name_than_that_of_those_who_append_is_refused() {
    let app = TestApp::build().await;
    let append = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
                  VALUES ('account', 'acc_1', 1, 'account.signed_in', '1', '{}', '{}', gen_random_uuid())";
    let mut strangers = vec![
        app.database.stranger("psql").await,
        app.foundation.store.pool().acquire().await.unwrap().detach(),
        app.database.stranger("psql").await,
    ];
    // Also where triggers do not fire: in a replica.
    sqlx::query("SET session_replication_role = replica").execute(&mut strangers[2]).await.unwrap();
    for stranger in &mut strangers {
        let refused = sqlx::query(append).execute(stranger).await.unwrap_err().to_string();
        assert!(refused.contains("application_name personal-settings alone"), "{refused}");
    }
}

/// Does nothing, for as long as it may.
struct Nothing;

impl LeaderTask for Nothing {
    const NAME: &'static str = "nothing";
    type Error = StoreError;

    async fn lead(&self, _: &mut Leadership, stop: &CancellationToken) -> Result<(), StoreError> {
        stop.cancelled().await;
        Ok(())
    }
}

#[tokio::test]
async fn a_lead_is_renewed_and_one_that_ran_out_is_taken_by_another() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let stop = CancellationToken::new();
    let candidate = || {
        let (store, stop) = (app.as_the_program().store, stop.clone());
        tokio::spawn(async move { store.lead(&Nothing, &stop).await })
    };
    let promised = || async {
        let promise: Option<(i32, DateTime<Utc>)> = sqlx::query_as(
            "SELECT backend, until FROM lead JOIN pg_stat_activity ON pid = backend WHERE lock = $1",
        )
        .bind(leader::lock_number(Nothing::NAME))
        .fetch_optional(pool)
        .await
        .unwrap();
        promise
    };
    let first = candidate();
    let (leader, until) = eventually("one leads", promised).await;
    eventually("it is renewed", || async { promised().await.filter(|(_, renewed)| *renewed > until) }).await;

    let second = candidate();
    eventually("the other leads", || async {
        sqlx::query("UPDATE lead SET until = clock_timestamp() - interval '1 second' WHERE backend = $1")
            .bind(leader)
            .execute(pool)
            .await
            .unwrap();
        promised().await.filter(|(backend, _)| *backend != leader)
    })
    .await;
    stop.cancel();
    join_all([first, second]).await;
}

#[tokio::test]
async fn large_events_are_sequenced_a_few_at_a_time() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let pool = &app.database.pool().await;
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
         SELECT 'synthetic', 'syn_1', n, 'synthetic.happened', '1', json_build_object('x', repeat('x', 1048576)), '{}',
             gen_random_uuid() FROM generate_series(1, 20) AS n ORDER BY n",
    )
    .execute(pool)
    .await
    .unwrap();
    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(app.beside().store.log().clone()).run(stop.clone()));
    await_sequenced(pool).await;
    assert_whole(pool).await;
    // Eight megabytes each: two of eight, and the rest.
    let batches: Vec<i64> =
        sqlx::query_scalar("SELECT count(*) FROM log GROUP BY xmin::text ORDER BY min(position)")
            .fetch_all(pool)
            .await
            .unwrap();
    assert_eq!(batches, [8, 8, 4]);
    stop.cancel();
    sequencer.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_hangs_keeps_nobody_from_leading() {
    let app = TestApp::build().await;
    let proxy = Proxy::new(Target::database(), true).await;
    let beyond = app.beyond(&proxy).store;
    let leadership = Leadership::take(beyond.pool(), "hanging").await.unwrap().unwrap();
    let held = proxy.hold_at("pg_advisory_unlock_all");
    let soon = Duration::from_secs(20);
    tokio::time::timeout(soon, leadership.resign()).await.expect("it waits for the dead");
    held.reached().await;
    held.go_on();
    let store = &app.foundation.store;
    let lead = || async { Leadership::take(store.pool(), "hanging").await.unwrap() };
    eventually("another leads", lead).await.resign().await;

    let held = proxy.hold_at("pg_try_advisory_lock");
    let taken = tokio::time::timeout(soon, Leadership::take(beyond.pool(), "hanging")).await;
    assert!(matches!(taken, Ok(Err(StoreError::Unavailable(_)))), "it waits for the dead");
    held.go_on();
    eventually("another leads", lead).await.resign().await;
}

#[tokio::test]
async fn whoever_waits_for_rows_that_were_lost_does_not_spin() {
    let mut app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    sign_in(&app, account).await;
    await_sequenced(app.foundation.store.pool()).await;
    app.stop_log().await;
    let store = app.beside().store;
    let stop = CancellationToken::new();
    let following = tokio::spawn(log::follow_head(store.log().clone(), stop.clone()));
    let mut head = store.head().subscribe();
    head.wait_for(|head| *head == 2).await.unwrap();
    // What a fail-over to a standby that was behind takes from the log.
    for lost in ["ALTER TABLE log DISABLE TRIGGER USER", "DELETE FROM log WHERE position = 2"] {
        sqlx::query(lost).execute(store.pool()).await.unwrap();
    }
    eventually("the head goes back", || async { (store.head().position() == 1).then_some(()) }).await;
    let (begun, patience) = (Instant::now(), Duration::from_millis(300));
    log::wait_beyond(&mut head, 1, patience).await;
    assert!(begun.elapsed() >= patience, "it came back after {:?}", begun.elapsed());
    stop.cancel();
    following.await.unwrap();
}

#[tokio::test]
async fn a_position_is_known_soon_after_the_command_in_any_process() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let other = app.beside();
    let id: uuid::Uuid = sqlx::query_scalar("SELECT event_id FROM events WHERE aggregate_id = $1")
        .bind(account.to_string())
        .fetch_one(other.store.pool())
        .await
        .unwrap();
    let event = domain::EventId::from_uuid(id);
    let patience = std::time::Duration::from_secs(10);
    assert_eq!(app.foundation.store.log().position_of(event, patience).await.unwrap(), Some(1));
    assert_eq!(other.store.log().position_of(event, patience).await.unwrap(), Some(1));
    let unknown = domain::EventId::from_uuid(uuid::Uuid::nil());
    let short = std::time::Duration::from_millis(20);
    assert_eq!(other.store.log().position_of(unknown, short).await.unwrap(), None);
}

/// What must never be done to events and log.
pub(super) const CHANGES_OF_HISTORY: [&str; 6] = [
    "UPDATE events SET event_type = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE log SET position = 7",
    "DELETE FROM log",
    "TRUNCATE log",
];

#[tokio::test]
async fn events_and_log_refuse_to_be_changed() {
    let app = TestApp::build().await;
    app.register("ada@example.com").await;
    let pool = app.foundation.store.pool();
    await_sequenced(pool).await;
    for statement in CHANGES_OF_HISTORY {
        let refused = sqlx::query(statement).execute(pool).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_restore_into_a_younger_cluster_begins_a_new_era() {
    let mut app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    await_sequenced(app.foundation.store.pool()).await;
    app.stop_log().await;
    let pool = app.foundation.store.pool();

    // What a dump brings from a cluster that was far ahead.
    let mut admin = pool.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *admin).await.unwrap();
    for table in ["events", "log"] {
        let ahead = format!("UPDATE {table} SET xid = (xid::text::bigint + 1000000000)::text::xid8");
        sqlx::query(&ahead).execute(&mut *admin).await.unwrap();
    }
    admin.commit().await.unwrap();

    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(app.foundation.store.log().clone()).run(stop.clone()));
    eventually("a new era begins", || async {
        let default: String = sqlx::query_scalar(
            "SELECT column_default FROM information_schema.columns
             WHERE table_name = 'events' AND column_name = 'era'",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        default.contains('1').then_some(())
    })
    .await;
    sign_in(&app, account).await;
    await_sequenced(pool).await;
    assert_whole(pool).await;
    stop.cancel();
    sequencer.await.unwrap();
}
