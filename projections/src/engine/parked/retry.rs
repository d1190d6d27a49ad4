//! Trying parked streams again.

use event_store::log::subscription::{self, Content, LogRecord, Page};
use event_store::{EventStore, StoreError};
use sqlx::PgConnection;
use tokio::time::Instant;

use super::store::{head_of, is_due, make_due, record_failure, release, unpark};
use crate::engine::cursor::{self, CursorName};
use crate::engine::isolate::{Isolating, Stream};
use crate::engine::projection::{FailureCause, Projection};
use crate::engine::read_ahead::FetchedPage;

/// Streams that are tried before something else has its turn.
const STREAMS_PER_TURN: i64 = 16;

/// What trying parked streams again came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// Streams that were tried.
    pub streams: u64,
    /// Those of them that stay parked.
    pub still_parked: u64,
    /// Events that were folded.
    pub folded: u64,
}

impl Retried {
    fn add(&mut self, more: Self) {
        let Self { streams, still_parked, folded } = more;
        self.streams += streams;
        self.still_parked += still_parked;
        self.folded += folded;
    }
}

/// Which parked streams are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All of them.
    All,
    /// Those whose time has come.
    Due,
}

/// Going once through the parked streams of a read model.
pub(crate) struct Round {
    which: Which,
    /// The position of the last stream that was tried; none when all were.
    after: Option<i64>,
}

impl Round {
    /// One that begins.
    pub(crate) fn of(which: Which) -> Self {
        Self { which, after: Some(0) }
    }

    /// Whether all were tried.
    pub(crate) fn is_done(&self) -> bool {
        self.after.is_none()
    }
}

/// Tries every parked stream of `projection` again.
///
/// # Errors
/// When the store fails; streams tried before that stay as they came out.
pub async fn retry(store: &EventStore, projection: &dyn Projection) -> Result<Retried, StoreError> {
    let (mut all, mut round) = (Retried::default(), Round::of(Which::All));
    while !round.is_done() {
        all.add(retry_some(store, projection, &mut round).await?);
    }
    Ok(all)
}

/// As [`retry()`], until `deadline`. Streams that were not tried by then are due: a process that moves the read model tries
/// them within a minute.
///
/// # Errors
/// When the store fails; streams tried before that stay as they came out.
pub async fn retry_until(
    store: &EventStore,
    projection: &dyn Projection,
    deadline: Instant,
) -> Result<Retried, StoreError> {
    let (mut all, mut round) = (Retried::default(), Round::of(Which::All));
    while let Some(after) = round.after {
        if Instant::now() >= deadline {
            make_due(store.pool(), projection.name().into(), after).await?;
            break;
        }
        all.add(retry_some(store, projection, &mut round).await?);
    }
    Ok(all)
}

/// Tries the next few parked streams of a round.
pub(crate) async fn retry_some(
    store: &EventStore,
    projection: &dyn Projection,
    round: &mut Round,
) -> Result<Retried, StoreError> {
    let mut retried = Retried::default();
    let Some(after) = round.after else { return Ok(retried) };
    let streams: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT position, aggregate_type, aggregate_id FROM parked_event
         WHERE projection = $1 AND error IS NOT NULL AND position > $2
           AND ($3 OR retry_at <= clock_timestamp())
         ORDER BY position LIMIT $4",
    )
    .bind(projection.name())
    .bind(after)
    .bind(round.which == Which::All)
    .bind(STREAMS_PER_TURN)
    .fetch_all(store.pool())
    .await?;
    for (_, kind, id) in &streams {
        let (folded, still) = retry_stream(store, projection, (kind, id), round.which).await?;
        retried.streams += 1;
        retried.folded += folded;
        retried.still_parked += u64::from(still);
    }
    round.after = streams.last().map(|(position, ..)| *position);
    Ok(retried)
}

