//! The registry of personal data says what is so: of the schema, of the document, and of the real program.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use personal_settings::personal_data::{document, named_columns};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{
    Client, Database, HOUSE_TOKEN, Person, Program, Start, eventually, http, postgres_program, sign_in,
};

/// Columns that could hold text or bytes.
const COLUMNS: &str = "
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
  AND data_type NOT IN ('bigint', 'integer', 'smallint', 'boolean', 'double precision', 'real', 'uuid',
                        'timestamp with time zone', 'date', 'interval')
  AND (table_name, column_name) <> ('events', 'xid') AND (table_name, column_name) <> ('log', 'xid')";

#[tokio::test]
async fn every_column_that_could_hold_text_is_named_in_the_registry() {
    let pool = Database::create().await.pool().await;
    let columns: Vec<String> = sqlx::query_scalar(COLUMNS).fetch_all(&pool).await.unwrap();
    let (there, named) = (BTreeSet::from_iter(columns), named_columns());
    let unnamed: Vec<_> = there.difference(&named).collect();
    assert!(
        unnamed.is_empty(),
        "say in src/personal_data how these go, or why nothing in them is personal: {unnamed:#?}"
    );
    // Of ids, which are no text, some are named as well.
    let mut gone: Vec<_> = named.difference(&there).collect();
    let every: Vec<String> =
        sqlx::query_scalar("SELECT table_name || '.' || column_name FROM information_schema.columns")
            .fetch_all(&pool)
            .await
            .unwrap();
    gone.retain(|column| !every.contains(column));
    assert!(gone.is_empty(), "these are no more: {gone:#?}");
}

#[test]
fn the_document_says_what_the_registry_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/PERSONAL_DATA.md");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == document(), "run this test with UPDATE_DOCUMENTS=1, and read what changed");
}

/// What was collected about use.
const USE: [&str; 5] = ["127.0.0.88", "MarkBrowser", "MarkPhone", "/mark-path", "MarkEvent"];
/// What is of the profile.
const PROFILE: [&str; 6] = [
    "Markname Quill",
    "markmail@seeded.example",
    "markbill@",
    "markpend@",
    "+14155550188",
    "Antarctica/DumontDUrville",
];
/// The address of who was invited by another.
const GUEST: &str = "markguest@seeded.example";

/// A program of a test's own, with its servers.
struct TestApp {
    folder: tempfile::TempDir,
    program: Program,
    pool: PgPool,
}

impl TestApp {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program =
            Start::new(folder.path(), &["serve"]).env("PERSONAL_SETTINGS_LOG", "debug").ready().await;
        let socket = folder.path().join("data/postgres/run");
        let options =
            PgConnectOptions::new().username("postgres").socket(socket).database("personal_settings");
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
        Self { folder, program, pool }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A client at this address that calls itself so.
    fn client(&self, name: &str) -> Client {
        let from: IpAddr = USE[0].parse().unwrap();
        let http = http().local_address(from).user_agent(name).build().unwrap();
        Client { http, ..self.program.client() }
    }

    /// Where these marks are in the database, row by row of every table there is, and in a raw dump.
    async fn in_database(&self, marks: &[&str]) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
             WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        assert!(tables.len() > 30, "{tables:?}");
        let mut texts = vec![("the dump", self.dump())];
        for table in &tables {
            let rows: Vec<String> = sqlx::query_scalar(&format!("SELECT t::text FROM {table} t"))
                .fetch_all(&self.pool)
                .await
                .unwrap();
            texts.push((table.as_str(), rows.join("\n")));
        }
        let mut found = Vec::new();
        for mark in marks {
            let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
            let holds = |text: &str| text.contains(mark) || text.contains(&hex);
            found.extend(
                texts.iter().filter(|(_, text)| holds(text)).map(|(place, _)| format!("{mark} in {place}")),
            );
        }
        found
    }

    fn dump(&self) -> String {
        let mut program = postgres_program("pg_dump");
        let output = program
            .arg("--host")
            .arg(self.data().join("postgres/run"))
            .arg("personal_settings")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The files that hold one of these marks: of all that the program wrote but the database's own.
    fn in_files(&self, marks: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        search(self.folder.path(), &self.data().join("postgres"), marks, &mut found);
        let log = std::fs::read_to_string(self.data().join("postgres/server.log")).unwrap_or_default();
        found.extend(
            marks.iter().filter(|mark| log.contains(*mark)).map(|mark| format!("{mark} in server.log")),
        );
        found
    }

    /// Names of files in a folder of the data directory.
    fn names(&self, folder: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.data().join(folder)).into_iter().flatten();
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    async fn await_file(&self, folder: &str, holds: &str) {
        eventually(&format!("{holds} comes into {folder}"), || async {
            self.names(folder).iter().any(|name| name.contains(holds)).then_some(())
        })
        .await;
    }

    async fn count(&self, statement: &str, of: &str) -> i64 {
        sqlx::query_scalar(statement).bind(of).fetch_one(&self.pool).await.unwrap()
    }
}

