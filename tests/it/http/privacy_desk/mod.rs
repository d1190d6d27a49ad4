//! What the privacy desk asks of `/v1/admin`: the requests of all accounts, and whose they are.

mod accounts;
mod list;
mod request;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use domain::law::{LawId, Laws, Place};
use domain::operator::OperatorScope;
use domain::privacy_request::{
    Kind, NewRequest, PrivacyRequest, PrivacyRequestCommand as Command, SourceName,
};
use domain::{AccountId, Clock, RequestId, Services};
use event_store::records::operator_token::Origin;
use event_store::{CommitExtras, EventStore, MasterKey, log};
use personal_settings::composition::operators::{self, NewOperator};
use projections::{cursor, privacy_request};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::service::{MASTER_KEY, asked};
use super::{Answer, Service};
use crate::support::{Client, account_context, eventually};

const REQUESTS: &str = "/v1/admin/privacy-requests";

/// A clock that stands where it was put.
struct Moved(Mutex<DateTime<Utc>>);

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A service, somebody at its desk, and requests of any age.
struct Desk {
    service: Service,
    /// With a token of the scope `privacy` and no other.
    client: Client,
    operator: String,
    /// Does what is done at the instant of the clock.
    store: EventStore,
    clock: Arc<Moved>,
    now: DateTime<Utc>,
}

impl Desk {
    async fn open() -> Self {
        let service = Service::api().await;
        let present = personal_settings::system::services();
        let now = present.now();
        let clock = Arc::new(Moved(Mutex::new(now)));
        let services = Services { ids: present.ids, clock: Arc::clone(&clock) as Arc<dyn Clock> };
        let key = MasterKey::from_base64(MASTER_KEY).unwrap();
        let store = EventStore::new(service.pool().await, services, key);
        let token = api::token::generate(api::token::Kind::Operator);
        let scopes = BTreeSet::from([OperatorScope::Privacy]);
        let new = NewOperator { name: "Grace", scopes, expires_at: None, origin: Origin::Created };
        let operator = operators::let_in(&store, &token, new).await.unwrap().unwrap().to_string();
        let client = service.client().with_token(token.expose_secret());
        Self { service, client, operator, store, clock, now }
    }

    async fn ask(&self, path: &str) -> Answer {
        asked(&self.client, "GET", path).await
    }

    /// The items of a list.
    async fn items(&self, path: &str) -> Vec<Value> {
        self.ask(path).await.expect(200).json()["items"].as_array().unwrap().clone()
    }

    /// The ids of the requests that a query finds.
    async fn found(&self, query: &str) -> Vec<String> {
        let items = self.items(&format!("{REQUESTS}?{query}")).await;
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }

    /// What happens from now on happened so long ago.
    fn go_back(&self, ago: TimeDelta) {
        *self.clock.0.lock().unwrap() = self.now - ago;
    }

    async fn command(&self, account: AccountId, request: RequestId, command: Command) {
        let (id, context) = (request.to_string(), account_context(account));
        let extras = CommitExtras::default();
        self.store.execute::<PrivacyRequest>(&id, command, &context, extras).await.unwrap();
    }

    /// A request of an account that was not heard of otherwise, received so long ago.
    async fn receive(&self, kind: Kind, ago: TimeDelta) -> (AccountId, RequestId) {
        let account = AccountId::generate(self.store.services());
        (account, self.receive_of(account, kind, ago).await)
    }

    async fn receive_of(&self, account_id: AccountId, kind: Kind, ago: TimeDelta) -> RequestId {
        self.go_back(ago);
        let request_id = RequestId::generate(self.store.services());
        let command = Command::Receive(NewRequest {
            request_id,
            account_id,
            kind,
            regulation: LawId::CCPA,
            cooling_off: TimeDelta::zero(),
            stages: vec![vec![SourceName::new(SourceName::USAGE)]],
            laws: Laws::built_in().clone(),
            place: Place::default(),
            later_readings: Vec::new(),
        });
        self.command(account_id, request_id, command).await;
        request_id
    }

    /// It is completed so long ago.
    async fn complete(&self, (account, request): (AccountId, RequestId), kind: Kind, ago: TimeDelta) {
        self.go_back(ago);
        self.command(account, request, Command::Start).await;
        let source = SourceName::new(SourceName::USAGE);
        let commands = match kind {
            Kind::Export => vec![
                Command::RecordExported { source, files: Vec::new(), collected_under: Vec::new() },
                Command::RecordPackaged {
                    object: "secret-place".to_owned(),
                    bytes: 1,
                    sha256: "00".repeat(32),
                },
            ],
            Kind::Erasure => vec![
                Command::RecordErased {
                    source: source.clone(),
                    counts: BTreeMap::new(),
                    destroyed_keys: Vec::new(),
                },
                Command::RecordVerified { source, reading: 0 },
                Command::Complete,
            ],
        };
        for command in commands {
            self.command(account, request, command).await;
        }
    }

    /// Waits until the read model shows all of it.
    async fn settle(&self) {
        let pool = self.store.pool();
        eventually("the requests are shown", || async {
            let stored: i64 =
                sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await.unwrap();
            let head = log::newest_position(pool).await.unwrap();
            let read = cursor::position(pool, privacy_request::NAME).await.unwrap();
            (head == stored && read == head).then_some(())
        })
        .await;
    }

    /// What the operator looked at that belongs to no account, oldest first.
    async fn looks(&self) -> Vec<String> {
        let sql = "SELECT payload ->> 'what' FROM events
                   WHERE aggregate_id = $1 AND event_type = 'operator.viewed' ORDER BY sequence";
        sqlx::query_scalar(sql).bind(&self.operator).fetch_all(self.store.pool()).await.unwrap()
    }
}

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

fn ids(requests: &[(AccountId, RequestId)]) -> Vec<String> {
    requests.iter().map(|(_, request)| request.to_string()).collect()
}
