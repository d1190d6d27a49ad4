//! Sources are read again after an erasure: what a source says of its own work is not taken for true.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::privacy_request::{
    Intent, Kind, PrivacyRequest, PrivacyRequestCommand, Request, SourceName, SourceState, State, plan,
};
use domain::{AccountId, Clock, RequestId, Services};
use event_store::usage::{self, Incoming};
use event_store::{CommandContext, CommitExtras, EventStore};
use tokio_util::sync::CancellationToken;
use workers::privacy_requests::sources::{
    DataSource, Erased, Erasure, Found, Parts, Progress, SourceError, Subject,
};
use workers::privacy_requests::{advance, steps};
use workers::{Sources, WorkerContext};

use crate::support::{TestApp, eventually};

/// A clock that only the test moves.
struct Hand(Mutex<DateTime<Utc>>);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A service whose workers live by a clock that the test moves.
struct Scene {
    app: TestApp,
    ctx: WorkerContext,
    clock: Arc<Hand>,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::build().await;
        let mut ctx = app.worker_context();
        let clock = Arc::new(Hand(Mutex::new(ctx.store.services().now())));
        let ids = Arc::clone(&ctx.store.services().ids);
        let services = Services { ids, clock: clock.clone() };
        let (pool, provider) = (ctx.store.pool().clone(), Arc::clone(ctx.store.keys().provider()));
        ctx.store = EventStore::new(pool, services, provider);
        Self { app, ctx, clock }
    }

    fn pass(&self, time: TimeDelta) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Does all that is due by now.
    async fn work(&self, request: RequestId) -> Request {
        eventually("the views are up to date", || async {
            let store = &self.app.foundation.store;
            let head = event_store::log::newest_position(store.pool()).await.unwrap();
            let lag = event_store::log::lag::lag(store.pool()).await.unwrap().events;
            let patience = std::time::Duration::from_millis(50);
            let wait = self.app.foundation.views.wait_for(projections::privacy_request::NAME, head, patience);
            (lag == 0 && wait.await.unwrap()).then_some(())
        })
        .await;
        advance(&self.ctx, request, &CancellationToken::new()).await.unwrap();
        self.app.request(request).await
    }

    async fn usage(&self, account: AccountId) -> u64 {
        let pool = self.app.foundation.store.pool();
        usage::count(pool, usage::HOUSE, &account.to_string()).await.unwrap()
    }

    /// Usage that comes in now and happened so long ago.
    async fn import(&self, account: AccountId, events: u64, ago: TimeDelta) {
        let event = |n: u64| Incoming {
            project_id: usage::HOUSE.to_owned(),
            distinct_id: account.to_string(),
            occurred_at: self.app.foundation.store.services().now() - ago,
            at_arrival: false,
            name: "Imported".to_owned(),
            insert_id: n.to_string(),
            properties: "{}".to_owned(),
        };
        let events: Vec<_> = (0..events).map(event).collect();
        usage::ingest(self.app.foundation.store.pool(), &events).await.unwrap();
    }
}

fn usage_of(request: &Request) -> &domain::privacy_request::SourceProgress {
    &request.sources[&SourceName::new(SourceName::USAGE)]
}

/// A place that keeps rows and lies about them.
#[derive(Default)]
struct Liar {
    rows: Mutex<u64>,
    /// How often it is asked to erase and does nothing.
    deaf: Mutex<u64>,
    /// How many rows it forgets each time it does erase.
    leaves: u64,
}

impl Liar {
    fn forget(&self) -> Erasure {
        let mut deaf = self.deaf.lock().unwrap();
        let mut rows = self.rows.lock().unwrap();
        let said = *rows;
        match *deaf {
            0 => *rows = 0,
            1.. => {
                *deaf -= 1;
                *rows = (*rows).max(self.leaves);
            }
        }
        // Whatever it did, it says that all is gone.
        Erasure { counts: BTreeMap::from([("rows".to_owned(), said)]), destroyed_keys: Vec::new() }
    }
}

