//! Which master keys the running processes have.
//!
//! A process that wraps with a key that another cannot open would make that other fail. So each says
//! every few seconds what it can open and what it wraps with, after looking again at where its keys come
//! from; a rotation begins only when all of them open the new key, and the old one may go only when
//! none wraps with it. A process that ends says so; one that is killed is forgotten after [`LIFE`].

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::key_ring::KeyRing;
use super::master::MasterIds;
use crate::error::StoreError;

/// How often a process says what it has.
const EVERY: Duration = Duration::from_secs(5);
/// A process that has said nothing for so long is taken to have ended.
pub const LIFE: Duration = Duration::from_secs(20);

/// A running process and its master keys.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    /// What it is: its role, its machine and its number there.
    pub name: String,
    /// The master key it wraps with.
    pub wraps_with: String,
    /// The master keys it opens.
    pub opens: Vec<String>,
}

/// What the names of processes begin with that do jobs and send mail.
const WORKERS: [&str; 2] = ["serve on ", "worker on "];

/// How many processes run that do jobs and send mail.
pub async fn workers(pool: &PgPool) -> Result<usize, StoreError> {
    let works = |holder: &Holder| WORKERS.iter().any(|start| holder.name.starts_with(start));
    Ok(list(pool).await?.iter().filter(|holder| works(holder)).count())
}

/// Tells until `stop` what this process, called `name`, has.
pub async fn announce(keys: Arc<KeyRing>, name: String, stop: CancellationToken) {
    let process = keys.services().ids.uuid();
    let mut failing = false;
    while !stop.is_cancelled() {
        let announced = announce_once(&keys, process, &name).await;
        // Once an outage is enough.
        if let (Err(error), false) = (&announced, failing) {
            let error = error as &dyn std::error::Error;
            tracing::warn!(error, "announcing this process's master keys failed");
        }
        failing = announced.is_err();
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    // What cannot be told now is forgotten after a while.
    let leave = sqlx::query("DELETE FROM master_key_holder WHERE process = $1").bind(process);
    let _ = leave.execute(keys.pool()).await;
}

/// Looks at the keys again and says what there is.
///
/// # Errors
/// When the store or the key provider fails.
pub async fn announce_once(keys: &KeyRing, process: Uuid, name: &str) -> Result<(), StoreError> {
    let refreshed = keys.provider().refresh().await;
    let MasterIds { current, opens } = keys.provider().ids().await?;
    sqlx::query(
        "WITH swept AS (DELETE FROM master_key_holder WHERE seen_at < clock_timestamp() - $5)
         INSERT INTO master_key_holder (process, name, wraps_with, opens) VALUES ($1, $2, $3, $4)
         ON CONFLICT (process) DO UPDATE SET
             wraps_with = excluded.wraps_with, opens = excluded.opens, seen_at = clock_timestamp()",
    )
    .bind(process)
    .bind(name)
    .bind(current)
    .bind(opens)
    .bind(10 * LIFE)
    .execute(keys.pool())
    .await?;
    // Those at hand stay in use, and are what was told.
    Ok(refreshed?)
}

/// The processes that run.
pub async fn list(pool: &PgPool) -> Result<Vec<Holder>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT name, wraps_with, opens FROM master_key_holder
         WHERE seen_at > clock_timestamp() - $1 ORDER BY name",
    )
    .bind(LIFE)
    .fetch_all(pool)
    .await?)
}
