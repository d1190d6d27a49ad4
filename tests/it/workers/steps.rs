//! Each step twice, by two workers at once, and with failures in between.

use std::sync::Arc;

use async_trait::async_trait;
use domain::privacy_request::{
    ArchiveEnd, Intent, Kind, PrivacyRequest, PrivacyRequestCommand, SourceName, State, plan,
};
use event_store::{CommandContext, CommitExtras};
use tokio_util::sync::CancellationToken;
use workers::privacy_requests::sources::{
    DataSource, Erased, Erasure, Found, Parts, Progress, SourceError, Subject,
};
use workers::privacy_requests::{Advanced, JobError, advance, steps};
use workers::{Sources, WorkerContext};

use crate::support::{TestApp, eventually};

async fn up_to_date(app: &TestApp) {
    eventually("the views are up to date", || async {
        let store = &app.foundation.store;
        let lag = event_store::log::lag::lag(store.pool()).await.unwrap().events;
        let head = event_store::log::newest_position(store.pool()).await.unwrap();
        let patience = std::time::Duration::from_millis(50);
        let wait = app.foundation.views.wait_for(projections::privacy_request::NAME, head, patience);
        (lag == 0 && wait.await.unwrap()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_step_that_was_taken_and_is_taken_again_changes_nothing() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 20).await;
    let ctx = app.worker_context();
    for (kind, last) in [(Kind::Export, State::Completed), (Kind::Erasure, State::Completed)] {
        let id = app.receive(account, kind).await;
        let mut taken = 0;
        loop {
            let before = app.request(id).await;
            // Notices are the post's, and owed until it has sent them.
            let due = plan(&before, ctx.store.services().now());
            let is_step = |intent: &Intent| !matches!(intent, Intent::Notify(_));
            let Some(intent) = due.into_iter().find(is_step) else { break };
            up_to_date(&app).await;
            steps::run(&ctx, &before, &intent).await.unwrap();
            let after = app.request(id).await;
            assert_ne!(before, after, "{intent:?} changed nothing");
            // As a worker would that has not heard of it: with the request as it was before. What no longer
            // fits is refused, which is as good.
            match steps::run(&ctx, &before, &intent).await {
                Ok(()) | Err(JobError::Refused(_)) => {}
                Err(error) => panic!("{intent:?}: {error}"),
            }
            assert_eq!(app.request(id).await, after, "{intent:?}, taken twice, counts twice");
            taken += 1;
        }
        assert_eq!(app.request(id).await.state, last);
        assert!(taken >= 5, "{taken} steps");
    }
}

#[tokio::test]
async fn two_workers_on_one_request_make_one_archive() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 500).await;
    let id = app.receive(account, Kind::Export).await;
    up_to_date(&app).await;
    let stop = CancellationToken::new();
    let workers: Vec<WorkerContext> = (0..6).map(|_| app.worker_context()).collect();
    while app.request(id).await.state != State::Completed {
        let at_once = workers.iter().map(|ctx| advance(ctx, id, &stop));
        for result in futures::future::join_all(at_once).await {
            match result {
                Ok(Advanced::Done { .. } | Advanced::Elsewhere) | Err(JobError::Contended) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    let packaged: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'privacy_request.packaged'")
            .fetch_one(app.foundation.store.pool())
            .await
            .unwrap();
    assert_eq!(packaged, 1);
    let queued: i64 = sqlx::query_scalar("SELECT count(*) FROM outgoing")
        .fetch_one(app.foundation.store.pool())
        .await
        .unwrap();
    assert_eq!(queued, 2, "received and ready, each once");
}

#[tokio::test]
async fn an_export_that_an_erasure_overtakes_holds_nothing_of_what_was_erased() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    app.collect(account, 50).await;
    let ctx = app.worker_context();
    let stop = CancellationToken::new();
    let export = app.receive(account, Kind::Export).await;
    up_to_date(&app).await;
    // The export has collected everything and is about to be packaged.
    while app.request(export).await.state != State::Packaging {
        let request = app.request(export).await;
        let intents = plan(&request, ctx.store.services().now());
        let is_step = |intent: &Intent| !matches!(intent, Intent::Package | Intent::Notify(_));
        let intent = intents.into_iter().find(is_step).unwrap();
        steps::run(&ctx, &request, &intent).await.unwrap();
    }
    let erasure = app.receive(account, Kind::Erasure).await;
    up_to_date(&app).await;
    advance(&ctx, erasure, &stop).await.unwrap();
    assert_eq!(app.request(erasure).await.state, State::Completed);
    let parts = app.foundation.archives.list(&format!("requests/{export}")).await.unwrap();
    assert!(parts.is_empty(), "what was collected outlives the erasure: {parts:?}");
    assert_eq!(app.request(export).await.state, State::Running, "it collects anew");

    advance(&ctx, export, &stop).await.unwrap();
    let request = app.request(export).await;
    assert_eq!(request.state, State::Completed);
    let usage = request.files().find(|(_, file)| file.name == "usage/events.ndjson").unwrap().1;
    assert_eq!(usage.records, Some(0), "what was erased came back");
    let restarted: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE event_type = 'privacy_request.collection_restarted'",
    )
    .fetch_one(app.foundation.store.pool())
    .await
    .unwrap();
    assert_eq!(restarted, 1);
}

#[tokio::test]
async fn a_withdrawal_that_was_cut_short_is_finished_and_counted() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let (ctx, stop) = (app.worker_context(), CancellationToken::new());
    let export = app.receive(account, Kind::Export).await;
    advance(&ctx, export, &stop).await.unwrap();
    let erasure = app.receive(account, Kind::Erasure).await;
    // As a worker leaves it that dies right after it ended the archive.
    let command = PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Erased };
    let context = CommandContext::service(erasure.uuid());
    let id = export.to_string();
    ctx.store.execute::<PrivacyRequest>(&id, command, &context, CommitExtras::default()).await.unwrap();
    let folder = format!("requests/{export}");
    assert!(!app.foundation.archives.list(&folder).await.unwrap().is_empty());

    advance(&ctx, erasure, &stop).await.unwrap();
    let done = app.request(erasure).await;
    assert_eq!(done.state, State::Completed);
    assert_eq!(done.sources[&SourceName::new(SourceName::ARCHIVES)].counts["export_archives"], 1);
    assert!(app.foundation.archives.list(&folder).await.unwrap().is_empty(), "the archive is still there");
}

