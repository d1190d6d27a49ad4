//! One PostgreSQL for this program alone.
//!
//! It listens on a socket that only its owner can reach and on no network address. It writes no statement, no
//! parameter and no value into its log, as those are personal data (see [`PRIVACY`]). All settings are given
//! on the command line, where they win over anything that an earlier version wrote into the data directory;
//! a user who wants to tune runs a PostgreSQL of their own and gives `DATABASE_URL`. After a crash in the middle of
//! anything, PostgreSQL's own log brings it back.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::cluster;
use crate::command;
use crate::error::Error;
use crate::find;
use crate::identity::{self, Identity};
use crate::keeper::{Blueprint, Keeper};
use crate::leftover::Leftover;
use crate::lock::{DataLock, failed, make_private_dir};
use crate::log_file::LogFile;
use crate::machine::Machine;
use crate::program::Postgres;
use crate::ready::until_ready;
use crate::socket::SocketDir;
use crate::source::ServerSource;

/// How it is called in messages.
pub(crate) const NAME: &str = "PostgreSQL";

/// The superuser, who owns everything.
const OWNER: &str = "postgres";

/// What a server answers that has no database of a name.
const NO_DATABASE: &str = "3D000";

/// What it is told to end: a "fast shutdown", which ends sessions and writes a checkpoint. SIGTERM would wait
/// for clients.
const FAST_SHUTDOWN: Signal = Signal::SIGINT;

/// If that takes too long: at once, to recover at the next start; and at last without asking.
const INSIST: &[(Duration, Signal)] =
    &[(Duration::from_secs(60), Signal::SIGQUIT), (Duration::from_secs(10), Signal::SIGKILL)];

/// Where it listens.
const ADDRESS: &[&str] = &["listen_addresses=", "unix_socket_permissions=0700", "port=5432"];

/// No personal data in the log. The text of an ERROR may quote a value (`invalid input syntax for type uuid:
/// "…"`), so errors of statements, which their sender gets anyway, are not logged at all; DETAIL lines quote
/// keys.
const PRIVACY: &[&str] = &[
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_statement=none",
    "log_duration=off",
    "log_min_duration_statement=-1",
    "log_min_duration_sample=-1",
    "log_transaction_sample_rate=0",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_lock_waits=off",
    "log_autovacuum_min_duration=-1",
    "log_temp_files=-1",
    "log_checkpoints=off",
    "log_connections=off",
    "log_disconnections=off",
    "logging_collector=off",
    "log_destination=stderr",
    "debug_print_parse=off",
    "debug_print_rewritten=off",
    "debug_print_plan=off",
];

/// A machine that has other things to do as well. Short statements gain nothing from compiling.
const MODEST: &[&str] = &[
    "max_connections=200",
    "shared_buffers=128MB",
    "maintenance_work_mem=64MB",
    "max_wal_size=1GB",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
];

/// Nothing is lost by a power cut.
const DURABLE: &[&str] = &["fsync=on", "synchronous_commit=on", "full_page_writes=on"];

/// Everything may be lost by a power cut: for tests, which throw it away anyway, and start many programs side by side.
const FLEETING: &[&str] = &[
    "max_connections=600",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
];

/// A PostgreSQL that takes connections.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) keeper: Keeper,
    /// For the program's work.
    pub(crate) url: String,
    /// For its owner, who migrates.
    pub(crate) owner_url: String,
    /// The directory of its programs.
    pub(crate) bin: PathBuf,
    /// Dropped after the keeper, so that the server is told to end before its socket goes.
    _socket: SocketDir,
}

/// All that is needed to wait for it.
struct Started {
    keeper: Keeper,
    log: LogFile,
    bin: PathBuf,
    socket: SocketDir,
}

/// Starts it below `data_dir`, for the holder of the lock.
pub(crate) async fn start(
    data_dir: PathBuf,
    source: ServerSource,
    durable: bool,
    machine: Machine,
    lock: Arc<DataLock>,
) -> Result<Running, Error> {
    let (home, program) = (data_dir.join("postgres"), machine.program);
    let started = tokio::task::spawn_blocking(move || {
        // Held until the work is done, even when no caller waits for it any more.
        let _lock = lock;
        launch(&home, source, durable, &machine)
    })
    .await
    .map_err(|_| Error::CutOff(NAME))??;
    let Started { keeper, log, bin, socket } = started;
    let database = database(program);
    until_ready(NAME, &keeper, &log, async || greet(socket.path(), &database).await).await?;
    // The role that the program works as owns nothing. It is made with the schema.
    let url = url_of(&database, &database, socket.path());
    let owner_url = owner_url(program, socket.path());
    Ok(Running { url, owner_url, keeper, bin, _socket: socket })
}

