//! One page of the log folded into one read model, exactly once.
//!
//! In one transaction: take the checkpoint where it still stands before the page, and move it; set aside what
//! belongs to parked streams, fold the rest, park what cannot be taken. After a crash either all of it is there or
//! nothing. The page is read before, so that the transaction is short: while it runs, the order of new events waits
//! for it.
//!
//! At first all of a page is folded together. Only where that fails by the fault of an event is the page
//! folded again, in parts, until that event is found ([`Isolating`]).
//!
//! Not folded are a page that was opened before an erasure took something out of the read model, since it may
//! bring it back; and any page, where a later release fills the read model in another form ([`Outcome`]).

use std::collections::{HashMap, HashSet};

use event_store::StoreError;
use event_store::failpoint;
use event_store::log::subscription::{Content, LogRecord, Page};
use sqlx::{Connection, PgConnection};

use super::cursor::{self, Taken};
use crate::engine::parked::{self, Parked};
use crate::engine::projection::{Blame, Projection};
use crate::engine::read_ahead::FetchedPage;

/// A stream: a kind of aggregate, and an id.
pub(crate) type Stream<'a> = (&'a str, &'a str);

pub(crate) fn stream(fact: &LogRecord) -> Stream<'_> {
    (&fact.aggregate_type, &fact.aggregate_id)
}

/// What became of a page. Nothing was done unless it was folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Folded,
    /// The checkpoint stands elsewhere, or another has it.
    NotAtCursor,
    /// Something was erased since the page was read: it must be read again.
    Purged,
    /// A later release fills this read model, in another form.
    NewerRevision,
}

/// Folds a page into `projection`, whose checkpoint is called `name`.
pub(crate) async fn fold(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: &str,
    read: &FetchedPage,
) -> Result<Outcome, StoreError> {
    match attempt(db, projection, name, read, false).await {
        Err(Blame::Event(..) | Blame::Someone(_)) => {
            tracing::warn!(
                projection = name,
                after = read.page.after,
                "a page of events cannot be applied as a whole; applying them one by one"
            );
            match attempt(db, projection, name, read, true).await {
                Err(Blame::Store(error)) => Err(error),
                Err(Blame::Event(_, reason) | Blame::Someone(reason)) => Err(StoreError::Unreadable(reason)),
                Ok(outcome) => Ok(outcome),
            }
        }
        Err(Blame::Store(error)) => Err(error),
        Ok(outcome) => Ok(outcome),
    }
}

async fn attempt(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: &str,
    read: &FetchedPage,
    apart: bool,
) -> Result<Outcome, Blame> {
    let page = &read.page;
    if page.facts.is_empty() {
        let moved = cursor::pass(db, name, projection.revision(), page).await.map_err(Blame::Store)?;
        return Ok(if moved { Outcome::Folded } else { Outcome::NotAtCursor });
    }
    let mut transaction = db.begin().await.map_err(stored)?;
    let taken = cursor::take(&mut transaction, name, page).await.map_err(Blame::Store)?;
    let taken = match check_ownership(taken, projection, read) {
        Ok(taken) => taken,
        Err(outcome) => {
            // At once: others wait for the checkpoint, and the order of events for the transaction.
            transaction.rollback().await.map_err(stored)?;
            return Ok(outcome);
        }
    };
    let behind = if taken.parks {
        parked::streams_of(&mut transaction, name, page).await.map_err(Blame::Store)?
    } else {
        HashSet::new()
    };
    let (fit, mut parked) = split_parked(page, &behind);
    if apart {
        parked.extend(Isolating::new(projection, taken.revision).fold(&mut transaction, fit).await?);
    } else if !fit.is_empty() {
        projection.project_into(&mut transaction, &fit, taken.revision).await?;
    }
    parked::park(&mut transaction, name, &parked).await.map_err(Blame::Store)?;
    failpoint::reach("view: about to move", name);
    transaction.commit().await.map_err(stored)?;
    failpoint::reach("view: moved", name);
    for event in parked.iter().filter(|event| event.reason.is_some()) {
        tracing::warn!(
            projection = name,
            position = event.fact.position,
            event_type = event.fact.event_type,
            aggregate_id = event.fact.aggregate_id,
            reason = event.reason,
            "event cannot be applied: its stream is parked"
        );
    }
    Ok(Outcome::Folded)
}

