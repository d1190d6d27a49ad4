//! A backup is restored, or the program is killed in the middle of an erasure: what was erased is
//! unreadable again before the first request is answered.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Client, Database, Hold, Person, Program, Start, eventually, http, postgres_program, shared,
};

const ADDRESS: &str = "127.0.0.78";

fn serve(folder: &Path, database: &Database) -> Start {
    Start::new(folder, &["serve"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
}

/// A program of PostgreSQL at work on a database.
fn postgres(program: &str, database: &Database) -> Command {
    let mut command = postgres_program(program);
    command.args(["--host", &shared().socket_folder, "--dbname", &database.name]);
    command
}

fn dump(database: &Database, to: &Path) {
    let output = postgres("pg_dump", database).arg("--file").arg(to).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn restore(database: &Database, from: &Path) {
    let mut psql = postgres("psql", database);
    psql.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file"])
        .arg(from)
        .stdout(Stdio::null());
    let output = psql.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn usage_rows(pool: &PgPool, person: &Person) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM usage_event WHERE distinct_id = $1");
    count.bind(&person.account).fetch_one(pool).await.unwrap()
}

/// Live keys of a subject for a scope.
async fn keys_of(pool: &PgPool, subject: &str, scope: &str) -> i64 {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM subject_key WHERE subject = $1 AND scope = $2 AND wrapped IS NOT NULL",
    );
    count.bind(subject).bind(scope).fetch_one(pool).await.unwrap()
}

async fn history(person: &Person) -> String {
    person.client.get("/v1/me/history?limit=200").await.to_string()
}

/// A person who acted from a seeded address, with usage and an archive.
async fn somebody(program: &Program) -> (Person, String) {
    let client = http().local_address(Some(ADDRESS.parse().unwrap())).user_agent("SeededBrowser/8.8");
    let client = Client { http: client.build().unwrap(), ..program.client() };
    let person = Person::join(&client, "ada@example.com").await;
    person.use_product(50).await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    (person, export)
}

/// Asks without pause until something else than 503 is answered; its status.
async fn first_answer(client: &Client) -> u16 {
    eventually("it serves", || async {
        let answer = client.request("GET", "/v1/me").send().await.ok()?;
        Some(answer.status().as_u16()).filter(|status| *status != 503)
    })
    .await
}

#[tokio::test]
async fn a_restored_backup_is_erased_again_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let (database, restored) = (Database::create().await, Database::create_empty().await);
    let read_only = Database::create_empty().await;
    let mut program = serve(folder.path(), &database).ready().await;
    let (mut person, export) = somebody(&program).await;
    assert!(history(&person).await.contains(ADDRESS), "it was there");
    let backup = folder.path().join("backup.sql");
    dump(&database, &backup);
    let token = person.client.token().unwrap();

    let erasure = person.ask_for("erasure").await;
    person.completed(&erasure).await;
    // The session that asked goes on; its later traces are not what was erased.
    program.kill();
    restore(&restored, &backup);
    let pool = restored.pool().await;
    assert_eq!(usage_rows(&pool, &person).await, 50, "the backup brought it back");
    assert_eq!(keys_of(&pool, &person.account, "activity").await, 1);
    assert_eq!(keys_of(&pool, &export, "archive").await, 1);

    // Nobody sees it on the command line, either.
    restore(&read_only, &backup);
    assert_eq!(keys_of(&read_only.pool().await, &person.account, "activity").await, 1);
    let mut audit = Start::new(folder.path(), &["audit", "history", &person.account])
        .env("DATABASE_URL", &read_only.worker_url)
        .spawn();
    audit.ended().await;
    // What the operator did is the operator's.
    let theirs = format!("{} from {ADDRESS}", person.account);
    assert!(!audit.said().contains(&theirs), "{}", audit.said());
    assert_eq!(keys_of(&read_only.pool().await, &person.account, "activity").await, 0, "{}", audit.said());

    // The object store is away: nothing is served, and it is said why.
    let (archives, aside) = (folder.path().join("data/archives"), folder.path().join("aside"));
    std::fs::rename(&archives, &aside).unwrap();
    let mut program = serve(folder.path(), &restored).spawn();
    person.at(&program.client());
    eventually("it says what it waits for", || async {
        let said = program.said();
        (said.contains("waiting for the erasure ledger") && said.contains("--archives")).then_some(())
    })
    .await;
    let (status, ready) = program.vitals().ask("GET", "/readyz", Value::Null).await;
    let check = |checks: &Value| checks.as_array().unwrap().iter().find(|c| c["name"] == "erasures").cloned();
    assert_eq!((status, check(&ready["checks"]).unwrap()["ok"].clone()), (503, json!(false)));
    let answer = person.client.request("GET", "/v1/me/history").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(usage_rows(&pool, &person).await, 50);

    std::fs::remove_dir_all(&archives).unwrap();
    std::fs::rename(&aside, &archives).unwrap();
    // The session of before the backup lives on with the token it had then, and so its first answer.
    person.client.go_on_with(&token);
    assert_eq!(first_answer(&person.client).await, 200);
    assert_eq!(usage_rows(&pool, &person).await, 0);
    let destroyed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM subject_key WHERE subject = $1 AND scope = 'activity' AND destroyed_for = $2",
    )
    .bind(&person.account)
    .bind(&erasure)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(destroyed, 1, "for the sake of the same request");
    assert_eq!(keys_of(&pool, &export, "archive").await, 0);
    program.await_ready().await;
    let history = history(&person).await;
    assert!(
        history.contains("[erased]") && !history.contains(ADDRESS) && !history.contains("SeededBrowser/8.8"),
        "{history}"
    );
    person.client.reauthenticate().await;
    let path = format!("/v1/me/privacy-requests/{export}/archive");
    let (status, _) = person.client.ask("GET", &path, Value::Null).await;
    assert_eq!(status, 410);

    // All of it once more, beside the running program.
    let database_url = &restored.url;
    let mut reapply =
        Start::new(folder.path(), &["erasures", "reapply"]).env("DATABASE_URL", database_url).spawn();
    assert_eq!(reapply.ended().await, 0, "{}", reapply.said());
    let said = reapply.said();
    assert!(said.contains("0 keys still lived") && said.contains("0 events of usage"), "{said}");
    assert!(said.contains(&erasure) && said.contains(&format!("usage of {}", person.account)), "{said}");
    assert!(!said.contains("ada@example.com"), "{said}");
}

