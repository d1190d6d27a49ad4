//! A read model is filled anew beside the live one, and takes its place at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bench::synthetic;
use domain::AccountId;
use domain::privacy_request::Kind;
use event_store::postgres::leader::Leadership;
use projections::history::HistoryFilter;
use projections::rebuild::{Phase, Progress, RebuildError, Start};
use projections::{account, find, history, rebuild, status};
use sqlx::PgPool;

use super::{NAMES, TABLES, await_caught_up, dump, sign_in, switch};
use crate::support::{TestApp, eventually};

async fn rebuilt(app: &TestApp, name: &str) -> Result<i64, RebuildError> {
    rebuild(&app.foundation.store, &*find(name).unwrap(), Start::Resume, &mut |_| {}).await
}

/// Everything about the tables that is not a row.
async fn shape(pool: &PgPool) -> BTreeSet<String> {
    let mut shape = BTreeSet::new();
    for table in TABLES {
        for statement in [
            format!(
                "SELECT relname || relowner::regrole || reloptions::text FROM pg_class WHERE oid = '{table}'::regclass AND reloptions IS NOT NULL"
            ),
            format!("SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'"),
            format!(
                "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass"
            ),
            format!(
                "SELECT '{table}' || grantee || privilege_type FROM information_schema.role_table_grants WHERE table_name = '{table}'"
            ),
            format!(
                "SELECT '{table}' || column_name || data_type || coalesce(collation_name, '') || is_nullable FROM information_schema.columns WHERE table_name = '{table}'"
            ),
        ] {
            shape.extend(sqlx::query_scalar::<_, String>(&statement).fetch_all(pool).await.unwrap());
        }
    }
    shape
}

#[tokio::test]
async fn it_is_what_the_live_one_was_to_the_byte_and_to_the_index() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    for n in 0..5 {
        let account = app.register(&format!("p{n}@example.com")).await;
        switch(&app, account, n % 2 == 0).await;
        app.receive(account, Kind::Export).await;
    }
    await_caught_up(&app).await;
    // Roles are of the whole server, which other tests share.
    sqlx::query("GRANT SELECT ON account_view, account_history TO PUBLIC").execute(pool).await.unwrap();
    let owner = format!("owner_of_{}", app.database.name);
    for statement in [
        format!("CREATE ROLE {owner}"),
        format!("GRANT USAGE, CREATE ON SCHEMA public, rebuild TO {owner}"),
        format!("ALTER TABLE account_view OWNER TO {owner}"),
        "ALTER TABLE account_view SET (fillfactor = 70, toast.autovacuum_enabled = false)".to_owned(),
    ] {
        sqlx::query(&statement).execute(pool).await.unwrap();
    }
    let (rows, shape_before) = (dump(pool).await, shape(pool).await);
    assert!(rows.len() > 20 && shape_before.len() > 30, "{rows:?} {shape_before:?}");
    let tables = "SELECT array_agg(oid ORDER BY oid)::text FROM pg_class WHERE relname = ANY($1)";
    let numbers =
        || async { sqlx::query_scalar::<_, String>(tables).bind(TABLES).fetch_one(pool).await.unwrap() };
    let before = numbers().await;
    for name in NAMES {
        assert!(rebuilt(&app, name).await.unwrap() >= 12, "{name}");
    }
    assert_ne!(numbers().await, before, "these are other tables");
    assert_eq!(dump(pool).await, rows);
    assert_eq!(shape(pool).await, shape_before);
    let kept = format!("account_view{owner}{{fillfactor=70}}");
    assert!(shape_before.contains(&kept), "{shape_before:?}");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'rebuild'")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
    // And it goes on from there.
    let late = app.register("late@example.com").await;
    await_caught_up(&app).await;
    assert!(app.foundation.views.account_fetch(late).await.unwrap().is_some());
}