/// What database and role of a program are called.
fn database(program: &str) -> String {
    program.replace('-', "_")
}

/// The address of the program's database behind the socket in `directory`, for its owner.
pub(crate) fn owner_url(program: &str, directory: &Path) -> String {
    url_of(OWNER, &database(program), directory)
}

fn url_of(role: &str, database: &str, directory: &Path) -> String {
    let directory = directory.display();
    format!("postgres://{role}@localhost:5432/{database}?host={directory}&sslmode=disable")
}

fn launch(home: &Path, source: ServerSource, durable: bool, machine: &Machine) -> Result<Started, Error> {
    make_private_dir(home)?;
    let place = cluster::place(home);
    let existing = cluster::major_version(home)?;
    let postgres = find::postgres(source, existing, &place, machine)?;
    let (identity, postgres) = identity::choose(postgres, home, machine)?;
    Leftover {
        server: NAME,
        program: "postgres",
        pid_file: &place.join("postmaster.pid"),
        directory: &place,
        signals: &[
            (FAST_SHUTDOWN, Duration::from_secs(60)),
            (Signal::SIGQUIT, Duration::from_secs(10)),
            (Signal::SIGKILL, Duration::from_secs(5)),
        ],
    }
    .settle()?;
    cluster::prepare(home, &postgres, &identity, durable)?;
    let socket = SocketDir::make(machine.program, home, &identity)?;
    let log_path = home.join("server.log");
    let log = LogFile::at(log_path.clone()).map_err(|source| failed("write", &log_path, source))?;
    let version = postgres.version;
    let bin = postgres.bin.clone();
    tracing::info!(%version, bin = %bin.display(), data = %place.display(), "starting PostgreSQL");
    let keeper = Keeper::start(blueprint(postgres, identity, place, &socket, durable, log.clone()))
        .map_err(|source| failed("start a thread for", home, source))?;
    Ok(Started { keeper, log, bin, socket })
}

fn blueprint(
    postgres: Postgres,
    identity: Identity,
    place: PathBuf,
    socket: &SocketDir,
    durable: bool,
    log: LogFile,
) -> Blueprint {
    let socket = socket.path().to_owned();
    let make = move || -> io::Result<Command> {
        let mut command = Command::new(postgres.bin.join("postgres"));
        command.arg("-D").arg(&place).arg("-k").arg(&socket);
        let safety = if durable { DURABLE } else { FLEETING };
        for setting in [ADDRESS, PRIVACY, MODEST, safety].concat() {
            command.args(["-c", setting]);
        }
        command::quiet(&mut command);
        log.take_output_of(&mut command)?;
        identity.bind(&mut command, FAST_SHUTDOWN);
        Ok(command)
    };
    Blueprint { server: NAME, command: Box::new(make), stop: FAST_SHUTDOWN, insist: INSIST }
}

/// Connects to the program's database, which is created when it is not there.
async fn greet(directory: &Path, database: &str) -> Result<(), String> {
    match open(directory, database).await {
        Ok(session) => close(session).await,
        Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some(NO_DATABASE) => {
            let mut session = open(directory, "postgres").await.map_err(in_words)?;
            let create = format!("CREATE DATABASE {database}");
            session.execute(create.as_str()).await.map_err(in_words)?;
            close(session).await
        }
        Err(error) => Err(in_words(error)),
    }
}

async fn open(directory: &Path, database: &str) -> sqlx::Result<PgConnection> {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(directory)
        .port(5432)
        .username(OWNER)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging();
    PgConnection::connect_with(&options).await
}

async fn close(session: PgConnection) -> Result<(), String> {
    session.close().await.map_err(in_words)
}

/// What the server says, and its SQLSTATE.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn in_words(error: sqlx::Error) -> String {
    match error.as_database_error() {
        Some(refusal) => format!("{} ({})", refusal.message(), refusal.code().unwrap_or_default()),
        None => error.to_string(),
    }
}
