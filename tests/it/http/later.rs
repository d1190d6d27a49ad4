//! What time alone brings about, done as by a worker whose clock is ahead.

use std::sync::Arc;
use std::time::Duration;

use catalogue::Catalogue;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, Services};
use event_store::{EventStore, MasterKey};
use personal_settings::cli::{DkimOptions, WorkerOptions};
use personal_settings::composition::{Network, Work};
use workers::WorkerContext;
use workers::privacy_requests::archive::{Practice, Statements};

use super::Service;
use super::queue::foundation_of;
use super::service::MASTER_KEY;
use crate::support::letterhead;

struct Ahead(Services, TimeDelta);

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        self.0.now() + self.1
    }
}

/// Does what will be due for an account in so many days.
pub(super) async fn attend(service: &Service, days: i64, account: &str) {
    let ctx = worker_context(service, TimeDelta::days(days)).await;
    workers::timers::run_due(&ctx, "account", account).await.unwrap();
    // What it has to say goes out now: the post's clock is not ahead.
    sqlx::query("UPDATE outgoing SET due_at = clock_timestamp()").execute(ctx.store.pool()).await.unwrap();
}

async fn worker_context(service: &Service, ahead: TimeDelta) -> WorkerContext {
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let mut foundation = foundation_of(service);
    let present = personal_settings::system::services();
    let services = Services { ids: Arc::clone(&present.ids), clock: Arc::new(Ahead(present, ahead)) };
    foundation.store = EventStore::new(service.pool().await, services, key);
    let options = WorkerOptions {
        concurrency: 1,
        mail: Some(format!("directory:{}", service.folder().join("data/mail").display())),
        phone: None,
        directory_retention: Duration::from_secs(24 * 60 * 60).into(),
        mail_from: Some("no-reply@example.com".to_owned()),
        dkim: DkimOptions::default(),
    };
    let statements = Statements::of(&Practice::default(), &Catalogue::built_in()).unwrap();
    let head = letterhead(&service.program.base);
    Work::worker_context(&foundation, &Network::default(), &options, statements, head, None).unwrap()
}
