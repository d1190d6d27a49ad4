//! Pruned events: their leaf still fits, and that is not all. A ciphertext may only go when it cannot be
//! opened any more, and when it is on record for whom it went.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::walk::SoFar;
use crate::proof::error::ProofError;

/// Judges the pruned events that were met since the last time.
pub(super) async fn check(db: &mut PgConnection, so_far: &mut SoFar) -> Result<(), ProofError> {
    let pruned = std::mem::take(&mut so_far.pruned);
    if pruned.is_empty() {
        return Ok(());
    }
    so_far.checked.pruned += pruned.len() as u64;
    let events: Vec<Uuid> = pruned.iter().map(|row| row.event_id).collect();
    let marked = among(db, "SELECT event_id FROM pruned_event WHERE event_id = ANY($1)", &events).await?;
    let keys: Vec<Uuid> = pruned.iter().flat_map(|row| &row.keys).flatten().copied().collect();
    let destroyed = "SELECT key_id FROM subject_key
                     WHERE key_id = ANY($1) AND wrapped IS NULL AND destroyed_at IS NOT NULL";
    let destroyed = among(db, destroyed, &keys).await?;
    for row in &pruned {
        if !marked.contains(&row.event_id) {
            so_far.findings.at(row.position, "pruned, but not on record in `pruned_event`");
        }
        if row.keys.iter().any(|key| key.is_none_or(|key| !destroyed.contains(&key))) {
            so_far.findings.at(row.position, "pruned, although a key to it was not destroyed");
        }
    }
    Ok(())
}

async fn among(db: &mut PgConnection, statement: &str, ids: &[Uuid]) -> Result<HashSet<Uuid>, ProofError> {
    let found: Vec<Uuid> = sqlx::query_scalar(statement).bind(ids).fetch_all(db).await?;
    Ok(found.into_iter().collect())
}
