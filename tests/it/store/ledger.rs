//! The ledger of erasures: written before anything is erased, carried out again where a database does not
//! know it, and not to be forged.

use std::path::{Path, PathBuf};

use domain::account::Account;
use domain::{AccountId, RequestId, Scope};
use event_store::erasure::{ErasureError, ReapplySummary};
use event_store::usage;
use event_store::{EventStore, KeyName};
use personal_settings::composition::AppContext;

use crate::support::{Hold, TestApp, activity, eventually};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    // What is still being written is not there yet.
    found.retain(|path| !path.to_string_lossy().contains('#'));
    found.sort();
    found
}

/// The entries in the ledger of a house.
fn entries(app: &TestApp) -> Vec<PathBuf> {
    files(&app.folder.path().join("archives/ledger/erasures"))
}

/// Waits until somebody waits for the [`Hold`].
async fn about_to_destroy(app: &TestApp) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
    let pool = app.foundation.store.pool();
    eventually("somebody is about to destroy a key", || async {
        let count: i64 = sqlx::query_scalar(waiting).fetch_one(pool).await.unwrap();
        (count > 0).then_some(())
    })
    .await;
}

async fn lives(store: &EventStore, name: &KeyName) -> bool {
    store.keys().find_active_key(name).await.unwrap().is_some()
}

async fn usage_of(store: &EventStore, account: AccountId) -> u64 {
    usage::count(store.pool(), usage::HOUSE, &account.to_string()).await.unwrap()
}

/// What a restore of a database brings back of the keys of `account`: as `restored` had them.
async fn bring_back(store: &EventStore, account: AccountId, wrapped: &[u8]) {
    sqlx::query(
        "UPDATE subject_key SET wrapped = $2, destroyed_at = NULL, destroyed_for = NULL
         WHERE subject = $1 AND scope = 'activity' AND rev = 1",
    )
    .bind(account.to_string())
    .bind(wrapped)
    .execute(store.pool())
    .await
    .unwrap();
}

async fn wrapped(store: &EventStore, account: AccountId) -> Vec<u8> {
    sqlx::query_scalar(
        "SELECT wrapped FROM subject_key WHERE subject = $1 AND scope = 'activity' AND rev = 1",
    )
    .bind(account.to_string())
    .fetch_one(store.pool())
    .await
    .unwrap()
}

/// Forgets all erasures, as a database does that is restored from before them.
async fn forget_erasures(store: &EventStore) {
    sqlx::query("DELETE FROM erasure").execute(store.pool()).await.unwrap();
}

#[tokio::test]
async fn the_entry_is_there_before_the_key_dies_and_a_crash_in_between_is_made_good() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let hold = Hold::take(store.pool()).await;
    let erasures = app.beside().erasures;
    let erasing = tokio::spawn(async move { erasures.destroy_key(&activity(account), "req_1").await });
    let entry = eventually("the entry is in the ledger", || async { entries(&app).pop() }).await;
    about_to_destroy(&app).await;
    assert!(lives(store, &activity(account)).await);
    let text = std::fs::read_to_string(&entry).unwrap();
    assert!(!text.contains(&account.to_string()) && !text.contains("req_1"), "it is sealed: {text}");
    // The process dies here.
    erasing.abort();
    assert!(erasing.await.unwrap_err().is_cancelled());
    hold.let_go_after_crash().await;
    assert!(lives(store, &activity(account)).await);

    let started: AppContext = app.beside();
    started.prepare(None).await.unwrap();
    assert!(!lives(store, &activity(account)).await, "the start made it good");
    // Whoever tries the erasure again does nothing twice.
    let keys = started.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(started.erasures.catch_up().await.unwrap(), ReapplySummary::default());
    assert_eq!(entries(&app), [entry]);
    let again = started.erasures.reapply(|_| {}).await.unwrap();
    assert_eq!(again, ReapplySummary { entries: 1, ..ReapplySummary::default() });
}

