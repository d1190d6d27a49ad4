//! The embedded servers as a whole: real processes, started, broken and killed.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sqlx::{Connection, PgConnection};

use super::*;
use crate::machine::Machine;

/// Tells the helper process where to start servers.
const HELPER_DIR: &str = "PERSONAL_SETTINGS_EMBEDDED_HELPER_DIR";

/// Nothing here takes longer, even on a busy machine.
const SOON: Duration = Duration::from_secs(30);

fn fleeting(data_dir: &Path) -> Options {
    Options { durable: false, ..Options::new("personal-settings", data_dir) }
}

fn postgres_only(data_dir: &Path) -> Options {
    Options { nats: false, ..fleeting(data_dir) }
}

fn nats_only(data_dir: &Path) -> Options {
    Options { postgres: false, ..fleeting(data_dir) }
}

async fn connect(servers: &Servers) -> PgConnection {
    PgConnection::connect(servers.owner_url().unwrap()).await.unwrap()
}

async fn ask(connection: &mut PgConnection, query: &str) -> String {
    sqlx::query_scalar(query).fetch_one(connection).await.unwrap()
}

/// async-nats takes no credentials from an address by itself.
async fn connect_nats(url: &str) -> Result<async_nats::Client, async_nats::ConnectError> {
    let address: async_nats::ServerAddr = url.parse().unwrap();
    let [user, password] = [address.username(), address.password()].map(|text| text.unwrap_or("").to_owned());
    async_nats::ConnectOptions::with_user_and_password(user, password).connect(address).await
}

async fn jetstream(servers: &Servers) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(connect_nats(servers.nats_url().unwrap()).await.unwrap())
}

/// One that only waits to be reaped counts as gone.
fn runs(pid: u32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

fn send(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < SOON, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn data_survive_a_restart_and_a_lost_nats_directory_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let options = || Options::new("personal-settings", &data_dir);

    let servers = Servers::start(options()).await.unwrap();
    let mut connection = connect(&servers).await;
    let query = "SELECT current_database() || ' ' || current_setting('server_encoding') || ' ' || current_setting('fsync') \
                 || ' ' || current_setting('max_connections') || ' [' || current_setting('listen_addresses') || ']'";
    assert_eq!(ask(&mut connection, query).await, "personal_settings UTF8 on 200 []");
    sqlx::query("CREATE TABLE kept AS SELECT 'row' AS value").execute(&mut connection).await.unwrap();
    let stream = async_nats::jetstream::stream::Config {
        name: "KEPT".to_owned(),
        subjects: vec!["kept".to_owned()],
        ..Default::default()
    };
    let context = jetstream(&servers).await;
    context.create_stream(stream).await.unwrap();
    context.publish("kept", "message".into()).await.unwrap().await.unwrap();
    let pids = [servers.postgres_pid().unwrap(), servers.nats_pid().unwrap()];
    // An open session does not hold up the end.
    servers.stop().await;
    assert!(!pids.into_iter().any(runs));

    let servers = Servers::start(options()).await.unwrap();
    let mut connection = connect(&servers).await;
    assert_eq!(ask(&mut connection, "SELECT value FROM kept").await, "row");
    let info = jetstream(&servers).await.get_stream("KEPT").await.unwrap().get_info().await.unwrap();
    assert_eq!(info.state.messages, 1);
    servers.stop().await;

    std::fs::remove_dir_all(data_dir.join("nats")).unwrap();
    let servers = Servers::start(options()).await.unwrap();
    assert!(jetstream(&servers).await.get_stream("KEPT").await.is_err());
    servers.stop().await;
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let servers = Servers::start(fleeting(&data_dir)).await.unwrap();
    // The first two may have to be passed through by PostgreSQL's own account.
    for (path, closed) in
        [("", 0o066), ("postgres", 0o066), ("postgres/data", 0o077), ("postgres/run", 0o077), ("nats", 0o077)]
    {
        let mode = std::fs::metadata(data_dir.join(path)).unwrap().mode();
        assert_eq!(mode & closed, 0, "{path} is open to others: {mode:o}");
    }
    let url = servers.nats_url().unwrap();
    let (_, address) = url.rsplit_once('@').unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    for credentials in ["", "personal-settings:wrong@"] {
        let refused = connect_nats(&format!("nats://{credentials}{address}")).await;
        assert!(refused.is_err(), "{credentials}");
    }
    // The password is in no command line, and our environment in neither process.
    let pids = [servers.postgres_pid().unwrap(), servers.nats_pid().unwrap()];
    let password = url.split([':', '@']).nth(2).unwrap();
    for pid in pids {
        let shown = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert!(!String::from_utf8_lossy(&shown).contains(password));
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        assert!(!String::from_utf8_lossy(&environment).contains("CARGO"));
    }
    assert!(!format!("{servers:?}").contains(password));
    servers.stop().await;
}

#[tokio::test]
async fn no_personal_data_reach_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let servers = Servers::start(postgres_only(directory.path())).await.unwrap();
    let mut connection = connect(&servers).await;
    sqlx::raw_sql(
        "CREATE TABLE person (email text PRIMARY KEY, age int); INSERT INTO person VALUES ('alice@example.test', 1)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let failing = [
        "INSERT INTO person VALUES ('alice@example.test', 2)",
        "INSERT INTO person VALUES ('bob', 'alice@example.test'::int)",
        "SELECT 'alice@example.test' FROM nowhere",
        "DO $$ BEGIN RAISE WARNING 'alice@example.test'; RAISE EXCEPTION 'alice@example.test'; END $$",
    ];
    for statement in failing {
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap_err();
    }
    let bound = sqlx::query("INSERT INTO person VALUES ($1, 3)").bind("alice@example.test");
    bound.execute(&mut connection).await.unwrap_err();
    servers.stop().await;
    let log = std::fs::read_to_string(directory.path().join("postgres/server.log")).unwrap();
    // The log is there and complete, so that the absence means something.
    assert!(log.contains("ready to accept connections") && log.contains("shut down"), "{log}");
    assert!(!log.contains("alice"), "{log}");
}

