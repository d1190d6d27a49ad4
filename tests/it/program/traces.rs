//! After an erasure no trace of what was collected is left in plain text, and none that opens.

use std::net::IpAddr;
use std::path::Path;

use crate::support::{Client, Person, Start, eventually, http, postgres_program, sign_in};

/// What is seeded: where a person came from, with what, and what they did.
const ADDRESS: &str = "127.0.0.77";
const SEEDED: [&str; 4] = [ADDRESS, "SeededBrowser", "198.51.100.77", "/seeded-path"];

/// All files below `folder` that hold one of the seeded values.
fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            for seeded in SEEDED {
                if bytes.windows(seeded.len()).any(|window| window == seeded.as_bytes()) {
                    found.push(format!("{seeded} in {}", path.display()));
                }
            }
        }
    }
}

fn dump(folder: &Path) -> String {
    let output = postgres_program("pg_dump")
        .arg("--host")
        .arg(folder.join("data/postgres/run"))
        .arg("personal_settings")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn no_trace_is_left_in_a_dump_in_nats_or_in_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let program = Start::new(folder.path(), &["serve"]).env("PERSONAL_SETTINGS_LOG", "debug").ready().await;
    let from: IpAddr = ADDRESS.parse().unwrap();
    let client = http().local_address(from).user_agent("SeededBrowser/7.7").build().unwrap();
    let client = Client { http: client, ..program.client() };
    let person = Person::join(&client, "ada@example.com").await;
    person.use_product(100).await;

    let export = person.ask_for("export").await;
    person.completed(&export).await;
    let history = person.client.get("/v1/me/history?limit=200").await.to_string();
    assert!(history.contains(ADDRESS) && history.contains("SeededBrowser"), "it was there: {history}");
    assert!(dump(folder.path()).contains("/seeded-path"), "it was there");

    let erasure = person.ask_for("erasure").await;
    person.completed(&erasure).await;
    let again = Client { ..program.client() };
    let signed_in = sign_in(&again, &person.email).await;
    let history = signed_in.get("/v1/me/history?limit=200").await.to_string();
    assert!(history.contains("[erased]"), "{history}");
    for seeded in SEEDED {
        assert!(!history.contains(seeded), "{seeded} still opens: {history}");
    }

    eventually("the withdrawn archive is removed", || async {
        let mut archives = Vec::new();
        let left = folder.path().join("data/archives").join("requests").join(&export);
        search_names(&left, &mut archives);
        archives.is_empty().then_some(())
    })
    .await;
    let dumped = dump(folder.path());
    for seeded in SEEDED {
        assert!(!dumped.contains(seeded), "{seeded} is in the dump");
    }
    let mut found = Vec::new();
    for place in ["data/nats", "data/mail", "data/archives"] {
        search(&folder.path().join(place), &mut found);
    }
    for log in [program.output.clone(), folder.path().join("data/postgres/server.log")] {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        found
            .extend(SEEDED.iter().filter(|seeded| text.contains(*seeded)).map(|s| format!("{s} in {log:?}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn search_names(folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            search_names(&entry.path(), names);
        } else {
            names.push(entry.path().display().to_string());
        }
    }
}

#[tokio::test]
async fn what_the_switch_forbids_is_answered_as_accepted_and_counted_as_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let program = Start::new(folder.path(), &["serve"]).ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    person.use_product(10).await;
    let off = serde_json::json!({"usage_logging": false});
    let (status, _) = person.client.ask("PUT", "/v1/me/preferences", off).await;
    assert_eq!(status, 200);
    let answer = person.use_product(25).await;
    assert_eq!(answer, serde_json::json!({"status": 1, "error": null}));

    let metrics = program.metrics().await;
    for line in [
        "personal_settings_usage_events_total{outcome=\"stored\"} 10",
        "personal_settings_usage_events_total{outcome=\"dropped\"} 25",
    ] {
        assert!(metrics.contains(line), "{line:?} is not in {metrics}");
    }
    let erasure = person.ask_for("erasure").await;
    let done = person.completed(&erasure).await;
    let usage = done["sources"].as_array().unwrap().iter().find(|source| source["name"] == "usage").unwrap();
    assert_eq!(usage["counts"]["usage_events"], 10, "nothing was stored while it was off");
}