/// The checkpoint, if the page may be folded under it; or else why not.
fn check_ownership(
    taken: Option<Taken>,
    projection: &dyn Projection,
    read: &FetchedPage,
) -> Result<Taken, Outcome> {
    match taken {
        None => Err(Outcome::NotAtCursor),
        Some(taken) if taken.revision > projection.revision() => Err(Outcome::NewerRevision),
        Some(taken) if !read.is_fresh(taken.purges) => Err(Outcome::Purged),
        Some(taken) => Ok(taken),
    }
}

fn stored(error: sqlx::Error) -> Blame {
    Blame::Store(error.into())
}

/// What can be folded of a page, and what is parked before anything is: events that cannot be read, and
/// whatever comes after one in its stream.
fn split_parked<'a>(
    page: &'a Page,
    behind: &HashSet<(String, String)>,
) -> (Vec<&'a LogRecord>, Vec<Parked<'a>>) {
    let mut stopped: HashSet<Stream<'_>> =
        behind.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
    let (mut fit, mut parked) = (Vec::with_capacity(page.facts.len()), Vec::new());
    for fact in &page.facts {
        let reason = match &fact.content {
            _ if stopped.contains(&stream(fact)) => None,
            Content::Unreadable(reason) => {
                stopped.insert(stream(fact));
                Some(reason.clone())
            }
            Content::Event(_) | Content::Skipped => {
                fit.push(fact);
                continue;
            }
        };
        parked.push(Parked { fact, reason });
    }
    (fit, parked)
}

/// Folding in parts, each behind a savepoint, until every event that cannot be taken stands alone.
pub(crate) struct Isolating<'a, 'p> {
    projection: &'p dyn Projection,
    /// The form of its tables.
    revision: i32,
    /// Streams that are stopped, and at which position.
    stopped: HashMap<Stream<'a>, i64>,
    parked: Vec<Parked<'a>>,
}

impl<'a, 'p> Isolating<'a, 'p> {
    pub(crate) fn new(projection: &'p dyn Projection, revision: i32) -> Self {
        Self { projection, revision, stopped: HashMap::new(), parked: Vec::new() }
    }

    /// Folds what can be taken, in order; what cannot is the answer, in order as well.
    pub(crate) async fn fold(
        mut self,
        db: &mut PgConnection,
        facts: Vec<&'a LogRecord>,
    ) -> Result<Vec<Parked<'a>>, Blame> {
        // The parts that are left, the next one last.
        let mut left = vec![facts];
        while let Some(part) = left.pop() {
            let part = self.without_stopped(part);
            if part.is_empty() {
                continue;
            }
            let Some(blame) = self.project(db, &part).await? else { continue };
            match (blame, part.as_slice()) {
                (Blame::Store(error), _) => return Err(Blame::Store(error)),
                (Blame::Event(position, reason), _) => {
                    let found = part.iter().find(|fact| fact.position == position).copied();
                    // A read model that blames an event it was not given has to be mended.
                    let Some(fact) = found else { return Err(Blame::Event(position, reason)) };
                    self.stop(fact, reason);
                    left.push(part);
                }
                (Blame::Someone(reason), [fact]) => self.stop(fact, reason),
                (Blame::Someone(_), many) => {
                    let (first, second) = many.split_at(many.len() / 2);
                    left.extend([second.to_vec(), first.to_vec()]);
                }
            }
        }
        self.parked.sort_by_key(|event| event.fact.position);
        Ok(self.parked)
    }

    /// Folds a part, or leaves no trace of it and says whose fault that is.
    async fn project(&self, db: &mut PgConnection, part: &[&LogRecord]) -> Result<Option<Blame>, Blame> {
        let mut savepoint = db.begin().await.map_err(stored)?;
        match self.projection.project_into(&mut savepoint, part, self.revision).await {
            Ok(()) => savepoint.commit().await.map(|()| None).map_err(stored),
            Err(failure) => {
                savepoint.rollback().await.map_err(stored)?;
                Ok(Some(failure.into()))
            }
        }
    }

    fn stop(&mut self, fact: &'a LogRecord, reason: String) {
        self.stopped.insert(stream(fact), fact.position);
        self.parked.push(Parked { fact, reason: Some(reason) });
    }

    /// Parks what comes after an event that was parked, in its stream. What comes before stays.
    fn without_stopped(&mut self, part: Vec<&'a LogRecord>) -> Vec<&'a LogRecord> {
        let mut kept = Vec::with_capacity(part.len());
        for fact in part {
            match self.stopped.get(&stream(fact)) {
                Some(from) if fact.position > *from => self.parked.push(Parked { fact, reason: None }),
                Some(from) if fact.position == *from => {}
                _ => kept.push(fact),
            }
        }
        kept
    }
}
