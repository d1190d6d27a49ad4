//! The roles apart: `migrate`, several `api` and several `worker` processes on one database and one NATS.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::support::{Database, PASSWORD, Person, Program, Start, eventually, shared};

pub(super) fn role(folder: &Path, role: &str, database: &Database) -> Start {
    role_with(folder, &[role], database)
}

pub(super) fn role_with(folder: &Path, arguments: &[&str], database: &Database) -> Start {
    let here = |name: &str| folder.join(name).display().to_string();
    event_store::MasterKey::from_file_or_new(&folder.join("master.key")).unwrap();
    Start::new(folder, arguments)
        .env("DATABASE_URL", &database.worker_url)
        .env("PERSONAL_SETTINGS_OWNER_URL", &database.url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY_FILE", &here("master.key"))
        .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}", here("archives")))
        .env("PERSONAL_SETTINGS_MAIL", &format!("directory:{}", here("mail")))
        .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
}

pub(super) async fn says(program: &Program, what: &str) {
    eventually(&format!("it says {what:?}"), || async { program.said().contains(what).then_some(()) }).await;
}

#[tokio::test]
async fn api_and_worker_wait_for_the_schema_and_then_work() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_empty().await;
    let mut api = role(folder.path(), "api", &database).spawn();
    let worker = role(folder.path(), "worker", &database).spawn();
    says(&api, "run `personal-settings migrate --owner-url URL`").await;
    says(&worker, "run `personal-settings migrate --owner-url URL`").await;
    let (status, _) = api.client().ask("GET", "/v1/me", json!(null)).await;
    assert_eq!(status, 503);

    let mut migrate = role(folder.path(), "migrate", &database).spawn();
    assert_eq!(migrate.ended().await, 0, "{}", migrate.said());
    api.await_ready().await;
    let person = Person::join(&api.client(), "ada@example.com").await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    person.fetch_archive(&export).await;
}

#[tokio::test]
async fn api_prints_the_tokens_it_makes() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start = || {
        role(folder.path(), "api", &database)
            .without("PERSONAL_SETTINGS_HOUSE_PROJECT_TOKEN")
            .without("PERSONAL_SETTINGS_OPERATOR_TOKEN")
    };
    let api = start().ready().await;
    let app = api.told("House project token: ").unwrap();
    let operator = api.client().with_token(&api.told("Operator token (shown this once): ").unwrap());
    let body = json!({"email": "ada@example.com", "name": "Ada", "password": PASSWORD});
    let account = operator.post("/v1/admin/accounts", body).await["account_id"].clone();
    let event = json!([{"event": "Seen", "properties": {
        "token": app, "distinct_id": account, "time": 1_700_000_000, "$insert_id": "1",
    }}]);
    let answer = api.client().post("/track?verbose=1", event).await;
    assert_eq!(answer["status"], 1, "{answer}");

    let another = start().ready().await;
    assert_eq!(another.told("House project token: "), Some(app));
    assert_eq!(another.told("Operator token (shown this once): "), None);
}

#[tokio::test]
async fn a_worker_that_is_killed_in_the_middle_is_replaced_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let api = role(folder.path(), "api", &database).ready().await;
    let other_api = role(folder.path(), "api", &database).ready().await;
    let person = Person::join(&api.client(), "ada@example.com").await;
    person.use_product(20_000).await;
    let mut worker = role(folder.path(), "worker", &database).spawn();
    let export = person.ask_for("export").await;
    let path = format!("/v1/me/privacy-requests/{export}");
    eventually("the work has begun", || async {
        (person.client.get(&path).await["state"] == "running").then_some(())
    })
    .await;
    // In the middle of collecting twenty thousand events.
    tokio::time::sleep(Duration::from_millis(30)).await;
    worker.kill();
    assert_eq!(person.client.get(&path).await["state"], "running");

    // The lease of the dead worker ends by itself within twenty seconds; here it is not waited for.
    let pool = database.pool().await;
    sqlx::query("UPDATE lease SET until = clock_timestamp()").execute(&pool).await.unwrap();
    let _another = role(folder.path(), "worker", &database).spawn();
    person.completed(&export).await;
    let archive = person.fetch_archive(&export).await;

    // The same seen through the other process, which shares nothing but the database.
    let mut elsewhere = person;
    elsewhere.at(&other_api.client());
    assert_eq!(elsewhere.client.get(&path).await["archive"]["bytes"], archive.len());
}

#[tokio::test]
async fn a_worker_tells_how_it_is_where_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_empty().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let start = || role(folder.path(), "worker", &database).env("PERSONAL_SETTINGS_METRICS_LISTEN", &address);
    let mut refused = start().spawn();
    assert_ne!(refused.ended().await, 0);
    assert!(refused.said().contains("--metrics-listen"), "{}", refused.said());
    drop(taken);

    let mut worker = start().spawn();
    worker.base = format!("http://{address}");
    let client = worker.client();
    says(&worker, "run `personal-settings migrate --owner-url URL`").await;
    assert_eq!(client.get("/healthz").await["status"], "ok");
    assert_eq!(client.ask("GET", "/readyz", json!(null)).await.0, 503);
    let mut migrate = role(folder.path(), "migrate", &database).spawn();
    assert_eq!(migrate.ended().await, 0, "{}", migrate.said());
    assert!(migrate.said().contains("personal_settings may work in it"), "{}", migrate.said());
    worker.await_ready().await;
    assert_eq!(client.ask("GET", "/v1/me", json!(null)).await.0, 404);

    let api = role(folder.path(), "api", &database).ready().await;
    let person = Person::join(&api.client(), "ada@example.com").await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    eventually("the metrics tell of the job", || async {
        let answer = client.request("GET", "/metrics").send().await.unwrap();
        let metrics = answer.text().await.unwrap();
        metrics
            .lines()
            .any(|line| line.starts_with("personal_settings_jobs_total{outcome=\"done\"}"))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_role_makes_no_master_key_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    for name in ["api", "worker"] {
        let start = role(folder.path(), name, &database);
        std::fs::remove_file(folder.path().join("master.key")).unwrap();
        let mut program = start.spawn();
        assert_ne!(program.ended().await, 0);
        assert!(program.said().contains("master.key cannot be read"), "{}", program.said());
    }
}
