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

/// Events of a replay that wait for their reader.
const QUEUE: usize = 100;

/// The repository of cqrs-es over our log: what it persists is sealed, claims its names and ends what ends with it, as by
/// [`EventStore::execute`](crate::EventStore::execute); a conflict is for its caller to retry.
///
/// Events are read in this release's form and without metadata, which holds personal data of the actor. Snapshots are
/// the store's own: none is handed out, and none is taken, so a framework over them folds all events.
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

    async fn events<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.0.loader.events::<A>(id).await.map_err(failed)
    }

    /// Feeds the events of all streams of a kind. The reader is told of a failure, which is the end of it.
    async fn feed_all(
        self,
        aggregate_type: &'static str,
        mut feed: ReplayFeed,
    ) -> Result<(), PersistenceError> {
        let mut after = (String::new(), 0);
        loop {
            let page = match self.0.loader.page_of(aggregate_type, (&after.0, after.1)).await {
                Ok(page) => page,
                Err(error) => return feed.push(Err(failed(error))).await,
            };
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.aggregate_id.clone(), last.sequence as i64);
            push_all(&mut feed, page).await?;
        }
    }
}

impl PersistedEventRepository for SealedEventRepository {
    async fn get_events<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.events::<A>(id).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut events = self.events::<A>(id).await?;
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
        let events = self.events::<A>(id).await?;
        let (mut feed, stream) = ReplayStream::new(QUEUE);
        tokio::spawn(async move { push_all(&mut feed, events).await });
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

/// Fails when the reader has gone.
async fn push_all(feed: &mut ReplayFeed, events: Vec<SerializedEvent>) -> Result<(), PersistenceError> {
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
