//! What is wrong with options, and with servers that are not there, is told with its cause and its cure.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::roles::{role, says};
use crate::support::{Database, Person, Program, Start, closed_port, eventually};

/// A port on which nothing listens.
async fn refused(mut program: Program) -> String {
    assert_ne!(program.ended().await, 0, "{}", program.said());
    program.said()
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, told) in [
        ("PERSONAL_SETTINGS_MAIL", "nonsense", "--mail"),
        ("PERSONAL_SETTINGS_MAIL_FROM", "nobody", "--mail-from"),
        ("PERSONAL_SETTINGS_PHONE", "ftp://gateway.example.com", "--phone"),
        ("PERSONAL_SETTINGS_STATEMENT", "nowhere.toml", "nowhere.toml"),
        ("PERSONAL_SETTINGS_SERVICE_COLOR", "#ffe000", "--service-color"),
        ("PERSONAL_SETTINGS_SERVICE_LOGO", "nowhere.svg", "--service-logo"),
        ("PERSONAL_SETTINGS_TEXTS", "nowhere", "--texts"),
        ("PERSONAL_SETTINGS_CHECKPOINTS", "daily", "--checkpoints"),
        ("PERSONAL_SETTINGS_SIGNING_KEY_FILE", "nowhere.key", "nowhere.key"),
        ("PERSONAL_SETTINGS_MASTER_KEY_FILE", "nowhere.key", "nowhere.key"),
        ("PERSONAL_SETTINGS_MASTER_KEY", "c2hvcnQ=", "32 random bytes"),
        ("PERSONAL_SETTINGS_VAULT_URL", "https://vault.example.com", "--vault-token-file"),
        ("PERSONAL_SETTINGS_VAULT_URL", "https://user:hush@vault.example.com", "--vault-url"),
        ("PERSONAL_SETTINGS_ARCHIVES", "ftp://somewhere", "archive store"),
        ("PERSONAL_SETTINGS_ARCHIVES", "s3://key:hush@bucket/prefix", "--archives"),
        ("PERSONAL_SETTINGS_PUBLIC_URL", "https://user:hush@settings.example.com", "--public-url"),
        ("DATABASE_URL", "mysql://somewhere", "DATABASE_URL"),
        ("NATS_URL", "http://nats.example.com", "NATS_URL"),
        ("NATS_URL", "nats://a:hush@127.0.0.1,nats://b:hush@127.0.0.1:4223", "different credentials"),
        ("PERSONAL_SETTINGS_NATS_NKEY_FILE", "nowhere.nk", "nowhere.nk"),
        ("PERSONAL_SETTINGS_CONCURRENCY", "0", "--concurrency"),
        ("PERSONAL_SETTINGS_HOUSE_PROJECT_TOKEN", "abcde", "openssl rand -hex 16"),
        ("PERSONAL_SETTINGS_LOG", "foo=bar", "--log"),
        ("PERSONAL_SETTINGS_CONCURENCY", "4", "is PERSONAL_SETTINGS_CONCURRENCY meant?"),
    ] {
        let mut start = Start::new(folder.path(), &["serve"]).env(name, value);
        if name.contains("NKEY") {
            start = start.env("NATS_URL", "nats://127.0.0.1");
        }
        let said = refused(start.spawn()).await;
        assert!(said.contains(told) && !said.contains("hush"), "{name}={value}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(!folder.path().join("data").exists(), "{name}={value}: something was made: {said}");
    }
}

