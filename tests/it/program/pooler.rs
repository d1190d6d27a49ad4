//! Every role behind PgBouncer in session mode; and what of a way to the database does not pass by itself.

use std::time::Instant;

use super::roles::{role, role_with};
use crate::support::{Database, Person, Pooler, Start, worker_of};

/// How a start ends that cannot succeed: at once, and saying why.
async fn refused(start: Start) -> String {
    let begun = Instant::now();
    let mut program = start.spawn();
    let code = program.ended().await;
    assert_ne!(code, 0, "{}", program.said());
    assert!(begun.elapsed().as_secs() < 20, "it took {:?}", begun.elapsed());
    program.said()
}

#[tokio::test]
async fn all_roles_work_behind_pgbouncer_in_session_mode() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_empty().await;
    let worker = worker_of(&database);
    let Some(pooler) = Pooler::start(&["postgres", &worker]).await else { return };
    let behind = |start: Start| {
        start
            .env("DATABASE_URL", &pooler.url(&worker, &database.name))
            .env("PERSONAL_SETTINGS_OWNER_URL", &pooler.url("postgres", &database.name))
    };
    let mut migrate = behind(role(folder.path(), "migrate", &database)).spawn();
    assert_eq!(migrate.ended().await, 0, "{}", migrate.said());
    let api = behind(role(folder.path(), "api", &database)).ready().await;
    let _worker = behind(role(folder.path(), "worker", &database)).spawn();
    let person = Person::join(&api.client(), "ada@example.com").await;
    person.use_product(100).await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    assert!(!person.fetch_archive(&export).await.is_empty());
    let mut verify =
        behind(role_with(folder.path(), &["audit", "history", &person.account], &database)).spawn();
    assert_eq!(verify.ended().await, 0, "{}", verify.said());
}

#[tokio::test]
async fn what_pgbouncer_refuses_ends_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let worker = worker_of(&database);
    let Some(pooler) = Pooler::start(&[&worker]).await else { return };
    let start = |url: String| role(folder.path(), "api", &database).env("DATABASE_URL", &url);
    let good = pooler.url(&worker, &database.name);
    let said = refused(start(format!("{good}&options=-c%20geqo%3Doff"))).await;
    assert!(said.contains("leave `options` out"), "{said}");
    let said = refused(start(pooler.url(&worker, "nowhere"))).await;
    assert!(said.contains("no database of that name"), "{said}");
    let said = refused(start(pooler.url("stranger", &database.name))).await;
    assert!(said.contains("does not let this user in"), "{said}");
}

#[tokio::test]
async fn a_user_or_a_database_that_is_not_there_ends_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let start = |url: &str| role(folder.path(), "worker", &database).env("DATABASE_URL", url);
    let said = refused(start(&database.worker_url.replace(&database.name, "nowhere"))).await;
    assert!(said.contains("no database of that name"), "{said}");
    let said = refused(start(&database.worker_url.replace(&worker_of(&database), "stranger"))).await;
    assert!(said.contains("does not let this user in"), "{said}");
    let said = refused(start("postgres://one.example.com,two.example.com/ps")).await;
    assert!(said.contains("DATABASE_URL") && said.contains("one address that always leads"), "{said}");
}
