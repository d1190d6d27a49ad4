//! One nats-server for this program alone.
//!
//! It listens on 127.0.0.1, which every user of the machine can reach, so it asks for a password: a fresh
//! random one each time, which it reads from a file that only its owner may read, and which no command line
//! shows. The port is one that was free; a restarted server gets the same, so that a URL stays valid for the
//! life of this program.
//!
//! What it stores lies in `nats/store` and survives. All else below `nats` is made anew, so the whole
//! directory may be deleted while the server is stopped.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::sys::signal::Signal;
use rand::TryRng;
use rand::rngs::SysRng;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use crate::command;
use crate::error::Error;
use crate::find;
use crate::identity::Identity;
use crate::keeper::{Blueprint, Keeper};
use crate::leftover::Leftover;
use crate::lock::{DataLock, failed, make_private_dir};
use crate::log_file::LogFile;
use crate::machine::Machine;
use crate::program::Nats;
use crate::ready::until_ready;
use crate::source::ServerSource;

/// How it is called in messages.
pub(crate) const NAME: &str = "nats-server";

/// If it does not end when asked.
const INSIST: &[(Duration, Signal)] = &[(Duration::from_secs(20), Signal::SIGKILL)];

/// A nats-server that takes connections.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) url: String,
}

/// Its files.
#[derive(Clone)]
struct Places {
    home: PathBuf,
    /// What JetStream stores.
    store: PathBuf,
    /// The user and the password.
    configuration: PathBuf,
    /// Where it announces its port.
    ports: PathBuf,
    pid: PathBuf,
}

/// All that is needed to wait for it.
struct Started {
    keeper: Keeper,
    log: LogFile,
    places: Places,
    port: Arc<OnceLock<u16>>,
    password: String,
}

/// Starts it below `data_dir`, for the holder of the lock.
pub(crate) async fn start(
    data_dir: PathBuf,
    source: ServerSource,
    machine: Machine,
    lock: Arc<DataLock>,
) -> Result<Running, Error> {
    let (home, program) = (data_dir.join("nats"), machine.program);
    let started = tokio::task::spawn_blocking(move || {
        // Held until the work is done, even when no caller waits for it any more.
        let _lock = lock;
        launch(home, source, &machine)
    })
    .await
    .map_err(|_| Error::CutOff(NAME))??;
    let Started { keeper, log, places, port, password } = started;
    let found = until_ready(NAME, &keeper, &log, async || greet(&places.ports).await).await?;
    // Only this place sets it, and only once.
    let port = port.get_or_init(|| found);
    Ok(Running { url: format!("nats://{program}:{password}@127.0.0.1:{port}"), keeper: Arc::new(keeper) })
}

fn launch(home: PathBuf, source: ServerSource, machine: &Machine) -> Result<Started, Error> {
    let places = Places {
        store: home.join("store"),
        configuration: home.join("server.conf"),
        ports: home.join("ports"),
        pid: home.join("server.pid"),
        home,
    };
    make_private_dir(&places.home)?;
    make_private_dir(&places.ports)?;
    let nats = find::nats(source, machine)?;
    Leftover {
        server: NAME,
        program: "nats-server",
        pid_file: &places.pid,
        directory: &places.home,
        signals: &[(Signal::SIGTERM, Duration::from_secs(20)), (Signal::SIGKILL, Duration::from_secs(5))],
    }
    .settle()?;
    let password = password().map_err(|source| failed("make a password for", &places.home, source))?;
    configure(&places.configuration, machine.program, &password)
        .map_err(|source| failed("write", &places.configuration, source))?;
    let log_path = places.home.join("server.log");
    let log = LogFile::at(log_path.clone()).map_err(|source| failed("write", &log_path, source))?;
    let (version, program) = (nats.version, nats.program.display());
    tracing::info!(%version, %program, data = %places.home.display(), "starting nats-server");
    let port = Arc::new(OnceLock::new());
    let keeper =
        Keeper::start(blueprint(machine.program, nats, places.clone(), Arc::clone(&port), log.clone()))
            .map_err(|source| failed("start a thread for", &places.home, source))?;
    Ok(Started { keeper, log, places, port, password })
}

