//! Appending in a transaction of its own: with records, to several streams at once, or after the
//! outcome of a batch could not be learned.
//!
//! All of it is one transaction. Where the connection breaks before the answer came, the same is written again:
//! the rows tell whether it was stored.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::read_set::{self, ReadVersion};
use super::statement::append_all;
use super::{Append, AppendError};
use crate::error::StoreError;
use crate::failpoint;
use crate::postgres::backoff::Delays;
use crate::records::RecordWrite;
use crate::store::Inner;

/// How long a write is repeated whose outcome is not known.
const DOUBT: Duration = Duration::from_secs(5);

/// Appends that are written together or not at all.
pub(crate) struct AppendTransaction<'a> {
    inner: &'a Inner,
    /// Of different streams, in their order: so that writers wait for each other in one direction only.
    appends: &'a [Arc<Append>],
    records: &'a [RecordWrite],
    /// What they rest on besides, where several aggregates were looked at.
    seen: Option<&'a [ReadVersion]>,
}

impl<'a> AppendTransaction<'a> {
    pub(crate) fn new(inner: &'a Inner, appends: &'a [Arc<Append>], records: &'a [RecordWrite]) -> Self {
        Self { inner, appends, records, seen: None }
    }

    /// The same, resting on aggregates that must not have moved on.
    pub(crate) fn with_read_set(self, seen: &'a [ReadVersion]) -> Self {
        Self { seen: Some(seen), ..self }
    }

    /// Writes, and writes the same again when the connection broke before the answer came.
    pub(crate) async fn write(&self, in_doubt: bool) -> Result<(), AppendError> {
        failpoint::reach("store: writing", self.types());
        self.after_commit(self.try_until_known(in_doubt).await).await
    }

    /// What follows from the outcome for this process.
    pub(crate) async fn after_commit(&self, said: Result<(), AppendError>) -> Result<(), AppendError> {
        match &said {
            Ok(()) => {
                failpoint::reach("store: written", self.types());
                self.inner.log.notify_appended();
            }
            Err(AppendError::KeyDestroyed) => {
                let keys = self.appends.iter().flat_map(|append| append.required_keys.iter().copied());
                self.inner.keys.evict_ids(keys.collect()).await;
            }
            Err(_) => {}
        }
        said
    }

    async fn try_until_known(&self, mut in_doubt: bool) -> Result<(), AppendError> {
        let began = Instant::now();
        let mut delays = Delays::new(Duration::from_millis(50), Duration::from_millis(500));
        loop {
            let error = match self.write_or_find().await {
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

    /// Writes, unless it is written: whoever is in the way may be this very command, whose answer was lost.
    async fn write_or_find(&self) -> Result<(), AppendError> {
        let refused = match self.write_once().await {
            Err(
                error @ (AppendError::Conflict
                | AppendError::ClaimTaken
                | AppendError::KeyDestroyed
                | AppendError::AlreadyUsed
                | AppendError::ProofOver),
            ) => error,
            answered => return answered,
        };
        if self.is_stored().await? { Ok(()) } else { Err(refused) }
    }

    /// Whether exactly these events are stored. They are all, or none is.
    async fn is_stored(&self) -> Result<bool, AppendError> {
        let first = self.appends.first().and_then(|append| Some((append, append.events.first()?)));
        let Some((append, first)) = first else { return Ok(true) };
        let found: Option<Uuid> = sqlx::query_scalar(
            "SELECT event_id FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3",
        )
        .bind(append.aggregate_type)
        .bind(&append.aggregate_id)
        .bind(first.sequence)
        .fetch_optional(&self.inner.pool)
        .await
        .map_err(StoreError::from)?;
        Ok(found == Some(first.event_id))
    }

    async fn write_once(&self) -> Result<(), AppendError> {
        let appends: Vec<&Append> = self.appends.iter().map(|append| &**append).collect();
        if self.records.is_empty() && appends.len() == 1 && self.seen.is_none() {
            return all_stored(append_all(&self.inner.appending, &appends).await?);
        }
        let mut transaction = self.inner.appending.begin().await.map_err(StoreError::from)?;
        if let Some(seen) = self.seen {
            read_set::lock_streams(&mut transaction, self.appends, seen).await?;
        }
        all_stored(append_all(&mut *transaction, &appends).await?)?;
        failpoint::reach("store: appended", self.types());
        for write in self.records {
            write.execute(&mut transaction).await?;
            failpoint::reach("store: kept what belongs to", self.types());
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// The types of the events, of each stream.
    fn types(&self) -> impl Display {
        fmt::from_fn(|f| {
            let mut appends = self.appends.iter().enumerate();
            appends
                .try_for_each(|(n, append)| write!(f, "{}{}", if n == 0 { "" } else { ", " }, append.types()))
        })
    }
}

fn all_stored(verdicts: Vec<Result<(), AppendError>>) -> Result<(), AppendError> {
    verdicts.into_iter().collect()
}
