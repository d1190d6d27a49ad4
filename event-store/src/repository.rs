//! The repository behind cqrs-es's event store: loads through postgres-es, opens what was sealed,
//! and appends by [`append()`](crate::append::append).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use domain::effect::{ClaimKind, Effect};
use postgres_es::PostgresEventRepository;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::append::{Append, AppendError, SealedEvent, StoredEffect, append};
use crate::error::StoreError;
use crate::retry::Delays;
use crate::seal::{self, DataKey, KeyName, Place};
use crate::store::Inner;
use crate::vault::VaultWrite;

/// Members of an event's metadata that are personal data of whoever acted, in scope `activity`.
pub(crate) const PERSONAL_METADATA: [&str; 2] = ["ip_address", "user_agent"];

/// How often a write is repeated whose outcome is not known.
const WRITE_TRIES: u32 = 2;

/// What is written together with the events of one command.
#[derive(Default)]
pub(crate) struct Extras {
    pub effects: Vec<Effect>,
    pub vault: Vec<VaultWrite>,
    /// Keys that must still live although no event here is sealed with them.
    pub live_keys: Vec<Uuid>,
    /// The ids of the events that were appended.
    pub appended: Arc<Mutex<Vec<Uuid>>>,
}

/// Events ready to be stored, and the keys they are sealed with.
struct Sealed {
    events: Vec<SealedEvent>,
    keys: HashMap<KeyName, Arc<DataKey>>,
}

/// See the module.
pub(crate) struct SealedEventRepository {
    inner: Arc<Inner>,
    rows: PostgresEventRepository,
    extras: Extras,
}

impl SealedEventRepository {
    pub(crate) fn new(inner: Arc<Inner>, extras: Extras) -> Self {
        let rows = PostgresEventRepository::new(inner.pool.clone());
        Self { inner, rows, extras }
    }

