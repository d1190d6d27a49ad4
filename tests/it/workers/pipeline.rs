//! The whole way, by relay, queue, workers and scheduler.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use bytes::BytesMut;
use domain::account::AccountCommand;
use domain::privacy_request::{
    ArchiveEnd, Kind, Notice, PrivacyRequest, PrivacyRequestCommand, Request, State, next_at,
};
use domain::{RequestId, SessionId};
use event_store::{CommitExtras, KeyName};
use futures::TryStreamExt;
use sealed_objects::ObjectKey;
use serde_json::Value;
use zip::ZipArchive;

use crate::support::{TestApp, account_context, eventually};

async fn reaches(app: &TestApp, id: RequestId, state: State) -> Request {
    eventually(&format!("{id} becomes {}", state.as_str()), || async {
        let request = app.request(id).await;
        (request.state == state).then_some(request)
    })
    .await
}

/// Nothing is due any more before the archive expires.
async fn settles(app: &TestApp, id: RequestId) -> Request {
    eventually(&format!("{id} has nothing left to do"), || async {
        let request = app.request(id).await;
        let now = app.foundation.store.services().now();
        next_at(&request).is_none_or(|at| at > now).then_some(request)
    })
    .await
}

async fn fetch_archive(app: &TestApp, request: &Request) -> Option<ZipArchive<Cursor<BytesMut>>> {
    let archive = request.archive.as_ref().unwrap();
    let key =
        app.foundation.store.keys().find_active_key(&KeyName::archive(request.request_id)).await.unwrap()?;
    let key = ObjectKey::from_bytes(*key.expose());
    let pieces = app.foundation.archives.read(&archive.object, &key, 0..archive.bytes);
    let bytes: BytesMut = pieces.try_collect().await.unwrap();
    Some(ZipArchive::new(Cursor::new(bytes)).unwrap())
}

fn read(zip: &mut ZipArchive<Cursor<BytesMut>>, name: &str) -> String {
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn an_export_is_collected_packaged_and_announced() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    assert_eq!(app.collect(account, 1_500).await, 1_500);
    let work = app.work().await;
    let id = app.receive(account, Kind::Export).await;
    reaches(&app, id, State::Completed).await;
    let request = settles(&app, id).await;
    assert_eq!(request.notices, [Notice::Received, Notice::ArchiveReady]);
    let (_, progress) = request.sources.iter().find(|(name, _)| name.as_str() == "usage").unwrap();
    assert_eq!(progress.records, 1_500, "each is counted once, in however many files it stands");

    let mut zip = fetch_archive(&app, &request).await.unwrap();
    let names: BTreeSet<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in [
        "account/consents.ndjson",
        "account/history.csv",
        "account/history.ndjson",
        "account/profile.json",
        "account/sessions.ndjson",
        "index.html",
        "manifest.json",
        "statement.txt",
        "usage/events.csv",
        "usage/events.ndjson",
    ] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    let profile: Value = serde_json::from_str(&read(&mut zip, "account/profile.json")).unwrap();
    assert_eq!(profile["email"], "ada@example.com");
    assert_eq!(read(&mut zip, "usage/events.ndjson").lines().count(), 1_500);
    assert!(read(&mut zip, "account/history.csv").contains("The account was opened"));
    let manifest: Value = serde_json::from_str(&read(&mut zip, "manifest.json")).unwrap();
    let usage =
        manifest["files"].as_array().unwrap().iter().find(|f| f["name"] == "usage/events.ndjson").unwrap();
    assert_eq!(usage["records"], 1_500);

    let folder = format!("requests/{id}");
    let left = app.foundation.archives.list(&folder).await.unwrap();
    assert_eq!(left, [request.archive.unwrap().object], "only the archive is left of all parts");
    work.stop().await;
}

#[tokio::test]
async fn an_erasure_takes_usage_addresses_and_archives_and_leaves_the_account() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 321).await;
    let work = app.work().await;
    let export = app.receive(account, Kind::Export).await;
    reaches(&app, export, State::Completed).await;

    let erasure = app.receive(account, Kind::Erasure).await;
    reaches(&app, erasure, State::Completed).await;
    let done = settles(&app, erasure).await;
    let count = |source: &str, what: &str| {
        let (_, progress) = done.sources.iter().find(|(name, _)| name.as_str() == source).unwrap();
        progress.counts[what]
    };
    assert_eq!(count("usage", "usage_events"), 321);
    assert_eq!(count("account", "activity_keys"), 1);
    assert_eq!(count("archives", "export_archives"), 1);

    let withdrawn = reaches(&app, export, State::Expired).await;
    assert_eq!(withdrawn.archive.as_ref().unwrap().ended, Some(ArchiveEnd::Erased));
    assert!(fetch_archive(&app, &withdrawn).await.is_none(), "the archive's key is gone");
    let files = app.foundation.archives.list(&format!("requests/{export}")).await.unwrap();
    assert!(files.is_empty(), "{files:?}");

    let session_id = SessionId::generate(app.foundation.store.services());
    app.command(account, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await.unwrap();
    work.stop().await;
}

