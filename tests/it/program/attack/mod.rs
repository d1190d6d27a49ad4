//! Everything an attacker can flood the service with, at once: memory and what is kept stay bounded, others are answered
//! in time, and everything is back a moment later.
//!
//! A flood is a line in [`FLOODS`]: a function that goes on until it is told to stop, from addresses of its own.
//!
//! A release is measured with `PERSONAL_SETTINGS_PROGRAM=path cargo test --test it program::attack`; its
//! bounds then hold ([`witness::Bounds`]). `PERSONAL_SETTINGS_FLOODS=bodies` lets only those floods in whose names begin
//! so, which tells what costs what.

mod floods;
mod kept;
mod witness;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::roles::role;
use crate::support::{Database, Person, eventually};
use kept::Left;
use witness::Witness;

/// How long it goes on.
const FOR: Duration = Duration::from_secs(10);
/// How long it is looked before that how fast answers are.
const CALM: Duration = Duration::from_secs(2);
/// How long everything may take to be as before.
const BACK: Duration = Duration::from_secs(5);
/// Memory of the process at its peak, in MiB.
const MEMORY: u64 = 600;

/// Whom floods are directed at, and who sends them.
struct Field {
    base: String,
    /// An account of the attacker's own.
    mallory: Person,
    /// A request of theirs that stays open.
    request: String,
    /// An account of another person.
    victim: Person,
    stop: CancellationToken,
}

type Flood = fn(Arc<Field>) -> BoxFuture<'static, ()>;

/// Which floods are let in: those whose names begin so.
const ONLY: &str = "PERSONAL_SETTINGS_FLOODS";

/// Each in a task of its own.
const FLOODS: &[(&str, Flood)] = &[
    ("bombs: bodies that grow when they are unpacked", |field| floods::bombs(field).boxed()),
    ("bodies that never come", |field| floods::bodies_that_never_come(field).boxed()),
    ("heads that never end", |field| floods::heads_that_never_end(field).boxed()),
    ("streams of events of one account", |field| floods::streams(field).boxed()),
    ("keys of strangers", |field| kept::keys_of_strangers(field).boxed()),
    ("commands of one session", |field| kept::commands_of_one_session(field).boxed()),
    ("usage about another", |field| kept::usage_about_another(field).boxed()),
    ("mails to another", |field| kept::mails_to_another(field).boxed()),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_all_kinds_at_once_take_neither_memory_nor_time_from_others() {
    personal_settings::system::raise_file_limit().unwrap();
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = role(folder.path(), "api", &database).ready().await;
    let ada = Person::join(&program.client(), "ada@example.com").await;
    let mallory = Person::join(&program.client(), "mallory@example.com").await;
    let request = mallory.ask_for("export").await;
    let (base, victim) = (program.base.clone(), Person::join(&program.client(), "grace@example.com").await);
    let field = Arc::new(Field { base, mallory, request, victim, stop: CancellationToken::new() });

    let calm = Witness::start(ada.client.clone());
    tokio::time::sleep(CALM).await;
    let calm = calm.end();
    let witness = Witness::start(ada.client.clone());
    let only = std::env::var(ONLY).unwrap_or_default();
    let flooding: Vec<(&str, JoinHandle<_>)> = FLOODS
        .iter()
        .filter(|(name, _)| name.starts_with(&only))
        .map(|(name, flood)| {
            let (flood, stop) = (flood(Arc::clone(&field)), field.stop.clone());
            (*name, tokio::spawn(async move { stop.run_until_cancelled(flood).await }))
        })
        .collect();
    tokio::time::sleep(FOR).await;
    let seen = witness.end();
    for (name, flood) in &flooding {
        assert!(!flood.is_finished(), "the flood of {name} has dried up");
    }
    field.stop.cancel();
    let over = Instant::now();
    join_all(flooding.into_iter().map(|(_, flood)| flood)).await;

    // Also who sits where the floods came from is served as before.
    eventually("everything is back", || floods::all_are_served(&field.base, &ada)).await;
    assert!(over.elapsed() < BACK, "it took {:?}", over.elapsed());
    let memory = program.most_memory();
    let back = over.elapsed();
    let left = Left::count(&database.pool().await).await;
    let figures =
        format!("before: {calm:?}; attacked: {seen:?}; {memory} MiB at most; back after {back:?}; {left:?}");
    // Shown whether it passes or not.
    writeln!(std::io::stderr(), "{figures}").unwrap();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("attack.txt"), &figures).unwrap();
    assert!(memory < MEMORY, "{figures}");
    left.assert_bounded();
    seen.assert_good();
}