    async fn open(&self, events: Vec<SerializedEvent>) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut ids = BTreeSet::new();
        for event in &events {
            seal::sealing_keys(&event.payload, &mut ids).map_err(unreadable)?;
        }
        let keys = self.inner.keys.by_ids(&ids).await.map_err(failed)?;
        events.into_iter().map(|event| open_event(event, &keys).map_err(unreadable)).collect()
    }

    async fn seal(&self, events: &[SerializedEvent]) -> Result<Sealed, StoreError> {
        let mut names = BTreeSet::new();
        let mut marked = Vec::with_capacity(events.len());
        for event in events {
            let metadata = mark_metadata(event.metadata.clone());
            names.extend(seal::personal_subjects(&event.payload)?);
            names.extend(seal::personal_subjects(&metadata)?);
            marked.push((event, metadata));
        }
        let keys = self.inner.keys.live_all(names).await?;
        let sealed = marked
            .into_iter()
            .map(|(event, metadata)| self.seal_event(event, metadata, &keys))
            .collect::<Result<_, _>>()?;
        Ok(Sealed { events: sealed, keys })
    }

    fn seal_event(
        &self,
        event: &SerializedEvent,
        metadata: Value,
        keys: &HashMap<KeyName, Arc<DataKey>>,
    ) -> Result<SealedEvent, StoreError> {
        let payload = seal::seal_payload(event.payload.clone(), place(event, "payload"), keys)?;
        let metadata = seal::seal_payload(metadata, place(event, "metadata"), keys)?;
        Ok(SealedEvent {
            event_id: self.inner.services.ids.uuid(),
            sequence: event.sequence as i64,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: payload.to_string(),
            metadata: metadata.to_string(),
        })
    }

    async fn append<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<(), AppendError> {
        let Some(first) = events.first() else { return Ok(()) };
        let sealed = self.seal(events).await?;
        let mut live_keys: Vec<Uuid> = sealed.keys.values().map(|key| key.id).collect();
        live_keys.extend(&self.extras.live_keys);
        live_keys.sort_unstable();
        live_keys.dedup();
        let ids: Vec<Uuid> = sealed.events.iter().map(|event| event.event_id).collect();
        let whole = Append {
            aggregate_type: A::TYPE,
            aggregate_id: &first.aggregate_id,
            events: sealed.events,
            live_keys,
            effects: self.stored_effects().await?,
        };
        if let Err(error) = self.write(&whole).await {
            if matches!(error, AppendError::KeyGone) {
                for name in sealed.keys.keys() {
                    self.inner.keys.forget(name).await;
                }
            }
            return Err(error);
        }
        *self.extras.appended.lock().unwrap_or_else(PoisonError::into_inner) = ids;
        self.inner.appended.notify_one();
        Ok(())
    }

    /// Writes, and writes the same again when the connection broke before the answer came: whether it was
    /// stored is then told by the rows themselves.
    async fn write(&self, whole: &Append<'_>) -> Result<(), AppendError> {
        let mut delays = Delays::new(Duration::from_millis(50), Duration::from_millis(500));
        for _ in 0..WRITE_TRIES {
            match self.write_once(whole).await {
                Err(AppendError::Store(StoreError::Unavailable(_))) => delays.wait().await,
                Err(AppendError::Conflict | AppendError::ClaimTaken) if self.is_stored(whole).await? => {
                    return Ok(());
                }
                answered => return answered,
            }
        }
        self.write_once(whole).await
    }

    /// Whether exactly these events are stored.
    async fn is_stored(&self, whole: &Append<'_>) -> Result<bool, AppendError> {
        let Some(first) = whole.events.first() else { return Ok(true) };
        let found: Option<Uuid> = sqlx::query_scalar(
            "SELECT event_id FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3",
        )
        .bind(whole.aggregate_type)
        .bind(whole.aggregate_id)
        .bind(first.sequence)
        .fetch_optional(&self.inner.pool)
        .await
        .map_err(StoreError::from)?;
        Ok(found == Some(first.event_id))
    }

    async fn write_once(&self, whole: &Append<'_>) -> Result<(), AppendError> {
        if self.extras.vault.is_empty() {
            return append(&self.inner.pool, whole).await;
        }
        let mut transaction = self.inner.pool.begin().await.map_err(StoreError::from)?;
        append(&mut *transaction, whole).await?;
        for write in &self.extras.vault {
            write.execute(&mut transaction).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn stored_effects(&self) -> Result<Vec<StoredEffect>, StoreError> {
        let effects = &self.extras.effects;
        let personal = effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Claim { kind: ClaimKind::Email, .. } | Effect::Release { kind: ClaimKind::Email, .. }
            )
        });
        let hasher = if personal { Some(self.inner.lookup_hasher().await?) } else { None };
        let hash = |name: &str| hasher.as_ref().map(|hasher| hasher.hash(name)).unwrap_or_default();
        Ok(effects.iter().map(|effect| StoredEffect::of(effect, &hash)).collect())
    }
}

fn place<'a>(event: &'a SerializedEvent, column: &'static str) -> Place<'a> {
    Place {
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
) -> Result<SerializedEvent, seal::SealError> {
    let payload = std::mem::take(&mut event.payload);
    event.payload = seal::open_payload(payload, place(&event, "payload"), keys)?;
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

fn failed(error: StoreError) -> PersistenceError {
    if error.is_unavailable() {
        PersistenceError::ConnectionError(Box::new(error))
    } else {
        PersistenceError::UnknownError(Box::new(error))
    }
}

fn unreadable(error: seal::SealError) -> PersistenceError {
    PersistenceError::UnknownError(Box::new(StoreError::from(error)))
}

impl PersistedEventRepository for SealedEventRepository {
    async fn get_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.open(self.rows.get_events::<A>(aggregate_id).await?).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.open(self.rows.get_last_events::<A>(aggregate_id, last_sequence).await?).await
    }

    /// There are no snapshots in this table.
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
