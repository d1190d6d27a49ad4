//! Commands to several aggregates that come true together, or not at all.
//!
//! A [`UnitOfWork`] loads each aggregate it is asked about, has it decide, and holds what comes of it. Then all of it is
//! written in one transaction, by the statement that also writes single commands. When another was faster with any
//! of them, also with one that is not changed here, nothing was written, and the whole work is done again from the
//! beginning. So it is when the work refuses and rests on aggregates that have moved on meanwhile ([`read_set`]).

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use domain::effect::{ClaimKind, Effect};
use domain::{Effects, EventId, Services, Snapshot};

use super::append::AppendError;
use super::append::read_set::{self, ReadVersion};
use super::append::transaction::AppendTransaction;
use super::contention::{Contest, StreamName};
use super::context::{CommandContext, CommitExtras};
use super::execute::{CommittedAggregate, ExecuteError, PendingCommit, RetryDecision, failure};
use super::sealing::Collected;
use crate::aggregate::load;
use crate::error::StoreError;
use crate::records::RecordWrite;
use crate::store::EventStore;

/// The aggregates of one piece of work, as they stand in it.
pub struct UnitOfWork {
    store: EventStore,
    /// In the order of their streams, in which they are written.
    parts: BTreeMap<StreamName, Box<dyn Participant>>,
    /// What was looked at: known also when the work gives up.
    seen: Arc<Mutex<Vec<ReadVersion>>>,
    /// Streams whose turn the work has.
    in_turn: BTreeSet<StreamName>,
}

/// What a piece of work came to.
#[derive(Debug)]
pub struct Committed<T> {
    /// What it answers.
    pub answer: T,
    /// The events it led to, in the order of the log.
    pub events: Vec<EventId>,
}

/// Why nothing of a piece of work was stored.
#[derive(Debug)]
pub enum CommitError<E> {
    /// It gave up by itself.
    Work(E),
    /// A name it needs belongs to another aggregate.
    Taken {
        /// Which set of names.
        kind: ClaimKind,
        /// Id of the aggregate that has it.
        owner: String,
    },
    /// Something it rests on was erased.
    KeyDestroyed,
    /// A link, a code or whatever else works once was used meanwhile.
    AlreadyUsed,
    /// What was proved of who asks counts no more: the account was changed meanwhile.
    ProofOver,
    /// Others were faster again and again.
    Contended,
    /// The store failed.
    Store(StoreError),
}

impl<E> From<StoreError> for CommitError<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl EventStore {
    /// Does `work`, and stores all that came of it together. It may be done several times, each time with a new
    /// [`UnitOfWork`], and hands that back with its answer and with what belongs into the records.
    ///
    /// # Errors
    /// See [`CommitError`]. Whatever the error, nothing was stored; only after [`StoreError::OutcomeUnknown`] all of it
    /// may have been.
    pub async fn transact<T, E, Fut>(
        &self,
        context: &CommandContext,
        work: impl Fn(UnitOfWork) -> Fut,
    ) -> Result<Committed<T>, CommitError<E>>
    where
        Fut: Future<Output = Result<(UnitOfWork, CommitExtras, T), E>>,
    {
        let _place = self.place_of(context).await.ok_or(CommitError::Contended)?;
        let mut contest = Contest::new(self, context);
        let done = self.contend_for_all(context, work, &mut contest).await;
        contest.end().await;
        done
    }