#[tokio::test]
async fn nats_may_lose_everything_and_every_request_still_completes() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 10).await;
    let bus = app.bus().await;
    let ctx = app.worker_context();

    // The relay publishes what is due, and nobody works.
    let stop = tokio_util::sync::CancellationToken::new();
    let relay = tokio::spawn(workers::Relay::new(ctx.store.clone(), bus.clone()).run(stop.clone()));
    let id = app.receive(account, Kind::Export).await;
    let pool = app.foundation.store.pool();
    eventually("the relay has published everything", || async {
        let head = event_store::log::newest_position(pool).await.unwrap();
        let relayed = projections::cursor::position(pool, "relay").await.unwrap();
        (head >= 2 && relayed == head).then_some(())
    })
    .await;
    stop.cancel();
    relay.await.unwrap();

    // Then NATS loses both streams.
    let jetstream = crate::support::jetstream().await;
    for stream in ["jobs", "events"] {
        jetstream.delete_stream(format!("{}-{stream}", app.database.name)).await.unwrap();
    }
    let work = app.work().await;
    reaches(&app, id, State::Completed).await;

    // And once more, while workers are waiting for jobs.
    let second = app.receive(account, Kind::Erasure).await;
    reaches(&app, second, State::Completed).await;
    for stream in ["jobs", "events"] {
        jetstream.delete_stream(format!("{}-{stream}", app.database.name)).await.unwrap();
    }
    let third = app.receive(account, Kind::Export).await;
    reaches(&app, third, State::Completed).await;
    work.stop().await;
}

#[tokio::test]
async fn the_first_sweep_finds_what_the_read_models_did_not_know_yet() {
    let mut app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.stop_log().await;
    let id = app.receive(account, Kind::Export).await;
    let (ctx, bus) = (app.worker_context(), app.bus().await);

    // As after a crash: the scheduler leads before the log has moved on. Nobody relays, no sweep follows.
    let stop = tokio_util::sync::CancellationToken::new();
    let never = "0 0 0 1 1 *";
    let timetable = workers::scheduler::Schedules::parse(never, never, never).unwrap();
    let scheduler = workers::Scheduler::new(ctx.store.clone(), ctx.views.clone(), bus.clone(), timetable);
    let scheduler = tokio::spawn(scheduler.run(stop.clone()));
    let leads = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let pool = app.foundation.store.pool();
    eventually("the scheduler leads", || async {
        let leaders: i64 = sqlx::query_scalar(leads).fetch_one(pool).await.unwrap();
        (leaders > 0).then_some(())
    })
    .await;
    app.start_log();
    let worker = tokio::spawn(workers::jobs::Consumer::new(ctx.clone(), bus.clone()).run(stop.clone()));
    reaches(&app, id, State::Completed).await;
    stop.cancel();
    scheduler.await.unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_request_cancelled_while_it_is_worked_on_ends_cancelled_and_leaves_nothing() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 5_000).await;
    let work = app.work().await;
    let id = app.receive(account, Kind::Export).await;
    eventually("the work has begun", || async {
        (app.request(id).await.state != State::Received).then_some(())
    })
    .await;
    let cancelled = app
        .foundation
        .store
        .execute::<PrivacyRequest>(
            &id.to_string(),
            PrivacyRequestCommand::Cancel,
            &account_context(account),
            CommitExtras::default(),
        )
        .await;
    let request = settles(&app, id).await;
    if cancelled.is_ok() {
        assert_eq!(request.state, State::Cancelled);
        // A worker that was at it meanwhile is refused, and takes away what it wrote.
        eventually("nothing is left", || async {
            let files = app.foundation.archives.list(&format!("requests/{id}")).await.unwrap();
            files.is_empty().then_some(())
        })
        .await;
    } else {
        assert_eq!(request.state, State::Completed, "too late to cancel means done");
    }
    work.stop().await;
}