#[tokio::test]
async fn a_start_carries_out_what_the_database_does_not_know_and_nothing_more() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let request = RequestId::generate(store.services());
    let before = wrapped(store, account).await;
    app.collect(account, 25).await;
    let erasures = &app.foundation.erasures;
    let deleted = erasures.erase_usage(usage::HOUSE, account, request, |_| {}).await.unwrap();
    assert_eq!(deleted, 25);
    erasures.destroy_key(&activity(account), &request.to_string()).await.unwrap();
    assert_eq!(entries(&app).len(), 2);

    // Later than the erasure: new usage, and a new key.
    app.collect(account, 7).await;
    sqlx::query("UPDATE usage_event SET received_at = clock_timestamp()")
        .execute(store.pool())
        .await
        .unwrap();
    // What a restore brings back: the old key, and usage received before the erasure.
    app.collect(account, 11).await;
    sqlx::query(
        "UPDATE usage_event SET received_at = received_at - interval '1 day'
         WHERE ctid IN (SELECT ctid FROM usage_event ORDER BY received_at DESC LIMIT 11)",
    )
    .execute(store.pool())
    .await
    .unwrap();
    bring_back(store, account, &before).await;
    forget_erasures(store).await;

    let started = app.beside();
    assert!(!started.erasures.is_caught_up());
    started.prepare(None).await.unwrap();
    assert!(started.erasures.is_caught_up());
    assert!(!lives(store, &activity(account)).await);
    assert_eq!(usage_of(store, account).await, 7);
    let later = store.keys().active_key_fresh(&activity(account)).await.unwrap();

    // All of it again harms nothing that came later.
    let mut told = Vec::new();
    let again = started.erasures.reapply(|entry| told.push(entry.what)).await.unwrap();
    assert_eq!(again, ReapplySummary { entries: 2, ..ReapplySummary::default() });
    assert!(told[0].contains("usage of") && told[1].contains("activity key"), "{told:?}");
    assert_eq!(usage_of(store, account).await, 7);
    assert_eq!(store.keys().find_active_key(&activity(account)).await.unwrap().unwrap().id, later.id);
}

/// When the newest usage of a house was received, as text.
async fn newest_received(store: &EventStore) -> String {
    let newest = sqlx::query_scalar("SELECT max(received_at)::text FROM usage_event");
    newest.fetch_one(store.pool()).await.unwrap()
}

#[tokio::test]
async fn no_usage_is_deleted_that_the_ledger_does_not_name_also_after_it_was_away() {
    let app = TestApp::build().await;
    let (account, other) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let (store, erasures) = (&app.foundation.store, &app.foundation.erasures);
    erasures.destroy_key(&activity(other), "req_1").await.unwrap();
    let request = RequestId::generate(store.services());
    let erase = || erasures.erase_usage(usage::HOUSE, account, request, |_| {});
    app.collect(account, 5).await;

    // The ledger cannot be written.
    let (folder, aside) = (app.folder.path().join("archives/ledger"), app.folder.path().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    erase().await.unwrap_err();
    assert_eq!(usage_of(store, account).await, 5);
    app.collect(account, 3).await;
    let received = newest_received(store).await;
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();

    assert_eq!(erase().await.unwrap(), 8);
    assert_eq!(usage_of(store, account).await, 0);
    // Later usage is not this request's.
    app.collect(account, 4).await;
    assert_eq!(erase().await.unwrap(), 8);
    assert_eq!(usage_of(store, account).await, 4);

    // What a backup brings back that was made right before the erasure was carried out.
    app.collect(account, 3).await;
    sqlx::query(
        "UPDATE usage_event SET received_at = $1::timestamptz
         WHERE ctid IN (SELECT ctid FROM usage_event ORDER BY received_at DESC LIMIT 3)",
    )
    .bind(received)
    .execute(store.pool())
    .await
    .unwrap();
    forget_erasures(store).await;
    app.beside().prepare(None).await.unwrap();
    assert_eq!(usage_of(store, account).await, 4, "usage of before the erasure is back");
}

#[tokio::test]
async fn who_can_write_to_the_object_store_cannot_forge_an_erasure() {
    let (app, stranger) = (TestApp::build().await, TestApp::build().await);
    let (account, other) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    let genuine = entries(&app).remove(0);
    let folder = genuine.parent().unwrap();
    let text = std::fs::read_to_string(&genuine).unwrap();
    // Nonsense; a copy under another name; a copy that was changed; one from another installation.
    std::fs::write(folder.join("000000.000000-nonsense"), "{}").unwrap();
    std::fs::write(folder.join("000000.000001-copy"), &text).unwrap();
    std::fs::write(folder.join("000000.000002-changed"), text.replace("sealed\":\"", "sealed\":\"AAAA"))
        .unwrap();
    stranger
        .foundation
        .erasures
        .destroy_key(&activity(stranger.register("eve@example.com").await), "req_9")
        .await
        .unwrap();
    let foreign = std::fs::read(entries(&stranger).remove(0)).unwrap();
    std::fs::write(folder.join("000000.000003-foreign"), foreign).unwrap();

    let store = &app.foundation.store;
    let before: i64 = sqlx::query_scalar("SELECT count(*) FROM subject_key WHERE wrapped IS NOT NULL")
        .fetch_one(store.pool())
        .await
        .unwrap();
    forget_erasures(store).await;
    let caught_up = app.beside().erasures.catch_up().await.unwrap();
    assert_eq!((caught_up.entries, caught_up.unreadable), (1, 4));
    let after: i64 = sqlx::query_scalar("SELECT count(*) FROM subject_key WHERE wrapped IS NOT NULL")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(before, after);
    assert!(lives(store, &activity(other)).await);

    // An entry of ours that was overwritten is noticed by whoever carries it out.
    let hold = Hold::take(store.pool()).await;
    let erasures = app.beside().erasures;
    let erasing = tokio::spawn(async move { erasures.destroy_key(&activity(other), "req_2").await });
    let written =
        eventually("the entry is in the ledger", || async { entries(&app).pop().filter(|e| *e != genuine) })
            .await;
    about_to_destroy(&app).await;
    erasing.abort();
    hold.let_go_after_crash().await;
    std::fs::write(&written, &text).unwrap();
    let refused = app.foundation.erasures.destroy_key(&activity(other), "req_2").await.unwrap_err();
    assert!(matches!(refused, ErasureError::Changed(_)), "{refused:?}");
}

#[tokio::test]
async fn a_ledger_that_is_missing_or_of_another_database_is_not_taken_for_an_empty_one() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let archives = app.folder.path().join("archives");
    let aside = app.folder.path().join("aside");
    std::fs::rename(&archives, &aside).unwrap();
    let away = app.beside();
    let refused = away.erasures.catch_up().await.unwrap_err();
    assert!(matches!(refused, ErasureError::NoLedger) && refused.is_passing(), "{refused:?}");
    assert!(refused.to_string().contains("--archives"), "{refused}");
    // Nor is anything erased without it.
    let refused = away.erasures.destroy_key(&activity(account), "req_1").await.unwrap_err();
    assert!(matches!(refused, ErasureError::NoLedger), "{refused:?}");
    assert!(lives(&app.foundation.store, &activity(account)).await);

    std::fs::remove_dir_all(&archives).unwrap();
    std::fs::rename(&aside, &archives).unwrap();
    away.erasures.catch_up().await.unwrap();
}

