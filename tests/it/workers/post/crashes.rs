//! What dies in the middle, and what is away for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, AccountNotice};
use domain::{Clock, Services};
use event_store::encryption::LocalKeys;
use event_store::records::RecordWrite;
use event_store::records::outbox::{self, Medium};
use event_store::{CommandContext, CommitExtras, EventStore, ExecuteError};
use personal_settings::system;
use workers::{MessageDispatcher, WorkerContext};

use super::{Running, SENT, UNDELIVERABLE};
use crate::support::{Lost, MailServer, Proxy, SILENCE, Target, TestApp, eventually, header};

/// What takes a message out of the queue, with the event that it went out.
const RECORDING: &str = "DELETE FROM outgoing";

#[tokio::test]
async fn a_crash_between_sending_and_recording_repeats_the_mail_and_records_it_once() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&[]).await;
    let id = app.tell_of_password(account).await;
    let proxy = Proxy::new(Target::database(), true).await;
    let held = proxy.hold_at(RECORDING);
    let beyond = app.beyond(&proxy);
    let post = Running::start(&app, &beyond, &server.url);
    held.reached().await;
    post.kill().await;
    proxy.cut();
    assert_eq!((server.mails().len(), app.queued().await, app.told(SENT, id).await), (1, 1, 0));

    // Until the lease ends nobody touches it.
    let post = app.post(&server.url);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(server.mails().len(), 1);
    app.all_is_due().await;
    app.nothing_is_queued().await;
    post.stop().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
    assert_eq!(header(&mails[0], "Message-ID"), format!("<{id}.password_changed@settings.example.com>"));
    assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (1, 0));
}

#[tokio::test]
async fn what_was_sent_while_the_database_goes_away_is_recorded_when_it_is_back() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&[]).await;
    let id = app.tell_of_password(account).await;
    let proxy = Proxy::new(Target::database(), true).await;
    let held = proxy.hold_at(RECORDING);
    let beyond = app.beyond(&proxy);
    let post = Running::start(&app, &beyond, &server.url);
    held.reached().await;
    proxy.cut();
    // Longer than a write is repeated by itself.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(app.queued().await, 1);
    proxy.mend();
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!(server.mails().len(), 1, "what was sent need not be sent again");
    assert_eq!(app.told(SENT, id).await, 1);
}

#[tokio::test]
async fn an_answer_of_the_database_that_is_lost_records_nothing_twice() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&[]).await;
    for (words, lost) in [(RECORDING, Lost::Question), (RECORDING, Lost::Answer), ("COMMIT", Lost::Answer)] {
        // Its connections are new ones: on an old one the words of a statement are said once.
        let proxy = Proxy::new(Target::database(), true).await;
        let beyond = app.beyond(&proxy);
        proxy.cut_at(words, lost);
        let id = app.tell_of_password(account).await;
        let post = Running::start(&app, &beyond, &server.url);
        app.nothing_is_queued().await;
        post.stop().await;
        assert!(proxy.has_cut(), "{words}");
        assert_eq!(app.told(SENT, id).await, 1, "{words}, {lost:?}");
    }
    assert_eq!(server.mails().len(), 3);
}

#[tokio::test]
async fn a_server_that_takes_its_time_does_not_have_another_send_the_same() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&[SILENCE]).await;
    let post = app.post(&server.url);
    app.tell_of_password(account).await;
    let due_at = || async {
        let due_at = sqlx::query_scalar("SELECT due_at FROM outgoing WHERE attempts = 1");
        let due_at: Option<DateTime<Utc>> = due_at.fetch_optional(app.foundation.store.pool()).await.unwrap();
        due_at
    };
    let taken_until = eventually("it is taken", due_at).await;
    eventually("the lease is renewed", || async { (due_at().await? > taken_until).then_some(()) }).await;
    post.kill().await;
}

#[tokio::test]
async fn of_two_who_had_taken_a_message_one_records_it() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.tell_of_password(account).await;
    let store = &app.foundation.store;
    assert_eq!(outbox::claim(store.pool(), 5).await.unwrap().len(), 1);
    assert!(outbox::claim(store.pool(), 5).await.unwrap().is_empty(), "it is leased");
    app.all_is_due().await;
    assert_eq!(outbox::claim(store.pool(), 5).await.unwrap()[0].attempts, 2);
    let record = || async {
        let notice = AccountNotice::PasswordChanged;
        let command = AccountCommand::RecordNotice { message_id: id, notice, undeliverable: None };
        let extras =
            CommitExtras { records: vec![RecordWrite::DequeueMessage(id)], ..CommitExtras::default() };
        let context = CommandContext::service(id.uuid());
        store.execute::<Account>(&account.to_string(), command, &context, extras).await
    };
    record().await.unwrap();
    assert!(matches!(record().await, Err(ExecuteError::AlreadyUsed)));
    assert_eq!(app.told(SENT, id).await, 1);
}

#[tokio::test]
async fn a_message_of_a_newer_release_is_left_to_it_and_keeps_no_other() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let newer = app.tell_of_password(account).await;
    sqlx::query("UPDATE outgoing SET notice = 'news_of_tomorrow'")
        .execute(app.foundation.store.pool())
        .await
        .unwrap();
    let ours = app.tell_of_password(account).await;
    let post = app.post(&app.mail_folder());
    eventually("ours is sent", || async { (app.told(SENT, ours).await == 1).then_some(()) }).await;
    post.stop().await;
    assert_eq!((app.told(SENT, newer).await, app.told(UNDELIVERABLE, newer).await), (0, 0));
    assert_eq!(app.queued().await, 1);
}

/// A clock that breaks when it is next looked at, once.
struct Breaking(Services, AtomicBool);

impl Clock for Breaking {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.1.swap(false, Ordering::SeqCst), "the clock breaks");
        self.0.now()
    }
}

#[tokio::test]
async fn a_panic_over_one_message_stops_no_other_and_not_for_ever_its_own() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let code = app.send_code(account, Medium::Sms, 10).await;
    let mail = app.tell_of_password(account).await;
    let real = system::services();
    let clock = Arc::new(Breaking(real.clone(), AtomicBool::new(false)));
    let keys = LocalKeys::from_file_or_new(&app.folder.path().join("master.key")).unwrap();
    let services = Services { clock: clock.clone(), ids: real.ids };
    let store = EventStore::new(app.foundation.store.pool().clone(), services, keys);
    let WorkerContext { outbox, phone, letterhead, .. } = app.worker_context();
    clock.1.store(true, Ordering::SeqCst);
    let post = Running::of(MessageDispatcher::new(store, outbox, phone, letterhead));
    app.nothing_is_queued().await;
    post.stop().await;
    assert!(!clock.1.load(Ordering::SeqCst), "the clock broke");
    assert_eq!((app.told(SENT, code).await, app.told(SENT, mail).await), (1, 1));
}
