//! Pruning: the ciphertext of an erased person gives way to its digest, and the leaf stays what it was.
//!
//! Destroying the keys is what erases; pruning only frees the space and leaves nothing for whoever hopes to
//! break the cipher one day. The database itself refuses every other change: see the trigger in the
//! migration.

use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::error::ProofError;
use super::hash::Hash;
use super::leaf::StoredEvent;
use super::prove::EVENT;

/// Prunes an event on behalf of a request, if something in it is sealed and not pruned yet. Returns whether
/// it was.
///
/// # Errors
/// When a key to it still lives, when its leaf was made before pruning existed and would not fit any more,
/// or when the store fails.
pub async fn prune(db: &mut PgConnection, event_id: Uuid, request: &str) -> Result<bool, ProofError> {
    let mut transaction = db.begin().await?;
    let statement = format!("{EVENT} WHERE l.event_id = $1");
    let row = sqlx::query(&statement).bind(event_id).fetch_optional(&mut *transaction).await?;
    let row = row.ok_or_else(|| ProofError::Absent("there is no such event in the log".to_owned()))?;
    let leaf = Hash::from_slice(row.try_get("leaf")?);
    if leaf != Some(StoredEvent::of_row(&row)?.leaf()) {
        return Err(ProofError::Absent(
            "the event was sequenced by a release that did not know pruning: its leaf needs the ciphertext"
                .to_owned(),
        ));
    }
    let pruned: bool = sqlx::query_scalar("SELECT event_prune($1, $2)")
        .bind(event_id)
        .bind(request)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(pruned)
}