fn search(folder: &Path, but: &Path, marks: &[&str], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path == but {
            continue;
        }
        if path.is_dir() {
            search(&path, but, marks, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            let holds = |mark: &&&str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
            found.extend(marks.iter().filter(holds).map(|mark| format!("{mark} in {}", path.display())));
        }
    }
}

/// Somebody with a mark in every datum.
async fn seed(app: &TestApp) -> Person {
    let ada = Person::join(&app.client("MarkBrowser/9.9"), PROFILE[1]).await;
    let ask = async |method: &str, path: &str, body: Value| {
        let (status, answer) = ada.client.ask(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    };
    let profile = json!({
        "name": "Markname Quill", "billing_email": "markbill@seeded.example", "time_zone": PROFILE[5],
    });
    ask("PATCH", "/v1/me", profile).await;
    ada.client.reauthenticate().await;
    ask("PUT", "/v1/me/email", json!({"email": "markpend@seeded.example"})).await;
    ask("PUT", "/v1/me/two-factor-phone", json!({"number": PROFILE[4], "channel": "sms"})).await;
    sign_in(&app.client("MarkPhone/9.9"), PROFILE[1]).await;
    let usage = json!([{"event": "MarkEvent", "properties": {
        "token": HOUSE_TOKEN, "distinct_id": ada.account, "time": 1_700_000_000, "$insert_id": "mark-1",
        "path": "/mark-path"}}]);
    ada.client.post("/track?verbose=1", usage).await;
    let export = ada.ask_for("export").await;
    ada.completed(&export).await;
    for notice in [".new_device@", ".email_confirmation@", ".archive_ready@"] {
        app.await_file("mail", notice).await;
    }
    app.await_file("phone", "msg_").await;
    ada
}

/// Another invites somebody who has no account.
async fn invite_guest(app: &TestApp) {
    let bob = Person::join(&app.program.client(), "bob@example.com").await;
    let organization = bob.client.post("/v1/organizations", json!({"name": "Engines"})).await;
    let path = format!("/v1/organizations/{}/invitations", organization["id"].as_str().unwrap());
    bob.client.post(&path, json!({"email": GUEST, "role": "member"})).await;
    app.await_file("mail", ".invitation@").await;
}

#[tokio::test]
async fn no_mark_is_left_anywhere_after_delete_data_and_delete_account() {
    let app = TestApp::start().await;
    let ada = seed(&app).await;
    invite_guest(&app).await;
    // Usage alone lies in plain text; mail that is not sent lies in its folder.
    let in_plain = app.in_database(&[&USE[..], &PROFILE, &[GUEST]].concat()).await;
    assert!(
        in_plain.iter().all(|found| found.contains("/mark-path") || found.contains("MarkEvent")),
        "{in_plain:#?}"
    );
    assert!(in_plain.len() >= 4, "they were there: {in_plain:#?}");
    let in_mail = app.in_files(&[&USE[..3], &PROFILE[..4]].concat()).join("\n");
    for mark in [USE[0], USE[2], PROFILE[0], PROFILE[1], PROFILE[3]] {
        assert!(in_mail.contains(mark), "{mark} was mailed: {in_mail}");
    }

    let erasure = ada.ask_for("erasure").await;
    ada.completed(&erasure).await;
    assert_eq!(app.count("SELECT count(*) FROM device WHERE account_id = $1", &ada.account).await, 0);
    app.await_file("mail", ".erased@").await;
    let left = [app.in_database(&[&USE[..], &PROFILE].concat()).await, app.in_files(&USE)].concat();
    assert!(left.is_empty(), "after Delete Data: {left:#?}");
    let later = app.in_files(&PROFILE);
    assert!(later.iter().all(|found| found.contains(&erasure)), "from before Delete Data: {later:#?}");
    assert!(app.names("phone").is_empty(), "{:?}", app.names("phone"));

    // Used again after it, and then ended.
    sign_in(&app.client("MarkBrowser/9.9"), PROFILE[1]).await;
    sign_in(&app.client("MarkPhone/9.9"), PROFILE[1]).await;
    app.await_file("mail", ".new_device@").await;
    ada.client.reauthenticate().await;
    let (status, answer) = ada.client.ask("DELETE", "/v1/me", json!({"confirm": true})).await;
    assert_eq!(status, 204, "{answer}");
    app.await_file("mail", ".account_deleted@").await;
    let erased =
        "SELECT count(*) FROM events WHERE event_type = 'account.personal_data_erased' AND aggregate_id = $1";
    let shown = "SELECT count(*) FROM account_view WHERE account_id = $1";
    eventually("the account is erased", || async {
        let (erased, shown) = (app.count(erased, &ada.account).await, app.count(shown, &ada.account).await);
        (erased == 1 && shown == 0).then_some(())
    })
    .await;
    let everything = [&USE[..], &PROFILE, &[GUEST]].concat();
    let left = app.in_database(&everything).await;
    assert!(left.is_empty(), "after Delete account: {left:#?}");
    let files = app.in_files(&everything);
    let of_others = |found: &&String| !found.contains(".account_deleted@") && !found.contains(".invitation@");
    let left: Vec<_> = files.iter().filter(of_others).collect();
    assert!(left.is_empty(), "after Delete account: {left:#?}");
}
