//! From a command to its events: load, decide, append, and again when another was faster.

use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{EventStoreAggregateContext, PersistedEventStore};
use cqrs_es::{Aggregate, AggregateError, EventStore as _};
use domain::authentication::Ending;
use domain::effect::{ClaimKind, Effect};
use domain::{Effects, EventId, Services, Snapshot, Standalone};

use super::append::AppendError;
use super::contention::Contest;
use super::context::{CommandContext, CommitExtras};
use super::sealing::{Appended, Collected, Extras, SealedEventRepository};
use crate::aggregate::cache::Loaded;
use crate::aggregate::load;
use crate::aggregate::snapshot;
use crate::error::StoreError;
use crate::records::{RecordWrite, ending};
use crate::store::EventStore;

/// An accepted command.
#[derive(Debug)]
pub struct Executed<A> {
    /// The aggregate after it.
    pub aggregate: A,
    /// The sequence of the aggregate's newest event.
    pub version: u64,
    /// The events it led to; none when everything was so already.
    pub events: Vec<EventId>,
}

/// Why a command led to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E: std::error::Error> {
    /// The aggregate refuses.
    #[error(transparent)]
    Refused(E),
    /// A name it needs belongs to another aggregate.
    #[error("the {} is taken", .kind.as_str())]
    Taken {
        /// Which set of names.
        kind: ClaimKind,
        /// Id of the aggregate that has it.
        owner: String,
    },
    /// A key the caller named was destroyed.
    #[error("the data this rests on was erased meanwhile")]
    KeyDestroyed,
    /// A link, a code or whatever else works once was used meanwhile.
    #[error("what this rests on was used meanwhile")]
    AlreadyUsed,
    /// What was proved of who asks counts no more: the account was changed meanwhile.
    #[error("what was proved counts no more")]
    ProofOver,
    /// Others were faster again and again.
    #[error("too many commands for one aggregate at once")]
    Contended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why one try failed.
pub(crate) enum RetryDecision<E: std::error::Error> {
    Retry,
    KeyDestroyed,
    ClaimTaken(Vec<Effect>),
    Final(ExecuteError<E>),
}

