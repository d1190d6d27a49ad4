//! What goes out.

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::account::{Account, AccountCommand, AccountNotice};
use domain::message::{MessageBody, MessageContent, Recipient};
use domain::organization::Role;
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::outbox::{self, Medium, Topic};
use workers::{MessageDispatcher, WorkerContext};

use super::{Running, SENT, UNDELIVERABLE};
use crate::support::{MailServer, TestApp, account_context, eventually, header};

#[tokio::test]
async fn a_message_goes_out_with_the_event_it_tells_of_and_is_recorded_once() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let post = app.post(&app.mail_folder());
    let store = &app.foundation.store;
    let says = MessageBody::PasswordChanged { at: store.services().now() };
    let topic = Topic::Account(account, AccountNotice::PasswordChanged);
    let content = MessageContent { to: Recipient::Holder, says };
    let (id, message) = app.seal(topic, Medium::Mail, content, None).await;
    let extras = CommitExtras {
        required_keys: vec![message.key_id()],
        records: vec![RecordWrite::EnqueueMessage(message)],
    };
    let (context, command) = (account_context(account), AccountCommand::ChangePassword);
    store.execute::<Account>(&account.to_string(), command, &context, extras).await.unwrap();
    app.nothing_is_queued().await;
    post.stop().await;

    assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (1, 0));
    let files = app.files("mail");
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with(&format!("{id}.password_changed@settings.example.com.")), "{name}");
    let mail = std::fs::read_to_string(&files[0]).unwrap();
    assert_eq!(header(&mail, "Message-ID"), format!("<{id}.password_changed@settings.example.com>"));
    assert_eq!(header(&mail, "To"), "\"Ada Example\" <ada@example.com>");
    assert_eq!(header(&mail, "Subject"), "Your password was changed");
    let metadata: serde_json::Value = sqlx::query_scalar("SELECT metadata FROM events WHERE event_type = $1")
        .bind(SENT)
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(metadata["actor"], "service");
    assert_eq!(metadata["correlation_id"], id.uuid().to_string());
}

#[tokio::test]
async fn codes_reach_phones_as_texts_and_calls() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let sms = app.send_code(account, Medium::Sms, 10).await;
    let call = app.send_code(account, Medium::Call, 10).await;
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    let files = app.files("phone");
    let read = |begins: String, ending: &str| {
        let of = |name: &str| name.starts_with(&begins) && name.ends_with(ending);
        let file = files.iter().find(|file| of(&file.file_name().unwrap().to_string_lossy()));
        std::fs::read_to_string(file.unwrap()).unwrap()
    };
    assert!(read(sms.to_string(), ".txt").starts_with("Your code is 123456. It works for 10 minutes. "));
    let twiml = read(call.to_string(), ".xml");
    let digits: String = twiml.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits, "123456123456", "{twiml}");
    assert_eq!((app.told(SENT, sms).await, app.told(SENT, call).await), (1, 1));
    assert!(app.files("mail").is_empty());
}

#[tokio::test]
async fn what_is_put_off_goes_out_later_with_the_same_date() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&["450 4.2.0 later", "451 4.3.0 later"]).await;
    let id = app.tell_of_password(account).await;
    let queued_at: DateTime<Utc> = sqlx::query_scalar("SELECT queued_at FROM outgoing")
        .fetch_one(app.foundation.store.pool())
        .await
        .unwrap();
    let post = app.post(&server.url);
    for n in 1..=2 {
        let tries = || sqlx::query_scalar::<_, i32>("SELECT tries FROM outgoing");
        eventually("it is put off", || async {
            (tries().fetch_one(app.foundation.store.pool()).await.unwrap() == n).then_some(())
        })
        .await;
        app.all_is_due().await;
    }
    app.nothing_is_queued().await;
    post.stop().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(header(&mails[0], "Date"), queued_at.format("%a, %d %b %Y %H:%M:%S +0000").to_string());
    assert_eq!((app.told(SENT, id).await, app.told(UNDELIVERABLE, id).await), (1, 0));
}

#[tokio::test]
async fn a_holder_is_written_to_where_the_account_is_when_it_is_sent() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&[]).await;
    app.tell_of_password(account).await;
    app.command(account, AccountCommand::ChangeName { name: "Countess Ada".to_owned() }).await.unwrap();
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!(header(&server.mails()[0], "To"), "\"Countess Ada\" <ada@example.com>");
}

