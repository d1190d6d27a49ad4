//! What every role stands on: the store, the read models, the object store.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use event_store::encryption::SealError;
use event_store::erasure::ErasureError;
use event_store::postgres::backoff::Delays;
use event_store::postgres::role;
use event_store::{Erasures, EventStore, KeyProvider, StoreError, reach, schema_is_current};
use projections::Views;
use sealed_objects::SealedObjectStore;
use url::Url;

use super::network::without_credentials;
use super::{Network, Owner};
use crate::system;

/// Connections to the database a process may have.
const CONNECTIONS: u32 = 20;

/// What every role stands on.
#[derive(Clone)]
pub struct AppContext {
    /// What happened.
    pub store: EventStore,
    /// What it looks like.
    pub views: Views,
    /// Where archives lie.
    pub archives: SealedObjectStore,
    /// How keys are destroyed and usage is deleted.
    pub erasures: Erasures,
}

impl AppContext {
    /// Lays it; the database may still be away.
    ///
    /// # Errors
    /// When a URL or the object store makes no sense.
    pub fn connect(
        database_url: &str,
        keys: impl Into<Arc<dyn KeyProvider>>,
        archives: &Url,
    ) -> anyhow::Result<Self> {
        Self::lay_over(&Network::default(), database_url, keys, archives)
    }

    /// Lays it over this network.
    ///
    /// # Errors
    /// When a URL or the object store makes no sense, or the network does not allow it.
    pub fn lay_over(
        network: &Network,
        database_url: &str,
        keys: impl Into<Arc<dyn KeyProvider>>,
        archives: &Url,
    ) -> anyhow::Result<Self> {
        without_credentials("--archives", archives)?;
        let pool = network.database("DATABASE_URL", database_url, CONNECTIONS)?;
        let store = EventStore::new(pool, system::services(), keys);
        let archives = SealedObjectStore::open(archives).context("the archive store cannot be used")?;
        let views = Views::of(&store);
        let erasures = Erasures::new(store.clone(), archives.clone(), Arc::new(views.clone()));
        Ok(Self { store, views, archives, erasures })
    }

    /// Closes every connection to the database.
    pub async fn close(&self) {
        self.store.close().await;
        self.views.close().await;
    }

    /// Waits for the database, has its `owner` bring the schema up to date (or waits until that was done), makes sure
    /// that its keys are wrapped with a master key at hand, and that everything is erased that the ledger
    /// of erasures holds.
    ///
    /// # Errors
    /// When waiting cannot help.
    pub async fn prepare(&self, owner: Option<&Owner>) -> anyhow::Result<()> {
        self.prepare_database(owner).await?;
        // Whether that can be found out is no reason to stop or to wait.
        if role::may_change_history(self.store.pool()).await.unwrap_or_default() {
            tracing::warn!(
                "the database role of this process may update and delete events, which it never needs: see \
                 \"The database\" in the README for a role that may not"
            );
        }
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        loop {
            match self.erasures.catch_up().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_passing() && !is_refusal(&error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "waiting for the erasure ledger: requests are served once it has been read"
                    );
                }
                Err(error) => return Err(error.into()),
            }
            delays.wait().await;
        }
    }

    async fn prepare_database(&self, owner: Option<&Owner>) -> anyhow::Result<()> {
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        loop {
            match self.try_prepare(owner).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    tracing::warn!(
                        "the database schema is not of this release: run `personal-settings migrate --owner-url URL` with the \
                         owner of the database in URL"
                    );
                }
                // A refused user or token is told at the start; only a running process waits.
                Err(error @ (StoreError::NotLetIn(_) | StoreError::Seal(SealError::Refused(_)))) => {
                    return Err(error.into());
                }
                Err(error @ StoreError::Seal(SealError::Unavailable(_))) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "waiting for the master keys");
                }
                Err(error) if error.is_unavailable() => {
                    let refused = reach::why_no_database(self.store.pool()).await;
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        refused,
                        "waiting for the database: see that it runs and DATABASE_URL names it"
                    );
                }
                Err(error) => return Err(error.into()),
            }
            delays.wait().await;
        }
    }

    async fn try_prepare(&self, owner: Option<&Owner>) -> Result<bool, StoreError> {
        let migrated = match owner {
            Some(owner) => owner.migrate().await?,
            None => false,
        };
        if !migrated && !schema_is_current(self.store.pool()).await? {
            return Ok(false);
        }
        self.store.log().check_epoch().await?;
        self.store.keys().hasher("lookup").await?;
        Ok(true)
    }
}

fn is_refusal(error: &ErasureError) -> bool {
    matches!(error, ErasureError::Store(StoreError::Seal(SealError::Refused(_))))
}
