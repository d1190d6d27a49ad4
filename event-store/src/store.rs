//! The event store: one handle to everything in this crate.

use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::effect::ClaimKind;
use domain::{AccountId, Effects, EmailAddress, Services, SessionId, Snapshot, Standalone, Upcasters};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::command::{
    Bar, CommandContext, Commands, CommitExtras, Committed, ExecuteError, Executed, SealedEventRepository,
    UnitOfWork,
};
use crate::encryption::{KeyProvider, KeyRing};
use crate::error::StoreError;
use crate::log::{Log, LogHead};
use crate::postgres::PinnedPool;
use crate::postgres::leader::{self, LeaderTask};
use crate::records::Records;
use crate::records::session::Sessions;

/// A handle; clones share everything.
#[derive(Clone)]
pub struct EventStore {
    inner: Arc<Inner>,
}

struct Inner {
    /// For everything but appending events: the order of events does not wait for what goes on here.
    pool: PgPool,
    services: Services,
    keys: Arc<KeyRing>,
    records: Records,
    log: Log,
    commands: Commands,
    /// Connections for look-ups of many keys at once.
    lookups: PinnedPool,
    /// One connection for what must not wait until another is free, and is done at once: saying that a lead goes on,
    /// looking for what others wait for.
    urgent: PgPool,
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
        let (lookups, urgent) = (crate::postgres::lookups(&pool), crate::postgres::urgent(&pool));
        let keys = Arc::new(KeyRing::new(pool.clone(), lookups.clone(), provider.into(), services.clone()));
        let records = Records::new(pool.clone(), Arc::clone(&keys), services.clone());
        let reading = crate::postgres::reading(&pool);
        let log = Log::new(
            (pool.clone(), urgent.clone()),
            (lookups.clone(), reading),
            Arc::clone(&keys),
            upcasters,
        );
        let commands = Commands::new(
            (pool.clone(), lookups.clone()),
            services.clone(),
            Arc::clone(&keys),
            upcasters,
            log.clone(),
        );
        let inner = Inner { pool, services, keys, records, log, commands, lookups, urgent };
        Self { inner: Arc::new(inner) }
    }

    /// The pool, for everything but appending events.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// Closes every connection, each when its user is done, so that the server may be stopped then.
    pub async fn close(&self) {
        let Inner { pool, urgent, lookups, log, commands, .. } = &*self.inner;
        lookups.close().await;
        log.reading().close().await;
        commands.close().await;
        for pool in [urgent, pool] {
            crate::postgres::close(pool).await;
        }
    }

    /// Has aggregate `id` carry out `command`, and stores what comes of it. What does not decide alone is asked in
    /// a [unit of work](Self::transact).
    ///
    /// # Errors
    /// See [`ExecuteError`]. Whatever the error, no part of the command was stored; only after
    /// [`StoreError::OutcomeUnknown`] it may have been, as a whole.
    pub async fn execute<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
        extras: CommitExtras,
    ) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        A: Aggregate<Services = Services> + Standalone,
        A::Command: Clone,
        A::Event: Effects,
    {
        self.inner.commands.execute(id, command, context, &extras).await
    }

    /// The aggregate as it stands, and its version (0 when nothing ever happened to it).
    pub async fn load<A>(&self, id: &str) -> Result<(A, u64), StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
    {
        self.inner.commands.load(id).await
    }

    /// Does `work`, and stores all that came of it together. It may be done several times, each time with a new
    /// [`UnitOfWork`], and hands that back with its answer and with what belongs into the records.
    ///
    /// # Errors
    /// See [`ExecuteError`]. Whatever the error, nothing was stored; only after [`StoreError::OutcomeUnknown`] all of it
    /// may have been.
    pub async fn transact<T, E, Fut>(
        &self,
        context: &CommandContext,
        work: impl Fn(UnitOfWork) -> Fut,
    ) -> Result<Committed<T>, ExecuteError<E>>
    where
        Fut: Future<Output = Result<(UnitOfWork, CommitExtras, T), E>>,
    {
        self.inner.commands.transact(context, work).await
    }

    /// The repository with which a stock `CqrsFramework` of cqrs-es runs over the log.
    pub fn repository(&self) -> SealedEventRepository {
        SealedEventRepository::new(self.inner.commands.clone())
    }

    /// Bars what `command` of aggregate `id` would end of `account` if it were stored now, but for the links that are
    /// used up with it. Nothing where the aggregate refuses.
    pub async fn bar<A>(
        &self,
        account: AccountId,
        (id, command): (&str, A::Command),
        context: &CommandContext,
        extras: &CommitExtras,
    ) -> Result<Bar, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        self.inner.commands.bar::<A>(account, (id, command), context, extras).await
    }

    /// Bars one session.
    pub async fn bar_session(&self, account: AccountId, session: SessionId) -> Result<Bar, StoreError> {
        self.inner.commands.bar_session(account, session).await
    }

    /// Bars all sessions of an account but one.
    pub async fn bar_other_sessions(&self, account: AccountId, stays: SessionId) -> Result<Bar, StoreError> {
        self.inner.commands.bar_other_sessions(account, stays).await
    }

    /// The command was refused: what was barred for it works again.
    pub async fn lift(&self, bar: &Bar) -> Result<(), StoreError> {
        self.inner.commands.lift(bar).await
    }

    /// Id of the account that has this address: as the one that holds, or as one it may go back to.
    pub async fn account_with(&self, email: &EmailAddress) -> Result<Option<String>, StoreError> {
        self.inner.commands.account_with(email).await
    }

    /// The aggregate that has a name, if one does: true at this instant, not a read model.
    pub async fn owner_of(&self, kind: ClaimKind, name: &str) -> Result<Option<String>, StoreError> {
        self.inner.commands.owner_of(kind, name).await
    }

    /// Leads in `duty` whenever no other process does, until `stop`.
    pub async fn lead<D: LeaderTask>(&self, duty: &D, stop: &CancellationToken) {
        leader::run(duty, self.pool(), self.urgent(), stop).await;
    }

    /// A connection for what must not wait until another is free, and is done at once.
    pub fn urgent(&self) -> &PgPool {
        &self.inner.urgent
    }

    /// The sessions, by their tokens.
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
        self.inner.commands.cache().evict_opened_by(ids.iter().copied().collect());
        Ok(destroyed)
    }

    /// Drops all that is remembered of keys and aggregates: the next command finds the store as a process
    /// does that has just started.
    pub fn forget_everything(&self) {
        self.inner.keys.forget_everything();
        self.inner.commands.cache().forget_everything();
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
        use crate::read_only::can_write;
        Ok(can_write(&mut *self.pool().acquire().await?).await?
            || can_write(&mut *self.pool().acquire().await?).await?)
    }
}
