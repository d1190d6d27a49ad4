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
use domain::effect::Effect;
use domain::{Effects, EventId, Services, Snapshot};
use uuid::Uuid;

use super::append::read_set::{self, ReadVersion};
use super::append::{Append, AppendError, Commit};
use super::contention::StreamName;
use super::pending::{PendingCommit, SealedCommit};
use super::retry::Attempt;
use super::sealing::Sealer;
use super::{CommandContext, Commands, CommitExtras, ExecuteError};
use crate::aggregate::cache::AggregateCache;
use crate::error::StoreError;
use crate::records::RecordWrite;

/// The aggregates of one unit of work, as they stand in it.
pub struct UnitOfWork {
    commands: Commands,
    /// In the order of their streams, in which they are written.
    participants: BTreeMap<StreamName, Box<dyn Participant>>,
    seen: Seen,
    /// Streams whose turn the work has.
    turn: BTreeSet<StreamName>,
}

/// What was looked at: known also when the work gives up.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<ReadVersion>>>);

/// What a unit of work came to.
#[derive(Debug)]
pub struct Committed<T> {
    /// What it answers.
    pub answer: T,
    /// The events it led to, in the order of the log.
    pub events: Vec<EventId>,
}

impl Commands {
    /// Does `work`, and stores all that came of it together.
    pub(crate) async fn transact<T, E, Fut>(
        &self,
        context: &CommandContext,
        work: impl Fn(UnitOfWork) -> Fut,
    ) -> Result<Committed<T>, ExecuteError<E>>
    where
        Fut: Future<Output = Result<(UnitOfWork, CommitExtras, T), E>>,
    {
        let attempt = |turn| self.transact_once(context, &work, turn);
        self.retry_conflicts(context, attempt).await
    }

    async fn transact_once<T, E, Fut>(
        &self,
        context: &CommandContext,
        work: impl Fn(UnitOfWork) -> Fut,
        turn: BTreeSet<StreamName>,
    ) -> Result<Committed<T>, Attempt<E>>
    where
        Fut: Future<Output = Result<(UnitOfWork, CommitExtras, T), E>>,
    {
        let unit = UnitOfWork::begin(self, turn);
        let seen = unit.seen.clone();
        let (unit, extras, answer) = match work(unit).await {
            Ok(done) => done,
            Err(_) if self.is_outdated(&seen).await => return Err(Attempt::Lost(seen.streams())),
            Err(refusal) => return Err(Attempt::Failed(ExecuteError::Refused(refusal))),
        };
        let claims = unit.claims();
        let events = unit
            .commit(context, &extras)
            .await
            .map_err(|error| Attempt::after(error, || seen.streams(), || claims, &extras.required_keys))?;
        Ok(Committed { answer, events })
    }

    /// What would end with the events of `command`, if it were stored now: nothing where the aggregate refuses.
    pub(super) async fn would_end<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
    ) -> Result<Vec<RecordWrite>, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let mut pending = PendingCommit::<A>::new(id, Arc::new(self.loader.load(id).await?));
        match pending.decide(command, &self.services).await {
            Ok(()) => Ok(pending.writes(context, &self.services)),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Whether a refusal rests on aggregates that do not fit together: they were loaded one after the other. One alone
    /// stood so when it was loaded.
    async fn is_outdated(&self, seen: &Seen) -> bool {
        let seen = seen.all();
        seen.len() > 1 && read_set::is_stale(&self.pool, &seen).await.unwrap_or(false)
    }
}

impl Seen {
    fn add(&self, seen: ReadVersion) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    fn all(&self) -> Vec<ReadVersion> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn streams(&self) -> BTreeSet<StreamName> {
        self.all().iter().map(ReadVersion::stream).collect()
    }
}

impl UnitOfWork {
    fn begin(commands: &Commands, turn: BTreeSet<StreamName>) -> Self {
        Self { commands: commands.clone(), participants: BTreeMap::new(), seen: Seen::default(), turn }
    }

