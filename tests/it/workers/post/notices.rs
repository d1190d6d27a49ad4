//! Notices of privacy requests: queued with their event, sent as all other messages are.

use domain::account::AccountCommand;
use domain::privacy_request::{Kind, Notice, PrivacyRequest, PrivacyRequestCommand};
use domain::{RequestId, Undeliverable};
use event_store::CommitExtras;
use event_store::records::outbox;
use tokio_util::sync::CancellationToken;
use workers::privacy_requests::advance;

use crate::support::{MailServer, Manner, TestApp, account_context, eventually, header};

/// What waits, by name.
async fn waiting(app: &TestApp) -> Vec<String> {
    let names = sqlx::query_scalar("SELECT notice FROM outgoing ORDER BY notice");
    names.fetch_all(app.foundation.store.pool()).await.unwrap()
}

async fn cancel(app: &TestApp, id: RequestId) {
    let context = account_context(app.request(id).await.account_id);
    let cancel = PrivacyRequestCommand::Cancel;
    let store = &app.foundation.store;
    store
        .execute::<PrivacyRequest>(&id.to_string(), cancel, &context, CommitExtras::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn each_is_queued_with_the_event_that_brings_it_about() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let cancelled = app.receive(account, Kind::Export).await;
    assert_eq!(waiting(&app).await, ["received"], "no worker was there");
    cancel(&app, cancelled).await;
    assert_eq!(waiting(&app).await, ["cancelled", "received"]);
    sqlx::query("DELETE FROM outgoing").execute(app.foundation.store.pool()).await.unwrap();
    for (kind, wanted) in
        [(Kind::Export, ["archive_ready", "received"]), (Kind::Erasure, ["erased", "received"])]
    {
        let id = app.receive(account, kind).await;
        let position =
            app.foundation.store.log().committed_position(std::time::Duration::from_secs(10)).await.unwrap();
        assert!(position.is_some());
        eventually("all is done but the mails", || async {
            advance(&app.worker_context(), id, &CancellationToken::new()).await.ok();
            app.request(id).await.closed_at
        })
        .await;
        assert_eq!(waiting(&app).await, wanted);
        // What an earlier release recorded, which queued nothing, is queued when the request is looked at.
        sqlx::query("DELETE FROM outgoing").execute(app.foundation.store.pool()).await.unwrap();
        advance(&app.worker_context(), id, &CancellationToken::new()).await.unwrap();
        assert_eq!(waiting(&app).await, wanted);
        sqlx::query("DELETE FROM outgoing").execute(app.foundation.store.pool()).await.unwrap();
    }
}

#[tokio::test]
async fn one_that_is_sent_twice_is_the_same_and_one_that_was_told_is_not_sent_again() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.receive(account, Kind::Erasure).await;
    let server = MailServer::start(&[]).await;
    server.behave(Manner::BreakAfterDot);
    let post = app.post(&server.url);
    eventually("it is offered", || async { (server.offered() == 1).then_some(()) }).await;
    eventually("it is put off", || async {
        let unsure: i32 = sqlx::query_scalar("SELECT unsure FROM outgoing")
            .fetch_one(app.foundation.store.pool())
            .await
            .unwrap();
        (unsure == 1).then_some(())
    })
    .await;
    post.stop().await;
    server.behave(Manner::Take);
    app.all_is_due().await;
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    assert_eq!(app.request(id).await.notices_sent().collect::<Vec<_>>(), [Notice::Received]);
    // Whoever looked at the request before that was recorded queues it once more.
    outbox::notify(app.foundation.store.records(), id, Notice::Received).await.unwrap();
    app.nothing_is_queued().await;
    post.stop().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
    assert_eq!(header(&mails[0], "Message-ID"), format!("<{id}.received@settings.example.com>"));
    assert_eq!(header(&mails[0], "To"), "\"Ada Example\" <ada@example.com>");
    assert!(mails[0].contains("https://settings.example.com"), "links begin with the public URL");
}

#[tokio::test]
async fn one_that_is_not_so_any_more_is_dropped_and_one_of_an_account_that_ended_is_recorded() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.receive(account, Kind::Export).await;
    // Nothing of this request is so: neither is it done, nor will an archive expire.
    for notice in [Notice::ArchiveReady, Notice::Erased, Notice::Cancelled] {
        outbox::notify(app.foundation.store.records(), id, notice).await.unwrap();
    }
    app.command(account, AccountCommand::Delete).await.unwrap();
    assert_eq!(waiting(&app).await.len(), 4, "they are the request's, and hold nothing of the account");
    let server = MailServer::start(&[]).await;
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    post.stop().await;
    let request = app.request(id).await;
    assert_eq!(
        (request.notices.len(), request.undeliverable[&Notice::Received]),
        (1, Undeliverable::AccountEnded)
    );
    assert_eq!(server.recipients(), 0, "nothing is said to a server");
}