/// Reads all the time what must be there, through statements that were prepared long before.
async fn read_on(app: &TestApp, known: &[AccountId], stop: &AtomicBool, read: &AtomicU64) {
    let other = app.beside();
    let mut versions = vec![0; known.len()];
    while !stop.load(Ordering::Relaxed) {
        for (account, version) in known.iter().zip(&mut versions) {
            let view = other.views.account_fetch(*account).await.unwrap().expect("half a table");
            assert!(view.version >= *version, "{account} went back to {} from {version}", view.version);
            *version = view.version;
            assert_eq!(other.views.request_list(*account, None, 9).await.unwrap().len(), 1);
            assert!(
                !other
                    .views
                    .history_list(&other.store, *account, (None, HistoryFilter::default()), 3)
                    .await
                    .unwrap()
                    .is_empty()
            );
            read.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn readers_and_writers_go_on_and_never_see_half() {
    let app = TestApp::build().await;
    let mut known = Vec::new();
    for n in 0..6 {
        let account = app.register(&format!("p{n}@example.com")).await;
        app.receive(account, Kind::Export).await;
        known.push(account);
    }
    await_caught_up(&app).await;
    let (stop, read) = (AtomicBool::new(false), AtomicU64::new(0));
    let writing = async {
        let mut n = 0;
        while !stop.load(Ordering::Relaxed) {
            n += 1;
            switch(&app, known[n % known.len()], n / known.len() % 2 == 0).await;
            sign_in(&app, known[n % known.len()]).await;
        }
        n
    };
    let rebuilding = async {
        for round in 0..3 {
            for name in NAMES {
                let position = rebuilt(&app, name).await.unwrap();
                assert!(position >= 12, "{round} {name}");
            }
        }
        stop.store(true, Ordering::Relaxed);
    };
    let reading =
        async { tokio::join!(read_on(&app, &known, &stop, &read), read_on(&app, &known, &stop, &read)) };
    let (written, _, ()) = tokio::join!(writing, reading, rebuilding);
    assert!(written > 10 && read.load(Ordering::Relaxed) > 20, "{written} {read:?}");
    await_caught_up(&app).await;

    let pool = app.foundation.store.pool();
    let lived = dump(pool).await;
    assert_eq!(parked_rows(pool).await, 0);
    for name in NAMES {
        rebuilt(&app, name).await.unwrap();
    }
    assert_eq!(dump(pool).await, lived);
}

async fn parked_rows(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM parked_event").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn two_at_once_are_refused_and_two_read_models_are_not() {
    let app = TestApp::build().await;
    app.register("ada@example.com").await;
    await_caught_up(&app).await;
    let pool = app.foundation.store.pool();
    let elsewhere = Leadership::take(pool, "rebuild account").await.unwrap().unwrap();
    let refused = rebuilt(&app, account::NAME).await.unwrap_err();
    assert!(matches!(refused, RebuildError::UnderWay), "{refused}");
    rebuilt(&app, history::NAME).await.unwrap();
    elsewhere.resign().await;
    rebuilt(&app, account::NAME).await.unwrap();
}

#[tokio::test]
async fn one_that_was_broken_off_goes_on_where_it_was() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    // More than a page.
    let events = synthetic::mixed(store, 5_000, 220, &mut |_| {}).await.unwrap();
    await_caught_up(&app).await;
    let pool = store.pool();
    let lived = dump(pool).await;
    let projection = find(history::NAME).unwrap();
    let broken_off = Arc::new(tokio::sync::Notify::new());
    let tell = broken_off.clone();
    let mut report = move |progress: Progress| {
        if progress.position >= 4_000 {
            tell.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = broken_off.notified() => {}
        done = rebuild(store, &*projection, Start::Resume, &mut report) => panic!("too fast: {done:?}"),
    }
    let of_history = || async {
        let list = status::list(store).await.unwrap();
        list.into_iter().find(|status| status.name == history::NAME).unwrap()
    };
    let left = eventually("the lock is given up", || async {
        of_history().await.rebuild.filter(|rebuild| !rebuild.under_way)
    })
    .await;
    assert!(left.position >= 4_000 && left.head == i64::try_from(events).unwrap(), "{left:?}");
    assert_eq!(dump(pool).await, lived, "the live one is as it was");

    let mut seen = Vec::new();
    let mut report = |progress: Progress| seen.push(progress);
    rebuild(store, &*projection, Start::Resume, &mut report).await.unwrap();
    assert!(seen[0].position > 4_000, "it began anew: {seen:?}");
    let phases: Vec<Phase> = seen.iter().map(|progress| progress.phase).collect();
    assert!(phases.contains(&Phase::Indexing) && phases.last() == Some(&Phase::Swapping), "{phases:?}");
    assert_eq!(dump(pool).await, lived);
    assert_eq!(of_history().await.rebuild, None);

    // Asked to, it begins anew; and by itself where the tables have another form by now.
    for (start, ddl) in
        [(Start::Anew, "SELECT 1"), (Start::Resume, "ALTER TABLE account_history ADD COLUMN later text")]
    {
        // One of its own: the one before may have been told of more than once.
        let broken_off = Arc::new(tokio::sync::Notify::new());
        let tell = broken_off.clone();
        let mut report = move |_| tell.notify_one();
        tokio::select! {
            biased;
            () = broken_off.notified() => {}
            done = rebuild(store, &*projection, Start::Anew, &mut report) => panic!("too fast: {done:?}"),
        }
        sqlx::query(ddl).execute(pool).await.unwrap();
        let mut first = None;
        let mut report = |progress: Progress| {
            first.get_or_insert(progress.position);
        };
        eventually("the lock is given up", || async {
            of_history().await.rebuild.filter(|it| !it.under_way)
        })
        .await;
        rebuild(store, &*projection, start, &mut report).await.unwrap();
        assert_eq!(first, Some(4_000), "{ddl}");
    }
    let lost: i64 = sqlx::query_scalar("SELECT count(*) FROM account_history").fetch_one(pool).await.unwrap();
    assert_eq!(lost, i64::try_from(events).unwrap());
}

#[tokio::test]
async fn killed_anywhere_it_is_done_by_the_next() {
    let app = TestApp::build().await;
    for n in 0..4 {
        let account = app.register(&format!("p{n}@example.com")).await;
        app.receive(account, Kind::Export).await;
    }
    await_caught_up(&app).await;
    let pool = app.foundation.store.pool();
    let lived = dump(pool).await;
    let mut finished = 0;
    for delay in (0..120).step_by(3) {
        let other = app.beside();
        let name = NAMES[usize::try_from(delay).unwrap() % 3];
        let task = tokio::spawn(async move {
            rebuild(&other.store, &*find(name).unwrap(), Start::Resume, &mut |_| {}).await
        });
        tokio::time::sleep(Duration::from_millis(delay)).await;
        task.abort();
        match task.await {
            // The one before may not have let go yet.
            Ok(Err(RebuildError::UnderWay)) | Err(_) => {}
            Ok(done) => {
                done.unwrap();
                finished += 1;
            }
        }
        assert_eq!(dump(pool).await, lived);
    }
    for name in NAMES {
        eventually("the last lock is given up", || async {
            match rebuilt(&app, name).await {
                Err(RebuildError::UnderWay) => None,
                done => Some(done.unwrap()),
            }
        })
        .await;
    }
    assert_eq!(dump(pool).await, lived);
    assert!(finished < 40, "none was killed");
}

#[tokio::test]
async fn the_swap_gives_way_to_a_long_reader_and_holds_up_nobody() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    await_caught_up(&app).await;
    let pool = app.foundation.store.pool();
    let mut long = pool.begin().await.unwrap();
    sqlx::query("SELECT * FROM account_view").fetch_all(&mut *long).await.unwrap();
    let other = app.beside();
    let swapping = Arc::new(AtomicU64::new(0));
    let tries = swapping.clone();
    let task = tokio::spawn(async move {
        let mut report = |progress: Progress| {
            tries.fetch_add(u64::from(progress.phase == Phase::Swapping), Ordering::Relaxed);
        };
        rebuild(&other.store, &*find(account::NAME).unwrap(), Start::Resume, &mut report).await
    });
    eventually("it has tried several times", || async {
        let begun = Instant::now();
        app.foundation.views.account_fetch(ada).await.unwrap().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2), "a reader waited for {:?}", begun.elapsed());
        (swapping.load(Ordering::Relaxed) >= 3).then_some(())
    })
    .await;
    // The live one moves meanwhile.
    switch(&app, ada, false).await;
    await_caught_up(&app).await;
    assert!(!task.is_finished());
    long.rollback().await.unwrap();
    task.await.unwrap().unwrap();
    assert!(!app.foundation.views.account_fetch(ada).await.unwrap().unwrap().usage_logging);
}

