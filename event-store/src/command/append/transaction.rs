//! Appending in a transaction of its own: with records, to several streams at once, or after the
//! outcome of a batch could not be learned.
//!
//! All of it is one transaction. Where the connection breaks before the answer came, the same is written again:
//! the rows tell whether it was stored.

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::read_set;
use super::statement::append_all;
use super::{Append, AppendError, Appender, Commit};
use crate::error::StoreError;
use crate::failpoint;
use crate::postgres::backoff::Delays;

/// How long a write is repeated whose outcome is not known.
const DOUBT: Duration = Duration::from_secs(5);

impl Appender {
    /// Writes `commit`, and writes the same again where the connection breaks before the answer comes. `in_doubt`: it may be
    /// written already.
    pub(super) async fn write_until_known(
        &self,
        commit: &Commit,
        mut in_doubt: bool,
    ) -> Result<(), AppendError> {
        let began = Instant::now();
        let mut delays = Delays::new(Duration::from_millis(50), Duration::from_millis(500));
        loop {
            let error = match self.write_or_find(commit).await {
                Err(error @ AppendError::Store(StoreError::Unavailable(_))) => error,
                answered => return answered,
            };
            in_doubt |= error.is_in_doubt();
            if !in_doubt || began.elapsed() > DOUBT {
                return Err(if in_doubt { error.doubtful() } else { error });
            }
            delays.wait().await;
        }
    }

    /// Writes, unless it is written: what is in the way may be this very command, whose answer was lost.
    async fn write_or_find(&self, commit: &Commit) -> Result<(), AppendError> {
        let refused = match self.write_once(commit).await {
            Err(
                error @ (AppendError::Conflict
                | AppendError::ClaimTaken
                | AppendError::KeyDestroyed
                | AppendError::AlreadyUsed
                | AppendError::ProofOver),
            ) => error,
            answered => return answered,
        };
        if self.is_stored(commit).await? { Ok(()) } else { Err(refused) }
    }

    /// Whether exactly these events are stored. They are all, or none is.
    async fn is_stored(&self, commit: &Commit) -> Result<bool, AppendError> {
        let first = commit.appends.first().and_then(|append| Some((append, append.events.first()?)));
        let Some((append, first)) = first else { return Ok(true) };
        let found: Option<Uuid> = sqlx::query_scalar(
            "SELECT event_id FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3",
        )
        .bind(append.aggregate_type)
        .bind(&append.aggregate_id)
        .bind(first.sequence)
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::from)?;
        Ok(found == Some(first.event_id))
    }

    async fn write_once(&self, commit: &Commit) -> Result<(), AppendError> {
        let appends: Vec<&Append> = commit.appends.iter().map(|append| &**append).collect();
        if commit.alone().is_some() {
            return all_stored(append_all(&self.appending, &appends).await?);
        }
        let mut transaction = self.appending.begin().await.map_err(StoreError::from)?;
        if let Some(seen) = &commit.read_set {
            read_set::lock_streams(&mut transaction, &commit.appends, seen).await?;
        }
        all_stored(append_all(&mut *transaction, &appends).await?)?;
        failpoint::reach("store: appended", commit.types());
        for write in &commit.records {
            write.execute(&mut transaction).await?;
            failpoint::reach("store: kept what belongs to", commit.types());
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

fn all_stored(verdicts: Vec<Result<(), AppendError>>) -> Result<(), AppendError> {
    verdicts.into_iter().collect()
}