#[tokio::test]
async fn the_cost_of_a_start_does_not_grow_with_the_ledger() {
    let app = TestApp::build().await;
    let ledger = app.folder.path().join("archives/ledger/erasures");
    // Unreadable on purpose: each that is looked at is counted.
    for day in 1..=28 {
        let folder = ledger.join(format!("2020-02-{day:02}"));
        std::fs::create_dir_all(&folder).unwrap();
        for n in 0..5 {
            std::fs::write(folder.join(format!("000000.00000{n}-x")), "{}").unwrap();
        }
    }
    let erasures = app.beside().erasures;
    assert_eq!(erasures.catch_up().await.unwrap().unreadable, 0, "the start of the house had read until now");
    let pool = app.foundation.store.pool();
    sqlx::query("UPDATE erasure_ledger SET read_until = '2020-02-20T12:00:00Z'").execute(pool).await.unwrap();
    assert_eq!(erasures.catch_up().await.unwrap().unreadable, 11 * 5, "two days of overlap and what follows");
    // A clock that was ahead once hides nothing.
    sqlx::query("UPDATE erasure_ledger SET read_until = '2090-01-01T00:00:00Z'").execute(pool).await.unwrap();
    let account = app.register("ada@example.com").await;
    let before = wrapped(&app.foundation.store, account).await;
    app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    bring_back(&app.foundation.store, account, &before).await;
    forget_erasures(&app.foundation.store).await;
    assert_eq!(erasures.catch_up().await.unwrap().keys_destroyed, 1);
}

#[tokio::test]
async fn the_ledger_outlives_the_master_key_and_the_database() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let before = wrapped(&app.foundation.store, account).await;
    app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    let store = &app.foundation.store;

    // A rotation, with the old key gone after it.
    let file = app.folder.path().join("master.key");
    let new = event_store::encryption::add_key(&file).unwrap();
    event_store::encryption::put_first(&file, &new).unwrap();
    let rotator = app.beside();
    let mut rotation = rotator.store.keys().rotation(&new);
    while !rotation.next_batch().await.unwrap().finished {}
    assert_eq!(rotator.erasures.rewrap_ledger().await.unwrap(), 1);
    assert_eq!(rotator.erasures.rewrap_ledger().await.unwrap(), 0, "once is enough");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.lines().next().unwrap()).unwrap();

    // A database that knows of no ledger: from before the first start.
    forget_erasures(store).await;
    sqlx::query("DELETE FROM erasure_ledger").execute(store.pool()).await.unwrap();
    let (id, scope): (uuid::Uuid, String) =
        sqlx::query_as("SELECT key_id, scope FROM subject_key WHERE destroyed_at IS NOT NULL")
            .fetch_one(store.pool())
            .await
            .unwrap();
    assert_eq!(scope, "activity");
    bring_back(store, account, &before).await;
    let caught_up = app.beside().erasures.catch_up().await.unwrap();
    assert_eq!((caught_up.entries, caught_up.keys_destroyed), (1, 1));
    assert!(app.beside().store.keys().keys_by_id_fresh(&[id].into()).await.unwrap().is_empty());

    // Another master key altogether is told as such, and nothing is served.
    let other = tempfile::tempdir().unwrap();
    let keys =
        event_store::encryption::LocalKeys::from_file_or_new(&other.path().join("master.key")).unwrap();
    let archives = url::Url::from_directory_path(app.folder.path().join("archives")).unwrap();
    let strange = AppContext::connect(&app.database.url, keys, &archives).unwrap();
    let refused = strange.erasures.catch_up().await.unwrap_err();
    assert!(!refused.is_passing() && refused.to_string().contains("sealed data"), "{refused:?}");
}

