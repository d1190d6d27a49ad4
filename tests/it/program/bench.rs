//! `bench`: every group measures something, and the figures come as the README says.

use std::process::{Command, Stdio};

use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::support::{Database, eventually};

fn bench(database: &Database, words: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_personal-settings"))
        .args([&["bench", "--quick", "--json"], words].concat())
        .env("DATABASE_URL", &database.url)
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap()
}

/// Databases that a run has left behind.
async fn left(database: &Database, process: u32) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname LIKE 'bench\\_' || $1 || '\\_%'")
        .bind(process.to_string())
        .fetch_one(&database.pool().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_group_tells_its_figures_as_json() {
    let database = Database::create_empty().await;
    // All but `append`, which registers so many accounts that it is for release builds.
    let groups = ["history", "log", "projections", "verify", "replay", "seal", "settings"];
    let output = bench(&database, &groups);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> = figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect();
    for begins in ["command, ", "log: ", "projections: ", "verify: ", "replay: ", "seal: ", "settings: "] {
        assert!(names.iter().any(|name| name.starts_with(begins)), "{begins}: {names:?}");
    }
    for figure in &figures {
        let members: Vec<&str> = figure.as_object().unwrap().keys().map(String::as_str).collect();
        let known = ["name", "value", "unit", "floor", "ratio", "n"];
        assert!(members.len() == known.len() && known.iter().all(|name| members.contains(name)), "{figure}");
        assert!(figure["value"].as_f64().is_some_and(|value| value >= 0.0), "{figure}");
        assert!(figure["n"].as_u64().is_some_and(|n| n >= 1), "{figure}");
        assert_eq!(figure["floor"].is_null(), figure["ratio"].is_null(), "{figure}");
    }
}

#[tokio::test]
async fn a_run_that_fails_leaves_no_database() {
    let database = Database::create_empty().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_personal-settings"))
        .args(["bench", "--quick", "replay"])
        .env("DATABASE_URL", &database.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = child.id();
    let made = database.url.replacen(&database.name, &format!("bench_{process}_0"), 1);
    eventually("its database is there, and spoilt", || async {
        let mut connection = PgConnection::connect(&made).await.ok()?;
        sqlx::query("ALTER TABLE log RENAME TO gone").execute(&mut connection).await.ok()
    })
    .await;
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert!(!status.success());
    assert_eq!(left(&database, process).await, 0);
}
