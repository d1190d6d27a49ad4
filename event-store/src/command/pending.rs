//! An aggregate in a command: as it was loaded, what it decided, and what is stored of that.

use std::collections::BTreeSet;
use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use domain::effect::Effect;
use domain::{Effects, EventId, Services, Snapshot};
use uuid::Uuid;

use super::CommandContext;
use super::append::Append;
use super::append::read_set::ReadVersion;
use super::contention::StreamName;
use super::sealing::{Sealer, serialize, writes_with};
use crate::aggregate::cache::{AggregateCache, Loaded};
use crate::aggregate::snapshot::{self, NewSnapshot};
use crate::error::StoreError;
use crate::records::RecordWrite;

/// An aggregate, and what it has decided so far.
pub(super) struct PendingCommit<A: Aggregate> {
    id: String,
    /// As it was loaded.
    loaded: Arc<Loaded<A>>,
    /// As it stands after the events.
    pub aggregate: A,
    pub events: Vec<A::Event>,
}

/// What is about to be stored of an aggregate.
pub(super) struct SealedCommit<A> {
    pub append: Arc<Append>,
    /// The aggregate after it.
    pub after: Loaded<A>,
    /// The version it was loaded in.
    before: u64,
}

impl<A> PendingCommit<A>
where
    A: Aggregate<Services = Services> + Snapshot,
    A::Event: Effects,
{
    pub(super) fn new(id: &str, loaded: Arc<Loaded<A>>) -> Self {
        let aggregate = loaded.aggregate.clone();
        Self { id: id.to_owned(), loaded, aggregate, events: Vec::new() }
    }

    /// The version it was loaded in.
    pub(super) fn version(&self) -> u64 {
        self.loaded.version
    }

    /// The version with its events.
    pub(super) fn version_after(&self) -> u64 {
        self.loaded.version + self.events.len() as u64
    }

    pub(super) fn stream(&self) -> StreamName {
        (A::TYPE, self.id.clone())
    }

    pub(super) fn read_version(&self) -> ReadVersion {
        ReadVersion::of::<A>(&self.id, self.loaded.version)
    }

    /// Has the aggregate decide on `command`.
    pub(super) async fn decide(&mut self, command: A::Command, services: &Services) -> Result<(), A::Error> {
        let sink = EventSink::default();
        self.aggregate.handle(command, services, &sink).await?;
        self.events.extend(sink.collect().await);
        Ok(())
    }

    pub(super) fn effects(&self) -> Vec<Effect> {
        self.events.iter().flat_map(Effects::effects).collect()
    }

    /// What its events bring about in the records.
    pub(super) fn writes(&self, context: &CommandContext, services: &Services) -> Vec<RecordWrite> {
        writes_with(&self.id, &self.events, context.own_session(), services.now())
    }

    /// Seals its events, of which there must be one. `required_keys`: those the caller names; `in_turn`: the command has the
    /// turn of the stream.
    pub(super) async fn seal(
        self,
        sealer: &Sealer,
        context: &CommandContext,
        required_keys: &[Uuid],
        in_turn: bool,
    ) -> Result<SealedCommit<A>, StoreError> {
        let version = self.version_after();
        let events = serialize::<A>(&self.id, self.loaded.version, &self.events, &context.metadata())?;
        let sealed = sealer.events(&events).await?;
        let mut required: BTreeSet<Uuid> = sealed.keys.iter().chain(required_keys).copied().collect();
        if sealed.is_personal {
            // An event may carry some of what was decided on.
            required.extend(self.loaded.keys.iter());
        }
        let snapshot = match self.snapshot_due()? {
            Some(snapshot) => Some(snapshot.seal(sealer.keys(), (A::TYPE, &self.id), &mut required).await?),
            None => None,
        };
        let snapshot_version = if snapshot.is_some() { version } else { self.loaded.snapshot_version };
        let append = Append {
            aggregate_type: A::TYPE,
            events: sealed.events,
            required_keys: required.into_iter().collect(),
            effects: sealer.effects(&self.effects()).await?,
            snapshot,
            in_turn,
            aggregate_id: self.id,
        };
        let after = Loaded {
            aggregate: self.aggregate,
            version,
            snapshot_version,
            keys: union(&self.loaded.keys, &sealed.keys),
            read_at: self.loaded.read_at,
        };
        Ok(SealedCommit { append: Arc::new(append), after, before: self.loaded.version })
    }

    /// The aggregate written down, where it is time to.
    fn snapshot_due(&self) -> Result<Option<NewSnapshot>, StoreError> {
        let version = self.version_after();
        if version < self.loaded.snapshot_version + snapshot::EVERY {
            return Ok(None);
        }
        let aggregate = serde_json::to_value(&self.aggregate)
            .map_err(|_| StoreError::Unreadable("an aggregate cannot be written down".to_owned()))?;
        Ok(Some(NewSnapshot {
            schema_version: A::SCHEMA_VERSION,
            aggregate,
            version,
            keys: (*self.loaded.keys).clone(),
        }))
    }
}

impl<A: Aggregate + Snapshot> SealedCommit<A> {
    /// The events, in their order.
    pub(super) fn event_ids(&self) -> Vec<EventId> {
        self.append.events.iter().map(|event| EventId::from_uuid(event.event_id)).collect()
    }

    /// Notes in `cache` what this process now knows of the aggregate.
    pub(super) fn remember(self, cache: &AggregateCache, is_stored: bool) {
        let id = &self.append.aggregate_id;
        if is_stored {
            cache.put(A::TYPE, id, self.after);
        } else {
            cache.evict(A::TYPE, id, self.before);
        }
    }
}

fn union(one: &Arc<BTreeSet<Uuid>>, other: &BTreeSet<Uuid>) -> Arc<BTreeSet<Uuid>> {
    if other.is_subset(one) { Arc::clone(one) } else { Arc::new(one.union(other).copied().collect()) }
}