#[async_trait]
impl DataSource for Liar {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::USAGE)
    }

    async fn export(&self, _: Subject, _: &mut Parts<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    async fn erase(&self, _: Subject, _: &Progress) -> Result<Erasure, SourceError> {
        Ok(self.forget())
    }

    async fn verify(&self, _: Erased) -> Result<Found, SourceError> {
        let rows = *self.rows.lock().unwrap();
        Ok(if rows == 0 { Found::new() } else { Found::from([("rows".to_owned(), rows)]) })
    }

    async fn erase_again(&self, _: Erased) -> Result<Erasure, SourceError> {
        Ok(self.forget())
    }
}

impl Scene {
    /// Takes the place of the usage store.
    fn instead_of_usage(&mut self, liar: &Arc<Liar>) {
        let named = |name: &str| self.ctx.sources.get(&SourceName::new(name)).unwrap().clone();
        let others = [SourceName::ACCOUNT, SourceName::ARCHIVES].map(named);
        self.ctx.sources =
            Sources::from_iter(others.into_iter().chain([liar.clone() as Arc<dyn DataSource>]));
    }
}

#[tokio::test]
async fn an_honest_erasure_is_read_at_once_and_a_day_and_a_week_later_and_then_never() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    scene.app.collect(account, 30).await;
    let id = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    let done = scene.work(id).await;
    assert_eq!((done.state, done.is_verified()), (State::Completed, true));
    // The account goes on, and what it does from now on is no business of the request's.
    scene.app.collect(account, 7).await;
    for (readings, wait) in [(2, TimeDelta::days(1)), (3, TimeDelta::days(6))] {
        scene.pass(wait - TimeDelta::seconds(2));
        assert_eq!(usage_of(&scene.work(id).await).readings, readings - 1, "not before its time");
        scene.pass(TimeDelta::seconds(2));
        let read = scene.work(id).await;
        assert!(read.sources.values().all(|source| source.readings == readings && source.found_again == 0));
    }
    scene.pass(TimeDelta::days(400));
    assert_eq!(scene.work(id).await.later_reading(), None);
    assert_eq!(scene.usage(account).await, 7);
}

#[tokio::test]
async fn usage_that_is_imported_again_is_found_the_next_day_and_erased_and_later_usage_stays() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    scene.app.collect(account, 30).await;
    let id = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    scene.work(id).await;
    scene.import(account, 12, TimeDelta::days(3)).await;
    scene.app.collect(account, 7).await;

    scene.pass(TimeDelta::days(1));
    let found = scene.work(id).await;
    assert_eq!((found.state, usage_of(&found).found_again), (State::Completed, 1));
    assert!(found.is_reopened());
    scene.pass(TimeDelta::seconds(16));
    let mended = scene.work(id).await;
    assert_eq!((mended.is_reopened(), usage_of(&mended).readings), (false, 2));
    assert_eq!(usage_of(&mended).counts["usage_events"], 42, "all that was erased for the request");
    assert_eq!(scene.usage(account).await, 7, "what was collected since stays");
}

