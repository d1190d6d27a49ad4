//! Master keys in Vault: what wraps there opens, and what goes wrong there is told and never taken for an
//! erasure.

use std::sync::Arc;
use std::time::Instant;

use event_store::encryption::{LocalKeys, Providers, SealError, Token, Transit, TransitConfig};
use event_store::{EventStore, KeyName, KeyProvider, StoreError};

use crate::support::{Database, TOKEN, TransitServer};

fn config(server: &TransitServer) -> TransitConfig {
    TransitConfig {
        url: server.url.parse().unwrap(),
        mount: "transit".to_owned(),
        key: "personal-settings".to_owned(),
        namespace: None,
        token: Token::Given(TOKEN.into()),
        ca_file: None,
    }
}

fn provider(config: TransitConfig) -> Arc<dyn KeyProvider> {
    personal_settings::choose_tls();
    Arc::new(Transit::new(config).unwrap())
}

async fn store(database: &Database, provider: Arc<dyn KeyProvider>) -> EventStore {
    EventStore::new(database.pool().await, personal_settings::system::services(), provider)
}

fn seal_error(error: StoreError) -> SealError {
    match error {
        StoreError::Seal(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keys_wrap_and_open_in_any_process_and_many_in_one_call() {
    let (server, database) = (TransitServer::start().await, Database::create().await);
    let namespaced = TransitConfig { namespace: Some("team".to_owned()), ..config(&server) };
    let one = store(&database, provider(namespaced)).await;
    let mut ids = std::collections::BTreeSet::new();
    for n in 0..20 {
        ids.insert(one.keys().active_key(&KeyName::new(format!("acc_{n}"), "profile")).await.unwrap().id);
    }
    assert_eq!(server.namespace().as_deref(), Some("team"));
    assert_eq!(server.calls("decrypt"), 0, "what was just made need not be unwrapped");

    let other = store(&database, provider(config(&server))).await;
    let opened = other.keys().keys_by_id(&ids).await.unwrap();
    assert_eq!(opened.len(), 20);
    assert_eq!(server.calls("decrypt"), 1);
    for (id, key) in opened {
        assert_eq!(key.expose(), one.keys().keys_by_id(&[id].into()).await.unwrap()[&id].expose());
    }
    let encrypted = server.calls("encrypt");
    let new = (0..20).map(|n| KeyName::new(format!("new_{n}"), "profile")).collect();
    assert_eq!(other.keys().active_keys(new).await.unwrap().len(), 20);
    assert_eq!(server.calls("encrypt"), encrypted + 1, "keys that are made together are wrapped together");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT master_id FROM subject_key").fetch_all(one.pool()).await.unwrap();
    assert_eq!(names, ["vault:transit/personal-settings:v1"]);
}

#[tokio::test]
async fn an_outage_is_unavailable_and_nothing_reads_as_erased() {
    let (server, database) = (TransitServer::start().await, Database::create().await);
    let name = KeyName::new("acc_1", "profile");
    let key = store(&database, provider(config(&server))).await.keys().active_key(&name).await.unwrap();

    let fresh = store(&database, provider(config(&server))).await;
    for status in [503, 500, 429] {
        server.fail(Some(status));
        let before = server.calls("decrypt");
        let error = fresh.keys().keys_by_id_fresh(&[key.id].into()).await.err().unwrap();
        assert!(error.is_unavailable());
        assert!(matches!(seal_error(error), SealError::Unavailable(_)));
        assert_eq!(server.calls("decrypt") - before, 3, "it is tried again, and not for ever");
    }
    server.fail(None);
    // A hiccup is not even noticed.
    server.hiccup(2);
    assert_eq!(fresh.keys().active_key(&name).await.unwrap().expose(), key.expose());

    // Nobody listens.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = TransitConfig { url: format!("http://{nowhere}").parse().unwrap(), ..config(&server) };
    let begun = Instant::now();
    let error = store(&database, provider(gone)).await.keys().active_key(&name).await.err().unwrap();
    assert!(error.is_unavailable());
    assert!(begun.elapsed().as_secs() < 10, "it took {:?}", begun.elapsed());
    let said = format!("{:#}", anyhow::Error::from(error));
    assert!(said.contains(&nowhere.to_string()), "it says who does not answer: {said}");
}

#[tokio::test]
async fn what_somebody_must_mend_is_told_with_what_to_do() {
    let (server, database) = (TransitServer::start().await, Database::create().await);
    let name = KeyName::new("acc_1", "profile");
    let refusal = |config: TransitConfig| {
        let (database, name) = (&database, &name);
        async move {
            let error = store(database, provider(config)).await.keys().active_key(name).await.err().unwrap();
            match seal_error(error) {
                SealError::Refused(said) => said,
                other => panic!("{other:?}"),
            }
        }
    };
    let said = refusal(TransitConfig { token: Token::Given("hvs.wrong".into()), ..config(&server) }).await;
    assert!(
        said.contains("permission denied") && said.contains("transit/encrypt/personal-settings"),
        "{said}"
    );
    assert!(!said.contains("hvs.wrong"), "{said}");
    let said = refusal(TransitConfig { mount: "elsewhere".to_owned(), ..config(&server) }).await;
    assert!(said.contains("--vault-mount") && said.contains("elsewhere"), "{said}");

    // A token in a file may be renewed while the process runs.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let by_file = TransitConfig { token: Token::File(file.clone()), ..config(&server) };
    assert!(refusal(by_file.clone()).await.contains("token"), "the file is not there yet");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let running = provider(by_file);
    assert_eq!(running.ids().await.unwrap().current, "vault:transit/personal-settings:v1");
    server.expect_token("hvs.renewed");
    assert!(matches!(running.ids().await, Err(SealError::Refused(_))));
    std::fs::write(&file, "hvs.renewed").unwrap();
    running.ids().await.unwrap();
}

#[tokio::test]
async fn what_was_wrapped_for_one_row_does_not_open_in_another() {
    let (server, database) = (TransitServer::start().await, Database::create().await);
    let one = store(&database, provider(config(&server))).await;
    let (mine, yours) = (KeyName::new("acc_1", "profile"), KeyName::new("acc_2", "profile"));
    one.keys().active_key(&mine).await.unwrap();
    one.keys().active_key(&yours).await.unwrap();
    sqlx::query(
        "UPDATE subject_key SET wrapped = (SELECT wrapped FROM subject_key WHERE subject = 'acc_2')
         WHERE subject = 'acc_1'",
    )
    .execute(one.pool())
    .await
    .unwrap();
    let error = one.keys().active_key_fresh(&mine).await.err().unwrap();
    assert!(matches!(seal_error(error), SealError::AuthenticationFailed));
    // A ciphertext that Vault never made.
    sqlx::query("UPDATE subject_key SET wrapped = 'vault:v1:made-up' WHERE subject = 'acc_1'")
        .execute(one.pool())
        .await
        .unwrap();
    let error = one.keys().active_key_fresh(&mine).await.err().unwrap();
    assert!(matches!(seal_error(error), SealError::AuthenticationFailed));
}

#[tokio::test]
async fn a_rotation_in_vault_and_a_move_from_a_file_into_vault_need_no_key_outside() {
    let (server, database) = (TransitServer::start().await, Database::create().await);
    let folder = tempfile::tempdir().unwrap();
    let file = || LocalKeys::from_file_or_new(&folder.path().join("master.key")).unwrap();
    let before = store(&database, file().into()).await;
    let name = |n: u32| KeyName::new(format!("acc_{n}"), "profile");
    let mut keys = Vec::new();
    for n in 0..30 {
        keys.push(before.keys().active_key(&name(n)).await.unwrap());
    }
    // From the file into Vault: both open, Vault wraps.
    let both = Providers::new(provider(config(&server)), vec![file().into()]);
    let moving = store(&database, Arc::new(both)).await;
    assert_eq!(moving.keys().active_key(&name(3)).await.unwrap().expose(), keys[3].expose());
    let first = "vault:transit/personal-settings:v1";
    rotate(&moving, first).await;
    assert_eq!(moving.keys().count_by_master().await.unwrap(), [(first.to_owned(), 30)].into());

    // Within Vault.
    server.rotate();
    let inside = store(&database, provider(config(&server))).await;
    let decrypted = server.calls("decrypt");
    let second = "vault:transit/personal-settings:v2";
    rotate(&inside, second).await;
    assert_eq!(server.calls("decrypt"), decrypted, "no key left Vault");
    assert_eq!(inside.keys().count_by_master().await.unwrap(), [(second.to_owned(), 30)].into());
    server.forget_before(2);
    for (n, key) in (0..).zip(&keys) {
        assert_eq!(inside.keys().active_key(&name(n)).await.unwrap().expose(), key.expose());
    }

    // A version that decrypts no more is another master key, and no erasure.
    server.rotate();
    server.forget_before(3);
    let error =
        store(&database, provider(config(&server))).await.keys().active_key(&name(1)).await.err().unwrap();
    assert!(matches!(seal_error(error), SealError::UnknownMasterKey { stored, .. } if stored == second));
}

async fn rotate(store: &EventStore, target: &str) {
    let mut rotation = store.keys().rotation(target);
    while !rotation.next_batch().await.unwrap().finished {}
}
