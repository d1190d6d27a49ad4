//! What every role stands on: the store, the read models, the object store.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use event_store::object::ObjectVault;
use event_store::retry::Delays;
use event_store::{EventStore, MasterKey, StoreError, connect_lazily, schema_is_current};
use projections::Views;
use secrecy::ExposeSecret;
use url::Url;

use crate::cli::KeyOptions;
use crate::system;

/// Connections to the database a process may have.
const CONNECTIONS: u32 = 24;

/// What every role stands on.
#[derive(Clone)]
pub struct Foundation {
    /// What happened.
    pub store: EventStore,
    /// What it looks like.
    pub views: Views,
    /// Where archives lie.
    pub archives: ObjectVault,
}

impl Foundation {
    /// Lays it; the database may still be away.
    ///
    /// # Errors
    /// When a URL or the object store makes no sense.
    pub fn lay(database_url: &str, master: MasterKey, archives: &Url) -> anyhow::Result<Self> {
        let pool = connect_lazily(database_url, CONNECTIONS).context("DATABASE_URL cannot be used")?;
        let store = EventStore::new(pool.clone(), system::services(), master);
        let archives = ObjectVault::open(archives).context("the archive store cannot be used")?;
        Ok(Self { store, views: Views::new(pool), archives })
    }

    /// Waits for the database, brings its schema up to date (or waits until somebody has), and makes sure
    /// that its keys are sealed with the master key at hand.
    ///
    /// # Errors
    /// When waiting cannot help.
    pub async fn prepare(&self, migrate: bool) -> anyhow::Result<()> {
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        loop {
            match self.try_prepare(migrate).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    tracing::warn!(
                        "the database schema is not of this release: run `personal-settings migrate`"
                    );
                }
                Err(error) if error.is_unavailable() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "waiting for the database: see that it runs and DATABASE_URL names it"
                    );
                }
                Err(error) => return Err(error.into()),
            }
            delays.wait().await;
        }
    }

    async fn try_prepare(&self, migrate: bool) -> Result<bool, StoreError> {
        if migrate {
            event_store::migrate(self.store.pool()).await?;
        } else if !schema_is_current(self.store.pool()).await? {
            return Ok(false);
        }
        self.store.check_era().await?;
        self.store.hasher("lookup").await?;
        Ok(true)
    }
}

/// The master key: given as it is, in a file, or in the data directory, where alone it is made when there is
/// none yet. A file that was named and is not there is a mistake, such as a volume that is not mounted.
///
/// # Errors
/// When there is neither, or it is no key.
pub fn master_key(options: &KeyOptions, data_dir: Option<&Path>) -> anyhow::Result<MasterKey> {
    if let Some(key) = &options.master_key {
        return Ok(MasterKey::from_base64(key.expose_secret())?);
    }
    match (&options.master_key_file, data_dir) {
        (Some(path), _) => MasterKey::from_file(path)
            .context("make a key with: (umask 077; head -c 32 /dev/urandom | base64 > FILE)"),
        (None, Some(folder)) => Ok(MasterKey::from_file_or_new(&folder.join("keys").join("master.key"))?),
        (None, None) => bail!("no master key: give --master-key-file FILE (or PERSONAL_SETTINGS_MASTER_KEY)"),
    }
}
