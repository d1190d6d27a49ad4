//! Rotating the master key as an operator does, with processes running on several machines.

use std::path::{Path, PathBuf};

use crate::support::{Database, Person, Program, Start, eventually, shared, sign_in};

/// A role on a machine of its own: with its own copy of the key file.
fn role(folder: &Path, role: &str, file: &Path, database: &Database) -> Start {
    Start::new(folder, &[role])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY_FILE", &file.display().to_string())
        .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}/archives", folder.display()))
        .env("PERSONAL_SETTINGS_MAIL", &format!("directory:{}/mail", folder.display()))
        .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
}

async fn keys(folder: &Path, words: &[&str], file: &Path, database: &Database) -> (i32, String) {
    let mut program = Start::new(folder, &[&["keys"], words].concat())
        .env("DATABASE_URL", &database.worker_url)
        .env("PERSONAL_SETTINGS_MASTER_KEY_FILE", &file.display().to_string())
        .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}/archives", folder.display()))
        .spawn();
    let code = program.ended().await;
    (code, program.said())
}

async fn holders(database: &Database, count: i64) {
    let pool = database.pool().await;
    eventually("the processes say what keys they have", || async {
        let found: i64 =
            sqlx::query_scalar("SELECT count(*) FROM master_key_holder").fetch_one(&pool).await.unwrap();
        (found == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_new_master_key_is_brought_in_on_two_machines_and_the_old_one_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let database = Database::create().await;
    let [here, there]: [PathBuf; 2] = ["here.key", "there.key"].map(|name| folder.join(name));
    event_store::MasterKey::from_file_or_new(&here).unwrap();
    std::fs::copy(&here, &there).unwrap();
    let api = role(folder, "api", &here, &database).ready().await;
    let mut worker: Program = role(folder, "worker", &there, &database).spawn();
    let person = Person::join(&api.client(), "ada@example.com").await;
    holders(&database, 2).await;

    let (code, said) = keys(folder, &["make-master"], &here, &database).await;
    assert_eq!(code, 0, "{said}");
    let new = said.split_whitespace().nth(2).unwrap().to_owned();
    let rotate = ["rotate-master", "--to", &new, "--patience"];

    // The other machine has not got it: nothing is done.
    let (code, said) = keys(folder, &[&rotate[..], &["8s"]].concat(), &here, &database).await;
    assert_ne!(code, 0);
    assert!(said.contains("nothing was changed") && said.contains("worker on"), "{said}");
    assert!(!said.contains("api on"), "{said}");

    // Now it has; it opens the new key, and wraps with the old one still.
    std::fs::copy(&here, &there).unwrap();
    let (code, said) = keys(folder, &[&rotate[..], &["15s"]].concat(), &here, &database).await;
    assert_ne!(code, 0);
    assert!(said.contains("still wrap with another") && said.contains("worker on"), "{said}");
    person.client.reauthenticate().await;

    std::fs::copy(&here, &there).unwrap();
    let (code, said) = keys(folder, &[&rotate[..], &["15s"]].concat(), &here, &database).await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(&format!("wrapped with master key {new}")) && said.contains("Nothing here needs"),
        "{said}"
    );

    // The old one is taken away, also from those that run.
    let text = std::fs::read_to_string(&here).unwrap();
    for file in [&here, &there] {
        std::fs::write(file, text.lines().next().unwrap()).unwrap();
    }
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    let pool = database.pool().await;
    let masters: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT master_id FROM subject_key WHERE wrapped IS NOT NULL")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(masters, [new]);

    // A process that never saw it serves; who ends says so.
    worker.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(worker.ended().await, 0, "{}", worker.said());
    holders(&database, 1).await;
    let fresh = role(folder, "api", &there, &database).ready().await;
    sign_in(&fresh.client(), &person.email).await;
    let history = sign_in(&fresh.client(), &person.email).await.get("/v1/me/history").await.to_string();
    assert!(!history.contains("[erased]"), "{history}");
}

#[tokio::test]
async fn a_rotation_needs_a_second_key_and_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let file = folder.path().join("master.key");
    event_store::MasterKey::from_file_or_new(&file).unwrap();
    let api = role(folder.path(), "api", &file, &database).ready().await;
    Person::join(&api.client(), "ada@example.com").await;
    let (code, said) =
        keys(folder.path(), &["rotate-master", "--to", "0123456789abcdef"], &file, &database).await;
    assert_ne!(code, 0);
    assert!(said.contains("keys make-master"), "{said}");
}
