//! One PostgreSQL and one NATS for the run; a database cloned from a migrated template for each test.
//!
//! The servers are children of this process and end with it, however it ends. Their files lie below
//! the build directory, under the number of the process; what earlier runs left is removed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use embedded_servers::{Options, ServerSource, Servers};
use event_store::postgres::role;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::eventually;

/// The servers of this run.
pub(crate) struct Shared {
    /// A migrated, empty database.
    template: PgConnectOptions,
    /// The role that programs work as.
    worker: String,
    /// Where NATS is reached.
    pub(crate) nats_url: String,
    /// Where PostgreSQL's socket lies.
    pub(crate) socket_folder: String,
    /// Where its programs lie.
    programs: PathBuf,
    /// The nats-server that runs.
    nats: PathBuf,
    made: AtomicU32,
    /// Takes the names of databases that are done with.
    unused: UnboundedSender<String>,
}

/// The servers of this run, started by whoever asks first.
pub(crate) fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        // A thread of their own: they must outlive the runtime of the test that started them.
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(async {
                let (unused, named) = unbounded_channel();
                let (servers, shared) = start(unused).await;
                let postgres = shared.template.clone().database("postgres");
                tell.send(shared).unwrap();
                drop_unused(&postgres, named).await;
                drop(servers);
            });
        });
        told.recv().expect("the servers of the tests could not be started; see above")
    })
}

/// Drops the databases that are named, so that a run needs little of the disk. One that is still connected to is tried
/// again with the next.
async fn drop_unused(postgres: &PgConnectOptions, mut named: UnboundedReceiver<String>) {
    let mut unused = Vec::new();
    while let Some(name) = named.recv().await {
        unused.push(name);
        let mut connection = connect(postgres).await;
        let mut in_use = Vec::new();
        for name in unused {
            let statement = format!("DROP DATABASE {name}");
            if sqlx::query(&statement).execute(&mut connection).await.is_err() {
                in_use.push(name);
            }
        }
        unused = in_use;
    }
}

async fn start(unused: UnboundedSender<String>) -> (Servers, Shared) {
    let runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers");
    remove_left_overs(&runs);
    let source = std::env::var("PERSONAL_SETTINGS_SERVERS").unwrap_or_default();
    let data_dir = runs.join(std::process::id().to_string());
    let servers = Servers::start(Options {
        program: personal_settings::PROGRAM,
        data_dir: data_dir.clone(),
        source: source.parse().unwrap_or(ServerSource::Auto),
        postgres: true,
        nats: true,
        durable: false,
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    let url = servers.owner_url().expect("PostgreSQL was asked for").to_owned();
    let worker =
        servers.database_url().map(|url| role::of_url(url).unwrap()).expect("PostgreSQL was asked for");
    let pool = PgPool::connect(&url).await.unwrap();
    event_store::migrate(&pool).await.unwrap();
    role::ensure_role(&pool, &worker).await.unwrap();
    role::grant(&pool, &worker).await.unwrap();
    pool.close().await;
    let shared = Shared {
        template: url.parse().unwrap(),
        worker,
        nats_url: servers.nats_url().expect("NATS was asked for").to_owned(),
        socket_folder: socket_folder(&url),
        nats: running(&data_dir.join("nats/server.pid")),
        programs: servers.postgres_programs().expect("PostgreSQL was asked for").to_owned(),
        made: AtomicU32::new(0),
        unused,
    };
    (servers, shared)
}

/// A program of PostgreSQL, such as `pg_dump`, of the version that the tests run on, wherever that is from.
pub(crate) fn postgres_program(name: &str) -> Command {
    let mut command = Command::new(shared().programs.join(name));
    command.args(["--username", "postgres"]);
    command
}

/// The nats-server that the tests run on, wherever that is from.
pub(crate) fn nats_program() -> &'static Path {
    &shared().nats
}

/// The program of the process whose number is in a file.
fn running(pid_file: &Path) -> PathBuf {
    let process = std::fs::read_to_string(pid_file).unwrap();
    std::fs::read_link(Path::new("/proc").join(process.trim()).join("exe")).unwrap()
}

fn socket_folder(url: &str) -> String {
    let url: url::Url = url.parse().unwrap();
    url.query_pairs().find(|(name, _)| name == "host").expect("a socket").1.into_owned()
}

/// Removes the files of runs whose process is gone.
fn remove_left_overs(runs: &Path) {
    for entry in std::fs::read_dir(runs).into_iter().flatten().flatten() {
        let process = entry.file_name();
        if !Path::new("/proc").join(process).exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A database of one test's own, migrated and empty.
pub(crate) struct Database {
    /// Where it is, for its owner, who may do everything.
    pub(crate) url: String,
    /// Where it is, for the role that programs work as.
    pub(crate) worker_url: String,
    /// Its name, which also serves as the prefix of the test's NATS streams.
    pub(crate) name: String,
}

impl Database {
    /// Makes one.
    pub(crate) async fn create() -> Self {
        Self::create_from(shared().template.get_database().unwrap()).await
    }

    /// Makes one that nobody has migrated.
    pub(crate) async fn create_empty() -> Self {
        Self::create_from("template1").await
    }

    async fn create_from(template: &str) -> Self {
        static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let shared = shared();
        let name = format!("t{}_{}", std::process::id(), shared.made.fetch_add(1, Ordering::Relaxed));
        // A template must not be in use, so nobody may clone it at the same time.
        let _guard = ONE_AT_A_TIME.lock().await;
        let mut connection = connect(&shared.template.clone().database("postgres")).await;
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::query(&statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let options = shared.template.clone().database(&name);
        let [url, worker_url] = [options.clone(), options.username(&shared.worker)]
            .map(|options| options.to_url_lossy().to_string());
        Self { url, worker_url, name }
    }

    /// A few connections to it, of its owner, known as those that may append events.
    pub(crate) async fn pool(&self) -> PgPool {
        let options: PgConnectOptions = self.url.parse().unwrap();
        PgPool::connect_with(options.application_name("personal-settings")).await.unwrap()
    }

    /// A connection to it of another program, known as `name`.
    pub(crate) async fn stranger(&self, name: &str) -> PgConnection {
        let options: PgConnectOptions = self.url.parse().unwrap();
        connect(&options.application_name(name)).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Refused only where the run ends, and with it all databases.
        let _ = shared().unused.send(std::mem::take(&mut self.name));
    }
}

/// Where many connect at once, the socket's queue may be full for a moment.
async fn connect(options: &PgConnectOptions) -> PgConnection {
    eventually("the server takes a connection", || async { options.connect().await.ok() }).await
}

/// A client of the run's NATS.
pub(crate) async fn jetstream() -> async_nats::jetstream::Context {
    let address: async_nats::ServerAddr = shared().nats_url.parse().unwrap();
    let [user, password] = [address.username(), address.password()].map(|text| text.unwrap_or("").to_owned());
    let options = async_nats::ConnectOptions::with_user_and_password(user, password);
    async_nats::jetstream::new(options.connect(address).await.unwrap())
}

/// A port on which nothing listens.
pub(crate) fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
