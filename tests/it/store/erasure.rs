//! Erasing is destroying a key: at once, everywhere, and against every race.

use std::time::Duration;

use domain::account::AccountCommand;
use domain::law::{LawId, Laws, Place};
use domain::privacy_request::{Kind, NewRequest, PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError};
use domain::{AccountId, EmailChangeId, RequestId, Scope};
use event_store::{CommitExtras, EventStore, ExecuteError, Executed, KeyName, log};
use futures::future::join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, account_context, activity, all_entries};

#[tokio::test]
async fn what_a_destroyed_key_sealed_reads_as_erased_and_the_rest_stays() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    store.head().subscribe().wait_for(|head| *head >= 1).await.unwrap();
    let opened = || async move {
        let entries = all_entries(store.pool()).await;
        log::open(store.log(), entries).await.unwrap().remove(0)
    };
    let before = opened().await;
    assert_eq!(before.metadata["ip_address"]["$personal"]["value"], "203.0.113.77");
    assert_eq!(before.metadata["user_agent"]["$personal"]["value"], "SeededAgent/1.0");

    // Another process destroys the key; this one has it in its cache.
    let destroyed = app.beside().erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    assert_eq!(destroyed.len(), 1);
    let after = opened().await;
    assert_eq!(after.metadata["ip_address"], json!({"$erased": true}));
    assert_eq!(after.metadata["user_agent"], json!({"$erased": true}));
    assert_eq!(after.payload, before.payload, "the profile is not touched");

    // A repeat names the same key and destroys no other.
    let repeated = app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    assert_eq!(repeated, destroyed);
}

/// Rounds of the race below.
const ROUNDS: usize = 6;
/// Erasures in each.
const ERASURES: usize = 5;

#[tokio::test]
async fn nothing_is_stored_under_a_key_that_is_dead() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    // Writers of one subject in four processes, each with its own cache of keys, against erasures. Each
    // writes to a stream of its own, so that they meet at the key and nowhere else.
    let processes: Vec<_> = (0..4).map(|_| app.beside().store).collect();
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let stop = CancellationToken::new();
        let writing = join_all((0..32).map(|n| write(&processes[n % 4], account, &stop)));
        let erasing = async {
            for n in 0..ERASURES {
                tokio::time::sleep(Duration::from_millis(40)).await;
                let cause = format!("req_{round}_{n}");
                app.foundation.erasures.destroy_key(&activity(account), &cause).await.unwrap();
            }
            stop.cancel();
        };
        let (written, ()) = tokio::join!(writing, erasing);
        accepted += written.iter().sum::<i64>();
    }
    let pool = app.foundation.store.pool();
    // `destroyed_at` is taken while nobody can store anything under the key, `recorded_at` while nobody can
    // destroy it: an event that was accepted after the key's death would show.
    let late: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events e JOIN subject_key k
             ON k.key_id = (e.metadata -> 'ip_address' -> '$enc' ->> 'k')::uuid
         WHERE k.destroyed_at IS NOT NULL AND e.recorded_at > k.destroyed_at",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(late, 0);
    // Every event that was answered is there, under a key that the database knows.
    let (stored, keys): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT k.key_id) FROM events e JOIN subject_key k
             ON k.key_id = (e.metadata -> 'ip_address' -> '$enc' ->> 'k')::uuid
         WHERE k.subject = $1 AND k.scope = 'activity' AND e.aggregate_type = 'privacy_request'",
    )
    .bind(account.to_string())
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(stored, accepted);
    assert!(
        accepted > 200 && keys > (ROUNDS * ERASURES / 2) as i64,
        "no race: {accepted} events, {keys} keys"
    );
}

/// Receives requests of `account` until `stop`; how many were accepted.
async fn write(store: &EventStore, account: AccountId, stop: &CancellationToken) -> i64 {
    let mut accepted = 0;
    while !stop.is_cancelled() {
        accepted += i64::try_from(receive(store, account).await.unwrap().events.len()).unwrap();
    }
    accepted
}