#[tokio::test]
async fn a_folder_without_a_database_is_told_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let account = "acc_01h455vb4pex5vsknk084sn02q";
    for command in [&["audit", "history", account][..], &["operators", "list"], &["projections", "list"]] {
        let words = [command, &["--data-dir", "elsewhere"]].concat();
        let said = refused(Start::new(folder.path(), &words).spawn()).await;
        assert!(said.contains("there is no database in elsewhere") && said.contains("--data-dir"), "{said}");
        assert!(!said.contains("urandom"), "a new key would open nothing: {said}");
    }
    assert!(!folder.path().join("elsewhere").exists());
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let port = closed_port();
    let cause = format!("127.0.0.1:{port}: connection refused");
    let away = format!("postgres://worker:hush@127.0.0.1:{port}/ps");
    for command in ["migrate", "api"] {
        let start = role(folder.path(), command, &database).env("PERSONAL_SETTINGS_OWNER_URL", &away);
        let mut program = start.env("DATABASE_URL", &away).spawn();
        says(&program, &cause).await;
        says(&program, "DATABASE_URL").await;
        assert!(!program.said().contains("hush"), "{}", program.said());
        program.kill();
    }
    let nats = format!("nats://user:hush@127.0.0.1:{port}");
    let worker = role(folder.path(), "worker", &database).env("NATS_URL", &nats).spawn();
    says(&worker, &format!("NATS cannot be reached ({cause}")).await;
    assert!(
        !worker.said().contains("hush") && !worker.said().contains("refused a stream"),
        "{}",
        worker.said()
    );
}

#[tokio::test]
async fn a_program_that_is_asked_to_end_warns_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["serve"]).ready().await;
    program.signal(Signal::SIGTERM);
    assert_eq!(program.ended().await, 0, "{}", program.said());
    let said = program.said();
    let last = said.split("shutting down").nth(1).unwrap();
    assert!(!last.contains("WARN") && !last.contains("ERROR"), "{last}");
}

#[tokio::test]
async fn three_processes_fit_a_server_as_it_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start =
        |name: &str| role(folder.path(), name, &database).env("PERSONAL_SETTINGS_DATABASE_CONNECTIONS", "26");
    let (api, other) = (start("api").ready().await, start("api").ready().await);
    let _worker = start("worker").spawn();
    let ada = Person::join(&api.client(), "ada@example.com").await;
    let clients = [&api, &other].map(|program| program.client().with_token(&ada.client.token().unwrap()));
    let pool = database.pool().await;
    let mut most = 0_i64;
    for _ in 0..5 {
        let asked = (0..100).map(|n| {
            let client = &clients[n % 2];
            async move {
                match n % 3 {
                    0 => {
                        client
                            .ask("PUT", "/v1/me/preferences", json!({"personalization": n % 2 == 0}))
                            .await
                            .0
                    }
                    1 => client.ask("GET", "/v1/me/history", json!(null)).await.0,
                    _ => client.ask("GET", "/v1/me", json!(null)).await.0,
                }
            }
        });
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
        let (answers, taken) = tokio::join!(
            futures::future::join_all(asked),
            sqlx::query_scalar::<_, i64>(count).fetch_one(&pool)
        );
        assert!(answers.iter().all(|status| [200, 429, 503].contains(status)), "{answers:?}");
        let after: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        most = most.max(taken.unwrap()).max(after);
    }
    assert!((10..=97).contains(&most), "{most} connections");
}

#[tokio::test]
async fn that_no_worker_runs_is_shown_to_those_who_run_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let api = role(folder.path(), "api", &database).ready().await;
    let shown = async || {
        let metrics = api.metrics().await;
        let line = metrics.lines().find(|line| line.starts_with("personal_settings_workers "));
        (line.map(str::to_owned), metrics)
    };
    let warnings = async || {
        let (_, readiness): (u16, Value) = api.vitals().ask("GET", "/readyz", json!(null)).await;
        assert_eq!(readiness["status"], "ready", "{readiness}");
        readiness["warnings"].to_string()
    };
    eventually("there is none", || async {
        (shown().await.0.as_deref() == Some("personal_settings_workers 0")).then_some(())
    })
    .await;
    assert!(warnings().await.contains("no worker runs"));
    let _worker = role(folder.path(), "worker", &database).spawn();
    eventually("there is one", || async {
        (shown().await.0.as_deref() == Some("personal_settings_workers 1")).then_some(())
    })
    .await;
    assert_eq!(warnings().await, "[]");
    // Each metric has our prefix, and says what it means.
    let metrics = shown().await.1;
    for line in metrics.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        assert!(line.starts_with("personal_settings_"), "{line}");
    }
    assert!(metrics.contains("# HELP personal_settings_http_requests_total "), "{metrics}");
}
