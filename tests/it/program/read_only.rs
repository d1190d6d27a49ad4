//! A database that cannot be written to for a while, as in a fail-over, and can again.

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::Connection;

use super::roles::role;
use crate::support::{Database, PASSWORD, Person, Program, eventually};

/// Requests at once: as many as a process has connections for, so that all of them are used.
const AT_ONCE: usize = 40;

/// Sends commands, sign-ins and usage; their answers.
async fn all_kinds(person: &Person, program: &Program) -> Vec<u16> {
    let client = program.client();
    let commands = join_all((0..AT_ONCE).map(|n| async move {
        let body = json!({"personalization": n % 2 == 0});
        person.client.ask("PUT", "/v1/me/preferences", body).await.0
    }));
    let usage = join_all((0..AT_ONCE).map(|n| {
        let client = client.clone();
        async move {
            let event = json!([{"event": "Seen", "properties": {
                "token": crate::support::HOUSE_TOKEN, "distinct_id": person.account, "time": 1_700_000_000,
                "$insert_id": format!("{n}"),
            }}]);
            client.ask("POST", "/track?verbose=1", event).await.0
        }
    }));
    let sign_in = client.ask("POST", "/v1/sessions", json!({"email": person.email, "password": PASSWORD}));
    let (commands, usage, (signed_in, _)) = tokio::join!(commands, usage, sign_in);
    [commands, usage, vec![signed_in]].concat()
}

async fn readiness(program: &Program) -> (u16, Value) {
    program.vitals().ask("GET", "/readyz", Value::Null).await
}

#[tokio::test]
async fn a_database_that_was_read_only_is_written_to_within_seconds_of_its_return() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let program = role(folder.path(), "api", &database).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;

    // Sessions that begin while it is read-only stay so, as those do that a fail-over left at what is a standby now.
    let mut owner = database.stranger("operator").await;
    let read_only = |on: bool| {
        let how =
            if on { "SET default_transaction_read_only = on" } else { "RESET default_transaction_read_only" };
        format!("ALTER DATABASE {} {how}", database.name)
    };
    sqlx::query(&read_only(true)).execute(&mut owner).await.unwrap();
    let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(ended).execute(&mut owner).await.unwrap();
    eventually("it says that it cannot be written to", || async {
        let (status, told) = readiness(&program).await;
        (status == 503 && told.to_string().contains("cannot be written to")).then_some(())
    })
    .await;
    let answers = all_kinds(&person, &program).await;
    // A command that changes nothing writes nothing.
    let (commands, others) = answers.split_at(AT_ONCE);
    assert!(
        commands.contains(&503) && commands.iter().all(|status| [200, 503].contains(status)),
        "{commands:?}"
    );
    assert!(others.iter().all(|status| *status == 503), "{others:?}");

    sqlx::query(&read_only(false)).execute(&mut owner).await.unwrap();
    let back = std::time::Instant::now();
    eventually("it is ready", || async { (readiness(&program).await.0 == 200).then_some(()) }).await;
    let answers = all_kinds(&person, &program).await;
    assert!(answers.iter().all(|status| (200..300).contains(status)), "{answers:?}");
    assert!(back.elapsed().as_secs() < 20, "it took {:?}", back.elapsed());
    owner.close().await.unwrap();
}
