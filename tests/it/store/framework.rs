//! The stock framework of cqrs-es over our log: what it stores is stored as by any command, and what is stored it reads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cqrs_es::persist::{PersistedEventStore, QueryReplay};
use cqrs_es::{AggregateError, CqrsFramework, EventEnvelope, EventStore as _, Query};
use domain::account::{Account, AccountCommand, AccountEvent, Preferences};
use domain::effect::ClaimKind;
use domain::{AccountId, SessionId};
use event_store::{EventStore, SealedEventRepository, log};

use crate::support::{TestApp, account_context, eventually};

type Store = PersistedEventStore<SealedEventRepository, Account>;

/// What a query of the framework was told of.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, AccountEvent)>>>);

impl Told {
    fn take(&self) -> Vec<(String, AccountEvent)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[async_trait]
impl Query<Account> for Told {
    async fn dispatch(&self, id: &str, events: &[EventEnvelope<Account>]) {
        self.0.lock().unwrap().extend(events.iter().map(|event| (id.to_owned(), event.payload.clone())));
    }
}

fn events(store: &EventStore) -> Store {
    PersistedEventStore::new_event_store(store.repository())
}

fn framework(store: &EventStore, told: &Told) -> CqrsFramework<Account, Store> {
    CqrsFramework::new(events(store), vec![Box::new(told.clone())], store.services().clone())
}

fn register(account_id: AccountId, email: &str) -> AccountCommand {
    AccountCommand::Register {
        account_id,
        email: email.parse().unwrap(),
        name: "Ada Example".to_owned(),
        preferences: Preferences { personalization: true, usage_logging: true },
        policy_version: "1".to_owned(),
    }
}

fn metadata(account: AccountId) -> HashMap<String, String> {
    HashMap::from([
        ("actor".to_owned(), account.to_string()),
        ("ip_address".to_owned(), "203.0.113.77".to_owned()),
    ])
}

#[tokio::test]
async fn it_appends_what_any_command_appends_and_loads_what_any_command_stored() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    let (told, account) = (Told::default(), AccountId::generate(store.services()));
    let id = account.to_string();
    let stock = framework(store, &told);
    stock.execute_with_metadata(&id, register(account, "ada@example.com"), metadata(account)).await.unwrap();
    app.command(account, AccountCommand::ChangeName { name: "Ada Lovelace".to_owned() }).await.unwrap();
    // It decides on what was stored beside it.
    stock.execute(&id, AccountCommand::ChangeName { name: "Ada Lovelace".to_owned() }).await.unwrap();
    assert_eq!(told.take().len(), 1, "the name was so already");
    stock.execute(&id, AccountCommand::ChangeName { name: "Ada King".to_owned() }).await.unwrap();
    let (aggregate, version) = store.load::<Account>(&id).await.unwrap();
    assert_eq!((aggregate.holder().unwrap().name.known().unwrap().as_str(), version), ("Ada King", 3));

    let (stored, sealed): (i64, bool) = sqlx::query_as(
        "SELECT count(*), bool_and(payload::text NOT LIKE '%Ada%' AND metadata::text NOT LIKE '%203.0.113%')
         FROM events WHERE aggregate_id = $1",
    )
    .bind(&id)
    .fetch_one(store.pool())
    .await
    .unwrap();
    assert_eq!((stored, sealed), (3, true));
    let first = || async { log::read_at(store.pool(), &[1]).await.unwrap().pop() };
    let first = eventually("the first event has its position", first).await;
    let entries = log::open(store.log(), vec![first]).await.unwrap();
    assert_eq!(entries[0].metadata["ip_address"]["$personal"]["value"], "203.0.113.77");
}

#[tokio::test]
async fn a_name_is_claimed_also_by_what_it_stores() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    let stock = framework(store, &Told::default());
    let account = AccountId::generate(store.services());
    stock.execute(&account.to_string(), register(account, "ada@example.com")).await.unwrap();
    let owner = store.owner_of(ClaimKind::Email, "ada@example.com").await.unwrap();
    assert_eq!(owner, Some(account.to_string()));
    let other = AccountId::generate(store.services());
    let refused = stock.execute(&other.to_string(), register(other, "Ada@example.com")).await.unwrap_err();
    assert!(refused.to_string().contains("has the claimed name"), "{refused}");
    assert!(app.try_register(other, "ada@example.com").await.is_err());
}

#[tokio::test]
async fn of_two_that_decided_on_the_same_version_one_is_told_of_the_conflict() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let (events, id) = (events(store), account.to_string());
    let (one, other) = (events.load_aggregate(&id).await.unwrap(), events.load_aggregate(&id).await.unwrap());
    let visit = || {
        vec![AccountEvent::SignedIn { session_id: SessionId::generate(store.services()), passkey_id: None }]
    };
    events.commit(visit(), one, HashMap::new()).await.unwrap();
    let refused = events.commit(visit(), other, HashMap::new()).await.unwrap_err();
    assert!(matches!(refused, AggregateError::AggregateConflict), "{refused:?}");
    // And our own commands go on after its events.
    let context = account_context(account);
    let visit =
        AccountCommand::RecordSignIn { session_id: SessionId::generate(store.services()), passkey_id: None };
    let executed = store.execute::<Account>(&id, visit, &context, Default::default()).await.unwrap();
    assert_eq!(executed.version, 3);
}

#[tokio::test]
async fn one_stream_is_replayed_and_so_are_all() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    app.command(ada, AccountCommand::ChangeName { name: "Ada Lovelace".to_owned() }).await.unwrap();
    let told = Told::default();
    let replay: QueryReplay<_, _, Account> =
        QueryReplay::new(app.foundation.store.repository(), told.clone());
    replay.replay(&ada.to_string()).await.unwrap();
    let of_ada = told.take();
    assert!(
        matches!(&of_ada[..], [(_, AccountEvent::Registered { account_id, .. }), (_, AccountEvent::NameChanged { .. })]
                 if *account_id == ada),
        "{of_ada:?}"
    );
    replay.replay_all().await.unwrap();
    let mut accounts: Vec<String> = told.take().into_iter().map(|(id, _)| id).collect();
    accounts.sort();
    let mut expected = vec![ada.to_string(), ada.to_string(), bob.to_string()];
    expected.sort();
    assert_eq!(accounts, expected);
}