/// Tries a stream: how many of its events were folded, and whether it stays parked.
async fn retry_stream(
    store: &EventStore,
    projection: &dyn Projection,
    stream: Stream<'_>,
    which: Which,
) -> Result<(u64, bool), StoreError> {
    let (name, mut folded) = (CursorName::from(projection.name()), 0);
    loop {
        // As a page is read: what was erased before is counted before it is opened.
        let purges = cursor::purges(store.pool(), name).await?;
        let positions = head_of(store.pool(), name, stream).await?;
        let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
            return Ok((folded, false));
        };
        let facts = subscription::read_at(store.log(), projection.selection(), &positions).await?;
        let page = Page { after: first - 1, last: *last, facts };
        let read = FetchedPage { page, purges: Some(purges) };
        match retry_facts(store, projection, (stream, which), &positions, &read).await? {
            RetryOutcome::Folded => folded += positions.len() as u64,
            RetryOutcome::Stopped(before) => return Ok((folded + before, true)),
            RetryOutcome::Stale => {}
            RetryOutcome::Deferred => return Ok((folded, true)),
        }
    }
}

/// What became of the first events of a parked stream.
enum RetryOutcome {
    Folded,
    /// As many were folded; the next cannot be taken.
    Stopped(u64),
    /// They are no longer the first, or something was erased since they were read: look again.
    Stale,
    /// Another process has just tried them, or a later release fills the read model.
    Deferred,
}

/// Tries the first events of a stream, in one transaction.
async fn retry_facts(
    store: &EventStore,
    projection: &dyn Projection,
    (stream, which): (Stream<'_>, Which),
    positions: &[i64],
    read: &FetchedPage,
) -> Result<RetryOutcome, StoreError> {
    let (name, facts) = (CursorName::from(projection.name()), &read.page.facts);
    let mut transaction = store.pool().begin().await?;
    let cursor = cursor::lock(&mut transaction, name).await?;
    let Some(cursor) = cursor.filter(|cursor| cursor.revision <= projection.revision()) else {
        return Ok(RetryOutcome::Deferred);
    };
    if !read.is_fresh(cursor.purges) || head_of(&mut *transaction, name, stream).await? != positions {
        return Ok(RetryOutcome::Stale);
    }
    if which == Which::Due && !is_due(&mut transaction, name, positions).await? {
        return Ok(RetryOutcome::Deferred);
    }
    let failure = fold_until_refused(&mut transaction, projection, cursor.revision, facts).await?;
    let stops_at = failure.as_ref().map(|(position, _)| *position);
    let is_folded = |position: &i64| stops_at.is_none_or(|stop| *position < stop);
    let folded: Vec<i64> = positions.iter().copied().filter(is_folded).collect();
    release(&mut transaction, name, &folded).await?;
    let outcome = match failure {
        Some((position, reason)) => {
            record_failure(&mut transaction, name, position, &reason).await?;
            RetryOutcome::Stopped(folded.len() as u64)
        }
        None => {
            unpark(&mut transaction, name, stream).await?;
            RetryOutcome::Folded
        }
    };
    transaction.commit().await?;
    Ok(outcome)
}

/// Folds events of one stream up to the first that cannot be taken; returns its position, and why.
async fn fold_until_refused(
    db: &mut PgConnection,
    projection: &dyn Projection,
    revision: i32,
    facts: &[LogRecord],
) -> Result<Option<(i64, String)>, StoreError> {
    let is_readable = |fact: &&LogRecord| !matches!(fact.content, Content::Unreadable(_));
    let readable: Vec<&LogRecord> = facts.iter().take_while(is_readable).collect();
    let unreadable = facts.get(readable.len());
    let isolating = Isolating::new(projection, revision);
    let refused = isolating.fold(db, readable).await.map_err(FailureCause::into_error)?;
    if let Some(first) = refused.into_iter().next() {
        return Ok(Some((first.fact.position, first.reason.unwrap_or_default())));
    }
    Ok(unreadable.and_then(|fact| match &fact.content {
        Content::Unreadable(reason) => Some((fact.position, reason.clone())),
        Content::Event(_) | Content::Skipped => None,
    }))
}
