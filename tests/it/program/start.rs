//! Starts that cannot succeed say why, at once, and leave everything as it was.

use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use super::roles::{role, role_with, says};
use crate::support::{Database, Person, Start, eventually, shared};

async fn refused(start: Start) -> String {
    let begun = Instant::now();
    let mut program = start.spawn();
    let code = program.ended().await;
    let said = program.said();
    assert_ne!(code, 0, "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(begun.elapsed().as_secs() < 20, "it took {:?}", begun.elapsed());
    said
}

#[tokio::test]
async fn a_second_program_on_the_same_data_directory() {
    let folder = tempfile::tempdir().unwrap();
    let first = Start::new(folder.path(), &["serve"]).ready().await;
    let said = refused(Start::new(folder.path(), &["serve"])).await;
    assert!(said.contains("data") && said.contains("use"), "{said}");
    first.client().get("/healthz").await;
}

#[tokio::test]
async fn a_taken_port() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(Start::new(folder.path(), &["serve"]).env("PERSONAL_SETTINGS_LISTEN", &address)).await;
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    // Not even root may write below /sys.
    let said = refused(Start::new(folder.path(), &["serve", "--data-dir", "/sys/personal-settings"])).await;
    assert!(said.contains("/sys/personal-settings"), "{said}");

    std::fs::write(folder.path().join("file"), "").unwrap();
    let said = refused(Start::new(folder.path(), &["serve", "--data-dir", "file"])).await;
    assert!(said.contains("file"), "{said}");
}

#[tokio::test]
async fn urls_and_secrets_that_make_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start = || {
        Start::new(folder.path(), &["serve"])
            .env("DATABASE_URL", &database.url)
            .env("NATS_URL", &shared().nats_url)
            .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
    };
    let said = refused(start().env("DATABASE_URL", "mysql://somewhere")).await;
    assert!(said.contains("DATABASE_URL"), "{said}");
    let said = refused(start().env("NATS_URL", "nats://[")).await;
    assert!(said.contains("NATS_URL"), "{said}");
    let said = refused(start().env("PERSONAL_SETTINGS_MASTER_KEY", "c2hvcnQ=")).await;
    assert!(said.contains("32 random bytes"), "{said}");
    let said = refused(start().env("PERSONAL_SETTINGS_ARCHIVES", "ftp://somewhere")).await;
    assert!(said.contains("archive store"), "{said}");
}

#[tokio::test]
async fn a_program_with_a_database_of_its_own_works_as_a_role_that_owns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = Start::new(folder.path(), &["serve"]).ready().await;
    Person::join(&program.client(), "ada@example.com").await;
    assert!(!program.said().contains("may update and delete events"), "{}", program.said());
    let url =
        embedded_servers::running_owner_url(personal_settings::PROGRAM, &folder.path().join("data")).unwrap();
    let owner = sqlx::PgPool::connect(&url).await.unwrap();
    let roles: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE application_name = 'personal-settings'",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert_eq!(roles, ["personal_settings"]);
    let may: bool = sqlx::query_scalar(
        "SELECT has_table_privilege('personal_settings', 'events', 'UPDATE, DELETE, TRUNCATE')
             OR has_table_privilege('personal_settings', 'log', 'UPDATE, DELETE, TRUNCATE')
             OR rolsuper OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
         FROM pg_roles r WHERE rolname = 'personal_settings'",
    )
    .fetch_one(&owner)
    .await
    .unwrap();
    assert!(!may);
}

/// Has the read model of accounts be in the form of the release before, as that one would have left it.
async fn outdate(owner: &sqlx::PgPool) {
    let before = "INSERT INTO projection (name, revision) VALUES ('account', 1)
                  ON CONFLICT (name) DO UPDATE SET revision = 1";
    sqlx::query(before).execute(owner).await.unwrap();
}

async fn is_outdated(owner: &sqlx::PgPool) -> bool {
    let sql = "SELECT revision = 1 FROM projection WHERE name = 'account'";
    sqlx::query_scalar(sql).fetch_one(owner).await.unwrap()
}

#[tokio::test]
async fn a_read_model_of_the_release_before_in_a_database_of_ones_own_is_rebuilt_by_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Start::new(folder.path(), &["serve"]).ready();
    let owner = || async {
        let url =
            embedded_servers::running_owner_url(personal_settings::PROGRAM, &folder.path().join("data"))
                .unwrap();
        sqlx::PgPool::connect(&url).await.unwrap()
    };
    let mut program = start().await;
    let mut ada = Person::join(&program.client(), "ada@example.com").await;
    outdate(&owner().await).await;
    program.kill();
    let program = start().await;
    let owner = owner().await;
    eventually("it is rebuilt", || async { (!is_outdated(&owner).await).then_some(()) }).await;
    ada.at(&program.client());
    assert_eq!(ada.client.get("/v1/me").await["email"], "ada@example.com");
}