#[tokio::test]
async fn an_invitation_goes_to_whoever_reads_mail_there_and_is_in_nobodys_history() {
    let app = TestApp::build().await;
    let to = Recipient::Address { email: "bob@example.com".parse().unwrap(), name: None };
    let (organization, token) = ("Analysts\r\nBcc: x@example.com".to_owned(), "secrettoken".to_owned());
    let expires_at = app.foundation.store.services().now() + chrono::TimeDelta::days(7);
    let says =
        MessageBody::Invitation { organization, role: Role::Admin, token, expires_at, invited_by: None };
    let id = app.queue(Topic::Invitation, Medium::Mail, MessageContent { to, says }).await;
    let server = MailServer::start(&[]).await;
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    post.stop().await;
    let mail = server.mails().remove(0);
    assert_eq!(header(&mail, "To"), "bob@example.com");
    assert_eq!(header(&mail, "Message-ID"), format!("<{id}.invitation@settings.example.com>"));
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("Bcc"), "{head}");
    let body = body.replace("=\r\n", "");
    assert!(body.contains("https://settings.example.com/links/invitation#secrettoken"), "{body}");
    assert_eq!(app.told(SENT, id).await, 0);
}

#[tokio::test]
async fn two_posts_side_by_side_send_each_message_once() {
    let app = TestApp::build().await;
    let server = MailServer::start(&[]).await;
    let mut ids = Vec::new();
    for n in 0..8 {
        let account = app.register(&format!("person{n}@example.com")).await;
        for _ in 0..6 {
            ids.push(app.tell_of_password(account).await);
        }
    }
    let beside = app.beside();
    let posts = [app.post(&server.url), Running::start(&app, &beside, &server.url)];
    app.nothing_is_queued().await;
    for post in posts {
        post.stop().await;
    }
    let mut sent: Vec<_> = server.mails().iter().map(|mail| header(mail, "Message-ID")).collect();
    sent.sort();
    let mut wanted: Vec<_> =
        ids.iter().map(|id| format!("<{id}.password_changed@settings.example.com>")).collect();
    wanted.sort();
    assert_eq!(sent, wanted);
    for id in ids {
        assert_eq!(app.told(SENT, id).await, 1);
    }
}

#[tokio::test]
async fn without_a_phone_gateway_codes_are_undeliverable_and_mail_goes_out() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let code = app.send_code(account, Medium::Sms, 10).await;
    let mail = app.tell_of_password(account).await;
    let WorkerContext { store, outbox, letterhead, .. } = app.worker_context();
    let post = Running::of(MessageDispatcher::new(store, outbox, None, letterhead));
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(UNDELIVERABLE, code).await, app.told(SENT, mail).await), (1, 1));
}

#[tokio::test]
async fn of_two_hundred_mails_of_a_kind_one_goes_out_now_and_one_that_counts_the_rest() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let server = MailServer::start(&[]).await;
    let pool = app.foundation.store.pool();
    let queue = async |account: AccountId| {
        let at = app.foundation.store.services().now();
        let says = MessageBody::RoleChanged {
            at,
            organization: "Engines".to_owned(),
            role: Role::Admin,
            is_less: true,
        };
        let content = MessageContent { to: Recipient::Holder, says };
        let topic = Topic::Account(account, AccountNotice::RoleChanged);
        let (id, message) = app.seal(topic, Medium::Mail, content, None).await;
        outbox::queue(pool, &message.gathering()).await.unwrap();
        id
    };
    let first = queue(ada).await;
    let mut newest = first;
    for _ in 0..199 {
        newest = queue(ada).await;
    }
    // Another kind, and another's, have nothing to do with it.
    app.tell_of_password(ada).await;
    queue(bob).await;
    assert_eq!(app.queued().await, 4);
    let post = app.post(&server.url);
    eventually("what is due went out", || async { (app.queued().await == 1).then_some(()) }).await;
    assert_eq!(server.mails().len(), 3);
    app.all_is_due().await;
    app.nothing_is_queued().await;
    post.stop().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    let last = mails[3].replace("=\r\n", "");
    assert!(last.contains("198 more times"), "{last}");
    assert_eq!((app.told(SENT, first).await, app.told(SENT, newest).await), (1, 1));
    // What comes while it is on its way waits for the next.
    sqlx::query("UPDATE message_pace SET gathers_until = clock_timestamp() - interval '1 second'")
        .execute(pool)
        .await
        .unwrap();
    queue(ada).await;
    queue(ada).await;
    let waits: Vec<(bool, i32)> = sqlx::query_as("SELECT gathers, gathered FROM outgoing ORDER BY queued_at")
        .fetch_all(pool)
        .await
        .unwrap();
    assert_eq!(waits, [(false, 0), (true, 0)]);
}
