//! The rooms in this process, without HTTP: for tests of what lies below it.

use std::time::Duration;

use catalogue::Catalogue;
use domain::account::{Account, AccountCommand, Preferences};
use domain::law::{LawId, Laws, Place};
use domain::privacy_request::{Kind, NewRequest, PrivacyRequest, PrivacyRequestCommand, Request};
use domain::{AccountId, Actor, RequestId, Scope};
use event_store::encryption::LocalKeys;
use event_store::usage::{self, Incoming};
use event_store::{CommandContext, CommitExtras, ExecuteError, KeyName, Origin, Precedence};
use personal_settings::cli::{BusOptions, DkimOptions, WorkerOptions};
use personal_settings::composition::{AppContext, LogTasks, Network, Work, bus};
use serde_json::json;
use url::Url;
use uuid::Uuid;
use workers::messages::mail::Letterhead;
use workers::privacy_requests::archive::{Practice, Statements};
use workers::{Bus, WorkerContext};

use super::{Database, Proxy, shared};

/// A house of one test's own.
pub(crate) struct TestApp {
    pub(crate) database: Database,
    pub(crate) foundation: AppContext,
    pub(crate) folder: tempfile::TempDir,
    log_tasks: Option<LogTasks>,
}

impl TestApp {
    /// Builds one; its log moves, its workers do not work.
    pub(crate) async fn build() -> Self {
        personal_settings::choose_tls();
        let database = Database::create().await;
        let folder = tempfile::tempdir().unwrap();
        let foundation = lay(&database.url, &folder);
        foundation.prepare(None).await.unwrap();
        usage::house_project(foundation.store.pool(), None, "house-token").await.unwrap();
        let log_tasks = Some(LogTasks::start(&foundation.store, &foundation.views));
        Self { database, foundation, folder, log_tasks }
    }

    /// From now on the log does not move by itself.
    pub(crate) async fn stop_log(&mut self) {
        self.log_tasks.take().unwrap().stop().await;
    }

    /// The log moves again.
    pub(crate) fn start_log(&mut self) {
        self.log_tasks = Some(LogTasks::start(&self.foundation.store, &self.foundation.views));
    }

    /// Has read models brought to the form of this release, as who has the database alone, or not.
    pub(crate) fn see_to_outdated(&self, alone: bool) {
        let owner = alone.then(|| self.foundation.store.clone());
        self.log_tasks.as_ref().unwrap().see_to_outdated(&self.foundation.store, owner);
    }

    /// The same house seen by another process: nothing in memory is shared.
    pub(crate) fn beside(&self) -> AppContext {
        lay(&self.database.url, &self.folder)
    }

    /// The same, as the role that programs work as.
    pub(crate) fn as_the_program(&self) -> AppContext {
        lay(&self.database.worker_url, &self.folder)
    }

    /// The same, its way to the database leading through `proxy`.
    pub(crate) fn beyond(&self, proxy: &Proxy) -> AppContext {
        lay(&proxy.database_url(&self.database), &self.folder)
    }

    /// What jobs work with. Mail goes to `mail` in the house's folder.
    pub(crate) fn worker_context(&self) -> WorkerContext {
        self.worker_context_with_mail(&format!("directory:{}", self.folder.path().join("mail").display()))
    }

    /// What jobs work with, mail going to `mail`.
    pub(crate) fn worker_context_with_mail(&self, mail: &str) -> WorkerContext {
        let options = WorkerOptions {
            concurrency: 2,
            mail: Some(mail.to_owned()),
            phone: Some(format!("directory:{}", self.folder.path().join("phone").display())),
            directory_retention: Duration::from_secs(24 * 60 * 60).into(),
            mail_from: Some("no-reply@example.com".to_owned()),
            dkim: DkimOptions::default(),
        };
        let head = letterhead("https://settings.example.com");
        let statements = Statements::of(&Practice::default(), &Catalogue::built_in()).unwrap();
        Work::worker_context(&self.foundation, &Network::default(), &options, statements, head, None).unwrap()
    }

    /// A connection to NATS with streams of this test's own.
    pub(crate) async fn bus(&self) -> Bus {
        self.bus_at(&shared().nats_url).await
    }

    /// The same, at a server that may not be there.
    pub(crate) async fn bus_at(&self, url: &str) -> Bus {
        let options = BusOptions {
            nats_prefix: self.database.name.parse().unwrap(),
            nats_replicas: 1,
            nats_nkey_file: None,
            nats_credentials_file: None,
            nats_ca_file: None,
        };
        bus(&Network::default(), url, &options).await.unwrap()
    }