#[tokio::test]
async fn read_models_are_purged_with_the_key() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let views = &app.foundation.views;
    let shown =
        eventually("the account is shown", || async { views.account_fetch(account).await.unwrap() }).await;
    assert_eq!(shown.email.as_deref(), Some("ada@example.com"));
    let profile = KeyName::new(account.to_string(), Scope::Profile.as_str());
    app.foundation.erasures.destroy_key(&profile, "req_1").await.unwrap();
    let shown = views.account_fetch(account).await.unwrap().unwrap();
    assert_eq!((shown.email, shown.name), (None, None));
    let (aggregate, _) = app.beside().store.load::<Account>(&account.to_string()).await.unwrap();
    assert!(aggregate.holder.unwrap().email.known().is_none());
}

#[tokio::test]
async fn two_first_starts_at_once_make_two_ledger_keys_and_both_serve() {
    let app = TestApp::build().await;
    let (account, other) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let pool = app.foundation.store.pool();
    // The second process looked when there was no ledger yet, and makes a key of its own.
    let archives = app.folder.path().join("archives");
    let aside = app.folder.path().join("aside");
    std::fs::rename(archives.join("ledger"), &aside).unwrap();
    sqlx::query("DELETE FROM erasure_ledger").execute(pool).await.unwrap();
    let second = app.beside();
    second.erasures.catch_up().await.unwrap();
    for key in files(&aside.join("keys")) {
        std::fs::copy(&key, archives.join("ledger/keys").join(key.file_name().unwrap())).unwrap();
    }
    assert_eq!(files(&archives.join("ledger/keys")).len(), 2);

    // What the second has recorded and not carried out is carried out by the first, and the other way round.
    for (recorder, finisher, account) in
        [(&second, &app.foundation, account), (&app.foundation, &second, other)]
    {
        let hold = Hold::take(pool).await;
        let erasures = recorder.erasures.clone();
        let erasing = tokio::spawn(async move { erasures.destroy_key(&activity(account), "req_1").await });
        about_to_destroy(&app).await;
        erasing.abort();
        hold.let_go_after_crash().await;
        finisher.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
        assert!(!lives(&app.foundation.store, &activity(account)).await);
    }
    let third = app.beside();
    forget_erasures(&third.store).await;
    let caught_up = third.erasures.catch_up().await.unwrap();
    assert_eq!((caught_up.entries, caught_up.unreadable), (2, 0));
}

/// An account was used from a program at this time.
async fn used_from(store: &EventStore, account: AccountId, hash: &[u8], at: &str) {
    sqlx::query(&format!(
        "INSERT INTO device (account_id, device_hash, seen_at) VALUES ($1, $2, clock_timestamp() + interval '{at}')"
    ))
    .bind(account.to_string())
    .bind(hash)
    .execute(store.pool())
    .await
    .unwrap();
}

#[tokio::test]
async fn devices_go_with_the_activity_key_and_those_of_later_stay_when_the_ledger_is_applied_again() {
    let app = TestApp::build().await;
    let (account, other) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let store = &app.foundation.store;
    let devices = async || -> Vec<Vec<u8>> {
        let hashes = sqlx::query_scalar("SELECT device_hash FROM device ORDER BY device_hash");
        hashes.fetch_all(store.pool()).await.unwrap()
    };
    let before = wrapped(store, account).await;
    used_from(store, account, b"a clock ahead", "1 second").await;
    used_from(store, account, b"old", "-1 day").await;
    used_from(store, other, b"another's", "-1 day").await;
    app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    assert_eq!(devices().await, [b"another's"]);

    // What was used since stays, however often the ledger is read.
    used_from(store, account, b"later", "1 second").await;
    app.foundation.erasures.reapply(|_| {}).await.unwrap();
    assert_eq!(devices().await, [&b"another's"[..], b"later"]);

    // A restore brings back the key and what was collected under it.
    sqlx::query("DELETE FROM device WHERE device_hash = 'later'").execute(store.pool()).await.unwrap();
    used_from(store, account, b"old", "-1 day").await;
    bring_back(store, account, &before).await;
    forget_erasures(store).await;
    app.beside().erasures.catch_up().await.unwrap();
    assert_eq!(devices().await, [b"another's"]);
}