#[tokio::test]
async fn the_status_tells_how_far_each_is_and_how_late() {
    let mut app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    await_caught_up(&app).await;
    let store = app.foundation.store.clone();
    let of =
        |list: &[status::Status], name: &str| list.iter().find(|status| status.name == name).unwrap().clone();
    let list = status::list(&store).await.unwrap();
    let account = of(&list, account::NAME);
    assert_eq!((account.position, account.lag_events, account.parked), (1, 0, 0));
    assert!(account.lag_seconds == 0.0 && account.rebuild.is_none() && !account.outdated);

    app.stop_log().await;
    sign_in(&app, ada).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let sequencer = tokio::spawn(event_store::Sequencer::new(store.log().clone()).run(stop.clone()));
    eventually("it is late", || async {
        let late = of(&status::list(&store).await.unwrap(), account::NAME);
        (late.lag_events == 1 && late.lag_seconds > 0.0).then_some(())
    })
    .await;
    sqlx::query("UPDATE projection SET revision = 0 WHERE name = 'account'")
        .execute(store.pool())
        .await
        .unwrap();
    assert!(of(&status::list(&store).await.unwrap(), account::NAME).outdated);
    rebuilt(&app, account::NAME).await.unwrap();
    assert!(!of(&status::list(&store).await.unwrap(), account::NAME).outdated);
    stop.cancel();
    sequencer.await.unwrap();
}
