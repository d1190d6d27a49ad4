//! The connection breaks exactly where a command is being stored: it is stored once all the same.

use domain::SessionId;
use domain::account::{Account, AccountCommand};
use event_store::records::password::SecretKind;
use event_store::records::{RecordWrite, password};
use event_store::{CommitExtras, ExecuteError, StoreError};

use crate::support::{Lost, Proxy, Target, TestApp, account_context};

/// Sends a command over connections of which each breaks when `words` are said, as often as told. Returns the account's events
/// after it, and whether the password given with it is there.
async fn stored_when_cut(words: &str, losses: &[Lost], with_password: bool) -> (Vec<String>, bool) {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await.to_string();
    let proxy = Proxy::new(Target::database(), true).await;
    let beyond = app.beyond(&proxy);
    let context = account_context(account.parse().unwrap());
    let sign_in = || AccountCommand::RecordSignIn {
        session_id: SessionId::generate(beyond.store.services()),
        passkey_id: None,
    };
    // Keys and statements are known from here on: what is cut is the writing.
    beyond.store.execute::<Account>(&account, sign_in(), &context, CommitExtras::default()).await.unwrap();
    proxy.cut_each_at(words, losses);
    let password = || RecordWrite::PutSecret {
        kind: SecretKind::PasswordHash,
        owner: account.clone(),
        value: b"hash".to_vec(),
    };
    let records = if with_password { vec![password()] } else { vec![] };
    let extras = CommitExtras { records, ..CommitExtras::default() };
    beyond.store.execute::<Account>(&account, sign_in(), &context, extras).await.unwrap();
    assert!(proxy.has_cut(), "nobody said {words}");
    let stored = sqlx::query_scalar("SELECT event_type FROM events ORDER BY sequence")
        .fetch_all(app.foundation.store.pool())
        .await
        .unwrap();
    let password =
        password::fetch(app.foundation.store.pool(), SecretKind::PasswordHash, &account).await.unwrap();
    (stored, password.is_some())
}

const ONCE: [&str; 3] = ["account.registered", "account.signed_in", "account.signed_in"];

#[tokio::test]
async fn an_append_that_never_arrived_is_made_again() {
    let (stored, _) = stored_when_cut("account.signed_in", &[Lost::Question], false).await;
    assert_eq!(stored, ONCE);
}

#[tokio::test]
async fn an_append_whose_answer_is_lost_is_not_made_twice() {
    let (stored, _) = stored_when_cut("account.signed_in", &[Lost::Answer], false).await;
    assert_eq!(stored, ONCE);
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_made_again_with_all_that_belongs_to_it() {
    assert_eq!(
        stored_when_cut("COMMIT", &[Lost::Question], true).await,
        (ONCE.map(String::from).to_vec(), true)
    );
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_not_made_twice() {
    assert_eq!(
        stored_when_cut("COMMIT", &[Lost::Answer], true).await,
        (ONCE.map(String::from).to_vec(), true)
    );
}

/// The answer is lost, and so is every question that would have found out.
const AGAIN_AND_AGAIN: [Lost; 4] = [Lost::Answer, Lost::Question, Lost::Question, Lost::Question];

#[tokio::test]
async fn an_append_is_not_made_twice_however_often_the_connection_breaks() {
    let (stored, _) = stored_when_cut("account.signed_in", &AGAIN_AND_AGAIN, false).await;
    assert_eq!(stored, ONCE);
}

#[tokio::test]
async fn a_commit_is_not_made_twice_however_often_the_connection_breaks() {
    let stored = stored_when_cut("COMMIT", &[Lost::Question, Lost::Answer], true).await;
    assert_eq!(stored, (ONCE.map(String::from).to_vec(), true));
}

#[tokio::test]
async fn what_nobody_can_find_out_is_said_to_be_in_doubt() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let proxy = Proxy::new(Target::database(), true).await;
    let beyond = app.beyond(&proxy);
    let sign_in = || AccountCommand::RecordSignIn {
        session_id: SessionId::generate(beyond.store.services()),
        passkey_id: None,
    };
    let execute = || async {
        let context = account_context(account);
        beyond
            .store
            .execute::<Account>(&account.to_string(), sign_in(), &context, CommitExtras::default())
            .await
    };
    execute().await.unwrap();
    proxy.cut_each_at("account.signed_in", &[Lost::Answer; 100]);
    let error = execute().await.unwrap_err();
    assert!(matches!(error, ExecuteError::Store(StoreError::OutcomeUnknown(_))), "{error:?}");
}
