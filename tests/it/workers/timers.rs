//! Timers wake whoever they were set for, also when they are seen late.

use domain::MessageId;
use domain::account::{Account, AccountCommand, AccountNotice};
use tokio_util::sync::CancellationToken;
use workers::jobs::Consumer;
use workers::scheduler::{Scheduler, Schedules};

use crate::support::{TestApp, eventually};

#[tokio::test]
async fn a_timer_that_goes_off_before_it_is_seen_is_not_left_to_the_sweep() {
    let mut app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let (store, views, bus) = (app.foundation.store.clone(), app.foundation.views.clone(), app.bus().await);
    // Nobody sweeps, but once at the start.
    let timetable = Schedules::parse("* * * * * *", "0 0 0 1 1 *", "0 0 0 1 1 *").unwrap();
    let stop = CancellationToken::new();
    let scheduler = Scheduler::new(store.clone(), views, bus.clone(), timetable);
    let tasks = [
        tokio::spawn(scheduler.run(stop.clone())),
        tokio::spawn(Consumer::new(app.worker_context(), bus).run(stop.clone())),
    ];
    app.command(ada, AccountCommand::Delete).await.unwrap();
    // The read models come later than two looks at the clock.
    app.stop_log().await;
    let message_id = MessageId::generate(store.services());
    let notice = AccountNotice::AccountDeleted;
    app.command(ada, AccountCommand::RecordNotice { message_id, notice, undeliverable: None }).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
    app.start_log();
    eventually("what the timer was set for is done", || async {
        let (account, _) = store.load::<Account>(&ada.to_string()).await.unwrap();
        account.ended.unwrap().erased.then_some(())
    })
    .await;
    stop.cancel();
    for task in tasks {
        task.await.unwrap();
    }
}