/// Has `account` ask for something on behalf of another account, each time of a new one: an open request is one of a kind.
async fn receive(
    store: &EventStore,
    account: AccountId,
) -> Result<Executed<PrivacyRequest>, ExecuteError<PrivacyRequestError>> {
    let request_id = RequestId::generate(store.services());
    let command = PrivacyRequestCommand::Receive(NewRequest {
        request_id,
        account_id: AccountId::generate(store.services()),
        kind: Kind::Export,
        regulation: LawId::GDPR,
        cooling_off: chrono::Duration::zero(),
        stages: workers::privacy_requests::sources::stages(Kind::Export),
        laws: Laws::built_in().clone(),
        place: Place::default(),
        later_readings: Vec::new(),
    });
    let (id, context) = (request_id.to_string(), account_context(account));
    store.execute::<PrivacyRequest>(&id, command, &context, CommitExtras::default()).await
}

#[tokio::test]
async fn another_master_key_is_told_apart_from_damage() {
    let app = TestApp::build().await;
    app.register("ada@example.com").await;
    let other = event_store::EventStore::new(
        app.database.pool().await,
        personal_settings::system::services(),
        event_store::MasterKey::generate(),
    );
    let error = other.keys().hasher("lookup").await.err().unwrap();
    let chain = format!("{:#}", anyhow::Error::from(error));
    assert!(chain.contains("start it with the master key file of this database"), "{chain}");
}

/// A command that carries a personal value on, decided on what this process remembers, while another has erased it: the
/// value must not come back under the key that the person has meanwhile.
#[tokio::test]
async fn what_was_erased_is_not_carried_on_into_a_new_event() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let profile = KeyName::new(account.to_string(), Scope::Profile.as_str());
    let store = &app.foundation.store;
    let change_id = EmailChangeId::generate(store.services());
    let email = "ada@example.org".parse().unwrap();
    app.command(account, AccountCommand::RequestEmailChange { change_id, email }).await.unwrap();

    app.beside().erasures.destroy_key(&profile, "req_1").await.unwrap();
    // This process knows the account as it was, and a key of the same name that lives.
    let fresh = app.beside().store.keys().active_key_fresh(&profile).await.unwrap();
    assert_eq!(store.keys().active_key_fresh(&profile).await.unwrap().id, fresh.id);
    app.command(account, AccountCommand::ConfirmEmailChange { change_id }).await.unwrap();

    let payload: String =
        sqlx::query_scalar("SELECT payload::text FROM events WHERE event_type = 'account.email_changed'")
            .fetch_one(store.pool())
            .await
            .unwrap();
    assert!(!payload.contains("$enc"), "an address came back: {payload}");
    assert_eq!(payload.matches("$erased").count(), 2, "{payload}");
}

/// Accounts that end while commands and exports ask for their keys.
const ENDINGS: usize = 10;

#[tokio::test]
async fn no_key_is_made_for_an_account_that_has_ended() {
    let app = TestApp::build().await;
    let erasures = &app.foundation.erasures;
    let processes: Vec<_> = (0..4).map(|_| app.beside().store).collect();
    for n in 0..ENDINGS {
        let account = app.register(&format!("ada{n}@example.com")).await;
        let stop = CancellationToken::new();
        let asking = join_all(processes.iter().map(async |store| {
            while !stop.is_cancelled() {
                store.keys().active_key_fresh(&activity(account)).await.unwrap();
            }
        }));
        let ending = async {
            let cause = account.final_erasure().to_string();
            for scope in [Scope::Profile, Scope::Activity] {
                let name = KeyName::new(account.to_string(), scope.as_str());
                assert_eq!(erasures.destroy_key(&name, &cause).await.unwrap().len(), 1);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            stop.cancel();
        };
        tokio::join!(asking, ending);

        let store = &processes[0];
        let unkept = store.keys().active_key(&activity(account)).await.unwrap();
        assert!(!store.keys().are_active(&[unkept.id]).await.unwrap());
        let refused = receive(store, account).await.err().unwrap();
        assert!(matches!(refused, ExecuteError::Contended), "{refused}");
    }
    let active: i64 = sqlx::query_scalar(
        r"SELECT count(*) FROM subject_key WHERE subject LIKE 'acc\_%' AND destroyed_at IS NULL",
    )
    .fetch_one(app.foundation.store.pool())
    .await
    .unwrap();
    assert_eq!(active, 0);
}