#[tokio::test]
async fn killed_servers_come_back_at_the_same_address() {
    let directory = tempfile::tempdir().unwrap();
    let servers = Servers::start(fleeting(directory.path())).await.unwrap();
    let urls = [servers.owner_url(), servers.nats_url()].map(|url| url.unwrap().to_owned());
    let pids = [servers.postgres_pid().unwrap(), servers.nats_pid().unwrap()];
    for pid in pids {
        send(pid, Signal::SIGKILL);
    }
    let new = |now: Option<u32>, old: u32| now.is_some_and(|pid| pid != old);
    until("both were started again", || {
        new(servers.postgres_pid(), pids[0]) && new(servers.nats_pid(), pids[1])
    })
    .await;
    let began = Instant::now();
    while PgConnection::connect(&urls[0]).await.is_err() || connect_nats(&urls[1]).await.is_err() {
        assert!(began.elapsed() < SOON, "no connection to the restarted servers");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    servers.stop().await;
}

#[tokio::test]
async fn a_nats_server_that_shall_be_is_started_again_at_the_same_address() {
    let directory = tempfile::tempdir().unwrap();
    let servers = Servers::start(nats_only(directory.path())).await.unwrap();
    let (url, pid) = (servers.nats_url().unwrap().to_owned(), servers.nats_pid().unwrap());
    servers.nats().unwrap().restart().await;
    until("it was started again", || servers.nats_pid().is_some_and(|now| now != pid)).await;
    let began = Instant::now();
    while connect_nats(&url).await.is_err() {
        assert!(began.elapsed() < SOON, "no connection to the restarted server");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    servers.stop().await;
}

#[tokio::test]
async fn a_second_start_on_the_same_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Servers::start(nats_only(directory.path())).await.unwrap();
    let began = Instant::now();
    let text = Servers::start(nats_only(directory.path())).await.unwrap_err().to_string();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(text.contains(&directory.path().display().to_string()), "{text}");
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    first.stop().await;
    Servers::start(nats_only(directory.path())).await.unwrap().stop().await;
}

#[tokio::test]
async fn servers_that_were_only_dropped_are_awaited_by_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let first = Servers::start(fleeting(directory.path())).await.unwrap();
    let pids = [first.postgres_pid().unwrap(), first.nats_pid().unwrap()];
    drop(first);
    let second = Servers::start(fleeting(directory.path())).await.unwrap();
    assert!(!pids.into_iter().any(runs));
    connect(&second).await;
    second.stop().await;
}

#[tokio::test]
async fn a_data_directory_too_deep_for_a_socket_works() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("deep ".repeat(30));
    let servers = Servers::start(postgres_only(&deep)).await.unwrap();
    connect(&servers).await;
    let elsewhere = std::fs::read_to_string(deep.join("postgres/socket-elsewhere")).unwrap();
    assert_eq!(std::fs::metadata(&elsewhere).unwrap().mode() & 0o777, 0o700);
    servers.stop().await;
    assert!(!Path::new(&elsewhere).exists());
}