    /// Starts workers.
    pub(crate) async fn work(&self) -> Work {
        Work::start(&self.worker_context(), &self.bus().await, 2).unwrap()
    }

    /// Opens an account whose switches are on.
    pub(crate) async fn register(&self, email: &str) -> AccountId {
        let account_id = AccountId::generate(self.foundation.store.services());
        self.try_register(account_id, email).await.unwrap();
        account_id
    }

    pub(crate) async fn try_register(
        &self,
        account_id: AccountId,
        email: &str,
    ) -> Result<(), ExecuteError<domain::account::AccountError>> {
        let command = AccountCommand::Register {
            account_id,
            email: email.parse().unwrap(),
            name: "Ada Example".to_owned(),
            preferences: Preferences { personalization: true, usage_logging: true },
            policy_version: "1".to_owned(),
        };
        self.command(account_id, command).await
    }

    /// Has an account carry out a command of its holder.
    pub(crate) async fn command(
        &self,
        account: AccountId,
        command: AccountCommand,
    ) -> Result<(), ExecuteError<domain::account::AccountError>> {
        let store = &self.foundation.store;
        let context = account_context(account);
        store.execute::<Account>(&account.to_string(), command, &context, CommitExtras::default()).await?;
        Ok(())
    }

    /// Collects usage of an account. Returns how many events were stored.
    pub(crate) async fn collect(&self, account: AccountId, events: u64) -> u64 {
        let services = self.foundation.store.services();
        let incoming: Vec<Incoming> = (0..events)
            .map(|n| Incoming {
                project_id: usage::HOUSE.to_owned(),
                distinct_id: account.to_string(),
                occurred_at: services.now(),
                at_arrival: false,
                name: "Page viewed".to_owned(),
                insert_id: format!("{n}-{}", services.ids.uuid()),
                properties: json!({"path": "/seeded-path", "ip": "203.0.113.77", "n": n}).to_string(),
            })
            .collect();
        usage::ingest(self.foundation.store.pool(), &incoming).await.unwrap().stored
    }

    /// Receives a request; an erasure of it starts at once.
    pub(crate) async fn receive(&self, account_id: AccountId, kind: Kind) -> RequestId {
        let store = &self.foundation.store;
        let request_id = RequestId::generate(store.services());
        let command = PrivacyRequestCommand::Receive(NewRequest {
            request_id,
            account_id,
            kind,
            regulation: LawId::GDPR,
            cooling_off: chrono::Duration::zero(),
            stages: workers::privacy_requests::sources::stages(kind),
            laws: Laws::built_in().clone(),
            place: Place::default(),
            later_readings: vec![chrono::Duration::days(1), chrono::Duration::days(7)],
        });
        let context = account_context(account_id);
        let id = request_id.to_string();
        store.execute::<PrivacyRequest>(&id, command, &context, CommitExtras::default()).await.unwrap();
        request_id
    }

    /// A request as its events have it.
    pub(crate) async fn request(&self, id: RequestId) -> Request {
        let (aggregate, _) = self.foundation.store.load::<PrivacyRequest>(&id.to_string()).await.unwrap();
        aggregate.request.unwrap()
    }
}

/// What mails of a service at `public_url` say of their sender.
pub(crate) fn letterhead(public_url: &str) -> Letterhead {
    let contact = "privacy@example.com".parse().ok();
    Letterhead::new("Example", contact, None, public_url.parse().unwrap())
}

fn lay(database_url: &str, folder: &tempfile::TempDir) -> AppContext {
    let keys = LocalKeys::from_file_or_new(&folder.path().join("master.key")).unwrap();
    let archives = Url::from_directory_path(folder.path().join("archives")).unwrap();
    AppContext::connect(database_url, keys, &archives).unwrap()
}

/// The name of the key under which lies what was collected about an account's use.
pub(crate) fn activity(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Activity.as_str())
}

/// An account holder acts, from a seeded address.
pub(crate) fn account_context(account: AccountId) -> CommandContext {
    CommandContext {
        actor: Actor::Account(account),
        origin: Origin {
            ip_address: Some("203.0.113.77".parse().unwrap()),
            user_agent: Some("SeededAgent/1.0".to_owned()),
        },
        causation: None,
        correlation: Uuid::nil(),
        once: None,
        session: None,
        precedence: Precedence::default(),
    }
}

/// Asks again and again until `check` answers; panics after half a minute.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, check: impl Fn() -> F) -> T {
    let asked = async {
        loop {
            if let Some(answer) = check().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(Duration::from_secs(30), asked).await {
        Ok(answer) => answer,
        Err(_) => panic!("in vain: {what}"),
    }
}
