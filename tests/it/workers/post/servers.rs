//! Mail servers that break off, hang, refuse, or are away.

use domain::Undeliverable;
use domain::privacy_request::{Kind, Notice, State};
use event_store::records::outbox::Medium;
use personal_settings::composition::Work;

use super::{Running, SENT, UNDELIVERABLE};
use crate::support::{MailServer, Manner, TestApp, eventually, header};

/// How often messages were taken, offered in vain, and perhaps taken; and in how many seconds the first comes again.
async fn tries(app: &TestApp) -> (i64, i64, i64, f64) {
    let sql = "SELECT coalesce(sum(attempts), 0), coalesce(sum(tries), 0), coalesce(sum(unsure), 0),
                      coalesce(extract(epoch FROM min(due_at) - clock_timestamp())::float8, 0) FROM outgoing";
    sqlx::query_as(sql).fetch_one(app.foundation.store.pool()).await.unwrap()
}

#[tokio::test]
async fn a_server_that_breaks_off_gets_a_mail_a_few_times_and_no_more() {
    for manner in [Manner::BreakInData, Manner::BreakAfterDot] {
        let app = TestApp::build().await;
        let account = app.register("ada@example.com").await;
        let server = MailServer::start(&[]).await;
        server.behave(manner);
        let id = app.tell_of_password(account).await;
        for n in 1..=4 {
            app.all_is_due().await;
            let post = app.post(&server.url);
            eventually("it is put off", || async { (tries(&app).await.2 == n).then_some(()) }).await;
            post.stop().await;
            assert!(tries(&app).await.3 > 25.0, "{manner:?}: the {n}th comes again in a minute or later");
        }
        // Neither a restart nor what happens besides makes it come sooner.
        let other = app.register("bob@example.com").await;
        app.tell_of_password(other).await;
        let post = app.post(&server.url);
        eventually("the other is tried", || async { (server.offered() == 5).then_some(()) }).await;
        eventually("the other is put off", || async { (tries(&app).await.2 == 5).then_some(()) }).await;
        post.stop().await;
        sqlx::query("UPDATE outgoing SET due_at = clock_timestamp() WHERE message_id = $1")
            .bind(id.uuid())
            .execute(app.foundation.store.pool())
            .await
            .unwrap();
        let post = app.post(&server.url);
        eventually("it is given up", || async { (app.told(UNDELIVERABLE, id).await == 1).then_some(()) })
            .await;
        post.stop().await;
        assert_eq!((server.offered(), app.told(SENT, id).await), (6, 0));
        let of_it = |mail: &&String| header(mail, "Message-ID").contains(&id.to_string());
        let mails = server.mails();
        let same: Vec<&String> = mails.iter().filter(of_it).collect();
        assert!(same.iter().all(|mail| *mail == same[0]), "a repeat is the same to the byte");
        assert_eq!(app.told("account.notice_undeliverable", id).await, 1);
        let reason: String = sqlx::query_scalar(
            "SELECT payload->>'reason' FROM events WHERE event_type = 'account.notice_undeliverable'",
        )
        .fetch_one(app.foundation.store.pool())
        .await
        .unwrap();
        assert_eq!(reason, "unconfirmed");
    }
}

#[tokio::test]
async fn a_server_that_hangs_keeps_no_export_and_no_code_waiting() {
    let app = TestApp::build().await;
    let server = MailServer::start(&[]).await;
    server.behave(Manner::HangAfterDot);
    let mut requests = Vec::new();
    for n in 0..20 {
        let account = app.register(&format!("person{n}@example.com")).await;
        requests.push((account, app.receive(account, Kind::Export).await));
    }
    let work = Work::start(&app.worker_context_with_mail(&server.url), &app.bus().await, 2).unwrap();
    eventually("the server hangs with all it was given at once", || async {
        (server.offered() == 8).then_some(())
    })
    .await;
    let code = app.send_code(requests[0].0, Medium::Sms, 10).await;
    eventually("the code is sent", || async { (app.told(SENT, code).await == 1).then_some(()) }).await;
    for (_, id) in &requests {
        eventually("each export is completed", || async {
            (app.request(*id).await.state == State::Completed).then_some(())
        })
        .await;
    }
    assert_eq!(server.offered(), 8, "nothing else is sent to it meanwhile");
    drop(work);
}

