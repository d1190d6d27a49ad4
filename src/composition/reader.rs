//! Reading beside a running program, or after it: for auditors.

use std::path::Path;

use anyhow::Context;
use event_store::{EventStore, connect_lazily};
use projections::Views;

use super::{LogTasks, master_key};
use crate::cli::{KeyOptions, ReaderOptions};
use crate::embedded::{Error, Options, ServerSource, Servers, running_database_url};
use crate::system;

/// Connections a reader may have.
const CONNECTIONS: u32 = 8;

/// A database opened for reading.
pub struct Reader {
    /// What happened.
    pub store: EventStore,
    /// What it looks like.
    pub views: Views,
    /// What was started for the reader alone.
    own: Option<(Servers, LogTasks)>,
}

impl Reader {
    /// Opens it: the given database, the one a program runs below the data directory, or that same one
    /// started for as long as the reader lives.
    ///
    /// # Errors
    /// When there is no database, or no key to it.
    pub async fn open(options: &ReaderOptions) -> anyhow::Result<Self> {
        let master = master_key(&existing_keys(options), None)?;
        let (url, servers) = match &options.database_url {
            Some(url) => (url.clone(), None),
            None => start_or_join(&options.data_dir, options.servers).await?,
        };
        let pool = connect_lazily(&url, CONNECTIONS).context("DATABASE_URL cannot be used")?;
        let store = EventStore::new(pool.clone(), system::services(), master);
        let views = Views::new(pool);
        // Nobody else moves the log of a database that was started just now.
        let own = servers.map(|servers| (servers, LogTasks::start(&store, &views)));
        Ok(Self { store, views, own })
    }

    /// Closes it.
    pub async fn close(self) {
        let Some((servers, log_tasks)) = self.own else { return };
        log_tasks.stop().await;
        self.store.pool().close().await;
        servers.stop().await;
    }
}

/// Where the key is looked for: a reader makes none, since a new one would open nothing.
fn existing_keys(options: &ReaderOptions) -> KeyOptions {
    let below = options.data_dir.join("keys").join("master.key");
    let mut keys = options.keys.clone();
    keys.master_key_file.get_or_insert(below);
    keys
}

/// The database below the data directory: started, unless a program that runs has it.
pub(super) async fn start_or_join(
    data_dir: &Path,
    source: ServerSource,
) -> anyhow::Result<(String, Option<Servers>)> {
    let there = data_dir.join("postgres").join("data").exists();
    anyhow::ensure!(
        there,
        "there is no database in {}: give --data-dir, or --database-url",
        data_dir.display()
    );
    let mut start = Options::new(data_dir);
    (start.source, start.nats) = (source, false);
    match Servers::start(start).await {
        Ok(servers) => {
            let url = servers.database_url().context("no database")?.to_owned();
            Ok((url, Some(servers)))
        }
        Err(error @ Error::InUse { .. }) => match running_database_url(data_dir) {
            Some(url) => Ok((url, None)),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}
