//! What does not go out, and ends all the same.

use domain::account::{Account, AccountCommand, AccountNotice};
use domain::message::{MessageBody, MessageContent, Recipient};
use domain::{AccountId, Scope};
use event_store::records::RecordWrite;
use event_store::records::outbox::{Medium, Topic};
use event_store::{CommandContext, CommitExtras, KeyName};
use uuid::Uuid;

use super::{SENT, UNDELIVERABLE};
use crate::support::{MailServer, TestApp, account_context, activity};

/// Has the service itself send an account a command.
async fn serve(app: &TestApp, account: AccountId, command: AccountCommand) {
    let (store, context) = (&app.foundation.store, CommandContext::service(Uuid::nil()));
    store.execute::<Account>(&account.to_string(), command, &context, CommitExtras::default()).await.unwrap();
}

async fn destroy_profile_key(app: &TestApp, account: AccountId) {
    let name = KeyName::new(account.to_string(), Scope::Profile.as_str());
    app.foundation.erasures.destroy_key(&name, "a test").await.unwrap();
}

#[tokio::test]
async fn what_a_server_refuses_for_good_is_undeliverable_and_holds_up_nobody() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&["550 5.1.1 <ada@example.com>: no such user"]).await;
    let post = app.post(&server.url);
    let refused = app.tell_of_password(account).await;
    app.nothing_is_queued().await;
    let taken = app.tell_of_password(account).await;
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(SENT, refused).await, app.told(UNDELIVERABLE, refused).await), (0, 1));
    assert_eq!((app.told(SENT, taken).await, app.told(UNDELIVERABLE, taken).await), (1, 0));
}

#[tokio::test]
async fn what_comes_too_late_is_not_sent() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let code = app.send_code(account, Medium::Sms, 0).await;
    let expires_at = app.foundation.store.services().now();
    let link = app.tell(account, MessageBody::PasswordResetLink { token: "t".to_owned(), expires_at }).await;
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(SENT, code).await, app.told(UNDELIVERABLE, code).await), (0, 1));
    assert_eq!((app.told(SENT, link).await, app.told(UNDELIVERABLE, link).await), (0, 1));
    assert!(app.files("phone").is_empty() && app.files("mail").is_empty());
}

#[tokio::test]
async fn a_code_that_is_put_off_beyond_its_time_dies_when_that_is_over() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    std::fs::write(app.folder.path().join("phone"), b"in the way").unwrap();
    let code = app.send_code(account, Medium::Call, 10).await;
    let pool = app.foundation.store.pool();
    // As after many tries: the next delay would be minutes.
    sqlx::query("UPDATE outgoing SET attempts = 20, expires_at = clock_timestamp() + interval '2 seconds'")
        .execute(pool)
        .await
        .unwrap();
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!(app.told(UNDELIVERABLE, code).await, 1);
}

#[tokio::test]
async fn a_message_goes_with_the_key_it_was_sealed_with() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let at = app.foundation.store.services().now();
    let ip_address = "203.0.113.77".parse().ok();
    let of_use = app.tell(account, MessageBody::NewDevice { at, program: None, ip_address }).await;
    let of_profile = app.tell_of_password(account).await;
    let queued = async || -> Vec<Uuid> {
        let ids = sqlx::query_scalar("SELECT message_id FROM outgoing");
        ids.fetch_all(app.foundation.store.pool()).await.unwrap()
    };
    app.foundation.erasures.destroy_key(&activity(account), "req_1").await.unwrap();
    assert_eq!(queued().await, [of_profile.uuid()], "what tells of use goes with Delete Data");
    destroy_profile_key(&app, account).await;
    assert!(queued().await.is_empty());
    let post = app.post(&app.mail_folder());
    post.stop().await;
    for id in [of_use, of_profile] {
        assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (0, 0));
    }
    assert!(app.files("mail").is_empty());
}

#[tokio::test]
async fn a_message_that_nobody_can_read_is_undeliverable() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.tell_of_password(account).await;
    // As a backup has it that was made between the key's end and the row's.
    let pool = app.foundation.store.pool();
    sqlx::query("UPDATE outgoing SET sealed = 'something else entirely, and long'")
        .execute(pool)
        .await
        .unwrap();
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (0, 1));
}

#[tokio::test]
async fn of_an_account_that_was_erased_nothing_is_told_any_more() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let id = app.tell_of_password(account).await;
    app.command(account, AccountCommand::Delete).await.unwrap();
    destroy_profile_key(&app, account).await;
    serve(&app, account, AccountCommand::RecordErasure { destroyed_keys: Vec::new() }).await;
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (0, 0));
}

#[tokio::test]
async fn an_account_that_ended_gets_its_farewell_and_nothing_else() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let at = app.foundation.store.services().now();
    let waiting = app.tell_of_password(account).await;
    let to = Recipient::Address { email: "ada@example.com".parse().unwrap(), name: Some("Ada".to_owned()) };
    let content =
        MessageContent { to, says: MessageBody::AccountDeleted { at, exports: None, language: None } };
    let topic = Topic::Account(account, AccountNotice::AccountDeleted);
    let (farewell, message) = app.seal(topic, Medium::Mail, content, None).await;
    let extras =
        CommitExtras { records: vec![RecordWrite::EnqueueMessage(message)], ..CommitExtras::default() };
    let (store, context) = (&app.foundation.store, account_context(account));
    store.execute::<Account>(&account.to_string(), AccountCommand::Delete, &context, extras).await.unwrap();
    let late = app.tell_of_password(account).await;
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    // What waited ends with the account; what comes after that cannot be delivered.
    assert_eq!((app.told(SENT, waiting).await, app.told(UNDELIVERABLE, waiting).await), (0, 0));
    assert_eq!((app.told(SENT, late).await, app.told(UNDELIVERABLE, late).await), (0, 1));
    assert_eq!((app.told(SENT, farewell).await, app.told(UNDELIVERABLE, farewell).await), (1, 0));
    let (account, _) = app.foundation.store.load::<Account>(&account.to_string()).await.unwrap();
    assert!(account.ended.unwrap().last_notice_done);
    assert_eq!(app.files("mail").len(), 1);
}

#[tokio::test]
async fn what_belongs_to_no_account_or_cannot_be_told_this_way_is_not_kept() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let nobody = AccountId::generate(app.foundation.store.services());
    let at = app.foundation.store.services().now();
    let orphan = app.tell(nobody, MessageBody::PasswordChanged { at }).await;
    // A code by mail, and a mail to a phone.
    let says = MessageBody::Code { code: "123456".to_owned(), wanted_for: domain::message::CodeFor::SignIn };
    let by_mail = app.tell(account, says).await;
    let content = MessageContent { to: Recipient::Holder, says: MessageBody::PasswordChanged { at } };
    let topic = Topic::Account(account, AccountNotice::PasswordChanged);
    let by_phone = app.queue(topic, Medium::Sms, content).await;
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    for (id, told) in [(orphan, 0), (by_mail, 1), (by_phone, 1)] {
        assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (0, told));
    }
    assert!(app.files("phone").is_empty() && app.files("mail").is_empty());
}
