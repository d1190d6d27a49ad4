//! The edge towards cqrs-es: a stock `CqrsFramework` runs over our log.

use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayFeed, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use domain::event::{Event, EventHeader};
use domain::{Effect, Effects};
use serde_json::Value;

use super::Commands;
use super::append::{Append, AppendError, Commit};
use super::sealing::writes_with;
use crate::error::StoreError;

/// Streams whose ids are read at once where all of a kind are replayed.
const STREAMS_AT_ONCE: i64 = 500;
/// Events of a replay that wait for their reader.
const QUEUE: usize = 100;

/// The repository of cqrs-es over our log: what it persists is sealed, claims its names and ends what ends with it, as by
/// [`EventStore::execute`](crate::EventStore::execute); a conflict is for its caller to retry.
///
/// Events are read in this release's form and without metadata, which holds personal data of whoever acted. Snapshots are the
/// store's own: none is handed out, and none is taken, so a framework over them folds all events.
#[derive(Clone)]
pub struct SealedEventRepository(Commands);

impl SealedEventRepository {
    pub(crate) fn new(commands: Commands) -> Self {
        Self(commands)
    }

    async fn append<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<(), AppendError> {
        let Some(first) = events.first() else { return Ok(()) };
        let Commands { sealer, appender, services, .. } = &self.0;
        let id = &first.aggregate_id;
        let happened = events.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let effects: Vec<Effect> = happened.iter().flat_map(Effects::effects).collect();
        let sealed = sealer.events(events).await?;
        let append = Append {
            aggregate_type: A::TYPE,
            aggregate_id: id.clone(),
            events: sealed.events,
            required_keys: sealed.keys.into_iter().collect(),
            effects: sealer.effects(&effects).await?,
            snapshot: None,
            in_turn: false,
        };
        let records = writes_with(id, &happened, None, services.now());
        let commit = Commit { appends: vec![Arc::new(append)], records, read_set: Some(Vec::new()) };
        appender.write(&commit).await
    }

    async fn events(
        &self,
        aggregate_type: &'static str,
        id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.0.loader.events(aggregate_type, id).await.map_err(failed)
    }

    /// Feeds the events of all streams of a kind. The reader is told of a failure, which is the end of it.
    async fn feed_all(self, aggregate_type: &'static str, mut feed: ReplayFeed) {
        let mut after = String::new();
        loop {
            let ids = match self.stream_ids(aggregate_type, &after).await {
                Ok(ids) => ids,
                Err(error) => return drop(feed.push(Err(failed(error))).await),
            };
            let Some(last) = ids.last() else { return };
            after.clone_from(last);
            for id in ids {
                let events = self.events(aggregate_type, &id).await;
                if push_all(&mut feed, events).await.is_err() {
                    return;
                }
            }
        }
    }

    async fn stream_ids(&self, aggregate_type: &str, after: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT aggregate_id FROM events WHERE aggregate_type = $1 AND aggregate_id > $2
             ORDER BY aggregate_id LIMIT $3",
        )
        .bind(aggregate_type)
        .bind(after)
        .bind(STREAMS_AT_ONCE)
        .fetch_all(&self.0.pool)
        .await?)
    }
}

impl PersistedEventRepository for SealedEventRepository {
    async fn get_events<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.events(A::TYPE, id).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut events = self.events(A::TYPE, id).await?;
        events.retain(|event| event.sequence > last_sequence);
        Ok(events)
    }

    async fn get_snapshot<A: Aggregate>(
        &self,
        _: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        _: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        self.append::<A>(events).await.map_err(|error| match error {
            AppendError::Conflict => PersistenceError::OptimisticLockError,
            AppendError::Store(error) => failed(error),
            error => PersistenceError::UnknownError(Box::new(error)),
        })
    }

    async fn stream_events<A: Aggregate>(&self, id: &str) -> Result<ReplayStream, PersistenceError> {
        let events = self.events(A::TYPE, id).await?;
        let (mut feed, stream) = ReplayStream::new(QUEUE);
        tokio::spawn(async move { push_all(&mut feed, Ok(events)).await });
        Ok(stream)
    }

    /// Stream by stream.
    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        let (feed, stream) = ReplayStream::new(QUEUE);
        tokio::spawn(self.clone().feed_all(A::TYPE, feed));
        Ok(stream)
    }
}

/// What happened, for its effects.
fn read(event: &SerializedEvent) -> Result<Event, StoreError> {
    let header = EventHeader {
        aggregate_type: &event.aggregate_type,
        event_type: &event.event_type,
        event_version: &event.event_version,
    };
    Event::from_value(header, event.payload.clone())
        .map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// Fails when the reader has gone, or was told of a failure.
async fn push_all(
    feed: &mut ReplayFeed,
    events: Result<Vec<SerializedEvent>, PersistenceError>,
) -> Result<(), PersistenceError> {
    let events = match events {
        Ok(events) => events,
        Err(error) => {
            feed.push(Err(error)).await?;
            return Err(PersistenceError::UnknownError("the replay has failed".into()));
        }
    };
    for event in events {
        feed.push(Ok(event)).await?;
    }
    Ok(())
}

fn failed(error: StoreError) -> PersistenceError {
    if error.is_unavailable() {
        PersistenceError::ConnectionError(Box::new(error))
    } else {
        PersistenceError::UnknownError(Box::new(error))
    }
}
