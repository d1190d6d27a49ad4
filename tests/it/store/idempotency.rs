//! Answers already given: who may still answer for a key.

use domain::account::{Account, AccountCommand};
use domain::{AccountId, OperatorId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::idempotency::{Caller, Claim, ClaimGuard, claim, is_link};
use event_store::{CommandContext, CommitExtras, ExecuteError};

use uuid::Uuid;

use crate::support::{TestApp, account_context};

fn operator() -> Caller {
    Caller::Operator(OperatorId::from_uuid(Uuid::nil()))
}

fn in_session(session: SessionId) -> Caller {
    Caller::Session { account: AccountId::from_uuid(Uuid::nil()), session }
}

async fn asked(app: &TestApp) -> Claim {
    claim(app.foundation.store.records(), &operator(), "key", b"body").await.unwrap()
}

async fn first(app: &TestApp) -> ClaimGuard {
    match asked(app).await {
        Claim::First(ticket) => ticket,
        _ => panic!("it is being carried out already"),
    }
}

/// Longer ago than a request may take.
async fn let_pass(app: &TestApp) {
    sqlx::query("UPDATE idempotency SET started_at = started_at - interval '2 minutes'")
        .execute(app.foundation.store.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_stored_for_a_key_is_not_done_again_although_nobody_answered() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let rename = async |ticket: &ClaimGuard, name: &str| {
        let context = CommandContext { once: Some(ticket.mark()), ..account_context(ada) };
        let command = AccountCommand::ChangeName { name: name.to_owned() };
        store.execute::<Account>(&ada.to_string(), command, &context, CommitExtras::default()).await
    };
    let idle = first(&app).await;
    let_pass(&app).await;
    let ticket = first(&app).await;
    // Whoever was taken over stores nothing any more.
    assert!(matches!(rename(&idle, "Too late").await, Err(ExecuteError::AlreadyUsed)));
    rename(&ticket, "Ada King").await.unwrap();
    assert!(matches!(asked(&app).await, Claim::Pending), "it may still be answered");
    ticket.give_up().await.unwrap();
    let_pass(&app).await;
    assert!(matches!(asked(&app).await, Claim::Lost));
    let (account, version) = store.load::<Account>(&ada.to_string()).await.unwrap();
    assert_eq!((account.holder.unwrap().name.known().unwrap().as_str(), version), ("Ada King", 2));
}

#[tokio::test]
async fn who_comes_late_does_not_answer_for_whoever_took_over() {
    let app = TestApp::build().await;
    let late = first(&app).await;
    let_pass(&app).await;
    let successor = first(&app).await;

    late.give_up().await.unwrap();
    assert!(matches!(asked(&app).await, Claim::Pending), "the successor is still at work");
    late.answered(b"of the first").await.unwrap();
    assert!(matches!(asked(&app).await, Claim::Pending), "the successor has not answered");
    successor.answered(b"of the successor").await.unwrap();
    let Claim::Answered(answer) = asked(&app).await else { panic!("nothing was kept") };
    assert_eq!(answer, b"of the successor");
}

#[tokio::test]
async fn of_one_caller_the_newest_are_kept_and_no_more_than_there_may_be() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    let session = SessionId::generate(store.services());
    for (caller, max_rows) in
        [(operator(), 1_000), (in_session(session), 1_000), (Caller::Link(vec![7; 32]), 5)]
    {
        assert_eq!(caller.max_rows(), max_rows);
        let claimed = async |key: &str| claim(store.records(), &caller, key, b"body").await.unwrap();
        assert!(matches!(claimed("first").await, Claim::First(_)));
        // As many as there may be, and older ones of its owner's.
        sqlx::query(
            "INSERT INTO idempotency (key_hash, body_hash, owner, started_at)
             SELECT uuid_send(gen_random_uuid()), '', owner, started_at - n * interval '1 second'
             FROM (SELECT owner, started_at FROM idempotency ORDER BY started_at DESC LIMIT 1) AS newest,
                 generate_series(1, $1) AS n",
        )
        .bind(max_rows + 50)
        .execute(store.pool())
        .await
        .unwrap();
        assert!(matches!(claimed("second").await, Claim::First(_)));
        let kept: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM idempotency GROUP BY owner ORDER BY max(started_at) DESC LIMIT 1",
        )
        .fetch_one(store.pool())
        .await
        .unwrap();
        assert_eq!(kept, max_rows);
        for key in ["first", "second"] {
            assert!(matches!(claimed(key).await, Claim::Pending), "the newest are there");
        }
    }
}

/// What was never mailed has no keys, and what was done with a link is known when it works no more.
#[tokio::test]
async fn a_key_is_that_of_a_link_that_was_mailed() {
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    let (mailed, made_up) = (vec![1; 32], vec![2; 32]);
    let link = "INSERT INTO link (token_hash, purpose, account_id, subject, expires_at)
         VALUES ($1, 'email_undo', 'acc_1', '', now() + interval '1 day')";
    sqlx::query(link).bind(&mailed).execute(store.pool()).await.unwrap();
    assert!(
        is_link(store.records(), &mailed).await.unwrap()
            && !is_link(store.records(), &made_up).await.unwrap()
    );
    let caller = Caller::Link(mailed.clone());
    assert!(matches!(claim(store.records(), &caller, "key", b"body").await.unwrap(), Claim::First(_)));
    sqlx::query("DELETE FROM link").execute(store.pool()).await.unwrap();
    assert!(
        is_link(store.records(), &mailed).await.unwrap()
            && !is_link(store.records(), &made_up).await.unwrap()
    );
}

#[tokio::test]
async fn what_was_answered_in_a_session_ends_with_it() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let sessions = [SessionId::generate(store.services()), SessionId::generate(store.services())];
    for session in sessions {
        let Claim::First(ticket) =
            claim(store.records(), &in_session(session), "key", b"body").await.unwrap()
        else {
            panic!("in another session it is another key")
        };
        ticket.answered(b"an answer").await.unwrap();
    }
    let writes = vec![RecordWrite::EndSession(sessions[0])];
    let extras = CommitExtras { records: writes, ..CommitExtras::default() };
    let name = AccountCommand::ChangeName { name: "Ada King".to_owned() };
    store.execute::<Account>(&ada.to_string(), name, &account_context(ada), extras).await.unwrap();
    let again = async |session| claim(store.records(), &in_session(session), "key", b"body").await.unwrap();
    assert!(matches!(again(sessions[0]).await, Claim::First(_)));
    assert!(matches!(again(sessions[1]).await, Claim::Answered(_)));
}
