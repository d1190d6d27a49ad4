//! The program with its master key in Vault: at work, and while Vault is away.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    Database, OPERATOR_TOKEN, PASSWORD, Person, Start, TOKEN, TransitServer, eventually, shared,
};

fn serve(folder: &Path, database: &Database, vault: &TransitServer) -> Start {
    std::fs::write(folder.join("vault-token"), TOKEN).unwrap();
    Start::new(folder, &["serve"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_VAULT_URL", &vault.url)
        .env("PERSONAL_SETTINGS_VAULT_TOKEN_FILE", "vault-token")
}

async fn keys_are(client: &crate::support::Client, ok: bool) {
    eventually(&format!("/readyz says that keys: {ok}"), || async {
        let (_, ready) = client.ask("GET", "/readyz", Value::Null).await;
        let check = ready["checks"].as_array()?.iter().find(|check| check["name"] == "keys").cloned()?;
        (check["ok"] == ok).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_outage_of_vault_costs_503s_and_delays_and_nothing_is_lost() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let vault = TransitServer::start().await;
    let mut program = serve(folder.path(), &database, &vault).ready().await;
    let mut person = Person::join(&program.client(), "ada@example.com").await;
    person.use_product(10).await;
    assert!(!folder.path().join("data/keys/master.key").exists(), "no master key lies here");

    vault.fail(Some(503));
    // Whoever is new needs a new key.
    let operator = person.client.with_token(OPERATOR_TOKEN);
    let body = json!({"email": "bob@example.com", "name": "Bob", "password": PASSWORD});
    let answer = operator.request("POST", "/v1/admin/accounts").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let problem: Value = answer.json().await.unwrap();
    assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
    keys_are(&program.vitals(), false).await;
    // A job needs a key of its request; it is put off, not failed.
    let export = person.ask_for("export").await;
    eventually("a job was put off", || async { program.said().contains("job failed").then_some(()) }).await;

    // A process that starts meanwhile waits.
    program.kill();
    let mut program = serve(folder.path(), &database, &vault).spawn();
    person.at(&program.client());
    eventually("it says what it waits for", || async {
        program.said().contains("waiting for the master keys").then_some(())
    })
    .await;
    let (status, _) = person.client.ask("GET", "/v1/me/history", Value::Null).await;
    assert_eq!(status, 503);
    let erased: i64 = sqlx::query_scalar("SELECT count(*) FROM subject_key WHERE destroyed_at IS NOT NULL")
        .fetch_one(&database.pool().await)
        .await
        .unwrap();
    assert_eq!(erased, 0);

    vault.fail(None);
    program.await_ready().await;
    keys_are(&program.vitals(), true).await;
    person.completed(&export).await;
    let (status, _) = person.client.ask("GET", "/v1/me", Value::Null).await;
    assert_eq!(status, 200);
    let history = person.client.get("/v1/me/history?limit=200").await.to_string();
    assert!(!history.contains("[erased]"), "{history}");
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_told_at_the_start() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let vault = TransitServer::start().await;
    vault.expect_token("hvs.another");
    let mut program = serve(folder.path(), &database, &vault).spawn();
    assert_ne!(program.ended().await, 0);
    let said = program.said();
    assert!(said.contains("does not accept the token") && said.contains("permission denied"), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
}