    async fn contend_for_all<T, E, Fut>(
        &self,
        context: &CommandContext,
        work: impl Fn(UnitOfWork) -> Fut,
        contest: &mut Contest<'_>,
    ) -> Result<Committed<T>, CommitError<E>>
    where
        Fut: Future<Output = Result<(UnitOfWork, CommitExtras, T), E>>,
    {
        while contest.goes_on() {
            let unit = UnitOfWork::begin(self, contest.streams());
            let seen = Arc::clone(&unit.seen);
            let (unit, extras, answer) = match work(unit).await {
                Ok(done) => done,
                Err(refusal) => {
                    if !self.is_outdated(&seen).await {
                        return Err(CommitError::Work(refusal));
                    }
                    if !contest.lost(streams(&seen)).await? {
                        break;
                    }
                    continue;
                }
            };
            let claims = unit.claims();
            match unit.commit(context, &extras).await {
                Ok(events) => return Ok(Committed { answer, events }),
                Err(AppendError::Conflict) => {
                    if !contest.lost(streams(&seen)).await? {
                        break;
                    }
                    continue;
                }
                Err(AppendError::ClaimTaken) => {
                    for (id, effects) in claims {
                        if let Some((kind, owner)) = self.find_taken(&id, &effects).await? {
                            return Err(CommitError::Taken { kind, owner });
                        }
                    }
                }
                Err(AppendError::KeyDestroyed) => {
                    if !self.inner.keys.are_active(&extras.required_keys).await? {
                        return Err(CommitError::KeyDestroyed);
                    }
                }
                Err(AppendError::AlreadyUsed) => return Err(CommitError::AlreadyUsed),
                Err(AppendError::ProofOver) => return Err(CommitError::ProofOver),
                Err(AppendError::Store(error)) => return Err(CommitError::Store(error)),
            }
            contest.pause().await;
        }
        Err(CommitError::Contended)
    }

    /// What would end with the events of `command`, if it were stored now: nothing where the aggregate refuses.
    pub(crate) async fn would_end<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
    ) -> Result<Vec<RecordWrite>, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let mut unit = UnitOfWork::begin(self, BTreeSet::new());
        match unit.execute::<A>(id, command).await {
            Ok(_) => Ok(unit.parts.values().flat_map(|part| part.ends(self, context)).collect()),
            Err(ExecuteError::Store(error)) => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Whether a refusal rests on aggregates that do not fit together: they were loaded one after the other. One alone
    /// stood so when it was loaded.
    async fn is_outdated(&self, seen: &Mutex<Vec<ReadVersion>>) -> bool {
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        seen.len() > 1 && read_set::is_stale(self.pool(), &seen).await.unwrap_or(false)
    }
}

/// The streams of what was looked at.
fn streams(seen: &Mutex<Vec<ReadVersion>>) -> BTreeSet<StreamName> {
    seen.lock().unwrap_or_else(PoisonError::into_inner).iter().map(ReadVersion::stream).collect()
}

impl UnitOfWork {
    fn begin(store: &EventStore, in_turn: BTreeSet<StreamName>) -> Self {
        Self { store: store.clone(), parts: BTreeMap::new(), seen: Arc::default(), in_turn }
    }

    /// The store.
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// An aggregate as it stands in this work.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load<A>(&mut self, id: &str) -> Result<A, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        Ok(self.part::<A>(id).await?.aggregate.clone())
    }

    /// As [`load`](Self::load), with its version.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_versioned<A>(&mut self, id: &str) -> Result<(A, u64), StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let part = self.part::<A>(id).await?;
        Ok((part.aggregate.clone(), part.loaded.version + part.events.len() as u64))
    }

    /// Has an aggregate decide on a command; what comes of it is stored with the rest. The aggregate after it.
    ///
    /// # Errors
    /// When the aggregate refuses, or the store fails.
    pub async fn execute<A>(&mut self, id: &str, command: A::Command) -> Result<A, ExecuteError<A::Error>>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let services = self.store.services().clone();
        let part = self.part::<A>(id).await?;
        let sink = EventSink::default();
        part.aggregate.handle(command, &services, &sink).await.map_err(ExecuteError::Refused)?;
        part.events.extend(sink.collect().await);
        Ok(part.aggregate.clone())
    }

    async fn part<A>(&mut self, id: &str) -> Result<&mut PendingCommit<A>, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let key = (A::TYPE, id.to_owned());
        if !self.parts.contains_key(&key) {
            let loaded = load::load::<A>(&self.store, id).await.map_err(|error| match failure(error) {
                RetryDecision::Final(ExecuteError::Store(error)) => error,
                _ => unreadable(),
            })?;
            let seen = ReadVersion::of::<A>(id, loaded.version);
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
            let aggregate = loaded.aggregate.clone();
            let part = PendingCommit::<A> {
                id: id.to_owned(),
                loaded: Arc::new(loaded),
                aggregate,
                events: Vec::new(),
            };
            self.parts.insert(key.clone(), Box::new(part));
        }
        let part = self.parts.get_mut(&key).and_then(|part| part.as_any().downcast_mut());
        part.ok_or_else(unreadable)
    }

    fn claims(&self) -> Vec<(String, Vec<Effect>)> {
        self.parts.iter().map(|((_, id), part)| (id.clone(), part.claims())).collect()
    }

    async fn commit(
        self,
        context: &CommandContext,
        extras: &CommitExtras,
    ) -> Result<Vec<EventId>, AppendError> {
        let collected = Collected::default();
        let (mut ready, mut events, mut unchanged) = (Vec::new(), Vec::new(), Vec::new());
        let mut ends = Vec::new();
        for (stream, part) in self.parts {
            let seen = part.seen();
            ends.extend(part.ends(&self.store, context));
            let in_turn = self.in_turn.contains(&stream);
            match part.prepare(&self.store, context, extras, (in_turn, &collected)).await? {
                Some(stored) => {
                    events.extend(stored.events());
                    ready.push(stored);
                }
                None => unchanged.push(seen),
            }
        }
        let appends = std::mem::take(&mut *collected.lock().unwrap_or_else(PoisonError::into_inner));
        if appends.is_empty() {
            return Ok(Vec::new());
        }
        let records = context.records(extras, ends);
        let written = AppendTransaction::new(&self.store.inner, &appends, &records)
            .with_read_set(&unchanged)
            .write(false)
            .await;
        for stored in ready {
            stored.remember(&self.store, written.is_ok());
        }
        written.map(|()| events)
    }
}