impl EventStore {
    /// Has aggregate `id` carry out `command`, and stores what comes of it. What does not decide alone is asked in
    /// [work over several](Self::transact).
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
        let _place = self.place_of(context).await.ok_or(ExecuteError::Contended)?;
        let mut contest = Contest::new(self, context);
        let executed = self.contend::<A>(id, command, context, &extras, &mut contest).await;
        contest.end().await;
        executed
    }

    async fn contend<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
        extras: &CommitExtras,
        contest: &mut Contest<'_>,
    ) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        A: Aggregate<Services = Services> + Standalone,
        A::Command: Clone,
        A::Event: Effects,
    {
        let stream = (A::TYPE, id.to_owned());
        while contest.goes_on() {
            let in_turn = contest.has_turn_of(&stream);
            match self.try_once::<A>(id, command.clone(), context, extras, in_turn).await {
                Ok(executed) => return Ok(executed),
                Err(RetryDecision::Final(error)) => return Err(error),
                Err(RetryDecision::ClaimTaken(effects)) => {
                    if let Some((kind, owner)) = self.find_taken(id, &effects).await? {
                        return Err(ExecuteError::Taken { kind, owner });
                    }
                    contest.pause().await;
                }
                Err(RetryDecision::KeyDestroyed) => {
                    if !self.inner.keys.are_active(&extras.required_keys).await? {
                        return Err(ExecuteError::KeyDestroyed);
                    }
                    contest.pause().await;
                }
                Err(RetryDecision::Retry) => {
                    if !contest.lost([stream.clone()].into()).await? {
                        break;
                    }
                }
            }
        }
        Err(ExecuteError::Contended)
    }

    async fn try_once<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
        extras: &CommitExtras,
        in_turn: bool,
    ) -> Result<Executed<A>, RetryDecision<A::Error>>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let recent = self.inner.recent.get::<A>(A::TYPE, id);
        let is_recent = recent.is_some();
        let loaded = match recent {
            Some(loaded) => loaded,
            None => Arc::new(load::load::<A>(self, id).await.map_err(failure)?),
        };
        let mut aggregate = loaded.aggregate.clone();
        let sink = EventSink::default();
        let handled = aggregate.handle(command, &self.inner.services, &sink).await;
        let events = sink.collect().await;
        if handled.is_err() || events.is_empty() {
            // What is decided without an append rests on the version read: it must be the newest.
            if is_recent && !load::is_current::<A>(self, id, loaded.version).await.map_err(stored)? {
                self.inner.recent.evict(A::TYPE, id, loaded.version);
                return Err(RetryDecision::Retry);
            }
            handled.map_err(|refusal| RetryDecision::Final(ExecuteError::Refused(refusal)))?;
            return Ok(Executed { aggregate, version: loaded.version, events: Vec::new() });
        }
        let version = loaded.version;
        let decided = PendingCommit { id: id.to_owned(), loaded, aggregate, events };
        let stored = decided.store(self, context, extras, (in_turn, None)).await.inspect_err(|_| {
            self.inner.recent.evict(A::TYPE, id, version);
        })?;
        let (aggregate, version) = (stored.now.aggregate.clone(), stored.now.version);
        self.inner.recent.put(A::TYPE, id, stored.now);
        Ok(Executed { aggregate, version, events: stored.events })
    }

    /// The aggregate as it stands, and its version (0 when nothing ever happened to it).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load<A>(&self, id: &str) -> Result<(A, u64), StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
    {
        match load::load::<A>(self, id).await {
            Ok(loaded) => Ok((loaded.aggregate, loaded.version)),
            Err(error) => match failure::<A::Error>(error) {
                RetryDecision::Final(ExecuteError::Store(error)) => Err(error),
                _ => Err(StoreError::Unreadable("an aggregate could not be loaded".to_owned())),
            },
        }
    }

    /// Which of the wanted names belongs to another. None when it was given up meanwhile.
    pub(crate) async fn find_taken(
        &self,
        id: &str,
        effects: &[Effect],
    ) -> Result<Option<(ClaimKind, String)>, StoreError> {
        for effect in effects {
            let Effect::Claim { kind, name } = effect else { continue };
            if let Some(owner) = self.owner_of(*kind, name).await?.filter(|owner| owner != id) {
                return Ok(Some((*kind, owner)));
            }
        }
        Ok(None)
    }
}

/// An aggregate that has decided, and what is to be stored of it.
pub(crate) struct PendingCommit<A: Aggregate> {
    pub id: String,
    /// As it was loaded.
    pub loaded: Arc<Loaded<A>>,
    /// As it stands after the events.
    pub aggregate: A,
    pub events: Vec<A::Event>,
}

/// What was stored, or is about to be.
pub(crate) struct CommittedAggregate<A> {
    pub now: Loaded<A>,
    pub events: Vec<EventId>,
}

