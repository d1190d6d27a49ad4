//! What answers: the program, and a handler that does nothing, each as a process.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::Programs;
use super::connection::Connection;
use crate::scratch::Scratch;

/// How long a process may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    host: String,
    _folder: tempfile::TempDir,
}

impl Process {
    /// The HTTP interface of the program on a database.
    pub(crate) async fn service(
        programs: &Programs,
        scratch: &Scratch,
        master_key: &str,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let host = free_address()?;
        let mut command = Command::new(&programs.program);
        command
            .args(["api", "--listen", &host])
            .env("DATABASE_URL", &scratch.url)
            .env("PERSONAL_SETTINGS_MASTER_KEY", master_key)
            .env("PERSONAL_SETTINGS_ARCHIVES", format!("file://{}/archives", folder.path().display()));
        Self::start(command, host, folder, "/readyz").await
    }

    /// A handler that does nothing.
    pub(crate) async fn bare(programs: &Programs) -> anyhow::Result<Self> {
        let host = free_address()?;
        let mut command = Command::new(&programs.program);
        command.args(["bench", "--bare-handler", &host]);
        Self::start(command, host, tempfile::tempdir()?, "/").await
    }

    async fn start(
        mut command: Command,
        host: String,
        folder: tempfile::TempDir,
        probe: &str,
    ) -> anyhow::Result<Self> {
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().context("what is to be measured could not be started")?;
        let mut process = Self { child, host, _folder: folder };
        let began = Instant::now();
        loop {
            let answered = match process.connect().await {
                Ok(mut connection) => connection.ask("GET", probe, "", "").await,
                Err(error) => Err(error),
            };
            let Err(error) = answered else { return Ok(process) };
            ensure!(process.child.try_wait()?.is_none(), "what is to be measured has ended");
            ensure!(began.elapsed() < PATIENCE, "what is to be measured is not ready: {error:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(&self.host).await
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}
