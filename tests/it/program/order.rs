//! The order of events while processes die, and while a stranger holds it up.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use domain::SessionId;
use domain::account::AccountCommand;
use event_store::log;
use futures::future::join_all;
use nix::sys::signal::Signal;
use tokio_util::sync::CancellationToken;

use super::roles::{role, says};
use crate::support::{
    Program, Start, TestApp, assert_whole, await_gone, await_sequenced, eventually, leader_beyond,
    open_strangers,
};

/// Accounts that are written to at once.
const WRITERS: usize = 64;
/// Leaders that are killed.
const ROUNDS: usize = 8;

/// Starts a program that is known to the database under a name of its own.
async fn start(app: &TestApp, name: &str) -> Start {
    let role_name = format!("{}_{name}", app.database.name);
    let make = format!("CREATE ROLE {role_name} LOGIN SUPERUSER");
    // There from the second start on.
    let _ = sqlx::query(&make).execute(app.foundation.store.pool()).await;
    let mut url: url::Url = app.database.url.parse().unwrap();
    url.set_username(&role_name).unwrap();
    role(app.folder.path(), "api", &app.database).env("DATABASE_URL", url.as_str())
}

#[tokio::test]
async fn leaders_killed_under_the_load_of_64_writers_leave_no_gap_no_repeat_and_no_inversion() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let accounts = join_all((0..WRITERS).map(|n| {
        let (app, email) = (&app, format!("w{n}@example.com"));
        async move { app.register(&email).await }
    }))
    .await;
    let names = ["one", "two"];
    let mut programs = [start(&app, "one").await.ready().await, start(&app, "two").await.ready().await];

    let pool = app.foundation.store.pool();
    let strangers = open_strangers(&app).await;
    let (written, done) = (AtomicUsize::new(WRITERS), CancellationToken::new());
    let writing = join_all(accounts.iter().map(|account| async {
        while !done.is_cancelled() {
            let session_id = SessionId::generate(app.foundation.store.services());
            app.command(*account, AccountCommand::RecordSignIn { session_id, passkey_id: None })
                .await
                .unwrap();
            written.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let killing = async {
        let mut killed = BTreeSet::new();
        for _ in 0..ROUNDS {
            let position = log::newest_position(pool).await.unwrap();
            let (user, process) = leader_beyond(pool, position).await;
            let which = names.iter().position(|name| user.ends_with(name)).unwrap();
            programs[which].kill();
            killed.insert(process);
            await_gone(pool, process).await;
            programs[which] = start(&app, names[which]).await.spawn();
        }
        done.cancel();
        killed.len()
    };
    let (_, killed) = tokio::join!(writing, killing);
    assert_eq!(killed, ROUNDS, "leaders that led and were killed");
    await_sequenced(pool).await;
    assert_whole(pool).await;
    // And one that let the operator of the programs in.
    assert_eq!(log::newest_position(pool).await.unwrap(), written.into_inner() as i64 + 1);
    drop(strangers);
}

#[tokio::test]
async fn an_event_without_its_predecessor_stops_the_log_loudly_and_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::Database::create().await;
    let programs = [
        role(folder.path(), "api", &database).ready().await,
        role(folder.path(), "api", &database).ready().await,
    ];
    let pool = database.pool().await;
    // At once: an event that is as it must be, one without its predecessor, and one that comes after it.
    let events: Vec<uuid::Uuid> = sqlx::query_scalar(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id,
             recorded_at)
         SELECT 'account', 'acc_' || n, CASE n WHEN 2 THEN 7 ELSE 1 END, 'account.password_changed', '1',
             '{\"event\": \"password_changed\"}', '{}', gen_random_uuid(), clock_timestamp() - interval '1 hour'
         FROM generate_series(1, 3) AS n ORDER BY n RETURNING event_id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let foreign = events[1];
    eventually("somebody says what stands in the way, and what to do", || async {
        let said = programs.iter().map(Program::said).collect::<String>();
        let told = said.contains(&foreign.to_string()) && said.contains("no event gets a position until");
        told.then_some(())
    })
    .await;
    for program in &programs {
        eventually("each tells of the lag, whoever leads", || async {
            let metrics = metrics(program).await;
            let seen = value(&metrics, "personal_settings_log_lag_events") == 2.0
                && value(&metrics, "personal_settings_log_lag_seconds") >= 3_600.0;
            seen.then_some(())
        })
        .await;
    }

    // The operator was let in before.
    assert_eq!(log::newest_position(&pool).await.unwrap(), 2, "what comes before it has its position");

    // As they are told.
    for statement in [
        "ALTER TABLE events DISABLE TRIGGER USER",
        "DELETE FROM events WHERE sequence = 7",
        "ALTER TABLE events ENABLE TRIGGER USER",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    await_sequenced(&pool).await;
    for program in &programs {
        eventually("the lag is gone", || async {
            (value(&metrics(program).await, "personal_settings_log_lag_events") == 0.0).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn whoever_holds_up_the_order_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::Database::create().await;
    let program = role(folder.path(), "api", &database).ready().await;
    let pool = database.pool().await;
    let mut holder = pool.begin().await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid() FROM pg_current_xact_id()")
        .fetch_one(&mut *holder)
        .await
        .unwrap();
    // An event that has been waiting for an hour: the test cannot.
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, recorded_at)
         VALUES ('account', 'acc_1', 1, 'account.password_changed', '1', '{\"event\": \"password_changed\"}', '{}',
                 gen_random_uuid(), clock_timestamp() - interval '1 hour')",
    )
    .execute(&pool)
    .await
    .unwrap();
    says(&program, &format!("backend {pid} of database {}", database.name)).await;
    assert!(program.said().contains("sequencing is blocked"), "{}", program.said());
    holder.rollback().await.unwrap();
    await_sequenced(&pool).await;
}

#[tokio::test]
async fn a_leader_that_stands_still_is_replaced_within_seconds() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let account = app.register("ada@example.com").await;
    let names = ["one", "two"];
    let programs = [start(&app, "one").await.ready().await, start(&app, "two").await.ready().await];
    let pool = app.foundation.store.pool();
    await_sequenced(pool).await;
    let (user, process) = leader_beyond(pool, 0).await;
    let which = names.iter().position(|name| user.ends_with(name)).unwrap();
    programs[which].signal(Signal::SIGSTOP);
    let stopped = Instant::now();
    let sign_in = || AccountCommand::RecordSignIn {
        session_id: SessionId::generate(app.foundation.store.services()),
        passkey_id: None,
    };
    app.command(account, sign_in()).await.unwrap();
    await_sequenced(pool).await;
    assert!(stopped.elapsed().as_secs() < 15, "it took {:?}", stopped.elapsed());
    let said = programs[1 - which].said();
    assert!(said.contains("leader not responding") && said.contains(&format!("backend={process}")), "{said}");

    // It goes on, finds the lead lost, and does no harm.
    programs[which].signal(Signal::SIGCONT);
    app.command(account, sign_in()).await.unwrap();
    await_sequenced(pool).await;
    eventually("it says so", || async {
        let said = programs[which].said();
        ["leader task failed", "leadership lost"].iter().any(|words| said.contains(words)).then_some(())
    })
    .await;
    assert_whole(pool).await;
}

async fn metrics(program: &crate::support::Program) -> String {
    let answer = program.vitals().request("GET", "/metrics").send().await.unwrap();
    answer.text().await.unwrap()
}

fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(&format!("{name} ")));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(f64::NAN)
}