#[tokio::test]
async fn a_read_model_of_the_release_before_beside_others_is_served_as_it_is_and_the_command_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let owner = database.pool().await;
    outdate(&owner).await;
    let api = role(folder.path(), "api", &database).ready().await;
    let ada = Person::join(&api.client(), "ada@example.com").await;
    says(&api, "run `personal-settings projections rebuild account --owner-url URL`").await;
    assert_eq!(ada.client.get("/v1/me").await["email"], "ada@example.com");
    assert!(is_outdated(&owner).await);

    let rebuild = || role_with(folder.path(), &["projections", "rebuild", "account"], &database);
    let said = refused(rebuild().without("PERSONAL_SETTINGS_OWNER_URL")).await;
    assert!(said.contains("give --owner-url"), "{said}");
    let mut rebuild = rebuild().spawn();
    assert_eq!(rebuild.ended().await, 0, "{}", rebuild.said());
    assert!(!is_outdated(&owner).await);
    assert_eq!(ada.client.get("/v1/me").await["email"], "ada@example.com");
}

#[tokio::test]
async fn a_role_that_may_do_too_much_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let program = Start::new(folder.path(), &["serve"])
        .env("DATABASE_URL", &database.url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .ready()
        .await;
    assert!(program.said().contains("may update and delete events"), "{}", program.said());
}

#[tokio::test]
async fn what_would_go_over_a_network_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, told) in [
        ("PERSONAL_SETTINGS_PUBLIC_URL", "http://settings.example.com", "--public-url https://"),
        (
            "DATABASE_URL",
            "postgres://u:hush@db.example.com/ps?sslmode=disable",
            "--allow-plain-text db.example.com",
        ),
        (
            "PERSONAL_SETTINGS_MAIL",
            "smtp://mail.example.com?tls=opportunistic",
            "--allow-plain-text mail.example.com",
        ),
    ] {
        let database = Database::create().await;
        let start = Start::new(folder.path(), &["serve"])
            .env("DATABASE_URL", &database.url)
            .env("NATS_URL", &shared().nats_url);
        let said = refused(start.env(name, value)).await;
        assert!(said.contains(told) && !said.contains("hush"), "{name}: {said}");
    }
}

/// No role serves a public address without `variable`; each tells all of `told`.
async fn is_wanted_in_public(variable: &str, told: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for role in ["serve", "api", "worker"] {
        let database = Database::create().await;
        let start = Start::new(folder.path(), &[role])
            .env("DATABASE_URL", &database.url)
            .env("NATS_URL", &shared().nats_url)
            .env("PERSONAL_SETTINGS_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
            .env("PERSONAL_SETTINGS_ARCHIVES", "file:///tmp/unused")
            .env("PERSONAL_SETTINGS_MAIL", "directory:mail")
            .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
            .without(variable);
        let said = refused(start).await;
        assert!(told.iter().all(|words| said.contains(words)), "{role}: {said}");
    }
}

#[tokio::test]
async fn a_public_address_while_nobody_is_named_who_answers_for_the_data() {
    is_wanted_in_public("PERSONAL_SETTINGS_STATEMENT", &["statement example", "--statement FILE"]).await;
}

#[tokio::test]
async fn a_public_address_while_the_product_has_no_name() {
    is_wanted_in_public("PERSONAL_SETTINGS_SERVICE_NAME", &["--service-name"]).await;
}

#[tokio::test]
async fn a_dkim_key_that_others_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("dkim.pem");
    std::fs::write(&key, "hush").unwrap();
    for (mode, told) in [(0o644, "run chmod 600 on it"), (0o600, "no private key for RSA or Ed25519")] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let start = Start::new(folder.path(), &["serve"])
            .env("PERSONAL_SETTINGS_DKIM_KEY_FILE", key.to_str().unwrap())
            .env("PERSONAL_SETTINGS_DKIM_SELECTOR", "mail-2026");
        let said = refused(start).await;
        assert!(said.contains(told) && !said.contains("hush"), "{mode:o}: {said}");
        assert!(!folder.path().join("data").exists(), "a server was started");
    }
}

#[tokio::test]
async fn a_short_operator_token_before_any_server_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::new(folder.path(), &["serve"]).env("PERSONAL_SETTINGS_OPERATOR_TOKEN", "short");
    let said = refused(start).await;
    assert!(said.contains("too short") && !said.contains("short\""), "{said}");
    assert!(!folder.path().join("data").exists(), "a server was started");
}

#[tokio::test]
async fn another_master_key_than_that_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["serve"]).ready().await;
    program.kill();
    std::fs::remove_file(folder.path().join("data/keys/master.key")).unwrap();
    let said = refused(Start::new(folder.path(), &["serve"])).await;
    assert!(said.contains("start it with the master key file of this database"), "{said}");
}