#[tokio::test]
async fn killed_between_the_ledger_and_the_key_the_erasure_completes_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let mut program = serve(folder.path(), &database).ready().await;
    let (mut person, _) = somebody(&program).await;
    let pool = database.pool().await;
    let hold = Hold::take(&pool).await;
    let erasure = person.ask_for("erasure").await;
    let step = || async {
        let recorded: Option<String> = sqlx::query_scalar(
            "SELECT name FROM erasure WHERE cause = $1 AND step LIKE 'key/%' AND applied_at IS NULL",
        )
        .bind(&erasure)
        .fetch_optional(&pool)
        .await
        .unwrap();
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        recorded.filter(|name| waiting > 0 && folder.path().join("data/archives").join(name).exists())
    };
    let entry = eventually("the erasure is in the ledger", step).await;
    assert_eq!(keys_of(&pool, &person.account, "activity").await, 1, "and the key lives");
    program.kill();
    hold.let_go_after_crash().await;
    assert_eq!(keys_of(&pool, &person.account, "activity").await, 1);
    // Its lease ends by itself within twenty seconds; here it is not waited for.
    sqlx::query("UPDATE lease SET until = clock_timestamp()").execute(&pool).await.unwrap();

    let program = serve(folder.path(), &database).spawn();
    person.at(&program.client());
    assert_eq!(first_answer(&person.client).await, 200);
    let destroyed = "SELECT count(*) FROM subject_key WHERE subject = $1 AND destroyed_for = $2";
    let destroyed = || sqlx::query_scalar::<_, i64>(destroyed).bind(&person.account).bind(&erasure);
    assert_eq!(destroyed().fetch_one(&pool).await.unwrap(), 1);

    // The request goes on from where it was, tells of that key, and records nothing twice.
    let done = person.completed(&erasure).await;
    let counts = |name: &str| {
        let sources = done["sources"].as_array().unwrap();
        sources.iter().find(|source| source["name"] == name).unwrap()["counts"].clone()
    };
    assert_eq!(counts("usage")["usage_events"], 50);
    assert!(counts("account")["activity_keys"].as_u64().unwrap() >= 1, "{done}");
    let entries: i64 =
        sqlx::query_scalar("SELECT count(*) FROM erasure WHERE name = $1 AND applied_at IS NOT NULL")
            .bind(&entry)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(entries, 1);
    assert!(!history(&person).await.contains("SeededBrowser/8.8"));
}
