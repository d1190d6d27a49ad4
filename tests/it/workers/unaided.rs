//! Work without NATS: slower, and each thing once.

use domain::MessageId;
use domain::account::{Account, AccountCommand, AccountNotice};
use domain::privacy_request::{Kind, Notice, State};
use personal_settings::composition::Work;

use crate::support::{House, closed_port, eventually};

#[tokio::test]
async fn without_nats_several_workers_do_what_is_due_and_each_step_once() {
    let house = House::build().await;
    let (ada, bob) = (house.register("ada@example.com").await, house.register("bob@example.com").await);
    house.collect(ada, 100).await;
    let away = format!("nats://127.0.0.1:{}", closed_port());
    let (here, there) = (house.bus_at(&away).await, house.bus_at(&away).await);
    let works =
        [Work::start(&house.bench(), &here, 2).unwrap(), Work::start(&house.bench(), &there, 2).unwrap()];
    let export = house.receive(ada, Kind::Export).await;
    house.command(bob, AccountCommand::Delete).await.unwrap();
    let message_id = MessageId::generate(house.foundation.store.services());
    let told =
        AccountCommand::RecordNotice { message_id, notice: AccountNotice::AccountDeleted, delivered: true };
    house.command(bob, told).await.unwrap();

    let request = eventually("the export completes", || async {
        let request = house.request(export).await;
        let told = request.notices == [Notice::Received, Notice::ArchiveReady];
        (request.state == State::Completed && told).then_some(request)
    })
    .await;
    assert!(request.stalled.is_none(), "{request:?}");
    eventually("what a timer was set for is done", || async {
        let (account, _) = house.foundation.store.load::<Account>(&bob.to_string()).await.unwrap();
        account.ended.unwrap().erased.then_some(())
    })
    .await;
    let trouble = here.trouble().unwrap();
    assert!(trouble.why.contains("connection refused"), "{trouble:?}");
    for work in works {
        work.stop().await;
    }
}
