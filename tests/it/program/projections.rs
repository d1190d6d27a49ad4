//! `projections` and `audit state`: beside a running program, and after it was killed.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::support::{Person, Start};

fn run(folder: &Path, words: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_personal-settings"))
        .args(words)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let [said, complained] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), said, complained)
}

#[tokio::test]
async fn read_models_are_listed_rebuilt_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["serve"]).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    let before = person.client.get("/v1/me").await;
    // Beside a running program, and after it: then the database is started for the command alone.
    for beside in [true, false] {
        if !beside {
            program.kill();
        }
        let (ok, list, complained) = run(folder.path(), &["projections", "list"]);
        assert!(ok, "{complained}");
        let names: Vec<&str> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
        for name in ["account", "history", "privacy_request"] {
            assert!(names.contains(&name), "{list}");
            let (ok, said, complained) = run(folder.path(), &["projections", "rebuild", name]);
            assert!(ok && said.contains(&format!("{name} was rebuilt from ")), "{said} {complained}");
        }
        let (ok, said, complained) = run(folder.path(), &["projections", "retry"]);
        assert!(ok && said.contains("account: 0 parked streams tried"), "{said} {complained}");
    }
    let (ok, _, complained) = run(folder.path(), &["projections", "rebuild", "relay"]);
    assert!(
        !ok && complained
            .contains("there are: account, organization, project, privacy_request, timer, history"),
        "{complained}"
    );
    let mut again = Start::new(folder.path(), &["serve"]).ready().await;
    let mut person = person;
    person.at(&again.client());
    assert_eq!(person.client.get("/v1/me").await, before);
    again.kill();
}

#[tokio::test]
async fn an_auditor_sees_the_state_and_the_history_of_an_instant() {
    let folder = tempfile::tempdir().unwrap();
    let program = Start::new(folder.path(), &["serve"]).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    let (status, _) = person.client.ask("PUT", "/v1/me/preferences", json!({"usage_logging": false})).await;
    assert_eq!(status, 200);
    let newest = person.client.get("/v1/me/history?limit=1").await;
    let turned: DateTime<Utc> = newest["items"][0]["at"].as_str().unwrap().parse().unwrap();
    let (then, before) = (turned, turned - chrono::Duration::microseconds(1));
    for (at, logging, events) in [(before, true, 2), (then, false, 3)] {
        let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let asked = ["audit", "state", &person.account, "--at", &at, "--format", "json"];
        let (ok, state, complained) = run(folder.path(), &asked);
        assert!(ok, "{complained}");
        let state: Value = serde_json::from_str(&state).unwrap();
        assert_eq!(state["account"]["preferences"]["usage_logging"], logging, "{state}");
        let asked = ["audit", "history", &person.account, "--at", &at, "--format", "ndjson"];
        let (ok, lines, complained) = run(folder.path(), &asked);
        assert!(ok, "{complained}");
        assert_eq!(lines.lines().count(), events, "{lines}");
    }
    let (ok, text, _) = run(folder.path(), &["audit", "state", &person.account]);
    assert!(ok && text.contains("  email: ada@example.com\n"), "{text}");
    for what in ["state", "history"] {
        let (ok, _, complained) = run(folder.path(), &["audit", what, &person.account, "--at", "2020-01-01"]);
        assert!(!ok && complained.contains("none by 2020-01-01T23:59:59"), "{complained}");
        let (ok, _, complained) = run(folder.path(), &["audit", what, &person.account, "--at", "yesterday"]);
        assert!(!ok && complained.contains("2026-05-03T10:00:00Z"), "{complained}");
    }
}
