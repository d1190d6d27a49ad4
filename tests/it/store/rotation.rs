//! The master key is rotated while everything goes on, is killed in the middle, and nothing that was
//! sealed, hashed or looked up before is lost.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::AccountId;
use domain::account::{Account, AccountCommand};
use event_store::encryption::{DataKey, LocalKeys, MasterIds, SealError, WrappedKey, add_key, put_first};
use event_store::{CommitExtras, Erasures, EventStore, KeyName, KeyProvider};
use futures::StreamExt;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{TestApp, account_context, activity};

/// Data keys besides those of the accounts: several batches of a rotation.
const KEYS: usize = 1_700;

fn email(n: usize) -> String {
    format!("somebody{n}@example.com")
}

/// A store that shares nothing but connections and master keys: what it reads it must unwrap.
fn afresh(store: &EventStore) -> EventStore {
    EventStore::new(store.pool().clone(), store.services().clone(), store.keys().provider().clone())
}

/// Changes an account and makes new keys until `stop`; how much was done.
async fn write(store: &EventStore, account: AccountId, stop: &CancellationToken) -> u32 {
    let mut done = 0;
    while !stop.is_cancelled() {
        let command = AccountCommand::ChangePreferences {
            personalization: Some(done % 2 == 1),
            usage_logging: None,
            policy_version: "1".to_owned(),
        };
        let (id, context) = (account.to_string(), account_context(account));
        store.execute::<Account>(&id, command, &context, CommitExtras::default()).await.unwrap();
        let name = KeyName::new(format!("{account}-{done}"), "profile");
        afresh(store).keys().active_key(&name).await.unwrap();
        done += 1;
    }
    done
}

/// Signs in, as it were, and reads the account, until `stop`.
async fn read(store: &EventStore, n: usize, account: AccountId, stop: &CancellationToken) -> u32 {
    let mut done = 0;
    while !stop.is_cancelled() {
        assert_readable(&afresh(store), n, account).await;
        done += 1;
    }
    done
}

async fn assert_readable(store: &EventStore, n: usize, account: AccountId) {
    let found = store.account_with(&email(n).parse().unwrap()).await.unwrap();
    assert_eq!(found, Some(account.to_string()), "the look-up by address");
    let (aggregate, _) = store.load::<Account>(&account.to_string()).await.unwrap();
    assert_eq!(aggregate.holder.unwrap().email.known().unwrap().as_str(), email(n));
}

/// Wraps batches anew until the end, or until so many are done.
async fn rotate(store: &EventStore, target: &str, batches: Option<usize>) {
    let mut rotation = store.keys().rotation(target);
    for n in 0.. {
        if batches == Some(n) || rotation.next_batch().await.unwrap().finished {
            return;
        }
    }
}

async fn only_under(store: &EventStore, target: &str) -> bool {
    store.keys().count_by_master().await.unwrap().keys().all(|master| master == target)
}

