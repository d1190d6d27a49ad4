//! The owner of the database: brings the schema and the read models up to date, and lets the role that the program
//! works as do what it needs. The program itself owns nothing.

use event_store::postgres::role;
use event_store::{EventStore, Pool, StoreError};

use super::Network;
use super::network::check_reached;
use crate::system;

/// Connections it may have: a rebuild holds one, and reads the log beside it.
const CONNECTIONS: u32 = 4;

/// Its way to the database, for as long as there is something to do.
pub struct Owner {
    pool: Pool,
    /// The role the program works as, if that is another.
    worker: Option<String>,
    /// Whether that role is made where there is none.
    makes_role: bool,
}

impl Owner {
    /// The owner at `owner_url`, of a database that the program works in through `database_url`.
    ///
    /// # Errors
    /// When a URL makes no sense, or the network does not allow it.
    pub fn at(network: &Network, owner_url: &str, database_url: &str) -> anyhow::Result<Self> {
        let (owner, worker) = (role::of_url(owner_url)?, role::of_url(database_url)?);
        let worker = (owner != worker).then_some(worker);
        let pool = event_store::patient(&network.database("--owner-url", owner_url, CONNECTIONS)?);
        Ok(Self { pool, worker, makes_role: false })
    }

    /// The same, of a server that lets in by its socket alone.
    #[must_use]
    pub fn making_the_role(self) -> Self {
        Self { makes_role: true, ..self }
    }

    /// Refuses a database that takes no connections, for a caller that does not wait for it.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check_reached(&self) -> anyhow::Result<()> {
        check_reached(&self.pool).await
    }

    /// The role the program works as, if that is another.
    pub fn worker(&self) -> Option<&str> {
        self.worker.as_deref()
    }

    /// The store as the owner has it: for what makes tables.
    pub fn store(&self, beside: &EventStore) -> EventStore {
        EventStore::new(self.pool.clone(), system::services(), beside.keys().provider().clone())
    }

    /// Brings the schema up to date. False where nothing was done, since no other owner than the role the program works
    /// as is known, and that one may not.
    ///
    /// # Errors
    /// When the database is away, the owner may not, or there is no such role.
    pub async fn migrate(&self) -> Result<bool, StoreError> {
        let Some(worker) = &self.worker else {
            let may = role::may_migrate(&self.pool).await?;
            if may {
                event_store::migrate(&self.pool).await?;
            }
            return Ok(may);
        };
        event_store::migrate(&self.pool).await?;
        if self.makes_role {
            role::ensure_role(&self.pool, worker).await?;
        }
        role::grant(&self.pool, worker).await?;
        Ok(true)
    }
}
