//! The event store: one handle to everything in this crate.

use std::sync::Arc;

use domain::effect::ClaimKind;
use domain::{EmailAddress, EventId, Services, Upcasters};
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::aggregate::cache::AggregateCache;
use crate::aggregate::stream::{Stream, StreamQuery};
use crate::command::append::first_claim_owner;
use crate::command::append::group_commit::GroupCommitter;
use crate::command::contention::Contention;
use crate::encryption::{KeyProvider, KeyRing};
use crate::error::StoreError;
use crate::log::LogHead;
use crate::log::position_cache::PositionCache;
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
    /// Rung after each append of this process, so that a sequencer in it need not poll.
    pub appended: Arc<Notify>,
    pub head: LogHead,
    /// Where the sequencer of this process has placed the newest events.
    pub placed: PositionCache,
    pub group_commit: Arc<GroupCommitter>,
    pub contention: Contention,
    pub recent: Arc<AggregateCache>,
    pub positions: BatchLoader<Uuid, i64>,
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
        let (appended, head) = (Arc::default(), LogHead::default());
        let rows = PostgresEventRepository::new(pool.clone());
        let (lookups, reading) = (crate::postgres::lookups(&pool), crate::postgres::reading(&pool));
        let (appending, urgent) = (crate::postgres::appending(&pool), crate::postgres::urgent(&pool));
        let keys = Arc::new(KeyRing::new(
            pool.clone(),
            lookups.clone(),
            provider.into(),
            services.clone(),
        ));
        let records = Records::new(pool.clone(), Arc::clone(&keys), services.clone());
        let positions = crate::log::positions(lookups.clone());
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
                appended,
                head,
                placed: PositionCache::default(),
                group_commit,
                contention,
                recent,
                positions,
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

    /// Connections for those who follow the log.
    pub fn reading(&self) -> &PinnedPool {
        &self.inner.reading
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

    /// How far the log has come, as far as this process knows.
    pub fn head(&self) -> &LogHead {
        &self.inner.head
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

    /// The log position of an event, once it has one: waits up to `patience` for the sequencer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn position_of(
        &self,
        event: EventId,
        patience: std::time::Duration,
    ) -> Result<Option<i64>, StoreError> {
        crate::log::position_of(&self.inner, event, patience).await
    }
}

impl EventStore {
    /// The position at which the log holds everything that is stored by now: what whoever reads a read
    /// model waits for, when it must miss nothing. `None` when the sequencer does not come so far within
    /// `patience`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn committed_position(&self, patience: std::time::Duration) -> Result<Option<i64>, StoreError> {
        // What is committed before this statement began has a lower place in the commit order.
        let newest: Option<uuid::Uuid> =
            sqlx::query_scalar("SELECT event_id FROM events ORDER BY era DESC, xid DESC, ord DESC LIMIT 1")
                .fetch_optional(self.pool())
                .await?;
        match newest {
            // It may lie there for long.
            Some(id) => match self.inner.positions.get(id).await? {
                Some(position) => Ok(Some(position)),
                None => self.position_of(EventId::from_uuid(id), patience).await,
            },
            None => Ok(Some(0)),
        }
    }

    /// Makes sure that new events sort after those a dump may have brought: to be called before anything
    /// is appended.
    ///
    /// # Errors
    /// When the store fails, or the role may not alter the table after a restore.
    pub async fn check_era(&self) -> Result<(), StoreError> {
        let mut connection = self.pool().acquire().await?;
        crate::log::epoch::begin_if_restored(&mut connection).await?;
        Ok(())
    }
}
