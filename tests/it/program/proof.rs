//! `audit verify` and its neighbours, as an auditor uses them: with a public key and no other.

use std::path::Path;
use std::process::Command;

use sqlx::PgPool;

use crate::support::{Client, Database, OPERATOR_TOKEN, Person, Start, eventually, shared};

/// Runs an audit command in `folder`: the status it ended with, what it printed, what it complained of.
fn audit(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_personal-settings"));
    command.arg("audit").args(arguments).current_dir(folder).env_remove("DATABASE_URL");
    let output = command.output().unwrap();
    let [said, complained] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), said, complained)
}

/// What an audit command printed that must end well.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> String {
    let (status, said, complained) = audit(folder, arguments);
    assert!(status == 0, "{arguments:?}: {said}{complained}");
    said
}

/// Keeps what was printed, in a file whose name it returns.
fn keep(folder: &Path, name: &str, text: &str) -> String {
    std::fs::write(folder.join(name), text).unwrap();
    name.to_owned()
}

/// The newest checkpoint over HTTP, once there is one.
async fn checkpoint(operator: &Client) -> String {
    eventually("a checkpoint is signed", || async {
        let answer = operator.request("GET", "/v1/admin/log/checkpoint").send().await.unwrap();
        let is_text = answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain");
        (answer.status() == 200 && is_text).then_some(answer)
    })
    .await
    .text()
    .await
    .unwrap()
}

#[tokio::test]
async fn an_auditor_verifies_with_the_public_key_alone() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path();
    let start = Start::new(folder, &["serve"]).env("PERSONAL_SETTINGS_CHECKPOINTS", "* * * * * *");
    let mut program = start.ready().await;
    let person = Person::join(&program.client(), "ada@example.com").await;
    let operator = program.client().with_token(OPERATOR_TOKEN);
    let note = checkpoint(&operator).await;
    let kept = keep(folder, "kept.txt", &note);
    let key = keep(folder, "public.key", &said(folder, &["public-key"]));
    let mode =
        std::os::unix::fs::MetadataExt::mode(&folder.join("data/keys/signing.key").metadata().unwrap());
    assert_eq!(mode & 0o777, 0o600);
    let export = person.ask_for("export").await;
    person.completed(&export).await;

    // Beside the running program; then the newest checkpoint covers all.
    let verified = said(folder, &["verify"]);
    assert!(verified.starts_with("PASSED: ") && verified.contains("0 events were pruned"), "{verified}");
    said(folder, &["checkpoint"]);
    let history = said(folder, &["prove", "history", &person.account]);
    let history = keep(folder, "history.json", &history);
    let consistency = said(folder, &["prove", "consistency", &kept]);
    let consistency = keep(folder, "consistency.json", &consistency);
    let inclusion = keep(folder, "inclusion.json", &said(folder, &["prove", "inclusion", "2"]));
    program.kill();

    // After it, with neither master key nor signing key.
    std::fs::remove_dir_all(folder.join("data/keys")).unwrap();
    let (status, _, complained) = audit(folder, &["verify"]);
    assert!(status == 1 && complained.contains("give --public-key FILE"), "{complained}");
    let verified = said(folder, &["verify", "--public-key", &key, "--checkpoint", &kept]);
    assert!(verified.contains("The newest checkpoint is of"), "{verified}");
    said(folder, &["verify", "--public-key", &key, "--checkpoint", &kept, "--since"]);

    // Proofs are checked where there is no database at all.
    std::fs::remove_dir_all(folder.join("data")).unwrap();
    for (proof, proved) in
        [(&inclusion, "at position 2"), (&consistency, "are the first of"), (&history, "none left out")]
    {
        let told = said(folder, &["check-proof", proof, "--public-key", &key]);
        assert!(told.contains(proved), "{told}");
    }
    let told = said(folder, &["check-proof", &history, "--public-key", &key]);
    assert!(told.contains("privacy_request"), "all streams of the account: {told}");
    let mut left_out: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join(&history)).unwrap()).unwrap();
    left_out["streams"].as_array_mut().unwrap().remove(1);
    let left_out = keep(folder, "left_out.json", &left_out.to_string());
    let (status, told, complained) = audit(folder, &["check-proof", &left_out, "--public-key", &key]);
    assert!(
        status == 3 && told.starts_with("NOT PROVED: ") && complained.contains("are not all of them"),
        "{told}"
    );
    let forged = std::fs::read_to_string(folder.join(&inclusion))
        .unwrap()
        .replace("\"position\": 2", "\"position\": 1");
    let forged = keep(folder, "forged.json", &forged);
    let (status, _, complained) = audit(folder, &["check-proof", &forged, "--public-key", &key]);
    assert!(status == 3 && complained.contains("the proof does not hold"), "{complained}");
}