#[tokio::test]
async fn an_erasure_does_not_complete_past_an_archive_that_the_log_does_not_show_yet() {
    let mut app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let (ctx, stop) = (app.worker_context(), CancellationToken::new());
    // Nothing gets its position any more. (An open transaction that writes would do as well, and would hold
    // back the logs of all other tests too.)
    up_to_date(&app).await;
    app.stop_log().await;
    let export = app.receive(account, Kind::Export).await;
    for _ in 0..2 {
        // The account's own history is not complete either, so that source is asked again later.
        advance(&ctx, export, &stop).await.unwrap();
    }
    let erasure = app.receive(account, Kind::Erasure).await;
    advance(&ctx, erasure, &stop).await.unwrap();
    let request = app.request(erasure).await;
    assert_eq!(request.state, State::Running, "it completed without having seen all exports");
    let sources = &request.sources;
    assert_eq!(sources[&SourceName::new(SourceName::ARCHIVES)].attempts, 1, "{sources:?}");
}

/// A source that fails until it is told to work.
struct Broken(std::sync::atomic::AtomicBool);

#[async_trait]
impl DataSource for Broken {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::USAGE)
    }

    async fn export(&self, _: Subject, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        if self.0.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(SourceError::Unready("the source is down"));
        }
        parts.json("usage/none.json", "Nothing", &serde_json::json!([])).await
    }

    async fn erase(&self, _: Subject, _: &Progress) -> Result<Erasure, SourceError> {
        Ok(Erasure::default())
    }

    async fn verify(&self, _: Erased) -> Result<Found, SourceError> {
        Ok(Found::new())
    }

    async fn erase_again(&self, _: Erased) -> Result<Erasure, SourceError> {
        Ok(Erasure::default())
    }
}

#[tokio::test]
async fn a_source_that_is_down_holds_only_its_own_part() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let mut ctx = app.worker_context();
    let broken = Arc::new(Broken(true.into()));
    let account_source = ctx.sources.get(&SourceName::new(SourceName::ACCOUNT)).unwrap().clone();
    ctx.sources = Sources::from_iter([account_source, broken.clone() as Arc<dyn DataSource>]);
    let id = app.receive(account, Kind::Export).await;
    up_to_date(&app).await;
    let stop = CancellationToken::new();
    advance(&ctx, id, &stop).await.unwrap();

    let request = app.request(id).await;
    assert_eq!(request.state, State::Running);
    let progress = |name: &str| request.sources.get(&SourceName::new(name)).unwrap();
    assert!(progress("account").done && !progress("usage").done);
    assert_eq!(progress("usage").attempts, 1);
    assert!(progress("usage").retry_at.is_some(), "it is asked again");
    // Before its time nothing is due.
    assert_eq!(advance(&ctx, id, &stop).await.unwrap(), Advanced::Done { steps: 0 });
}

#[tokio::test]
async fn a_worker_that_dies_with_a_lease_is_replaced_when_the_lease_ends() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.receive(account, Kind::Export).await;
    up_to_date(&app).await;
    let pool = app.foundation.store.pool();
    let name = format!("{id}/start");
    let hour = std::time::Duration::from_secs(3600);
    let dead =
        event_store::postgres::lease::Lease::take(pool, name.clone(), uuid::Uuid::nil(), hour).await.unwrap();
    assert!(dead.is_some());

    let (ctx, stop) = (app.worker_context(), CancellationToken::new());
    assert_eq!(advance(&ctx, id, &stop).await.unwrap(), Advanced::Elsewhere);
    assert_eq!(app.request(id).await.state, State::Received);
    sqlx::query("UPDATE lease SET until = clock_timestamp() - interval '1 second' WHERE name = $1")
        .bind(&name)
        .execute(pool)
        .await
        .unwrap();
    advance(&ctx, id, &stop).await.unwrap();
    assert_eq!(app.request(id).await.state, State::Completed);
    assert!(!dead.unwrap().renew().await.unwrap(), "the dead one must not come back");
}

#[tokio::test]
async fn a_lease_that_cannot_be_given_back_fails_no_job() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.receive(account, Kind::Export).await;
    up_to_date(&app).await;
    let pool = app.foundation.store.pool();
    let locked = "CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE lock_not_available; END $$;
         CREATE TRIGGER locked BEFORE DELETE ON lease FOR EACH ROW EXECUTE FUNCTION locked()";
    sqlx::raw_sql(locked).execute(pool).await.unwrap();
    advance(&app.worker_context(), id, &CancellationToken::new()).await.unwrap();
    assert_eq!(app.request(id).await.state, State::Completed);
}
