//! One statement, all or nothing, and nothing personal in plain text.

use domain::account::{Account, AccountCommand};
use domain::authentication::Factors;
use domain::effect::ClaimKind;
use domain::privacy_request::{Kind, PrivacyRequest, PrivacyRequestCommand};
use domain::{AccountId, SessionId};
use event_store::records::{RecordWrite, password, session};
use event_store::{CommitExtras, ExecuteError};
use futures::future::join_all;

use crate::support::{TestApp, account_context};

fn switch(personalization: bool) -> AccountCommand {
    AccountCommand::ChangePreferences {
        personalization: Some(personalization),
        usage_logging: None,
        policy_version: "1".to_owned(),
    }
}

#[tokio::test]
async fn an_address_belongs_to_one_account_however_many_try_at_once() {
    let app = TestApp::build().await;
    let tries = (0..40).map(|n| {
        let email = if n % 2 == 0 { "ada@example.com" } else { "ADA@Example.Com" };
        let account = AccountId::generate(app.foundation.store.services());
        let app = &app;
        async move { (account, app.try_register(account, email).await) }
    });
    let (taken, refused): (Vec<_>, Vec<_>) = join_all(tries).await.into_iter().partition(|(_, r)| r.is_ok());
    assert_eq!((taken.len(), refused.len()), (1, 39));
    let owner = taken[0].0.to_string();
    for (_, refusal) in refused {
        match refusal {
            Err(ExecuteError::Taken { kind: ClaimKind::Email, owner: named }) => assert_eq!(named, owner),
            other => panic!("{other:?}"),
        }
    }
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'account.registered'")
            .fetch_one(app.foundation.store.pool())
            .await
            .unwrap();
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn commands_on_one_account_at_once_make_one_line_of_events() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let commands = (0..64).map(|n| {
        let session_id = SessionId::generate(app.foundation.store.services());
        let command = if n % 2 == 0 {
            AccountCommand::RecordSignIn { session_id, passkey_id: None }
        } else {
            switch(n % 4 == 1)
        };
        app.command(account, command)
    });
    // Contention may be given up, but never half done and never swallowed.
    let accepted = join_all(commands).await.into_iter().filter(Result::is_ok).count();
    assert!(accepted > 32, "only {accepted} of 64 were accepted");
    let sequences: Vec<i64> =
        sqlx::query_scalar("SELECT sequence FROM events WHERE aggregate_id = $1 ORDER BY sequence")
            .bind(account.to_string())
            .fetch_all(app.foundation.store.pool())
            .await
            .unwrap();
    assert_eq!(sequences, (1..=sequences.len() as i64).collect::<Vec<_>>());
    let (_, version) = app.foundation.store.load::<Account>(&account.to_string()).await.unwrap();
    assert_eq!(version, sequences.len() as u64);
}

#[tokio::test]
async fn nothing_personal_is_stored_in_plain_text_and_all_of_it_opens() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let stored: Vec<String> = sqlx::query_scalar("SELECT payload::text || metadata::text FROM events")
        .fetch_all(app.foundation.store.pool())
        .await
        .unwrap();
    for text in &stored {
        for personal in ["ada@", "example.com", "Ada", "203.0.113.77", "SeededAgent", "$personal"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    let (aggregate, _) = app.foundation.store.load::<Account>(&account.to_string()).await.unwrap();
    let holder = aggregate.holder.unwrap();
    assert_eq!(holder.email.known().unwrap().as_str(), "ada@example.com");
    assert_eq!(holder.name.known().unwrap(), "Ada Example");
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_in_the_vault_either() {
    let app = TestApp::build().await;
    app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let other = AccountId::generate(store.services());
    let extras = CommitExtras {
        records: vec![RecordWrite::PutSecret {
            kind: password::SecretKind::PasswordHash,
            owner: other.to_string(),
            value: b"hash".to_vec(),
        }],
        ..CommitExtras::default()
    };
    let register = AccountCommand::Register {
        account_id: other,
        email: "ada@example.com".parse().unwrap(),
        name: "Eve".to_owned(),
        preferences: domain::account::Preferences { personalization: true, usage_logging: true },
        policy_version: "1".to_owned(),
    };
    let refused =
        store.execute::<Account>(&other.to_string(), register, &account_context(other), extras).await;
    assert!(matches!(refused, Err(ExecuteError::Taken { .. })));
    let kept =
        password::fetch(store.pool(), password::SecretKind::PasswordHash, &other.to_string()).await.unwrap();
    assert_eq!(kept, None);
}

#[tokio::test]
async fn one_request_of_a_kind_is_open_and_the_refusal_names_it() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let first = app.receive(account, Kind::Export).await;
    app.receive(account, Kind::Erasure).await;
    let store = &app.foundation.store;
    let owner = store.owner_of(ClaimKind::OpenRequest, &format!("{account}/export")).await.unwrap();
    assert_eq!(owner, Some(first.to_string()));

    let cancel = store
        .execute::<PrivacyRequest>(
            &first.to_string(),
            PrivacyRequestCommand::Cancel,
            &account_context(account),
            CommitExtras::default(),
        )
        .await;
    assert!(cancel.is_ok());
    app.receive(account, Kind::Export).await;
}

#[tokio::test]
async fn a_session_begins_with_its_event_and_ends_with_it() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let (id, now) = (SessionId::generate(store.services()), store.services().now());
    let new = session::NewSession {
        id,
        token_hash: b"hash".to_vec(),
        account,
        generation: 1,
        factors: Factors::PASSWORD,
        at: now,
        expires_at: now + chrono::Duration::days(30),
        sealed_device: None,
    };
    let extras = CommitExtras { records: vec![RecordWrite::OpenSession(new)], ..CommitExtras::default() };
    let command = AccountCommand::RecordSignIn { session_id: id, passkey_id: None };
    store.execute::<Account>(&account.to_string(), command, &account_context(account), extras).await.unwrap();
    let sessions = store.sessions();
    let found = sessions.authenticate(b"hash", now).await.unwrap().unwrap();
    assert_eq!((found.id, found.account), (id, account));

    for (when, lives) in [(29, false), (6, true)] {
        let then = now + chrono::Duration::days(when);
        let found = sessions.authenticate(b"hash", then).await.unwrap();
        assert_eq!(found.is_some(), lives, "day {when}");
    }
    let later = now + chrono::Duration::days(31);
    assert_eq!(sessions.authenticate(b"hash", later).await.unwrap(), None);
    assert_eq!(session::sweep(store.pool(), later).await.unwrap(), 1);
}