#[tokio::test]
async fn a_notice_that_is_refused_for_good_is_recorded_and_never_tried_again() {
    for (at_recipient, manner) in [
        (&["550 5.1.1 <ada@example.com>: no such user"][..], Manner::Take),
        (&[], Manner::Say("552 5.3.4 too big for ada@example.com")),
    ] {
        let app = TestApp::build().await;
        let account = app.register("ada@example.com").await;
        let server = MailServer::start(at_recipient).await;
        server.behave(manner);
        let id = app.receive(account, Kind::Erasure).await;
        let post = app.post(&server.url);
        app.nothing_is_queued().await;
        let request = app.request(id).await;
        assert_eq!(request.undeliverable[&Notice::Received], Undeliverable::Refused);
        assert_eq!(request.notices_sent().count(), 0);
        // Whatever wakes the request queues it no more.
        let stop = tokio_util::sync::CancellationToken::new();
        server.behave(Manner::Take);
        workers::privacy_requests::advance(&app.worker_context_with_mail(&server.url), id, &stop)
            .await
            .unwrap();
        app.nothing_is_queued().await;
        post.stop().await;
        assert_eq!(app.request(id).await.notices_sent().collect::<Vec<_>>(), [Notice::Erased]);
        assert_eq!(server.recipients(), 2);
    }
}

#[tokio::test]
async fn an_address_the_server_cannot_take_is_undeliverable_and_one_of_an_international_domain_is_none() {
    let app = TestApp::build().await;
    let server = MailServer::start(&[]).await;
    let (kanji, domain) = (app.register("用户@example.com").await, app.register("ada@bücher.example").await);
    let lost = app.tell_of_password(kanji).await;
    let taken = app.tell_of_password(domain).await;
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(UNDELIVERABLE, lost).await, app.told(SENT, taken).await), (1, 1));
    assert!(header(&server.mails()[0], "To").ends_with("<ada@xn--bcher-kva.example>"));
}

#[tokio::test]
async fn while_a_server_is_away_messages_wait_without_being_tried() {
    let app = TestApp::build().await;
    let mut accounts = Vec::new();
    for n in 0..30 {
        accounts.push(app.register(&format!("person{n}@example.com")).await);
    }
    for account in accounts {
        app.tell_of_password(account).await;
    }
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let post = app.post(&format!("smtp://{nowhere}"));
    // Those that found out, and one at a time after that.
    eventually("it was tried again", || async { (tries(&app).await.0 >= 10).then_some(()) }).await;
    let (taken, in_vain, unsure, next) = tries(&app).await;
    assert!(taken < 14, "{taken} were taken");
    assert_eq!((in_vain, unsure), (0, 0), "that the server is away does not count for a message");
    assert!(next <= 0.0, "they are due as soon as it is back");
    let server = MailServer::start_at(nowhere, &[]).await;
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!(server.mails().len(), 30);
}

#[tokio::test]
async fn what_is_put_off_waits_longer_each_time_whoever_takes_it() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let server = MailServer::start(&["450 4.2.0 later"; 5]).await;
    let id = app.tell_of_password(account).await;
    for (n, least) in (1..=5).zip([0.5, 5.0, 25.0, 140.0, 890.0]) {
        app.all_is_due().await;
        let post: Running = app.post(&server.url);
        eventually("it is put off", || async { (tries(&app).await.1 >= n).then_some(()) }).await;
        let next = tries(&app).await.3;
        post.stop().await;
        assert!(next > least, "after try {n} it comes again in {next} s");
    }
    app.all_is_due().await;
    let post = app.post(&server.url);
    app.nothing_is_queued().await;
    post.stop().await;
    assert_eq!((app.told(SENT, id).await, server.recipients()), (1, 6));
}
