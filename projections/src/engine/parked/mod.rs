//! Parked events: those that a read model cannot take, and those that wait behind them in their streams.
//!
//! An event that cannot be read or folded stops its own stream in that read model and nothing else. What
//! comes after it in the stream is parked behind it, so that it is folded in order once the first can be
//! taken. Parked streams are tried again by [`retry()`]: when a program starts (a new release may know
//! better), from time to time, and when an operator asks for it. Every change happens under the
//! checkpoint of the read model, in the transaction that folds; so a parked event, too, has its effect
//! exactly once. The reason that is kept holds no personal data.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::EventId;
use event_store::log::subscription::{self, Content, LogRecord, Page};
use event_store::{EventStore, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row};

use crate::engine::apply::{Isolating, Stream, stream};
use crate::engine::cursor;
use crate::engine::projection::{Blame, Projection};
use crate::engine::read_ahead::FetchedPage;
use crate::views::Views;

/// Events of a stream that are tried in one transaction; a longer one goes on in the next. While events
/// of it are left, the stream stays parked, so that nothing overtakes them.
const AT_ONCE: i64 = 1_000;
/// Streams that are tried before something else has its turn.
const STREAMS: i64 = 16;

/// An event to be parked; without a reason it waits behind an earlier one of its stream.
pub(crate) struct Parked<'a> {
    pub fact: &'a LogRecord,
    pub reason: Option<String>,
}

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

/// Which parked streams are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All of them.
    All,
    /// Those whose time has come.
    Due,
}

/// Parks events.
pub(crate) async fn park(db: &mut PgConnection, name: &str, parked: &[Parked<'_>]) -> Result<(), StoreError> {
    if parked.is_empty() {
        return Ok(());
    }
    let texts = |of: fn(&LogRecord) -> &str| parked.iter().map(|event| of(event.fact)).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO parked_event (projection, position, event_id, event_type, aggregate_type, aggregate_id,
                                   error, attempts, retry_at)
         SELECT $1, p.position, p.event_id, p.event_type, p.aggregate_type, p.aggregate_id, p.error,
                CASE WHEN p.error IS NULL THEN 0 ELSE 1 END, clock_timestamp() + interval '1 minute'
         FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
             AS p (position, event_id, event_type, aggregate_type, aggregate_id, error)",
    )
    .bind(name)
    .bind(parked.iter().map(|event| event.fact.position).collect::<Vec<_>>())
    .bind(parked.iter().map(|event| event.fact.event_id.uuid()).collect::<Vec<_>>())
    .bind(texts(|fact| &fact.event_type))
    .bind(texts(|fact| &fact.aggregate_type))
    .bind(texts(|fact| &fact.aggregate_id))
    .bind(parked.iter().map(|event| event.reason.as_deref()).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// The streams in a page that are parked.
pub(crate) async fn streams_of(
    db: &mut PgConnection,
    name: &str,
    page: &Page,
) -> Result<HashSet<(String, String)>, StoreError> {
    let streams: HashSet<Stream<'_>> = page.facts.iter().map(stream).collect();
    let (kinds, ids): (Vec<&str>, Vec<&str>) = streams.into_iter().unzip();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT s.kind, s.id FROM unnest($2::text[], $3::text[]) AS s (kind, id)
         WHERE EXISTS (SELECT FROM parked_event p WHERE p.projection = $1 AND p.aggregate_type = s.kind
                       AND p.aggregate_id = s.id)",
    )
    .bind(name)
    .bind(kinds)
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
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
        let some = retry_some(store, projection, &mut round).await?;
        all.streams += some.streams;
        all.still_parked += some.still_parked;
        all.folded += some.folded;
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
    .bind(STREAMS)
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
    let (name, mut folded) = (projection.name(), 0);
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

async fn retry_facts(
    store: &EventStore,
    projection: &dyn Projection,
    (stream, which): (Stream<'_>, Which),
    positions: &[i64],
    read: &FetchedPage,
) -> Result<RetryOutcome, StoreError> {
    let (name, facts) = (projection.name(), &read.page.facts);
    let mut transaction = store.pool().begin().await?;
    let taken = cursor::take_in_turn(&mut transaction, name).await?;
    let Some(taken) = taken.filter(|taken| taken.revision <= projection.revision()) else {
        return Ok(RetryOutcome::Deferred);
    };
    if !read.is_fresh(taken.purges) || head_of(&mut *transaction, name, stream).await? != positions {
        return Ok(RetryOutcome::Stale);
    }
    if which == Which::Due && !is_due(&mut transaction, name, positions).await? {
        return Ok(RetryOutcome::Deferred);
    }
    let unfit = facts.iter().enumerate().find_map(|(n, fact)| match &fact.content {
        Content::Unreadable(reason) => Some((n, fact.position, reason.clone())),
        Content::Event(_) | Content::Skipped => None,
    });
    let readable = unfit.as_ref().map_or(facts.len(), |(n, ..)| *n);
    let fit = facts.iter().take(readable).collect();
    let refused =
        Isolating::new(projection, taken.revision).fold(&mut transaction, fit).await.map_err(|blame| {
            match blame {
                Blame::Store(error) => error,
                Blame::Event(_, reason) | Blame::Someone(reason) => StoreError::Unreadable(reason),
            }
        })?;
    let refused = refused.into_iter().next().map(|it| (it.fact.position, it.reason.unwrap_or_default()));
    let head = refused.or(unfit.map(|(_, position, reason)| (position, reason)));
    let until = head.as_ref().map_or(i64::MAX, |(position, _)| *position);
    let folded: Vec<i64> = positions.iter().copied().filter(|position| *position < until).collect();
    release(&mut transaction, name, &folded).await?;
    if let Some((position, reason)) = &head {
        record_failure(&mut transaction, name, *position, reason).await?;
    } else {
        unpark(&mut transaction, name, stream).await?;
    }
    transaction.commit().await?;
    Ok(if head.is_some() { RetryOutcome::Stopped(folded.len() as u64) } else { RetryOutcome::Folded })
}

/// The first positions of a parked stream.
async fn head_of(
    db: impl PgExecutor<'_>,
    name: &str,
    (kind, id): Stream<'_>,
) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT position FROM parked_event
         WHERE projection = $1 AND aggregate_type = $2 AND aggregate_id = $3 ORDER BY position LIMIT $4",
    )
    .bind(name)
    .bind(kind)
    .bind(id)
    .bind(AT_ONCE)
    .fetch_all(db)
    .await?)
}

