//! A session of another program that locks our tables: what needs them is refused in bounded time, and the log names it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::roles::{role, says};
use crate::support::{Database, HOUSE_TOKEN, PASSWORD, Person, eventually};

/// Every table of ours at once.
const LOCK_ALL: &str = "DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT oid::regclass::text AS name FROM pg_class
               WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', one.name);
    END LOOP; END $$";

#[tokio::test]
async fn locked_tables_cost_503s_in_bounded_time_and_whoever_holds_them_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let program = role(folder.path(), "api", &database).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;

    let mut stranger = database.stranger("nightly maintenance").await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut stranger).await.unwrap();
    for statement in ["BEGIN", LOCK_ALL] {
        sqlx::raw_sql(statement).execute(&mut stranger).await.unwrap();
    }
    let usage = json!([{"event": "Seen", "properties": {
        "token": HOUSE_TOKEN, "distinct_id": person.account, "time": 1_700_000_000, "$insert_id": "1",
    }}]);
    let anybody = program.client();
    let asked = [
        (&person.client, "GET", "/v1/me", Value::Null),
        (&person.client, "PUT", "/v1/me/preferences", json!({"personalization": false})),
        (&person.client, "GET", "/v1/me/history", Value::Null),
        (&person.client, "POST", "/v1/me/privacy-requests", json!({"kind": "export", "confirm": true})),
        (&anybody, "POST", "/v1/sessions", json!({"email": person.email, "password": PASSWORD})),
        (&anybody, "POST", "/track?verbose=1", usage),
    ];
    let begun = Instant::now();
    let answers =
        futures::future::join_all(asked.into_iter().map(|(client, method, path, body)| async move {
            let answered =
                tokio::time::timeout(Duration::from_secs(25), client.ask(method, path, body)).await;
            (path, answered.map(|(status, _)| status).ok())
        }))
        .await;
    for (path, status) in answers {
        // What is known in memory may be answered.
        assert!(matches!(status, Some(503 | 200)), "{path}: {status:?} after {:?}", begun.elapsed());
    }
    says(&program, "nightly maintenance").await;
    assert!(program.said().contains(&format!("pid={pid}")), "{}", program.said());

    sqlx::raw_sql("ROLLBACK").execute(&mut stranger).await.unwrap();
    eventually("commands are accepted again", || async {
        let switched = json!({"personalization": true});
        (person.client.ask("PUT", "/v1/me/preferences", switched).await.0 == 200).then_some(())
    })
    .await;
}
