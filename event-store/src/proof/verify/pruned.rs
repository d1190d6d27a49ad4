//! Pruned events, against the record of what was pruned and against the keys they were sealed with.
//!
//! That the leaf still fits is not all: a ciphertext may only go when it cannot be opened any more, and when it is on record
//! for whom it went. The two lookups suffice because the leaf binds under which keys each ciphertext was sealed.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::findings::Findings;
use crate::proof::error::ProofError;
use log_proof::{StoredEvent, ciphertext_digest};

/// An event without its ciphertext, and the keys it was sealed with.
pub(super) struct PrunedEvent {
    position: u64,
    event_id: Uuid,
    keys: Vec<Option<Uuid>>,
}

impl PrunedEvent {
    /// None for an event that was not pruned.
    pub(super) fn of(position: u64, event: &StoredEvent<'_>) -> Option<Self> {
        let texts = [&event.payload, &event.metadata];
        texts.iter().any(|text| ciphertext_digest::is_pruned(text)).then(|| {
            let keys = texts.iter().flat_map(|text| ciphertext_digest::keys(text)).collect();
            Self { position, event_id: event.event_id, keys }
        })
    }
}

/// Checks events that were pruned.
pub(super) async fn check(
    db: &mut PgConnection,
    pruned: &[PrunedEvent],
    findings: &mut Findings,
) -> Result<(), ProofError> {
    if pruned.is_empty() {
        return Ok(());
    }
    let events: Vec<Uuid> = pruned.iter().map(|event| event.event_id).collect();
    let marked = among(db, "SELECT event_id FROM pruned_event WHERE event_id = ANY($1)", &events).await?;
    let keys: Vec<Uuid> = pruned.iter().flat_map(|event| &event.keys).flatten().copied().collect();
    let destroyed = "SELECT key_id FROM subject_key
                     WHERE key_id = ANY($1) AND wrapped IS NULL AND destroyed_at IS NOT NULL";
    let destroyed = among(db, destroyed, &keys).await?;
    for event in pruned {
        if !marked.contains(&event.event_id) {
            findings.at(event.position, "pruned, but not on record in `pruned_event`");
        }
        if event.keys.iter().any(|key| key.is_none_or(|key| !destroyed.contains(&key))) {
            findings.at(event.position, "pruned, although a key to it was not destroyed");
        }
    }
    Ok(())
}

async fn among(db: &mut PgConnection, statement: &str, ids: &[Uuid]) -> Result<HashSet<Uuid>, ProofError> {
    let found: Vec<Uuid> = sqlx::query_scalar(statement).bind(ids).fetch_all(db).await?;
    Ok(found.into_iter().collect())
}