/// Whether it is still time to try the stream at these positions: another process may just have done so.
async fn is_due(db: &mut PgConnection, name: &str, positions: &[i64]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT coalesce(bool_and(retry_at <= clock_timestamp()), true) FROM parked_event
         WHERE projection = $1 AND position = ANY($2) AND error IS NOT NULL",
    )
    .bind(name)
    .bind(positions)
    .fetch_one(db)
    .await?)
}

async fn release(db: &mut PgConnection, name: &str, positions: &[i64]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM parked_event WHERE projection = $1 AND position = ANY($2)")
        .bind(name)
        .bind(positions)
        .execute(db)
        .await?;
    Ok(())
}

/// What is left of a stream behind events that were folded is to be tried at once, also by another process.
async fn unpark(db: &mut PgConnection, name: &str, (kind, id): Stream<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE parked_event SET error = 'those before it were folded', retry_at = clock_timestamp()
         WHERE projection = $1 AND position = (
             SELECT min(position) FROM parked_event
             WHERE projection = $1 AND aggregate_type = $2 AND aggregate_id = $3)",
    )
    .bind(name)
    .bind(kind)
    .bind(id)
    .execute(db)
    .await?;
    Ok(())
}

/// An event stays parked, for longer each time.
async fn record_failure(
    db: &mut PgConnection,
    name: &str,
    position: i64,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE parked_event SET error = $3, attempts = attempts + 1, tried_at = clock_timestamp(),
             retry_at = clock_timestamp()
                        + least(interval '1 minute' * power(2, least(attempts, 10)), interval '6 hours')
         WHERE projection = $1 AND position = $2",
    )
    .bind(name)
    .bind(position)
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

/// An event that is parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// In which read model.
    pub projection: String,
    /// Its place in the order of everything.
    pub position: i64,
    /// Its id.
    pub event_id: EventId,
    /// What happened, as a name.
    pub event_type: String,
    /// The stream that is stopped.
    pub aggregate_type: String,
    /// The stream that is stopped.
    pub aggregate_id: String,
    /// Why it cannot be taken; `None` where it waits behind an earlier event of its stream.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was parked.
    pub parked_at: DateTime<Utc>,
    /// When it is tried again by itself; `None` where it waits behind another.
    pub retry_at: Option<DateTime<Utc>>,
}

impl Views {
    /// Parked events in the order of the log, after `(position, read model)` if given.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn parked_list(
        &self,
        after: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<ParkedEvent>, StoreError> {
        let (position, projection) = after.unwrap_or((0, ""));
        let rows = sqlx::query(
            "SELECT projection, position, event_id, event_type, aggregate_type, aggregate_id, error, attempts,
                    parked_at, retry_at
             FROM parked_event WHERE (position, projection) > ($1, $2) AND projection NOT LIKE '%/%'
             ORDER BY position, projection LIMIT $3",
        )
        .bind(position)
        .bind(projection)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &PgRow) -> Result<ParkedEvent, StoreError> {
    let error: Option<String> = row.try_get("error")?;
    let retry_at: DateTime<Utc> = row.try_get("retry_at")?;
    Ok(ParkedEvent {
        projection: row.try_get("projection")?,
        position: row.try_get("position")?,
        event_id: EventId::from_uuid(row.try_get("event_id")?),
        event_type: row.try_get("event_type")?,
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        retry_at: error.is_some().then_some(retry_at),
        error,
        attempts: row.try_get("attempts")?,
        parked_at: row.try_get("parked_at")?,
    })
}