#[tokio::test]
async fn fetched_servers_work_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { source: ServerSource::Download, ..fleeting(directory.path()) };
    let servers = Servers::start(options).await.unwrap();
    let mut connection = connect(&servers).await;
    let version = ask(&mut connection, "SHOW server_version").await;
    assert_eq!(version, "18.6");
    if let Some(program) = servers.dump_program() {
        let dump = Command::new(program).arg(servers.owner_url().unwrap()).output().unwrap();
        assert!(
            String::from_utf8_lossy(&dump.stdout).contains("PostgreSQL database dump complete"),
            "{dump:?}"
        );
    }
    jetstream(&servers).await;
    servers.stop().await;
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_explained_and_leaves_nothing_running() {
    let directory = tempfile::tempdir().unwrap();
    let cluster = directory.path().join("postgres/data");
    std::fs::create_dir_all(&cluster).unwrap();
    std::fs::write(cluster.join("PG_VERSION"), "12\n").unwrap();
    let error = Servers::start(fleeting(directory.path())).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("written by PostgreSQL 12") && text.contains(&cluster.display().to_string()),
        "{text}"
    );
    // nats-server was started beside it, and has ended; it leaves its pid file when it got so far.
    if let Ok(pid) = std::fs::read_to_string(directory.path().join("nats/server.pid")) {
        assert!(!runs(pid.trim().parse().unwrap()));
    }
    drop(lock::DataLock::acquire(directory.path()).unwrap());
}

#[tokio::test]
async fn a_server_that_cannot_start_is_quoted() {
    let directory = tempfile::tempdir().unwrap();
    Servers::start(postgres_only(directory.path())).await.unwrap().stop().await;
    std::fs::remove_file(directory.path().join("postgres/data/global/pg_control")).unwrap();
    let error = Servers::start(postgres_only(directory.path())).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::DidNotStart { .. }), "{error:?}");
    assert!(text.contains("pg_control") && text.contains("postgres/server.log"), "{text}");
}

#[tokio::test]
async fn root_without_user_namespaces_takes_an_account_and_can_go_back() {
    if !geteuid().is_root() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o711)).unwrap();
    let data_dir = directory.path().join("data");
    let poor = Machine { user_namespaces: false, ..Machine::for_program("personal-settings") };
    let cluster_owner = || std::fs::metadata(data_dir.join("postgres/data/base/1")).unwrap().uid();

    let servers = Servers::start_in(postgres_only(&data_dir), poor.clone()).await.unwrap();
    connect(&servers).await;
    servers.stop().await;
    assert_ne!(cluster_owner(), 0);

    // With user namespaces, or where there are none with the account again.
    let servers = Servers::start(postgres_only(&data_dir)).await.unwrap();
    connect(&servers).await;
    servers.stop().await;

    // Out of reach for any account.
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let text = Servers::start_in(postgres_only(&data_dir), poor).await.unwrap_err().to_string();
    assert!(text.contains("refuses to run as root") && text.contains("private directory"), "{text}");
}

/// A process of its own with servers in `data_dir`.
struct Helper {
    process: Child,
}

impl Helper {
    fn start(data_dir: &Path) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let process = Command::new(std::env::current_exe().unwrap())
            .args([&format!("{module}::helper_process"), "--exact", "--ignored"])
            .env(HELPER_DIR, data_dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { process }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
#[ignore = "not a test, but what other tests kill"]
async fn helper_process() {
    let data_dir = std::path::PathBuf::from(std::env::var_os(HELPER_DIR).unwrap());
    let servers = Servers::start(fleeting(&data_dir)).await.unwrap();
    let pids = format!("{} {}", servers.postgres_pid().unwrap(), servers.nats_pid().unwrap());
    std::fs::write(data_dir.join("pids.new"), pids).unwrap();
    std::fs::rename(data_dir.join("pids.new"), data_dir.join("pids")).unwrap();
    tokio::time::sleep(2 * SOON).await;
}

#[tokio::test]
async fn no_server_outlives_a_killed_program_and_the_next_start_succeeds_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pids");
    let mut helper = Helper::start(directory.path());
    until("the helper's servers run", || file.exists()).await;
    let text = std::fs::read_to_string(&file).unwrap();
    let pids: Vec<u32> = text.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| runs(*pid)), "{pids:?}");
    helper.kill();
    let began = Instant::now();
    let servers = Servers::start(fleeting(directory.path())).await.unwrap();
    assert!(!pids.iter().any(|pid| runs(*pid)), "after {:?}", began.elapsed());
    connect(&servers).await;
    servers.stop().await;

    // And also when the program is not started again.
    std::fs::remove_file(&file).unwrap();
    let mut helper = Helper::start(directory.path());
    until("the helper's servers run again", || file.exists()).await;
    let text = std::fs::read_to_string(&file).unwrap();
    helper.kill();
    until("they are gone", || !text.split(' ').any(|pid| runs(pid.parse().unwrap()))).await;
}

#[tokio::test]
async fn a_program_killed_while_it_creates_the_cluster_starts_again() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().join("postgres");
    let unfinished = || {
        let entries = std::fs::read_dir(&home).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("data.new-"))
    };
    let mut helper = Helper::start(directory.path());
    // Deep in its work: the files of the first database are being written.
    until("initdb works", || unfinished().is_some_and(|path| path.join("base/1").exists())).await;
    helper.kill();
    assert!(!home.join("data").exists(), "killed too late to show anything");
    let servers = Servers::start(postgres_only(directory.path())).await.unwrap();
    connect(&servers).await;
    assert!(unfinished().is_none());
    servers.stop().await;
}
