//! The one order of everything: dense, complete, and true to each stream.

use domain::account::AccountCommand;
use domain::{AccountId, SessionId};
use event_store::{Sequencer, log};
use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::support::{House, assert_whole, await_sequenced, eventually};

async fn sign_in(house: &House, account: AccountId) {
    let session_id = SessionId::generate(house.foundation.store.services());
    house.command(account, AccountCommand::RecordSignIn { session_id }).await.unwrap();
}

#[tokio::test]
async fn many_writers_and_a_slow_transaction_leave_no_gap() {
    let house = House::build().await;
    let pool = house.foundation.store.pool();
    let mut writers = Vec::new();
    for n in 0..32 {
        writers.push(house.register(&format!("w{n}@example.com")).await);
    }

    // Takes its transaction id now and commits long after others that came later.
    let mut slow = pool.begin().await.unwrap();
    let id = AccountId::generate(house.foundation.store.services()).to_string();
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
            sign_in(&house, *account).await;
        }
    }))
    .await;
    assert!(log::lag(pool).await.unwrap() >= 320, "events above a running transaction must wait");
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
    let mut house = House::build().await;
    house.stop_log().await;
    let mut accounts = Vec::new();
    for n in 0..8 {
        accounts.push(house.register(&format!("w{n}@example.com")).await);
    }
    let pool = house.foundation.store.pool().clone();
    let stop = CancellationToken::new();
    let candidates: Vec<_> =
        (0..3).map(|_| tokio::spawn(Sequencer::new(house.beside().store).run(stop.clone()))).collect();

    let killer = async {
        for _ in 0..12 {
            // Whoever holds the lock loses its connection in the middle of whatever it does.
            sqlx::query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            )
            .execute(&pool)
            .await
            .unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    };
    let writing = join_all(accounts.iter().map(|account| async {
        for _ in 0..60 {
            sign_in(&house, *account).await;
        }
    }));
    tokio::join!(killer, writing);
    await_sequenced(&pool).await;
    assert_whole(&pool).await;
    stop.cancel();
    join_all(candidates).await;
}

#[tokio::test]
async fn a_position_is_known_soon_after_the_command_in_any_process() {
    let house = House::build().await;
    let account = house.register("ada@example.com").await;
    let other = house.beside();
    let id: uuid::Uuid = sqlx::query_scalar("SELECT event_id FROM events WHERE aggregate_id = $1")
        .bind(account.to_string())
        .fetch_one(other.store.pool())
        .await
        .unwrap();
    let event = domain::EventId::from_uuid(id);
    let patience = std::time::Duration::from_secs(10);
    assert_eq!(house.foundation.store.position_of(event, patience).await.unwrap(), Some(1));
    assert_eq!(other.store.position_of(event, patience).await.unwrap(), Some(1));
    let unknown = domain::EventId::from_uuid(uuid::Uuid::nil());
    let short = std::time::Duration::from_millis(20);
    assert_eq!(other.store.position_of(unknown, short).await.unwrap(), None);
}

#[tokio::test]
async fn events_and_log_refuse_to_be_changed() {
    let house = House::build().await;
    house.register("ada@example.com").await;
    let pool = house.foundation.store.pool();
    await_sequenced(pool).await;
    for statement in [
        "UPDATE events SET event_type = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE log SET position = 7",
        "DELETE FROM log",
        "TRUNCATE log",
    ] {
        let refused = sqlx::query(statement).execute(pool).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_restore_into_a_younger_cluster_begins_a_new_era() {
    let mut house = House::build().await;
    let account = house.register("ada@example.com").await;
    await_sequenced(house.foundation.store.pool()).await;
    house.stop_log().await;
    let pool = house.foundation.store.pool();

    // What a dump brings from a cluster that was far ahead.
    let mut admin = pool.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *admin).await.unwrap();
    for table in ["events", "log"] {
        let ahead = format!("UPDATE {table} SET xid = (xid::text::bigint + 1000000000)::text::xid8");
        sqlx::query(&ahead).execute(&mut *admin).await.unwrap();
    }
    admin.commit().await.unwrap();

    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(house.foundation.store.clone()).run(stop.clone()));
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
    sign_in(&house, account).await;
    await_sequenced(pool).await;
    assert_whole(pool).await;
    stop.cancel();
    sequencer.await.unwrap();
}