fn keep_first_line(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.lines().next().unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_under_traffic_that_is_killed_in_the_middle() {
    let app = TestApp::build().await;
    let (one, other) = (app.foundation.store.clone(), app.beside().store);
    let mut accounts = Vec::new();
    for n in 0..8 {
        accounts.push(app.register(&email(n)).await);
    }
    let seeded = (0..KEYS).map(|n| KeyName::new(format!("seeded-{n}"), "profile"));
    let made = futures::stream::iter(seeded).map(|name| {
        let one = one.clone();
        async move { one.keys().active_key(&name).await.unwrap().id }
    });
    let ids: BTreeSet<Uuid> = made.buffer_unordered(16).collect().await;
    let file = app.folder.path().join("master.key");
    let old = one.keys().provider().ids().await.unwrap().current;

    let stop = CancellationToken::new();
    let stores = [&one, &other];
    let writers = join_all((0..8).map(|n| write(stores[n % 2], accounts[n], &stop)));
    let readers = join_all((0..8).map(|n| read(stores[(n + 1) % 2], n, accounts[n], &stop)));
    let rotating = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let new = add_key(&file).unwrap();
        put_first(&file, &new).unwrap();
        // What `keys rotate-master` is: a process of its own. The other two have not looked at the file.
        let rotator = app.beside().store;
        rotate(&rotator, &new, Some(2)).await;
        let counts = rotator.keys().count_by_master().await.unwrap();
        assert!(counts[&old] > 0 && counts[&new] > 0, "it was killed in the middle: {counts:?}");

        // Another begins anew, while these two still make keys under the old one.
        rotate(&app.beside().store, &new, None).await;
        // Then they take notice, as every process does every few seconds.
        for store in stores {
            store.keys().provider().refresh().await.unwrap();
        }
        rotate(&app.beside().store, &new, None).await;
        assert!(only_under(&one, &new).await);
        keep_first_line(&file);
        for store in stores {
            store.keys().provider().refresh().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.cancel();
        new
    };
    let (written, read, new) = tokio::join!(writers, readers, rotating);
    let (written, read) = (written.iter().sum::<u32>(), read.iter().sum::<u32>());
    assert!(written > 50 && read > 50, "there was no traffic: {written} writes, {read} reads");

    // A process that never saw the old key opens everything.
    let provider: Arc<dyn KeyProvider> = Arc::new(LocalKeys::from_file(&file).unwrap());
    assert_eq!(provider.ids().await.unwrap().opens, [new.as_str()]);
    let last = EventStore::new(one.pool().clone(), one.services().clone(), provider);
    assert!(only_under(&last, &new).await);
    assert_eq!(last.keys().keys_by_id_fresh(&ids).await.unwrap().len(), KEYS);
    for (n, account) in accounts.iter().enumerate() {
        assert_readable(&last, n, *account).await;
    }
    // Hashes that are recognised: by the same key as before.
    for purpose in ["lookup", "idempotency"] {
        let [before, after] = [&one, &last].map(|store| store.keys().hasher(purpose));
        assert_eq!(before.await.unwrap().hash("x"), after.await.unwrap().hash("x"));
    }
}

#[tokio::test]
async fn a_row_that_an_append_holds_is_neither_waited_for_nor_passed_over() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let file = app.folder.path().join("master.key");
    let new = add_key(&file).unwrap();
    put_first(&file, &new).unwrap();
    let rotator = app.beside().store;
    let mut append = store.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM subject_key WHERE subject = $1 AND scope = 'activity' FOR SHARE")
        .bind(account.to_string())
        .execute(&mut *append)
        .await
        .unwrap();
    let mut rotation = rotator.keys().rotation(&new);
    let first = rotation.next_batch().await.unwrap();
    assert!(first.keys > 0 && !first.finished);
    assert!(!rotation.next_batch().await.unwrap().finished, "one is left");
    append.rollback().await.unwrap();
    while !rotation.next_batch().await.unwrap().finished {}
    assert!(only_under(store, &new).await);
}

/// Has a key destroyed after the rotation has read it and before it writes it.
struct Interrupted {
    keys: LocalKeys,
    erasures: Erasures,
    account: AccountId,
}

#[async_trait::async_trait]
impl KeyProvider for Interrupted {
    fn knows(&self, master_id: &str) -> bool {
        self.keys.knows(master_id)
    }

    async fn ids(&self) -> Result<MasterIds, SealError> {
        self.keys.ids().await
    }

    async fn wrap(&self, keys: &[&DataKey]) -> Result<Vec<WrappedKey>, SealError> {
        self.keys.wrap(keys).await
    }

    async fn unwrap(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
        self.keys.unwrap(keys).await
    }

    async fn rewrap(&self, keys: &[WrappedKey]) -> Result<Vec<WrappedKey>, SealError> {
        self.erasures.destroy_key(&activity(self.account), "req_1").await.unwrap();
        self.keys.rewrap(keys).await
    }
}

#[tokio::test]
async fn a_key_that_dies_during_a_rotation_stays_dead() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let file = app.folder.path().join("master.key");
    let new = add_key(&file).unwrap();
    put_first(&file, &new).unwrap();
    let keys = LocalKeys::from_file(&file).unwrap();
    let interrupted: Arc<dyn KeyProvider> =
        Arc::new(Interrupted { keys, erasures: app.beside().erasures, account });
    let rotator = EventStore::new(store.pool().clone(), store.services().clone(), interrupted);
    let mut rotation = rotator.keys().rotation(&new);
    while !rotation.next_batch().await.unwrap().finished {}
    assert!(store.keys().find_active_key(&activity(account)).await.unwrap().is_none());
    assert!(only_under(store, &new).await);
}
