//! The event store: one handle to everything in this crate.

use std::sync::Arc;

use domain::effect::ClaimKind;
use domain::{EmailAddress, Services, Upcasters};
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::aggregate::cache::AggregateCache;
use crate::aggregate::stream::{Stream, StreamQuery};
use crate::command::append::first_claim_owner;
use crate::command::append::group_commit::GroupCommitter;
use crate::command::contention::Contention;
use crate::encryption::{KeyProvider, KeyRing};
use crate::error::StoreError;
use crate::log::{Log, LogHead};
use crate::postgres::BatchLoader;
use crate::postgres::PinnedPool;
use crate::postgres::leader::{self, LeaderTask};
use crate::records::Records;
use crate::records::session::Sessions;

/// A handle; clones share everything.
#[derive(Clone)]
pub struct EventStore {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// For everything but appending events: the order of events does not wait for what goes on here.
    pub pool: PgPool,
    /// For events with what belongs to them.
    pub appending: PgPool,
    /// The stock repository: reads streams.
    pub rows: PostgresEventRepository,
    pub services: Services,
    pub upcasters: Upcasters,
    pub keys: Arc<KeyRing>,
    pub records: Records,
    pub log: Log,
    pub group_commit: Arc<GroupCommitter>,
    pub contention: Contention,
    pub recent: Arc<AggregateCache>,
    /// Streams as they are stored.
    pub streams: BatchLoader<StreamQuery, Stream>,
    /// Connections for look-ups of many keys at once.
    pub lookups: PinnedPool,
    /// Connections for those who follow the log.
    pub reading: PinnedPool,
    /// One connection for what must not wait until another is free, and is done at once: saying that a lead goes on,
    /// looking for what others wait for.
    pub urgent: PgPool,
}

impl EventStore {
    /// A store on `pool`, which may still be away.
    pub fn new(pool: PgPool, services: Services, provider: impl Into<Arc<dyn KeyProvider>>) -> Self {
        Self::with_upcasters(pool, services, provider, Upcasters::default())
    }

    /// A store that lifts old events by other steps than those of this release.
    pub fn with_upcasters(
        pool: PgPool,
        services: Services,
        provider: impl Into<Arc<dyn KeyProvider>>,
        upcasters: Upcasters,
    ) -> Self {
        let recent = Arc::new(AggregateCache::new());
        let group_commit = Arc::new(GroupCommitter::new(&pool));
        let contention = Contention::new(&pool);
        let rows = PostgresEventRepository::new(pool.clone());
        let (lookups, reading) = (crate::postgres::lookups(&pool), crate::postgres::reading(&pool));
        let (appending, urgent) = (crate::postgres::appending(&pool), crate::postgres::urgent(&pool));
        let keys = Arc::new(KeyRing::new(pool.clone(), lookups.clone(), provider.into(), services.clone()));
        let records = Records::new(pool.clone(), Arc::clone(&keys), services.clone());
        let log = Log::new(
            (pool.clone(), urgent.clone()),
            (lookups.clone(), reading.clone()),
            Arc::clone(&keys),
            upcasters,
        );
        let streams = crate::aggregate::stream::loader(lookups.clone());
        Self {
            inner: Arc::new(Inner {
                pool,
                appending,
                rows,
                services,
                upcasters,
                keys,
                records,
                log,
                group_commit,
                contention,
                recent,
                streams,
                lookups,
                reading,
                urgent,
            }),
        }
    }

    /// The pool, for everything but appending events.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// Closes every connection, each when who uses it is done, so that the server may be stopped then.
    pub async fn close(&self) {
        let Inner { pool, appending, urgent, lookups, reading, group_commit, contention, .. } = &*self.inner;
        for kept in [lookups, reading, group_commit.connections(), contention.connections()] {
            kept.close().await;
        }
        for pool in [appending, urgent, pool] {
            crate::postgres::close(pool).await;
        }
    }

    /// Leads in `duty` whenever no other process does, until `stop`.
    pub async fn lead<D: LeaderTask>(&self, duty: &D, stop: &CancellationToken) {
        leader::run(duty, self.pool(), self.urgent(), stop).await;
    }

    /// A connection for what must not wait until another is free, and is done at once.
    pub fn urgent(&self) -> &PgPool {
        &self.inner.urgent
    }

    /// Who shows which session's token.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.inner.pool.clone(), self.inner.lookups.clone())
    }

    /// The clock and the ids.
    pub fn services(&self) -> &Services {
        &self.inner.services
    }

    /// What is kept and is no event.
    pub fn records(&self) -> &Records {
        &self.inner.records
    }

    /// The data keys.
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.inner.keys
    }

    /// Destroys keys, and drops what they opened: see [`KeyRing::destroy`].
    pub(crate) async fn destroy_keys(&self, ids: &[Uuid], cause: &str) -> Result<u64, StoreError> {
        let destroyed = self.keys().destroy(ids, cause).await?;
        self.inner.recent.evict_opened_by(ids.iter().copied().collect());
        Ok(destroyed)
    }

    /// Drops all that is remembered of keys and aggregates: the next command finds the store as a process
    /// does that has just started.
    pub fn forget_everything(&self) {
        self.inner.keys.forget_everything();
        self.inner.recent.forget_everything();
    }

    /// How events of earlier forms are lifted.
    pub fn upcasters(&self) -> Upcasters {
        self.inner.upcasters
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.inner.log
    }

    /// How far the log has come, as far as this process knows.
    pub fn head(&self) -> &LogHead {
        self.inner.log.head()
    }

    /// Whether the database can be written to. Where a connection cannot, all that began before are closed, and another is
    /// asked.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn can_write(&self) -> Result<bool, StoreError> {
        use crate::postgres::can_write;
        Ok(can_write(&mut *self.pool().acquire().await?).await?
            || can_write(&mut *self.pool().acquire().await?).await?)
    }

    /// Id of the account that has this address: as the one that holds, or as one it may go back to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_with(&self, email: &EmailAddress) -> Result<Option<String>, StoreError> {
        let hasher = self.inner.keys.lookup_hasher().await?;
        let names: Vec<Vec<u8>> = email.names_sought().iter().map(|name| hasher.hash(name)).collect();
        first_claim_owner(self.pool(), ClaimKind::Email, &names).await
    }

    /// Who has a name, if anybody: true at this instant, not a read model.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn owner_of(&self, kind: ClaimKind, name: &str) -> Result<Option<String>, StoreError> {
        let name = match kind {
            ClaimKind::Email => self.inner.keys.lookup_hasher().await?.hash(name),
            ClaimKind::OpenRequest => name.as_bytes().to_vec(),
        };
        first_claim_owner(self.pool(), kind, &[name]).await
    }
}