fn blueprint(
    program: &'static str,
    nats: Nats,
    places: Places,
    port: Arc<OnceLock<u16>>,
    log: LogFile,
) -> Blueprint {
    let make = move || -> io::Result<Command> {
        empty(&places.ports)?;
        let mut command = Command::new(&nats.program);
        command
            .arg("--config")
            .arg(&places.configuration)
            .args(["--addr", "127.0.0.1", "--name", program, "--jetstream"])
            // -1 stands for any free one.
            .args(["--port", &port.get().map_or("-1".to_owned(), u16::to_string)])
            .arg("--store_dir")
            .arg(&places.store)
            .arg("--ports_file_dir")
            .arg(&places.ports)
            .arg("--pid")
            .arg(&places.pid)
            .current_dir(&places.home);
        command::quiet(&mut command);
        log.take_output_of(&mut command)?;
        Identity::Same.bind(&mut command, Signal::SIGTERM);
        Ok(command)
    };
    Blueprint { server: NAME, command: Box::new(make), stop: Signal::SIGTERM, insist: INSIST }
}

/// 256 random bits, in hex.
fn password() -> io::Result<String> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn configure(path: &Path, user: &str, password: &str) -> io::Result<()> {
    // A new file, as an existing one might be readable by others.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "# Written at each start. Everything else is on the command line.")?;
    writeln!(file, "authorization {{ user: \"{user}\", password: \"{password}\" }}")
}

fn empty(directory: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        std::fs::remove_file(entry?.path())?;
    }
    Ok(())
}

/// The port, once the server has announced it, takes connections, and has JetStream.
async fn greet(ports: &Path) -> Result<u16, String> {
    let port = announced_port(ports).map_err(|error| error.to_string())?.ok_or("no port announced yet")?;
    let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| error.to_string())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.map_err(|error| error.to_string())?;
    let info = line.strip_prefix("INFO ").ok_or("it does not speak NATS")?;
    let info: serde_json::Value = serde_json::from_str(info).map_err(|error| error.to_string())?;
    if info["jetstream"] == true {
        return Ok(port);
    }
    Err("JetStream is not there yet".to_owned())
}

/// Reads `{"nats":["nats://127.0.0.1:PORT"]}`. A file that is not whole yet tells of no port.
fn announced_port(ports: &Path) -> io::Result<Option<u16>> {
    for entry in std::fs::read_dir(ports)? {
        let text = std::fs::read(entry?.path())?;
        let Ok(announced) = serde_json::from_slice::<serde_json::Value>(&text) else { continue };
        let url = announced["nats"][0].as_str().unwrap_or_default();
        if let Some(port) = url.rsplit(':').next().and_then(|port| port.parse().ok()) {
            return Ok(Some(port));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_port_is_announced_by_a_whole_file_only() {
        let ports = tempfile::tempdir().unwrap();
        assert_eq!(announced_port(ports.path()).unwrap(), None);
        let file = ports.path().join("nats-server_1.ports");
        for partial in ["", "{\"nats\":[\"nats://127.0.0.1:38", "{\"nats\":[]}", "7"] {
            std::fs::write(&file, partial).unwrap();
            assert_eq!(announced_port(ports.path()).unwrap(), None, "{partial}");
        }
        std::fs::write(&file, "{\"nats\":[\"nats://127.0.0.1:38697\"]}").unwrap();
        assert_eq!(announced_port(ports.path()).unwrap(), Some(38697));
    }

    #[test]
    fn the_password_is_new_each_time_and_for_the_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("server.conf");
        std::fs::write(&path, "old, and readable by all").unwrap();
        let (one, other) = (password().unwrap(), password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 64);
        configure(&path, "a-program", &one).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(std::fs::read_to_string(&path).unwrap().contains(&one));
    }
}
