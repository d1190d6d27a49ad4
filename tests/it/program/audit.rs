//! `audit history`: beside a running program, and after it was killed.

use std::process::Command;

use serde_json::Value;

use crate::support::{OPERATOR_TOKEN, Person, Start};

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

    // The same lines as over HTTP; whoever looks there is in them.
    let operator = program.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/history?format=ndjson", person.account);
    let over_http = operator.request("GET", &path).send().await.unwrap().text().await.unwrap();
    let (ok, lines, complained) = history(folder.path(), &person.account, "ndjson");
    assert!(ok, "{complained}");
    assert!(lines.starts_with(&over_http) && over_http.lines().count() > 4, "{lines}\n{over_http}");

    // Who has seen enough closes the pipe.
    let mut closing = Command::new(env!("CARGO_BIN_EXE_personal-settings"))
        .args(["audit", "history", &person.account])
        .current_dir(folder.path())
        .env_remove("DATABASE_URL")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(closing.stdout.take());
    assert!(closing.wait().unwrap().success());

    program.kill();
    // Without the ledger nobody knows what was erased.
    let (archives, aside) = (folder.path().join("data/archives"), folder.path().join("aside"));
    std::fs::rename(&archives, &aside).unwrap();
    let (ok, said, complained) = history(folder.path(), &person.account, "ndjson");
    assert!(!ok && said.is_empty(), "{said}");
    assert!(
        complained.contains("cannot be known what was erased") && complained.contains("--archives"),
        "{complained}"
    );
    std::fs::rename(&aside, &archives).unwrap();

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
