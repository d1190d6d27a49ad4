//! The log opened for a verifier: no key to what is sealed, and nothing that moves it.

use anyhow::Context;
use event_store::Pool;
use sealed_objects::SealedObjectStore;
use url::Url;

use super::Network;
use super::network::check_reached;
use super::reader::start_or_join;
use crate::cli::AuditorOptions;
use embedded_servers::Servers;

/// Connections an auditor may have: two for rows, and a few to ask beside them.
const CONNECTIONS: u32 = 6;

/// A log opened for proofs.
pub struct Auditor {
    /// The database.
    pub pool: Pool,
    /// Where checkpoints are published, if that is known.
    pub objects: Option<SealedObjectStore>,
    /// What was started for the auditor alone.
    own: Option<Servers>,
}

impl Auditor {
    /// Opens it: the given database, the one a program runs below the data directory, or that same one
    /// started for as long as the auditor lives.
    ///
    /// # Errors
    /// When there is no database, or a URL makes no sense.
    pub async fn open(options: &AuditorOptions) -> anyhow::Result<Self> {
        let objects = objects(options)?;
        let (url, own) = match &options.database_url {
            Some(url) => (url.clone(), None),
            None => start_or_join(&options.signing.data_dir, options.servers).await?,
        };
        let pool = Network::from(&options.network).database("DATABASE_URL", &url, CONNECTIONS)?;
        check_reached(&pool).await?;
        Ok(Self { pool, objects, own })
    }

    /// Closes it.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(servers) = self.own {
            servers.stop().await;
        }
    }
}

/// The store that was named, or the directory that `serve` uses, if it is there: an auditor makes none.
fn objects(options: &AuditorOptions) -> anyhow::Result<Option<SealedObjectStore>> {
    let below = std::path::absolute(&options.signing.data_dir)?.join("archives");
    let url = match &options.archives {
        Some(url) => Some(url.clone()),
        None if below.is_dir() => Url::from_directory_path(below).ok(),
        None => None,
    };
    url.map(|url| SealedObjectStore::open(&url).context("the store of the checkpoints cannot be used"))
        .transpose()
}
