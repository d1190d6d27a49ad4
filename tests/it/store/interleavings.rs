//! The order of events under ten thousand transactions that begin, take their ids, append and end in any order, among
//! others that write and cannot append.

use std::time::Duration;

use event_store::{Sequencer, log};
use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, assert_whole, await_sequenced, open_strangers};

/// Sessions that append.
const APPENDERS: u64 = 10;
/// Transactions of each.
const ROUNDS: u64 = 1_000;
/// Sessions that write something else meanwhile.
const STRANGERS: u64 = 3;

async fn say(db: &mut PgConnection, statement: &str) {
    db.execute(sqlx::raw_sql(statement)).await.unwrap();
}

/// One event of a stream of its own.
async fn append(db: &mut PgConnection, session: u64, round: u64, sequence: u64) {
    let statement = format!(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
         VALUES ('synthetic', 'syn_{session}_{round}', {sequence}, 'synthetic.happened', '1', '{{}}', '{{}}', gen_random_uuid())"
    );
    say(db, &statement).await;
}

/// Lets others go first, or not.
async fn dawdle(random: &mut StdRng) {
    match random.random_range(0..8) {
        0 => tokio::time::sleep(Duration::from_millis(random.random_range(1..4))).await,
        1..4 => tokio::task::yield_now().await,
        _ => {}
    }
}

/// Transactions of every shape: with an id long before they append, or with the first event; of one event or two, one of
/// them in a subtransaction; committed, or not.
async fn append_in_rounds(mut db: PgConnection, session: u64) {
    let mut random = StdRng::seed_from_u64(session);
    for round in 0..ROUNDS {
        say(&mut db, "BEGIN").await;
        if random.random_bool(0.5) {
            say(&mut db, "SELECT pg_current_xact_id()").await;
            dawdle(&mut random).await;
        }
        append(&mut db, session, round, 1).await;
        dawdle(&mut random).await;
        if random.random_bool(0.3) {
            say(&mut db, "SAVEPOINT one").await;
            append(&mut db, session, round, 2).await;
            say(&mut db, if random.random_bool(0.5) { "RELEASE one" } else { "ROLLBACK TO one" }).await;
            dawdle(&mut random).await;
        }
        say(&mut db, if random.random_bool(0.9) { "COMMIT" } else { "ROLLBACK" }).await;
    }
}

/// Transactions that write and append nothing, one after the other.
async fn write_until(mut db: PgConnection, session: u64, done: &CancellationToken) {
    let mut random = StdRng::seed_from_u64(1_000 + session);
    while !done.is_cancelled() {
        say(&mut db, "BEGIN; SELECT pg_current_xact_id()").await;
        tokio::time::sleep(Duration::from_millis(random.random_range(0..30))).await;
        say(&mut db, "COMMIT").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_transactions_leave_no_gap_no_repeat_and_no_inversion() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(app.as_the_program().store.log().clone()).run(stop.clone()));
    let left_open = open_strangers(&app).await;
    let options: PgConnectOptions = app.database.url.parse().unwrap();
    let connect = |name: &str| {
        let options = options.clone().application_name(name);
        async move { options.connect().await.unwrap() }
    };
    let done = CancellationToken::new();
    let mut strangers = Vec::new();
    for session in 0..STRANGERS {
        let (db, done) = (connect("another program").await, done.clone());
        strangers.push(tokio::spawn(async move { write_until(db, session, &done).await }));
    }
    let mut appenders = Vec::new();
    for session in 0..APPENDERS {
        appenders.push(tokio::spawn(append_in_rounds(connect("personal-settings").await, session)));
    }
    assert!(join_all(appenders).await.iter().all(Result::is_ok));
    let pool = app.foundation.store.pool();
    await_sequenced(pool).await;
    assert_whole(pool).await;
    assert!(log::newest_position(pool).await.unwrap() as u64 >= APPENDERS * ROUNDS * 8 / 10);
    done.cancel();
    assert!(join_all(strangers).await.iter().all(Result::is_ok));
    for stranger in left_open {
        stranger.close().await.unwrap();
    }
    stop.cancel();
    sequencer.await.unwrap();
}