fn unreadable() -> StoreError {
    StoreError::Unreadable("an aggregate could not be loaded or stored".to_owned())
}

/// An aggregate of any kind.
#[async_trait]
trait Participant: Send {
    fn as_any(&mut self) -> &mut dyn Any;

    fn claims(&self) -> Vec<Effect>;

    /// How it was loaded.
    fn seen(&self) -> ReadVersion;

    /// What ends with its events.
    fn ends(&self, store: &EventStore, context: &CommandContext) -> Vec<RecordWrite>;

    /// Seals what is to be stored; nothing where nothing is. With it: whether the work has the turn of the stream, and where
    /// it goes.
    async fn prepare(
        self: Box<Self>,
        store: &EventStore,
        context: &CommandContext,
        extras: &CommitExtras,
        into: (bool, &Collected),
    ) -> Result<Option<Box<dyn Prepared>>, AppendError>;
}

/// What is about to be stored of an aggregate.
trait Prepared: Send {
    fn events(&self) -> Vec<EventId>;

    /// What this process knows of the aggregate from now on.
    fn remember(self: Box<Self>, store: &EventStore, stored: bool);
}

#[async_trait]
impl<A> Participant for PendingCommit<A>
where
    A: Aggregate<Services = Services> + Snapshot,
    A::Event: Effects,
{
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn claims(&self) -> Vec<Effect> {
        self.effects()
    }

    fn seen(&self) -> ReadVersion {
        ReadVersion::of::<A>(&self.id, self.loaded.version)
    }

    fn ends(&self, store: &EventStore, context: &CommandContext) -> Vec<RecordWrite> {
        PendingCommit::ends(self, store, context)
    }

    async fn prepare(
        self: Box<Self>,
        store: &EventStore,
        context: &CommandContext,
        extras: &CommitExtras,
        (in_turn, collected): (bool, &Collected),
    ) -> Result<Option<Box<dyn Prepared>>, AppendError> {
        if self.events.is_empty() {
            return Ok(None);
        }
        let id = self.id.clone();
        match (*self).store(store, context, extras, (in_turn, Some(collected.clone()))).await {
            Ok(stored) => Ok(Some(Box::new((id, stored)))),
            Err(RetryDecision::Final(ExecuteError::Store(error))) => Err(error.into()),
            Err(_) => Err(AppendError::KeyDestroyed),
        }
    }
}

impl<A> Prepared for (String, CommittedAggregate<A>)
where
    A: Aggregate + Snapshot,
{
    fn events(&self) -> Vec<EventId> {
        self.1.events.clone()
    }

    fn remember(self: Box<Self>, store: &EventStore, stored: bool) {
        let (id, CommittedAggregate { now, .. }) = *self;
        if stored {
            store.inner.recent.put(A::TYPE, &id, now);
        } else {
            store.inner.recent.evict(A::TYPE, &id, now.version);
        }
    }
}
