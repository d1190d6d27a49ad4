//! `kill -9` of everything in one process, at any moment of an export, again and again.

use std::io::Cursor;
use std::time::Duration;

use rand::RngExt;
use serde_json::json;
use zip::ZipArchive;

use crate::support::{Person, Program, Start, eventually};

const EVENTS: u64 = 3_000;
const ROUNDS: u32 = 8;

async fn serve(folder: &std::path::Path) -> Program {
    Start::new(folder, &["serve"]).ready().await
}

/// Every file reads to its end with the right sum, and all usage is there.
fn assert_whole(archive: Vec<u8>) {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut lines = 0;
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        std::io::copy(&mut file, &mut content).unwrap();
        if file.name().unwrap() == "usage/events.ndjson" {
            lines = content.iter().filter(|byte| **byte == b'\n').count();
        }
    }
    assert_eq!(lines as u64, EVENTS);
}

#[tokio::test]
async fn every_request_completes_and_no_acknowledged_command_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = serve(folder.path()).await;
    let mut person = Person::join(&program.client(), "ada@example.com").await;
    person.use_product(EVENTS).await;
    let mut acknowledged = 0u64;
    let mut on = true;
    for round in 0..ROUNDS {
        let export = person.ask_for("export").await;
        // Commands go on until the end comes, at a moment nobody chose.
        let moment = Duration::from_millis(rand::rng().random_range(0..600));
        let writing = async {
            loop {
                let switched = json!({"personalization": !on});
                let request = person.client.request("PUT", "/v1/me/preferences").json(&switched);
                match request.send().await {
                    Ok(answer) if answer.status() == 200 => {
                        acknowledged += 1;
                        on = !on;
                    }
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::select! {
            () = writing => {}
            () = tokio::time::sleep(moment) => {}
        }
        program.kill();
        if round % 3 == 2 {
            // The server of the dead program may still be writing its last.
            let nats = folder.path().join("data/nats");
            eventually("NATS's directory is deleted", || async {
                let _ = std::fs::remove_dir_all(&nats);
                (!nats.exists()).then_some(())
            })
            .await;
        }
        program = serve(folder.path()).await;
        person.at(&program.client());
        // Changes nothing, and tells what the events say: the read model may not be there yet.
        let usage = json!({"usage_logging": true});
        let (_, preferences) = person.client.ask("PUT", "/v1/me/preferences", usage).await;
        let now = preferences["personalization"].as_bool().unwrap();
        // The last command may have been stored and not answered; none that was answered may be missing.
        if now != on {
            acknowledged += 1;
            on = now;
        }
        person.completed(&export).await;
        assert_whole(person.fetch_archive(&export).await);
    }
    let history = person.client.request("GET", "/v1/me/history").header("Accept", "application/x-ndjson");
    let text = history.send().await.unwrap().text().await.unwrap();
    let stored = text.lines().filter(|line| line.contains("\"account.preferences_changed\"")).count();
    assert_eq!(stored as u64, acknowledged);
    let packaged = text.lines().filter(|line| line.contains("\"privacy_request.packaged\"")).count();
    assert_eq!(packaged as u32, ROUNDS, "each export was packaged once");
}
