//! The repository behind cqrs-es's event store: opens what was sealed, and appends ([`append`](super::append)).
//! Whole streams it reads through postgres-es.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use domain::Upcasters;
use domain::effect::{ClaimKind, Effect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::append::group_commit::{AppendOutcome, StatementFailed};
use super::append::transaction::AppendTransaction;
use super::append::{Append, AppendError, SealedEvent, StoredEffect};
use crate::aggregate::snapshot::NewSnapshot;
use crate::encryption::{self, AssociatedData, DataKey, KeyName};
use crate::error::StoreError;
use crate::failpoint;
use crate::records::RecordWrite;
use crate::store::Inner;

/// Members of an event's metadata that are personal data of whoever acted, in scope `activity`.
pub(crate) const PERSONAL_METADATA: [&str; 2] = ["ip_address", "user_agent"];

/// What is written together with the events of one command.
#[derive(Default)]
pub(crate) struct Extras {
    pub effects: Vec<Effect>,
    pub records: Vec<RecordWrite>,
    /// Keys that must still live although no event here is sealed with them.
    pub required_keys: Vec<Uuid>,
    /// The keys that opened what was decided on: an event may carry some of it on.
    pub source_keys: Arc<BTreeSet<Uuid>>,
    /// The aggregate as it stands after the events, where it is time to keep it.
    pub snapshot: Option<NewSnapshot>,
    /// What was appended.
    pub appended: Arc<Mutex<Appended>>,
    /// Whether the command has the turn of the stream.
    pub in_turn: bool,
    /// Where the events go instead of being written, if several streams are written together.
    pub collected: Option<Collected>,
}

/// What is to be written together.
pub(crate) type Collected = Arc<Mutex<Vec<Arc<Append>>>>;

/// The events of a command as they were stored.
#[derive(Default)]
pub(crate) struct Appended {
    pub ids: Vec<Uuid>,
    /// The keys they are sealed with.
    pub keys: BTreeSet<Uuid>,
}

/// Events ready to be stored, and the keys they are sealed with.
struct Sealed {
    events: Vec<SealedEvent>,
    keys: BTreeSet<Uuid>,
    /// Whether what happened, and not only who did it from where, is personal.
    is_personal: bool,
}

/// Opened events, and the keys that opened them.
pub(crate) struct Opened {
    pub events: Vec<SerializedEvent>,
    pub keys: BTreeSet<Uuid>,
}

/// See the module.
pub(crate) struct SealedEventRepository {
    inner: Arc<Inner>,
    extras: Extras,
}

impl SealedEventRepository {
    pub(crate) fn new(inner: Arc<Inner>, extras: Extras) -> Self {
        Self { inner, extras }
    }

    /// All events of a stream, opened.
    pub(crate) async fn all_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Opened, PersistenceError> {
        self.open(self.inner.rows.get_events::<A>(aggregate_id).await?).await
    }

    /// Opens events of a stream.
    pub(crate) async fn open(&self, events: Vec<SerializedEvent>) -> Result<Opened, PersistenceError> {
        let mut ids = BTreeSet::new();
        for event in &events {
            encryption::sealing_keys(&event.payload, &mut ids).map_err(unreadable)?;
        }
        let keys = self.inner.keys.keys_by_id(&ids).await.map_err(failed)?;
        let upcasters = self.inner.upcasters;
        let events = events
            .into_iter()
            .map(|event| open_event(event, &keys, upcasters).map_err(unreadable))
            .collect::<Result<_, _>>()?;
        Ok(Opened { events, keys: keys.into_keys().collect() })
    }

    async fn seal(&self, events: &[SerializedEvent]) -> Result<Sealed, StoreError> {
        let mut names = BTreeSet::new();
        for event in events {
            names.extend(encryption::personal_subjects(&event.payload)?);
        }
        let is_personal = !names.is_empty();
        let metadata: Vec<Value> = events.iter().map(|event| mark_metadata(event.metadata.clone())).collect();
        for metadata in &metadata {
            names.extend(encryption::personal_subjects(metadata)?);
        }
        let keys = self.inner.keys.active_keys(names).await?;
        let sealed =
            events.iter().zip(metadata).map(|(event, metadata)| self.seal_event(event, metadata, &keys));
        let events = sealed.collect::<Result<_, _>>()?;
        Ok(Sealed { events, keys: keys.values().map(|key| key.id).collect(), is_personal })
    }

    fn seal_event(
        &self,
        event: &SerializedEvent,
        metadata: Value,
        keys: &HashMap<KeyName, Arc<DataKey>>,
    ) -> Result<SealedEvent, StoreError> {
        Ok(SealedEvent {
            event_id: self.inner.services.ids.uuid(),
            sequence: event.sequence as i64,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: encryption::seal_text(&event.payload, place(event, "payload"), keys)?,
            metadata: encryption::seal_payload(metadata, place(event, "metadata"), keys)?.to_string(),
        })
    }

    async fn append<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<(), AppendError> {
        let Some(first) = events.first() else { return Ok(()) };
        let sealed = self.seal(events).await?;
        let mut required_keys = sealed.keys.clone();
        required_keys.extend(&self.extras.required_keys);
        if sealed.is_personal {
            required_keys.extend(self.extras.source_keys.iter());
        }
        let snapshot = match &self.extras.snapshot {
            Some(written) => {
                required_keys.extend(&written.keys);
                Some(written.seal(&self.inner, first, &mut required_keys).await?)
            }
            None => None,
        };
        let ids: Vec<Uuid> = sealed.events.iter().map(|event| event.event_id).collect();
        let whole = Arc::new(Append {
            aggregate_type: A::TYPE,
            aggregate_id: first.aggregate_id.clone(),
            events: sealed.events,
            required_keys: required_keys.into_iter().collect(),
            effects: self.stored_effects().await?,
            snapshot,
            in_turn: self.extras.in_turn,
        });
        match &self.extras.collected {
            Some(collected) => collected.lock().unwrap_or_else(PoisonError::into_inner).push(whole),
            None => self.write(&whole).await?,
        }
        *self.extras.appended.lock().unwrap_or_else(PoisonError::into_inner) =
            Appended { ids, keys: sealed.keys };
        Ok(())
    }

    /// Writes with others where that is possible; alone where a transaction is needed, or where the others
    /// may have been the trouble.
    async fn write(&self, whole: &Arc<Append>) -> Result<(), AppendError> {
        let transaction =
            AppendTransaction::new(&self.inner, std::slice::from_ref(whole), &self.extras.records);
        if !self.extras.records.is_empty() {
            return transaction.write(false).await;
        }
        failpoint::reach("store: writing", whole.types());
        match self.inner.group_commit.append(Arc::clone(whole)).await {
            AppendOutcome::Answered(said) => transaction.after_commit(said).await,
            AppendOutcome::Failed(StatementFailed { in_doubt }) => transaction.write(in_doubt).await,
        }
    }

    async fn stored_effects(&self) -> Result<Vec<StoredEffect>, StoreError> {
        let effects = &self.extras.effects;
        let personal = effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Claim { kind: ClaimKind::Email, .. } | Effect::Release { kind: ClaimKind::Email, .. }
            )
        });
        let hasher = if personal { Some(self.inner.keys.lookup_hasher().await?) } else { None };
        let hash = |name: &str| hasher.as_ref().map(|hasher| hasher.hash(name)).unwrap_or_default();
        Ok(effects.iter().map(|effect| StoredEffect::of(effect, &hash)).collect())
    }
}

