//! Who waits for a position sees its effect.

use std::time::Duration;

use projections::account;

use crate::support::TestApp;

#[tokio::test]
async fn who_waits_for_a_position_sees_it_in_any_process() {
    let app = TestApp::build().await;
    let here = app.foundation.clone();
    let there = app.beside();
    for n in 0..20 {
        let account = app.register(&format!("p{n}@example.com")).await;
        let event: uuid::Uuid = sqlx::query_scalar("SELECT event_id FROM events WHERE aggregate_id = $1")
            .bind(account.to_string())
            .fetch_one(here.store.pool())
            .await
            .unwrap();
        let patience = Duration::from_secs(10);
        let position =
            here.store.log().position_of(domain::EventId::from_uuid(event), patience).await.unwrap().unwrap();
        for foundation in [&here, &there] {
            assert!(foundation.views.wait_for(account::NAME, position, patience).await.unwrap());
            assert!(foundation.views.account_fetch(account).await.unwrap().is_some(), "account {n}");
        }
    }
    let short = Duration::from_millis(30);
    assert!(!there.views.wait_for(account::NAME, i64::MAX, short).await.unwrap());
}