#[tokio::test]
async fn a_source_that_says_done_and_does_nothing_is_never_taken_at_its_word() {
    let mut scene = Scene::set().await;
    let liar = Arc::new(Liar { rows: Mutex::new(5), deaf: Mutex::new(3), leaves: 0 });
    scene.instead_of_usage(&liar);
    let account = scene.app.register("ada@example.com").await;
    let id = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    for (times, pause) in (1..=3).zip([15, 30, 60]) {
        let request = scene.work(id).await;
        assert_eq!((request.state, usage_of(&request).found_again), (State::Verifying, times));
        let (state, _, retry_at) =
            request.source_at(&SourceName::new(SourceName::USAGE), scene.clock.now()).unwrap();
        assert_eq!(
            (state, retry_at),
            (SourceState::WaitingToRetry, Some(scene.clock.now() + TimeDelta::seconds(pause)))
        );
        scene.pass(TimeDelta::seconds(pause));
    }
    let done = scene.work(id).await;
    assert_eq!((done.state, usage_of(&done).found_again), (State::Completed, 3));
    assert_eq!(*liar.rows.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_copy_that_was_made_of_what_came_back_is_withdrawn_with_it() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    let id = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    scene.work(id).await;
    scene.import(account, 12, TimeDelta::days(3)).await;
    let export = scene.app.receive(account, Kind::Export).await;
    assert_eq!(scene.work(export).await.state, State::Completed);

    scene.pass(TimeDelta::days(1));
    scene.work(id).await;
    scene.pass(TimeDelta::seconds(16));
    assert!(!scene.work(id).await.is_reopened());
    let copy = scene.app.request(export).await.archive.unwrap();
    assert_eq!(copy.ended, Some(domain::privacy_request::ArchiveEnd::Erased));
}

/// Steps of an export up to where one source has handed over.
async fn half_collected(scene: &Scene, account: AccountId) -> RequestId {
    let id = scene.app.receive(account, Kind::Export).await;
    scene.pass(TimeDelta::seconds(1));
    for _ in 0..2 {
        let request = scene.app.request(id).await;
        let due = plan(&request, scene.clock.now());
        let step = due.into_iter().find(|intent| !matches!(intent, Intent::Notify(_))).unwrap();
        steps::run(&scene.ctx, &request, &step).await.unwrap();
    }
    let request = scene.app.request(id).await;
    assert!(!request.collected_under.is_empty() && request.state == State::Running, "{request:?}");
    id
}

#[tokio::test]
async fn an_export_that_was_cancelled_half_way_keeps_no_erasure_from_its_end() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    let export = half_collected(&scene, account).await;
    let context = CommandContext::service(export.uuid());
    let store = &scene.ctx.store;
    let id = export.to_string();
    store
        .execute::<PrivacyRequest>(&id, PrivacyRequestCommand::Cancel, &context, CommitExtras::default())
        .await
        .unwrap();
    scene.work(export).await;
    let erasure = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    let done = scene.work(erasure).await;
    assert_eq!(done.state, State::Completed, "{:?}", done.sources);
    scene.pass(TimeDelta::days(7));
    let read = scene.work(erasure).await;
    assert!(read.sources.values().all(|source| source.found_again == 0), "{:?}", read.sources);
}

#[tokio::test]
async fn files_that_came_back_below_a_withdrawn_archive_are_removed_again() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    let export = scene.app.receive(account, Kind::Export).await;
    scene.pass(TimeDelta::seconds(1));
    scene.work(export).await;
    let erasure = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    scene.work(erasure).await;
    assert!(scene.work(export).await.objects_removed);
    // As a bucket does that was restored from a backup.
    let back = format!("requests/{export}/archive/back.zip");
    let objects = &scene.app.foundation.archives;
    assert!(objects.put_once(&back, "bytes".into()).await.unwrap());

    scene.pass(TimeDelta::days(1));
    assert!(scene.work(erasure).await.is_reopened());
    scene.pass(TimeDelta::seconds(16));
    assert!(!scene.work(erasure).await.is_reopened());
    assert!(objects.list(&format!("requests/{export}")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_that_was_brought_back_is_found_and_destroyed_and_a_later_one_lives() {
    let scene = Scene::set().await;
    let account = scene.app.register("ada@example.com").await;
    let pool = scene.app.foundation.store.pool().clone();
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT wrapped FROM subject_key WHERE subject = $1 AND scope = 'activity'")
            .bind(account.to_string())
            .fetch_one(&pool)
            .await
            .unwrap();
    let erasure = scene.app.receive(account, Kind::Erasure).await;
    scene.pass(TimeDelta::seconds(1));
    scene.work(erasure).await;
    // As a table does that was restored from a backup: it knows of no erasure.
    let restore = "UPDATE subject_key SET wrapped = $2, destroyed_at = NULL, destroyed_for = NULL
                   WHERE subject = $1 AND scope = 'activity' AND destroyed_for IS NOT NULL";
    sqlx::query(restore).bind(account.to_string()).bind(&kept).execute(&pool).await.unwrap();

    scene.pass(TimeDelta::days(1));
    assert!(scene.work(erasure).await.is_reopened());
    scene.pass(TimeDelta::seconds(16));
    assert!(!scene.work(erasure).await.is_reopened());
    let back = "SELECT count(*) FROM subject_key
                WHERE subject = $1 AND scope = 'activity' AND wrapped = $2";
    let left: i64 =
        sqlx::query_scalar(back).bind(account.to_string()).bind(&kept).fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}