fn place<'a>(event: &'a SerializedEvent, column: &'static str) -> AssociatedData<'a> {
    AssociatedData {
        aggregate_type: &event.aggregate_type,
        aggregate_id: &event.aggregate_id,
        sequence: event.sequence as i64,
        event_type: &event.event_type,
        column,
    }
}

/// Aggregates do not look at metadata: none of it is handed over, so none of it need be opened.
fn open_event(
    mut event: SerializedEvent,
    keys: &HashMap<Uuid, Arc<DataKey>>,
    upcasters: Upcasters,
) -> Result<SerializedEvent, encryption::SealError> {
    let payload = std::mem::take(&mut event.payload);
    let payload = encryption::open_payload(payload, place(&event, "payload"), keys)?;
    let version = std::mem::take(&mut event.event_version);
    (event.event_version, event.payload) = upcasters.lift(&event.event_type, version, payload);
    event.metadata = json!({});
    Ok(event)
}

/// Marks where and with what somebody acted as personal data of theirs.
fn mark_metadata(mut metadata: Value) -> Value {
    let actor = metadata.get("actor").and_then(Value::as_str).unwrap_or("system").to_owned();
    if let Some(members) = metadata.as_object_mut() {
        for name in PERSONAL_METADATA {
            if let Some(value) = members.get_mut(name) {
                *value = json!({"$personal": {"subject": actor, "scope": "activity", "value": value.take()}});
            }
        }
    }
    metadata
}

pub(crate) fn failed(error: StoreError) -> PersistenceError {
    if error.is_unavailable() {
        PersistenceError::ConnectionError(Box::new(error))
    } else {
        PersistenceError::UnknownError(Box::new(error))
    }
}

pub(crate) fn unreadable(error: encryption::SealError) -> PersistenceError {
    PersistenceError::UnknownError(Box::new(StoreError::from(error)))
}

impl PersistedEventRepository for SealedEventRepository {
    async fn get_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        Ok(self.all_events::<A>(aggregate_id).await?.events)
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let events = self.all_events::<A>(aggregate_id).await?.events;
        Ok(events.into_iter().filter(|event| event.sequence > last_sequence).collect())
    }

    /// Not offered: snapshots are ours ([`crate::aggregate::snapshot`]), those of cqrs-es apply events twice.
    async fn get_snapshot<A: Aggregate>(
        &self,
        _: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        _snapshot: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        self.append::<A>(events).await.map_err(|error| match error {
            AppendError::Conflict => PersistenceError::OptimisticLockError,
            AppendError::Store(error) => failed(error),
            error => PersistenceError::UnknownError(Box::new(error)),
        })
    }

    /// Not offered: the stock stream ends as success when the database fails. History is read from the
    /// log ([`crate::log`]).
    async fn stream_events<A: Aggregate>(&self, _: &str) -> Result<ReplayStream, PersistenceError> {
        Err(not_offered())
    }

    /// Not offered; see [`stream_events`](Self::stream_events).
    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(not_offered())
    }
}

fn not_offered() -> PersistenceError {
    PersistenceError::UnknownError("events are replayed from the log, not from the repository".into())
}
