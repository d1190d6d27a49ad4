//! Working beside a running program, or after it: for auditors and operators.

use std::sync::Arc;

use std::path::Path;

use anyhow::Context;
use event_store::object::ObjectVault;
use event_store::{Erasures, EventStore, connect_lazily};
use projections::Views;

use super::service::directory_url;
use super::{LogTasks, key_provider};
use crate::cli::{KeyOptions, LedgerOptions, ReaderOptions};
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
        let keys = key_provider(&existing_keys(options), None)?;
        let (url, servers) = match &options.database_url {
            Some(url) => (url.clone(), None),
            None => start_or_join(&options.data_dir, options.servers).await?,
        };
        let pool = connect_lazily(&url, CONNECTIONS).context("DATABASE_URL cannot be used")?;
        let store = EventStore::new(pool.clone(), system::services(), keys);
        let views = Views::new(pool);
        // Nobody else moves the log of a database that was started just now.
        let own = servers.map(|servers| (servers, LogTasks::start(&store, &views)));
        Ok(Self { store, views, own })
    }

    /// Erasures in it, with the ledger that is given, or else the one below the data directory.
    ///
    /// # Errors
    /// When the object store cannot be used.
    pub fn erasures(&self, options: &LedgerOptions) -> anyhow::Result<Erasures> {
        let below = std::path::absolute(options.reader.data_dir.join("archives"))?;
        let archives = match &options.archives {
            Some(url) => url.clone(),
            None if below.exists() => directory_url(&below)?,
            None => anyhow::bail!("there are no archives in {}: give --archives", below.display()),
        };
        let vault = ObjectVault::open(&archives).context("the archive store cannot be used")?;
        Ok(Erasures::new(self.store.clone(), vault, Arc::new(self.views.clone())))
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
    let mut keys = options.keys.clone();
    if keys.vault.vault_url.is_none() {
        keys.master_key_file.get_or_insert(options.data_dir.join("keys").join("master.key"));
    }
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
