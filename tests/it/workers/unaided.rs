//! Work without NATS: slower, and each thing once.

use domain::MessageId;
use domain::account::{Account, AccountCommand, AccountNotice};
use domain::privacy_request::{Kind, Notice, State};
use personal_settings::composition::Work;

use crate::support::{TestApp, closed_port, eventually};

#[tokio::test]
async fn without_nats_several_workers_do_what_is_due_and_each_step_once() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    app.collect(ada, 100).await;
    let away = format!("nats://127.0.0.1:{}", closed_port());
    let (here, there) = (app.bus_at(&away).await, app.bus_at(&away).await);
    let works = [
        Work::start(&app.worker_context(), &here, 2).unwrap(),
        Work::start(&app.worker_context(), &there, 2).unwrap(),
    ];
    let export = app.receive(ada, Kind::Export).await;
    app.command(bob, AccountCommand::Delete).await.unwrap();
    let message_id = MessageId::generate(app.foundation.store.services());
    let told = AccountCommand::RecordNotice {
        message_id,
        notice: AccountNotice::AccountDeleted,
        undeliverable: None,
    };
    app.command(bob, told).await.unwrap();

    let request = eventually("the export completes", || async {
        let request = app.request(export).await;
        let told = request.notices == [Notice::Received, Notice::ArchiveReady];
        (request.state == State::Completed && told).then_some(request)
    })
    .await;
    assert!(request.stalled.is_none(), "{request:?}");
    eventually("what a timer was set for is done", || async {
        let (account, _) = app.foundation.store.load::<Account>(&bob.to_string()).await.unwrap();
        account.ended.unwrap().erased.then_some(())
    })
    .await;
    let outage = here.outage().unwrap();
    assert!(outage.why.contains("connection refused"), "{outage:?}");
    for work in works {
        work.stop().await;
    }
}

#[tokio::test]
async fn without_nats_a_request_that_waits_for_its_mail_keeps_no_other_waiting() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let erasure = app.receive(ada, Kind::Erasure).await;
    let bus = app.bus_at(&format!("nats://127.0.0.1:{}", closed_port())).await;
    let mail = format!("smtp://127.0.0.1:{}", closed_port());
    let work = Work::start(&app.worker_context_with_mail(&mail), &bus, 1).unwrap();
    let export = app.receive(bob, Kind::Export).await;
    for id in [erasure, export] {
        eventually("each is completed", || async {
            (app.request(id).await.state == State::Completed).then_some(())
        })
        .await;
    }
    assert!(app.request(erasure).await.notices.is_empty(), "its mails wait");
    work.stop().await;
}
