//! PostgreSQL or NATS away: at the start, and while running. 503, then recovery by itself.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Database, Person, Program, Proxy, Start, Target, eventually, shared};

/// A program behind a proxy to each of its servers.
struct Outage {
    database: Proxy,
    nats: Proxy,
    start: Start,
    /// What must be there as long as the program runs.
    _kept: (tempfile::TempDir, Database),
}

async fn prepare(database_open: bool, nats_open: bool) -> Outage {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let to_database = Proxy::new(Target::database(), database_open).await;
    let nats: url::Url = shared().nats_url.parse().unwrap();
    let address = format!("{}:{}", nats.host_str().unwrap(), nats.port().unwrap());
    let to_nats = Proxy::new(Target::Tcp(address), nats_open).await;
    let mut nats_url = nats;
    nats_url.set_port(Some(to_nats.port)).unwrap();
    let database_url = to_database.database_url(&database);
    let start = Start::new(folder.path(), &["serve"])
        .env("DATABASE_URL", &database_url)
        .env("NATS_URL", nats_url.as_str())
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name);
    Outage { database: to_database, nats: to_nats, start, _kept: (folder, database) }
}

async fn await_status(program: &Program, path: &str, wanted: u16) -> Value {
    let client = program.vitals();
    eventually(&format!("{path} answers {wanted}"), || async {
        let answer = client.request("GET", path).send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.json().await.unwrap_or(Value::Null);
        (status == wanted).then_some(body)
    })
    .await
}

#[tokio::test]
async fn a_database_that_is_away_at_the_start_is_waited_for() {
    let Outage { database, start, _kept, .. } = prepare(false, true).await;
    let mut program = start.spawn();
    let ready = await_status(&program, "/readyz", 503).await;
    assert!(ready["checks"].to_string().contains("database"), "{ready}");
    await_status(&program, "/healthz", 200).await;
    let client = program.client();
    let answer = client.request("GET", "/v1/me").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let says_so = || async { program.said().contains("waiting for the database").then_some(()) };
    eventually("it says what it waits for", says_so).await;

    database.mend();
    program.await_ready().await;
    Person::join(&program.client(), "ada@example.com").await;
}

#[tokio::test]
async fn a_database_that_goes_away_and_comes_back_costs_503s_and_nothing_else() {
    let Outage { database, start, _kept, .. } = prepare(true, true).await;
    let mut program = start.ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    person.use_product(10).await;
    let export = person.ask_for("export").await;
    database.cut();
    let gone = eventually("commands answer 503", || async {
        let request =
            person.client.request("PUT", "/v1/me/preferences").json(&json!({"personalization": true}));
        let answer = request.timeout(Duration::from_secs(20)).send().await.unwrap();
        (answer.status() == 503).then_some(answer)
    })
    .await;
    assert!(gone.headers().contains_key("retry-after"));
    assert_eq!(gone.headers()["content-type"], "application/problem+json");
    let problem: Value = gone.json().await.unwrap();
    assert_eq!(problem["status"], 503);
    await_status(&program, "/readyz", 503).await;

    database.mend();
    program.await_ready().await;
    eventually("commands are accepted again", || async {
        let switched = json!({"personalization": false});
        let (status, _) = person.client.ask("PUT", "/v1/me/preferences", switched).await;
        (status == 200).then_some(())
    })
    .await;
    eventually("the export completes", || async {
        let path = format!("/v1/me/privacy-requests/{export}");
        let (_, request) = person.client.ask("GET", &path, Value::Null).await;
        (request["state"] == "completed").then_some(())
    })
    .await;
    assert!(!program.said().contains("panicked"), "{}", program.said());
}

#[tokio::test]
async fn commands_go_on_without_nats_and_requests_complete() {
    for away_at_start in [true, false] {
        let Outage { nats, start, _kept, .. } = prepare(true, !away_at_start).await;
        let mut program = start.spawn();
        if !away_at_start {
            program.await_ready().await;
        }
        eventually("commands are accepted", || async {
            // It may not listen yet.
            let answer = program.client().request("GET", "/v1/me").send().await.ok()?;
            (answer.status() == 401).then_some(())
        })
        .await;
        let person = Person::join(&program.client(), "ada@example.com").await;
        person.use_product(10).await;
        nats.cut();
        let ready = await_status(&program, "/readyz", 503).await;
        assert!(ready["checks"].to_string().contains("NATS cannot be reached"), "{ready}");
        let export = person.ask_for("export").await;
        person.completed(&export).await;

        nats.mend();
        program.await_ready().await;
        let erasure = person.ask_for("erasure").await;
        person.completed(&erasure).await;
        assert!(!program.said().contains("panicked"), "{}", program.said());
    }
}

async fn await_usable(program: &Program, wanted: u8) {
    let line = format!("\npersonal_settings_nats_usable {wanted}\n");
    eventually(&line, || async { program.metrics().await.contains(&line).then_some(()) }).await;
}

/// As with a full disk: the connection stands, and nothing is stored until the server is started again.
#[tokio::test]
async fn a_nats_server_that_stores_nothing_is_told_of_and_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start = Start::new(folder.path(), &["serve"]).env("DATABASE_URL", &database.url).without("NATS_URL");
    let mut program = start.ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    let pid_file = folder.path().join("data/nats/server.pid");
    let pid = std::fs::read_to_string(pid_file).unwrap();
    let limited = Command::new("prlimit").args(["--pid", pid.trim(), "--fsize=0"]).status().unwrap();
    assert!(limited.success());

    let export = person.ask_for("export").await;
    let ready = await_status(&program, "/readyz", 503).await;
    assert!(ready["checks"].to_string().contains("NATS did not confirm a message"), "{ready}");
    await_usable(&program, 0).await;
    person.completed(&export).await;
    program.await_ready().await;
    assert!(program.said().contains("nats-server is unusable; restarting it"), "{}", program.said());
    await_usable(&program, 1).await;
}
