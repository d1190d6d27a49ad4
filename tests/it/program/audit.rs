//! `audit history`: beside a running program, and after it was killed.

use std::process::Command;

use serde_json::Value;

use crate::support::{Person, Start};

fn history(folder: &std::path::Path, account: &str, format: &str) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_personal-settings"))
        .args(["audit", "history", account, "--format", format])
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let [said, complained] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), said, complained)
}

#[tokio::test]
async fn it_tells_every_event_of_an_account_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["serve"]).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;

    let (ok, beside, complained) = history(folder.path(), &person.account, "text");
    assert!(ok, "{complained}");
    let told = [
        "The account was opened",
        "Signed in",
        "The password was confirmed",
        "An export of the data was requested",
    ];
    let places: Vec<usize> = told.iter().map(|what| beside.find(what).expect(what)).collect();
    assert!(places.is_sorted(), "{beside}");

    program.kill();
    let (ok, after, complained) = history(folder.path(), &person.account, "ndjson");
    assert!(ok, "{complained}");
    let events: Vec<Value> = after.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.len() >= beside.lines().count());
    let positions: Vec<i64> = events.iter().map(|event| event["position"].as_i64().unwrap()).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    assert_eq!(events[0]["type"], "account.registered");
    assert!(events.iter().any(|event| event["type"] == "privacy_request.completed"));

    let (ok, csv, _) = history(folder.path(), &person.account, "csv");
    assert!(ok);
    assert!(csv.starts_with("position,at,type,what,actor"), "{csv}");
    assert_eq!(csv.lines().count(), events.len() + 1);

    // A new key would open nothing: an auditor without the key is told so and gets none.
    let key = folder.path().join("data/keys/master.key");
    std::fs::remove_file(&key).unwrap();
    let (ok, _, complained) = history(folder.path(), &person.account, "text");
    assert!(!ok && complained.contains("master.key cannot be read"), "{complained}");
    assert!(!key.exists(), "the auditor made a key");
}

#[tokio::test]
async fn an_account_that_never_was_has_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let _program = Start::new(folder.path(), &["serve"]).ready().await;
    let stranger = "acc_00000000000000000000000001";
    let (ok, _, complained) = history(folder.path(), stranger, "text");
    assert!(!ok && complained.contains("there is no such account"), "{complained}");
}