impl<A> PendingCommit<A>
where
    A: Aggregate + Snapshot,
    A::Event: Effects,
{
    pub(crate) fn effects(&self) -> Vec<Effect> {
        self.events.iter().flat_map(Effects::effects).collect()
    }

    /// What ends with the events, and what is told of them.
    pub(crate) fn ends(&self, store: &EventStore, context: &CommandContext) -> Vec<RecordWrite> {
        let endings: Vec<Ending> = self.events.iter().flat_map(Effects::endings).collect();
        let at = store.services().now();
        let mut writes = ending::writes(&self.id, &endings, context.own_session(), at);
        // The id of a request's stream is the request's.
        if let Ok(request) = self.id.parse() {
            let notices = self.events.iter().flat_map(Effects::notices);
            writes.extend(notices.map(|notice| RecordWrite::Notify { request, notice, at }));
        }
        writes
    }

    /// Stores the events, or hands them to `collected`, to be written with others. `in_turn`: the command has the turn of
    /// the stream.
    pub(crate) async fn store(
        self,
        store: &EventStore,
        context: &CommandContext,
        extras: &CommitExtras,
        (in_turn, collected): (bool, Option<Collected>),
    ) -> Result<CommittedAggregate<A>, RetryDecision<A::Error>> {
        let effects = self.effects();
        // What is written with others brings what goes into the records for all of them.
        let records = match collected {
            Some(_) => Vec::new(),
            None => context.records(extras, self.ends(store, context)),
        };
        let Self { id, loaded, aggregate, events } = self;
        let version = loaded.version + events.len() as u64;
        let snapshot = if version >= loaded.snapshot_version + snapshot::EVERY {
            Some(encode_snapshot(&loaded, &aggregate, version).map_err(stored)?)
        } else {
            None
        };
        let kept_at = if snapshot.is_some() { version } else { loaded.snapshot_version };
        let appended = Arc::new(Mutex::new(Appended::default()));
        let extras = Extras {
            effects: effects.clone(),
            records,
            required_keys: extras.required_keys.clone(),
            source_keys: Arc::clone(&loaded.keys),
            snapshot,
            appended: appended.clone(),
            in_turn,
            collected,
        };
        let repository = SealedEventRepository::new(store.inner.clone(), extras);
        let writer = PersistedEventStore::<_, A>::new_event_store(repository);
        let before = EventStoreAggregateContext {
            aggregate_id: id,
            aggregate: A::default(),
            current_sequence: loaded.version as usize,
            current_snapshot: None,
        };
        if let Err(error) = writer.commit(events, before, context.metadata()).await {
            return Err(match failure(error) {
                RetryDecision::ClaimTaken(_) => RetryDecision::ClaimTaken(effects),
                failure => failure,
            });
        }
        let Appended { ids, keys: sealed_with } =
            std::mem::take(&mut *appended.lock().unwrap_or_else(PoisonError::into_inner));
        let keys = if sealed_with.is_subset(&loaded.keys) {
            Arc::clone(&loaded.keys)
        } else {
            Arc::new(loaded.keys.union(&sealed_with).copied().collect())
        };
        let now = Loaded { aggregate, version, snapshot_version: kept_at, keys, read_at: loaded.read_at };
        Ok(CommittedAggregate { now, events: ids.into_iter().map(EventId::from_uuid).collect() })
    }
}

/// The aggregate after a command, to be kept.
fn encode_snapshot<A: Aggregate + Snapshot>(
    loaded: &Loaded<A>,
    aggregate: &A,
    version: u64,
) -> Result<snapshot::NewSnapshot, StoreError> {
    let aggregate = serde_json::to_value(aggregate)
        .map_err(|_| StoreError::Unreadable("an aggregate cannot be written down".to_owned()))?;
    Ok(snapshot::NewSnapshot {
        schema_version: A::SCHEMA_VERSION,
        aggregate,
        version,
        keys: (*loaded.keys).clone(),
    })
}

fn stored<E: std::error::Error>(error: StoreError) -> RetryDecision<E> {
    RetryDecision::Final(ExecuteError::Store(error))
}

/// Finds our own errors inside those of cqrs-es.
pub(crate) fn failure<E: std::error::Error>(error: AggregateError<E>) -> RetryDecision<E> {
    let source = match error {
        AggregateError::UserError(refusal) => return RetryDecision::Final(ExecuteError::Refused(refusal)),
        AggregateError::AggregateConflict => return RetryDecision::Retry,
        AggregateError::DatabaseConnectionError(source)
        | AggregateError::DeserializationError(source)
        | AggregateError::UnexpectedError(source) => source,
    };
    let source = match source.downcast::<AppendError>() {
        Ok(append) => {
            return match *append {
                AppendError::Conflict => RetryDecision::Retry,
                AppendError::ClaimTaken => RetryDecision::ClaimTaken(Vec::new()),
                AppendError::KeyDestroyed => RetryDecision::KeyDestroyed,
                AppendError::AlreadyUsed => RetryDecision::Final(ExecuteError::AlreadyUsed),
                AppendError::ProofOver => RetryDecision::Final(ExecuteError::ProofOver),
                AppendError::Store(error) => RetryDecision::Final(ExecuteError::Store(error)),
            };
        }
        Err(source) => source,
    };
    let error = match source.downcast::<StoreError>() {
        Ok(error) => *error,
        Err(source) => match source.downcast::<sqlx::Error>() {
            Ok(error) => StoreError::from(*error),
            // The text of such an error may quote what is stored.
            Err(source) => StoreError::Unreadable(match source.downcast::<serde_json::Error>() {
                Ok(error) => format!("an event has not the form it should have ({:?})", error.classify()),
                Err(_) => "an aggregate could not be loaded or stored".to_owned(),
            }),
        },
    };
    RetryDecision::Final(ExecuteError::Store(error))
}
