#![doc = include_str!("../README.md")]
//!
//! # Files
//! ```text
//! DATA_DIR/lock              the process that uses it
//! DATA_DIR/postgres/data     the cluster             postgres/run  its socket     postgres/server.log
//! DATA_DIR/nats/store        what JetStream keeps    nats/…        made anew each time
//! ```

mod cluster;
mod command;
mod error;
mod fetch;
mod find;
mod identity;
mod keeper;
mod leftover;
mod lock;
mod log_file;
mod machine;
mod nats;
mod pip;
mod postgres;
mod program;
mod ready;
mod socket;
mod source;
mod version;
mod wheel;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{Attempt, Error, Unavailable};
use lock::DataLock;
use machine::Machine;
pub use source::{ServerSource, UnknownSource};

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the program is called. Its cache and its user at nats-server are called so too; database and role with
    /// underscores.
    pub program: &'static str,
    /// The directory of all their files. It is created when missing, for its owner only.
    pub data_dir: PathBuf,
    /// Where the servers come from.
    pub source: ServerSource,
    /// Whether to start PostgreSQL.
    pub postgres: bool,
    /// Whether to start nats-server.
    pub nats: bool,
    /// Whether what PostgreSQL acknowledged survives a power cut. Without it, tests run faster.
    pub durable: bool,
}

impl Options {
    /// Both servers, durable, from wherever they are to be had.
    pub fn new(program: &'static str, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            program,
            data_dir: data_dir.into(),
            source: ServerSource::Auto,
            postgres: true,
            nats: true,
            durable: true,
        }
    }
}

/// Running servers. Call [`Servers::stop`] at the end; when merely dropped, they are told to end and not
/// awaited.
pub struct Servers {
    postgres: Option<postgres::Running>,
    nats: Option<nats::Running>,
    data_dir: PathBuf,
    // The last field, so that it is dropped last.
    _lock: Arc<DataLock>,
}

impl Servers {
    /// Starts what is wanted, and returns when it takes connections.
    ///
    /// # Errors
    /// [`Error`] tells what is in the way and what to do. Nothing is left running then.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let machine = Machine::for_program(options.program);
        Self::start_in(options, machine).await
    }

    async fn start_in(options: Options, machine: Machine) -> Result<Self, Error> {
        let given = options.data_dir.clone();
        let (data_dir, lock) = tokio::task::spawn_blocking(move || {
            // The servers work in directories of their own, so a relative path would lead them elsewhere.
            let data_dir =
                std::path::absolute(&given).map_err(|source| lock::failed("find", &given, source))?;
            let lock = DataLock::acquire(&data_dir)?;
            Ok::<_, Error>((data_dir, Arc::new(lock)))
        })
        .await
        .map_err(|_| Error::CutOff("the servers"))??;

        let postgres = async {
            if !options.postgres {
                return Ok(None);
            }
            let started = postgres::start(
                data_dir.clone(),
                options.source,
                options.durable,
                machine.clone(),
                Arc::clone(&lock),
            );
            started.await.map(Some)
        };
        let nats = async {
            if !options.nats {
                return Ok(None);
            }
            let started = nats::start(data_dir.clone(), options.source, machine.clone(), Arc::clone(&lock));
            started.await.map(Some)
        };
        // Both to the end, so that after a failure of one nothing goes on behind the caller's back.
        let (postgres, nats) = tokio::join!(postgres, nats);
        let (failure, postgres, nats) = match (postgres, nats) {
            (Ok(postgres), Ok(nats)) => (None, postgres, nats),
            (Ok(postgres), Err(error)) => (Some(error), postgres, None),
            (Err(error), Ok(nats)) => (Some(error), None, nats),
            (Err(error), Err(other)) => {
                // One is returned, the other logged: the user who mends one learns of both without another start.
                tracing::error!(error = %other, "starting nats-server failed too");
                (Some(error), None, None)
            }
        };
        let servers = Self { postgres, nats, data_dir, _lock: lock };
        match failure {
            None => Ok(servers),
            Some(error) => {
                servers.stop().await;
                Err(error)
            }
        }
    }

    /// The address of PostgreSQL's database, over its Unix socket, as sqlx and PostgreSQL's own programs read
    /// it: for a role that owns nothing, and is there once the owner has made it.
    #[must_use]
    pub fn database_url(&self) -> Option<&str> {
        self.postgres.as_ref().map(|running| running.url.as_str())
    }

    /// The same, for the owner.
    #[must_use]
    pub fn owner_url(&self) -> Option<&str> {
        self.postgres.as_ref().map(|running| running.owner_url.as_str())
    }

    /// The directory of PostgreSQL's programs, `pg_dump` and `psql` among them, of the version that runs.
    #[must_use]
    pub fn postgres_programs(&self) -> Option<&Path> {
        self.postgres.as_ref().map(|running| running.bin.as_path())
    }

    /// The address of nats-server with its user and password. It is a secret: do not log it.
    #[must_use]
    pub fn nats_url(&self) -> Option<&str> {
        self.nats.as_ref().map(|running| running.url.as_str())
    }

    /// The absolute path of the data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// PostgreSQL's process at this moment; none while it is being started again.
    #[must_use]
    pub fn postgres_pid(&self) -> Option<u32> {
        self.postgres.as_ref().and_then(|running| running.keeper.status().pid)
    }

    /// nats-server's process at this moment; none while it is being started again.
    #[must_use]
    pub fn nats_pid(&self) -> Option<u32> {
        self.nats.as_ref().and_then(|running| running.keeper.status().pid)
    }

    /// The nats-server that runs here, for what sees to it.
    #[must_use]
    pub fn nats(&self) -> Option<NatsServer> {
        self.nats.as_ref().map(|running| NatsServer(Arc::clone(&running.keeper)))
    }

    /// `pg_dump` of the PostgreSQL that runs, where it has one.
    #[must_use]
    pub fn dump_program(&self) -> Option<PathBuf> {
        let program = self.postgres.as_ref()?.bin.join("pg_dump");
        program.is_file().then_some(program)
    }

    /// Ends the servers in order, and returns when they are gone and the data directory is free.
    pub async fn stop(self) {
        let postgres = async {
            if let Some(running) = &self.postgres {
                running.keeper.stop().await;
            }
        };
        let nats = async {
            if let Some(running) = &self.nats {
                running.keeper.stop().await;
            }
        };
        tokio::join!(postgres, nats);
    }
}

/// A nats-server that is kept running.
pub struct NatsServer(Arc<keeper::Keeper>);

impl NatsServer {
    /// Has it end in order, or at all, so that it is started again at the same address; returns when it has ended.
    pub async fn restart(&self) {
        self.0.restart().await;
    }
}

/// The address of the PostgreSQL that another process of ours runs on this data directory, if one does, for its
/// owner: a user who may read the directory may do everything in it.
#[must_use]
pub fn running_owner_url(program: &str, data_dir: &Path) -> Option<String> {
    let home = std::path::absolute(data_dir).ok()?.join("postgres");
    socket::of_running(&home).map(|directory| postgres::owner_url(program, &directory))
}

impl fmt::Debug for Servers {
    /// Without the addresses, as one of them holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Servers")
            .field("data_dir", &self.data_dir)
            .field("postgres", &self.postgres_pid())
            .field("nats", &self.nats_pid())
            .finish_non_exhaustive()
    }
}
