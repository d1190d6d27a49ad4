//! From the events an aggregate decided on to what is stored of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use cqrs_es::persist::SerializedEvent;
use cqrs_es::{Aggregate, DomainEvent};
use domain::authentication::Ending;
use domain::effect::{ClaimKind, Effect};
use domain::{Effects, Services, SessionId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::append::{SealedEvent, StoredEffect};
use crate::encryption::{self, AssociatedData, DataKey, KeyName, KeyRing};
use crate::error::StoreError;
use crate::records::{RecordWrite, ending};

/// Members of an event's metadata that are personal data of the actor, in scope `activity`.
const PERSONAL_METADATA: [&str; 2] = ["ip_address", "user_agent"];

/// Seals events. Clones share everything.
#[derive(Clone)]
pub(super) struct Sealer {
    keys: Arc<KeyRing>,
    services: Services,
}

/// Events ready to be stored.
pub(super) struct SealedEvents {
    pub events: Vec<SealedEvent>,
    /// The keys they are sealed with.
    pub keys: BTreeSet<Uuid>,
    /// Whether what happened, and not only who did it from where, is personal.
    pub is_personal: bool,
}

/// The events of aggregate `id` that follow its version `after`, written down.
pub(super) fn serialize<A: Aggregate>(
    id: &str,
    after: u64,
    events: &[A::Event],
    metadata: &HashMap<String, String>,
) -> Result<Vec<SerializedEvent>, StoreError> {
    let metadata = json!(metadata);
    let write = |(sequence, event): (usize, &A::Event)| {
        let payload = serde_json::to_value(event)
            .map_err(|_| StoreError::Unreadable("an event cannot be written down".to_owned()))?;
        Ok(SerializedEvent::new(
            id.to_owned(),
            sequence,
            A::TYPE.to_owned(),
            event.event_type(),
            event.event_version(),
            payload,
            metadata.clone(),
        ))
    };
    (after as usize + 1..).zip(events).map(write).collect()
}

/// What events of aggregate `id` bring about in the records: what ends with them, and what is told of them.
pub(super) fn writes_with<E: Effects>(
    id: &str,
    events: &[E],
    own_session: Option<SessionId>,
    at: DateTime<Utc>,
) -> Vec<RecordWrite> {
    let endings: Vec<Ending> = events.iter().flat_map(Effects::endings).collect();
    let mut writes = ending::writes(id, &endings, own_session, at);
    // The id of a request's stream is the request's.
    if let Ok(request) = id.parse() {
        let notices = events.iter().flat_map(Effects::notices);
        writes.extend(notices.map(|notice| RecordWrite::Notify { request, notice, at }));
    }
    writes
}

impl Sealer {
    pub(super) fn new(keys: Arc<KeyRing>, services: Services) -> Self {
        Self { keys, services }
    }

    pub(super) fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Seals what is personal in `events`, and gives each its id.
    pub(super) async fn events(&self, events: &[SerializedEvent]) -> Result<SealedEvents, StoreError> {
        let mut names = BTreeSet::new();
        for event in events {
            names.extend(encryption::personal_subjects(&event.payload)?);
        }
        let is_personal = !names.is_empty();
        let metadata: Vec<Value> = events.iter().map(|event| mark_metadata(event.metadata.clone())).collect();
        for metadata in &metadata {
            names.extend(encryption::personal_subjects(metadata)?);
        }
        let keys = self.keys.active_keys(names).await?;
        let sealed = events.iter().zip(metadata).map(|(event, metadata)| self.event(event, metadata, &keys));
        let events = sealed.collect::<Result<_, _>>()?;
        Ok(SealedEvents { events, keys: keys.values().map(|key| key.id).collect(), is_personal })
    }

    fn event(
        &self,
        event: &SerializedEvent,
        metadata: Value,
        keys: &HashMap<KeyName, Arc<DataKey>>,
    ) -> Result<SealedEvent, StoreError> {
        let at = |column| AssociatedData::of(event, column);
        Ok(SealedEvent {
            event_id: self.services.ids.uuid(),
            sequence: event.sequence as i64,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: encryption::seal_text(&event.payload, at("payload"), keys)?,
            metadata: encryption::seal_payload(metadata, at("metadata"), keys)?.to_string(),
        })
    }

    /// Effects as they are stored: a name that is personal is hashed.
    pub(super) async fn effects(&self, effects: &[Effect]) -> Result<Vec<StoredEffect>, StoreError> {
        let is_personal = |effect: &Effect| {
            matches!(
                effect,
                Effect::Claim { kind: ClaimKind::Email, .. } | Effect::Release { kind: ClaimKind::Email, .. }
            )
        };
        let hasher =
            if effects.iter().any(is_personal) { Some(self.keys.lookup_hasher().await?) } else { None };
        let hash = |name: &str| hasher.as_ref().map(|hasher| hasher.hash(name)).unwrap_or_default();
        Ok(effects.iter().map(|effect| StoredEffect::of(effect, &hash)).collect())
    }
}

/// Marks where and with what the actor acted as personal data of theirs.
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
