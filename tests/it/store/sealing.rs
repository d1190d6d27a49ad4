//! For anything a person may enter: what is stored opens as it was, and once the keys are destroyed every
//! personal field reads as erased while the account still folds.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::account::{Account, AccountCommand, Preferences};
use domain::{AccountId, Actor, Personal, Scope};
use event_store::log::{self, LogEntry};
use event_store::{CommandContext, CommitExtras, EventStore, KeyName, Origin, Precedence};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{TestApp, all_entries};

/// What a person enters, and what they send along.
#[derive(Clone, Debug)]
struct Entered {
    name: String,
    policy_version: String,
    ip_address: IpAddr,
    user_agent: String,
    switches: Vec<(Option<bool>, Option<bool>)>,
}

fn any_entered() -> impl Strategy<Value = Entered> {
    let switches = prop::collection::vec(any::<(Option<bool>, Option<bool>)>(), 0..4);
    (any::<String>(), "[^\\x00]{0,8}", any::<IpAddr>(), any::<String>(), switches).prop_map(
        |(name, policy_version, ip_address, user_agent, switches)| Entered {
            name,
            policy_version,
            ip_address,
            user_agent,
            switches,
        },
    )
}

#[test]
fn what_is_stored_opens_as_it_was_and_erased_without_its_keys() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::build());
    let number = AtomicU32::new(0);
    let mut runner = TestRunner::new(Config { cases: 48, ..Config::default() });
    let checked = runner.run(&any_entered(), |entered| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        runtime.block_on(check(&app, &entered, &format!("Somebody.{number}@Example.com")));
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(app) });
}

async fn check(app: &TestApp, entered: &Entered, email: &str) {
    let account = AccountId::generate(app.foundation.store.services());
    act(&app.foundation.store, account, entered, email).await;

    let fresh = app.beside();
    let (as_it_was, version) = fresh.store.load::<Account>(&account.to_string()).await.unwrap();
    let holder = as_it_was.holder.unwrap();
    assert_eq!(holder.email.known().unwrap().as_str(), email);
    assert_eq!(holder.name.known(), Some(&entered.name));
    let entries = entries_of(&fresh.store, account).await;
    assert_eq!(entries.len() as u64, version);
    for entry in &entries {
        assert_eq!(value(&entry.metadata["ip_address"]), &json!(entered.ip_address));
        assert_eq!(value(&entry.metadata["user_agent"]), &json!(entered.user_agent));
    }
    assert_eq!(value(&entries[0].payload["email"]), &json!(email));
    assert_eq!(value(&entries[0].payload["name"]), &json!(entered.name));

    for scope in [Scope::Activity, Scope::Profile] {
        let name = KeyName::new(account.to_string(), scope.as_str());
        fresh.erasures.destroy_key(&name, &format!("req_{account}")).await.unwrap();
    }
    let (bare, same) = app.beside().store.load::<Account>(&account.to_string()).await.unwrap();
    let bare = bare.holder.unwrap();
    assert!(bare.email == Personal::Erased && bare.name == Personal::Erased);
    assert_eq!((bare.preferences, same), (holder.preferences, version));
    for entry in entries_of(&app.foundation.store, account).await {
        for erased in ["ip_address", "user_agent"] {
            assert_eq!(entry.metadata[erased], json!({"$erased": true}));
        }
        assert!(!entry.payload.to_string().contains("$personal"), "{}", entry.payload);
        entry.event().unwrap();
    }
}

/// The personal value that was opened.
fn value(opened: &Value) -> &Value {
    &opened["$personal"]["value"]
}

async fn act(store: &EventStore, account_id: AccountId, entered: &Entered, email: &str) {
    let mut commands = vec![AccountCommand::Register {
        account_id,
        email: email.parse().unwrap(),
        name: entered.name.clone(),
        preferences: Preferences { personalization: true, usage_logging: true },
        policy_version: entered.policy_version.clone(),
    }];
    commands.extend(entered.switches.iter().map(|(personalization, usage_logging)| {
        let (personalization, usage_logging) = (*personalization, *usage_logging);
        let policy_version = entered.policy_version.clone();
        AccountCommand::ChangePreferences { personalization, usage_logging, policy_version }
    }));
    let context = CommandContext {
        actor: Actor::Account(account_id),
        origin: Origin { ip_address: Some(entered.ip_address), user_agent: Some(entered.user_agent.clone()) },
        causation: None,
        correlation: Uuid::nil(),
        once: None,
        session: None,
        precedence: Precedence::default(),
    };
    for command in commands {
        let id = account_id.to_string();
        store.execute::<Account>(&id, command, &context, CommitExtras::default()).await.unwrap();
    }
}

/// What happened to the account, opened as far as it opens.
async fn entries_of(store: &EventStore, account: AccountId) -> Vec<LogEntry> {
    store.log().committed_position(Duration::from_secs(10)).await.unwrap().unwrap();
    let mut entries = all_entries(store.pool()).await;
    entries.retain(|entry| entry.aggregate_id == account.to_string());
    log::open(store.log(), entries).await.unwrap()
}
