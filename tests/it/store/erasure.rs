//! Erasing is destroying a key: at once, everywhere, and against every race.

use domain::account::AccountCommand;
use domain::{AccountId, Scope, SessionId};
use event_store::KeyName;
use event_store::log::{self, Freshness};
use futures::future::join_all;
use serde_json::json;

use crate::support::House;

fn activity(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Activity.as_str())
}

#[tokio::test]
async fn what_a_destroyed_key_sealed_reads_as_erased_and_the_rest_stays() {
    let house = House::build().await;
    let account = house.register("ada@example.com").await;
    let store = &house.foundation.store;
    store.head().subscribe().wait_for(|head| *head >= 1).await.unwrap();
    let opened = |freshness| async move {
        let entries = log::read_after(store.pool(), 0, 10).await.unwrap();
        log::open(store, entries, freshness).await.unwrap().remove(0)
    };
    let before = opened(Freshness::Now).await;
    assert_eq!(before.metadata["ip_address"]["$personal"]["value"], "203.0.113.77");
    assert_eq!(before.metadata["user_agent"]["$personal"]["value"], "SeededAgent/1.0");

    // Another process destroys the key; this one has it in its cache.
    let destroyed = house.beside().store.keys().destroy(&activity(account), "req_1").await.unwrap();
    assert_eq!(destroyed.len(), 1);
    let after = opened(Freshness::Now).await;
    assert_eq!(after.metadata["ip_address"], json!({"$erased": true}));
    assert_eq!(after.metadata["user_agent"], json!({"$erased": true}));
    assert_eq!(after.payload, before.payload, "the profile is not touched");

    // A repeat names the same key and destroys no other.
    assert_eq!(store.keys().destroy(&activity(account), "req_1").await.unwrap(), destroyed);
}

#[tokio::test]
async fn nothing_is_stored_under_a_key_that_is_dead() {
    let house = House::build().await;
    let account = house.register("ada@example.com").await;
    // Writers in several processes, each with its own cache of keys, against erasures.
    let writers: Vec<_> = (0..4).map(|_| house.beside().store).collect();
    let erasing = async {
        for n in 0..20 {
            house.foundation.store.keys().destroy(&activity(account), &format!("req_{n}")).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let writing = join_all(writers.iter().map(|store| async {
        let mut accepted = 0;
        for _ in 0..50 {
            let session_id = SessionId::generate(store.services());
            let context = crate::support::account_context(account);
            let command = AccountCommand::RecordSignIn { session_id };
            let id = account.to_string();
            let done =
                store.execute::<domain::account::Account>(&id, command, &context, Default::default()).await;
            accepted += usize::from(done.is_ok());
        }
        accepted
    }));
    let ((), accepted) = tokio::join!(erasing, writing);
    assert!(accepted.iter().sum::<usize>() > 100, "{accepted:?}");
    // recorded_at is taken while the key is locked: an event after the key's death would show.
    let late: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events e JOIN subject_key k
             ON k.key_id = (e.metadata -> 'ip_address' -> '$enc' ->> 'k')::uuid
         WHERE k.destroyed_at IS NOT NULL AND e.recorded_at > k.destroyed_at",
    )
    .fetch_one(house.foundation.store.pool())
    .await
    .unwrap();
    assert_eq!(late, 0);
    let keys: i64 =
        sqlx::query_scalar("SELECT count(*) FROM subject_key WHERE subject = $1 AND scope = 'activity'")
            .bind(account.to_string())
            .fetch_one(house.foundation.store.pool())
            .await
            .unwrap();
    assert!(keys > 10, "the race was not run: {keys} keys");
}

#[tokio::test]
async fn another_master_key_is_told_apart_from_damage() {
    let house = House::build().await;
    house.register("ada@example.com").await;
    let other = event_store::EventStore::new(
        house.database.pool().await,
        personal_settings::system::services(),
        event_store::MasterKey::generate(),
    );
    let error = other.hasher("lookup").await.err().unwrap();
    let chain = format!("{:#}", anyhow::Error::from(error));
    assert!(chain.contains("start it with the master key file of this database"), "{chain}");
}