#[tokio::test]
async fn a_worker_with_the_key_signs_and_a_change_behind_its_back_is_found() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path();
    let database = Database::create().await;
    let here = |name: &str| folder.join(name).display().to_string();
    event_store::MasterKey::from_file_or_new(&folder.join("master.key")).unwrap();
    let role = |role: &str| {
        Start::new(folder, &[role])
            .env("DATABASE_URL", &database.worker_url)
            .env("NATS_URL", &shared().nats_url)
            .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
            .env("PERSONAL_SETTINGS_MASTER_KEY_FILE", &here("master.key"))
            .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}", here("archives")))
            .env("PERSONAL_SETTINGS_MAIL", &format!("directory:{}", here("mail")))
            .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
            .env("PERSONAL_SETTINGS_CHECKPOINTS", "* * * * * *")
    };
    let api = role("api").ready().await;
    Person::join(&api.client(), "ada@example.com").await;
    let operator = api.client().with_token(OPERATOR_TOKEN);

    let keyless = role("worker").spawn();
    eventually("it says that it signs nothing", || async {
        keyless.said().contains("give --signing-key-file FILE").then_some(())
    })
    .await;
    let mut wrong = role("worker").env("PERSONAL_SETTINGS_SIGNING_KEY_FILE", &here("nowhere.key")).spawn();
    assert_ne!(wrong.ended().await, 0);
    assert!(wrong.said().contains("head -c 32 /dev/urandom"), "{}", wrong.said());
    let mut wrong = role("worker")
        .env("PERSONAL_SETTINGS_SIGNING_KEY_FILE", &here("master.key"))
        .env("PERSONAL_SETTINGS_CHECKPOINTS", "hourly")
        .spawn();
    assert_ne!(wrong.ended().await, 0);
    assert!(wrong.said().contains("--checkpoints is no cron expression"), "{}", wrong.said());

    event_store::proof::read_or_make_signing_key(&folder.join("signing.key")).unwrap();
    let worker = role("worker")
        .env("PERSONAL_SETTINGS_SIGNING_KEY_FILE", &here("signing.key"))
        .env("PERSONAL_SETTINGS_WHOLE_VERIFICATIONS", "* * * * * *")
        .spawn();
    checkpoint(&operator).await;

    let archives = format!("file://{}", here("archives"));
    let with =
        ["--database-url", &database.url, "--archives", &archives, "--signing-key-file", "signing.key"];
    said(folder, &[&["verify"], &with[..]].concat());
    let pool: PgPool = database.pool().await;

    // The history is no part of the proof: what it could not take is in it all the same.
    let account: String =
        sqlx::query_scalar("SELECT account_id FROM account_view").fetch_one(&pool).await.unwrap();
    sqlx::query("DELETE FROM account_history").execute(&pool).await.unwrap();
    let proved = said(folder, &[&["prove", "history", &account], &with[..]].concat());
    assert!(proved.contains("\"aggregate_type\": \"account\""), "{proved}");

    for statement in [
        "ALTER TABLE events DISABLE TRIGGER USER",
        "UPDATE events SET recorded_at = recorded_at - interval '1 day'
         WHERE event_id = (SELECT event_id FROM log WHERE position = 2)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let (status, found, complained) = audit(folder, &[&["verify"], &with[..]].concat());
    assert!(status == 3 && complained.contains("does not verify"), "{complained}");
    assert!(found.starts_with("FAILED: ") && found.contains("FOUND position 2: event"), "{found}");
    let found = audit(folder, &[&["verify", "--format", "json"], &with[..]].concat()).1;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(
        (&found["verdict"], &found["findings"][0]["position"]),
        (&"failed".into(), &2.into()),
        "{found}"
    );
    eventually("the worker found it by itself", || async {
        worker.said().contains("the log does not match its signed checkpoints").then_some(())
    })
    .await;
}
