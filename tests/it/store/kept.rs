//! Connections that stay with those who use them.

use std::time::Duration;

use event_store::{PinnedConnection, PinnedPool, lookups};
use sqlx::Row;

use crate::support::TestApp;

async fn backend(lent: &mut PinnedConnection) -> i32 {
    sqlx::query("SELECT pg_backend_pid()").fetch_one(&mut **lent).await.unwrap().get(0)
}

async fn all(kept: &PinnedPool) -> Vec<PinnedConnection> {
    let mut all = Vec::new();
    while let Ok(Ok(lent)) = tokio::time::timeout(Duration::from_millis(500), kept.take()).await {
        all.push(lent);
    }
    all
}

#[tokio::test]
async fn whoever_waits_for_a_connection_gets_the_next_that_is_kept() {
    let app = TestApp::build().await;
    let kept = lookups(app.foundation.store.pool());
    let mut all = all(&kept).await;
    let waiting = tokio::spawn({
        let kept = kept.clone();
        async move { kept.take().await.map(PinnedConnection::release) }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    all.pop().unwrap().release();
    let got = tokio::time::timeout(Duration::from_secs(1), waiting).await;
    got.expect("it waits although one is there").unwrap().unwrap();
}

#[tokio::test]
async fn what_is_kept_is_used_again_and_what_was_left_is_not() {
    let app = TestApp::build().await;
    let kept = lookups(app.foundation.store.pool());
    let mut first = kept.take().await.unwrap();
    let known = backend(&mut first).await;
    first.release();
    let mut second = kept.take().await.unwrap();
    assert_eq!(backend(&mut second).await, known);
    // Left in the middle of an answer.
    let asking = sqlx::query("SELECT pg_sleep(60)").execute(&mut *second);
    assert!(tokio::time::timeout(Duration::from_millis(50), asking).await.is_err());
    drop(second);
    let mut third = kept.take().await.unwrap();
    assert_ne!(backend(&mut third).await, known);
}
