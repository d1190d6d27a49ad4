//! Working beside a running program, or after it: for auditors and operators.
//!
//! A database may just have been restored, and hold what was erased since: everything is erased again that the
//! ledger of erasures holds, before anything is shown.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use event_store::{Erasures, EventStore};
use projections::Views;
use sealed_objects::SealedObjectStore;

use super::network::check_reached;
use super::service::directory_url;
use super::{LogTasks, Network, key_provider};
use crate::PROGRAM;
use crate::cli::{KeyOptions, ReaderOptions};
use crate::system;
use embedded_servers::{Error, Options, ServerSource, Servers, running_owner_url};

/// Connections a reader may have.
const CONNECTIONS: u32 = 8;

/// A database opened for reading.
pub struct Reader {
    /// What happened.
    pub store: EventStore,
    /// What it looks like.
    pub views: Views,
    /// Erasures in it, where the store with their ledger is known.
    erasures: Option<Erasures>,
    /// What was started for the reader alone.
    own: Option<(Servers, LogTasks)>,
}

impl Reader {
    /// Opens it: the given database, the one a program runs below the data directory, or that same one
    /// started for as long as the reader lives. What was erased is erased in it.
    ///
    /// # Errors
    /// When there is no database, or no key to it; or when it cannot be known what was erased.
    pub async fn open(options: &ReaderOptions) -> anyhow::Result<Self> {
        let reader = Self::open_as_it_is(options).await?;
        match reader.catch_up(options).await {
            Ok(()) => Ok(reader),
            Err(error) => {
                reader.close().await;
                Err(error)
            }
        }
    }

    /// Opens it without a look at the ledger of erasures: for those who see to the ledger itself, and show
    /// nothing else.
    ///
    /// # Errors
    /// When there is no database, or no key to it.
    pub async fn open_as_it_is(options: &ReaderOptions) -> anyhow::Result<Self> {
        if options.database_url.is_none() {
            check_there(&options.data_dir)?;
        }
        let keys = key_provider(&existing_keys(options), None)?;
        let objects = archives(options)?;
        let (url, servers) = match &options.database_url {
            Some(url) => (url.clone(), None),
            None => start_or_join(&options.data_dir, options.servers).await?,
        };
        let pool = Network::from(&options.network).database("DATABASE_URL", &url, CONNECTIONS)?;
        check_reached(&pool).await?;
        let store = EventStore::new(event_store::patient(&pool), system::services(), keys);
        let views = Views::of(&store);
        let erasures = objects.map(|objects| Erasures::new(store.clone(), objects, Arc::new(views.clone())));
        // No other process moves the log of a database that was started just now.
        let own = servers.map(|servers| (servers, LogTasks::start(&store, &views)));
        Ok(Self { store, views, erasures, own })
    }

    /// Erases again what the ledger holds and this database does not know.
    async fn catch_up(&self, options: &ReaderOptions) -> anyhow::Result<()> {
        match &self.erasures {
            Some(erasures) => {
                let read = erasures.catch_up().await;
                read.context("nothing is shown, since the ledger of erasures could not be read")?;
            }
            None if self.own.is_some() => {
                bail!("nothing is shown, since it cannot be known what was erased: {}", no_archives(options))
            }
            None => tracing::warn!(
                "if this database was restored, it may hold what was erased since: {}",
                no_archives(options)
            ),
        }
        Ok(())
    }

    /// Erasures in it, with the ledger that was given, or else the one below the data directory.
    ///
    /// # Errors
    /// When there is none.
    pub fn erasures(&self) -> anyhow::Result<&Erasures> {
        self.erasures.as_ref().context("there is no ledger of erasures: give --archives")
    }

    /// Closes it.
    pub async fn close(self) {
        let Some((servers, log_tasks)) = self.own else { return };
        log_tasks.stop().await;
        self.store.close().await;
        self.views.close().await;
        servers.stop().await;
    }
}

/// The store that was named, or the directory that `serve` uses, if it is there: a reader makes none.
fn archives(options: &ReaderOptions) -> anyhow::Result<Option<SealedObjectStore>> {
    let below = std::path::absolute(options.data_dir.join("archives"))?;
    let url = match &options.archives {
        Some(url) => url.clone(),
        None if below.is_dir() => directory_url(&below)?,
        None => return Ok(None),
    };
    Ok(Some(SealedObjectStore::open(&url).context("the archive store cannot be used")?))
}

fn no_archives(options: &ReaderOptions) -> String {
    format!(
        "there are no archives in {}; give --archives, the store with the ledger of erasures",
        options.data_dir.display()
    )
}

/// Where the key is looked for: a reader makes none, since a new one would open nothing.
fn existing_keys(options: &ReaderOptions) -> KeyOptions {
    let mut keys = options.keys.clone();
    if keys.vault.vault_url.is_none() {
        keys.master_key_file.get_or_insert(options.data_dir.join("keys").join("master.key"));
    }
    keys
}

/// Refuses a folder in which `serve` never ran: before anything is missed in it, such as a key.
fn check_there(data_dir: &Path) -> anyhow::Result<()> {
    let there = data_dir.join("postgres").join("data").exists();
    anyhow::ensure!(
        there,
        "there is no database in {}: name the folder in which serve keeps everything with --data-dir, or a database of \
         your own with --database-url",
        data_dir.display()
    );
    Ok(())
}

/// The database below the data directory: started, unless a program that runs has it.
pub(super) async fn start_or_join(
    data_dir: &Path,
    source: ServerSource,
) -> anyhow::Result<(String, Option<Servers>)> {
    check_there(data_dir)?;
    let mut start = Options::new(PROGRAM, data_dir);
    (start.source, start.nats) = (source, false);
    match Servers::start(start).await {
        Ok(servers) => {
            let url = servers.owner_url().context("no database")?.to_owned();
            Ok((url, Some(servers)))
        }
        Err(error @ Error::InUse { .. }) => match running_owner_url(PROGRAM, data_dir) {
            Some(url) => Ok((url, None)),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}