    /// An aggregate as it stands in this work.
    pub async fn load<A>(&mut self, id: &str) -> Result<A, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        Ok(self.participant::<A>(id).await?.aggregate.clone())
    }

    /// As [`load`](Self::load), with its version.
    pub async fn load_versioned<A>(&mut self, id: &str) -> Result<(A, u64), StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let pending = self.participant::<A>(id).await?;
        Ok((pending.aggregate.clone(), pending.version_after()))
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
        let services = self.commands.services.clone();
        let pending = self.participant::<A>(id).await?;
        pending.decide(command, &services).await.map_err(ExecuteError::Refused)?;
        Ok(pending.aggregate.clone())
    }

    async fn participant<A>(&mut self, id: &str) -> Result<&mut PendingCommit<A>, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let key = (A::TYPE, id.to_owned());
        if !self.participants.contains_key(&key) {
            let pending = PendingCommit::<A>::new(id, Arc::new(self.commands.loader.load(id).await?));
            self.seen.add(pending.read_version());
            self.participants.insert(key.clone(), Box::new(pending));
        }
        let participant = self.participants.get_mut(&key).and_then(|it| it.as_any().downcast_mut());
        // Two aggregates would have to call their type the same.
        participant.ok_or_else(|| StoreError::Unreadable(format!("an aggregate is no {}", A::TYPE)))
    }

    fn claims(&self) -> Vec<(String, Vec<Effect>)> {
        self.participants.iter().map(|((_, id), it)| (id.clone(), it.effects())).collect()
    }

    async fn commit(
        self,
        context: &CommandContext,
        extras: &CommitExtras,
    ) -> Result<Vec<EventId>, AppendError> {
        let Self { commands, participants, turn, .. } = self;
        let (mut sealed, mut unchanged, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        for (stream, participant) in participants {
            if !participant.has_events() {
                unchanged.push(participant.read_version());
                continue;
            }
            writes.extend(participant.writes(context, &commands.services));
            let in_turn = turn.contains(&stream);
            let keys = &extras.required_keys;
            sealed.push(participant.seal(&commands.sealer, context, keys, in_turn).await?);
        }
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let commit = Commit {
            appends: sealed.iter().map(|sealed| sealed.append()).collect(),
            records: context.records(extras, writes),
            read_set: Some(unchanged),
        };
        let written = commands.appender.write(&commit).await;
        let events = sealed.iter().flat_map(|sealed| sealed.event_ids()).collect();
        for sealed in sealed {
            sealed.remember(commands.cache(), written.is_ok());
        }
        written.map(|()| events)
    }
}

/// An aggregate of any kind in a unit of work.
#[async_trait]
trait Participant: Send {
    fn as_any(&mut self) -> &mut dyn Any;
    fn has_events(&self) -> bool;
    fn effects(&self) -> Vec<Effect>;
    fn read_version(&self) -> ReadVersion;
    fn writes(&self, context: &CommandContext, services: &Services) -> Vec<RecordWrite>;
    async fn seal(
        self: Box<Self>,
        sealer: &Sealer,
        context: &CommandContext,
        required_keys: &[Uuid],
        in_turn: bool,
    ) -> Result<Box<dyn Sealed>, StoreError>;
}

/// What is about to be stored of an aggregate of any kind.
trait Sealed: Send {
    fn append(&self) -> Arc<Append>;
    fn event_ids(&self) -> Vec<EventId>;
    fn remember(self: Box<Self>, cache: &AggregateCache, is_stored: bool);
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

    fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    fn effects(&self) -> Vec<Effect> {
        PendingCommit::effects(self)
    }

    fn read_version(&self) -> ReadVersion {
        PendingCommit::read_version(self)
    }

    fn writes(&self, context: &CommandContext, services: &Services) -> Vec<RecordWrite> {
        PendingCommit::writes(self, context, services)
    }

    async fn seal(
        self: Box<Self>,
        sealer: &Sealer,
        context: &CommandContext,
        required_keys: &[Uuid],
        in_turn: bool,
    ) -> Result<Box<dyn Sealed>, StoreError> {
        Ok(Box::new(PendingCommit::seal(*self, sealer, context, required_keys, in_turn).await?))
    }
}

impl<A: Aggregate + Snapshot> Sealed for SealedCommit<A> {
    fn append(&self) -> Arc<Append> {
        Arc::clone(&self.append)
    }

    fn event_ids(&self) -> Vec<EventId> {
        SealedCommit::event_ids(self)
    }

    fn remember(self: Box<Self>, cache: &AggregateCache, is_stored: bool) {
        SealedCommit::remember(*self, cache, is_stored);
    }
}
