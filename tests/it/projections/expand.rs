//! A migration that only adds, as a rolling upgrade needs it, breaks no process of the release before: also not
//! one whose statements were prepared long ago.

use domain::SessionId;
use event_store::records::session;

use super::await_caught_up;
use crate::support::TestApp;

#[tokio::test]
async fn a_column_that_is_added_disturbs_nobody_who_reads() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let ada = app.register("ada@example.com").await;
    await_caught_up(&app).await;
    let (pool, now) = (store.pool(), store.services().now());
    let (id, sessions) = (SessionId::generate(store.services()), store.sessions());
    let read = || async {
        // Of several connections, each may have its own prepared statements.
        for _ in 0..8 {
            assert!(views.account_fetch(ada).await.unwrap().is_some());
            assert!(views.parked_list(None, 10).await.unwrap().is_empty());
            assert!(session::list(pool, ada, now).await.unwrap().is_empty());
            assert!(session::fetch(pool, ada, id, now).await.unwrap().is_none());
            assert!(sessions.authenticate(b"nobody's", now).await.unwrap().is_none());
        }
    };
    read().await;
    for table in ["account_view", "parked_event", "session"] {
        let added = format!("ALTER TABLE {table} ADD COLUMN of_the_next_release text");
        sqlx::query(&added).execute(pool).await.unwrap();
    }
    read().await;
    super::switch(&app, ada, false).await;
    await_caught_up(&app).await;
    assert!(!views.account_fetch(ada).await.unwrap().unwrap().usage_logging);
}
