//! Folding in parts, until every event that cannot be taken stands alone.

use std::collections::HashMap;

use event_store::log::subscription::LogRecord;
use sqlx::{Connection, PgConnection};

use super::projection::{FailureCause, Projection};

/// A stream: a kind of aggregate, and an id.
pub(crate) type Stream<'a> = (&'a str, &'a str);

pub(crate) fn stream(fact: &LogRecord) -> Stream<'_> {
    (&fact.aggregate_type, &fact.aggregate_id)
}

/// An event to be parked; without a reason it waits behind an earlier one of its stream.
pub(crate) struct Parked<'a> {
    pub fact: &'a LogRecord,
    pub reason: Option<String>,
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

    /// Folds what can be taken, in order; returns what cannot, in order as well.
    pub(crate) async fn fold(
        mut self,
        db: &mut PgConnection,
        facts: Vec<&'a LogRecord>,
    ) -> Result<Vec<Parked<'a>>, FailureCause> {
        // The parts that are left, the next one last.
        let mut left = vec![facts];
        while let Some(part) = left.pop() {
            let part = self.without_stopped(part);
            if part.is_empty() {
                continue;
            }
            let Some(cause) = self.project(db, &part).await? else { continue };
            match (cause, part.as_slice()) {
                (FailureCause::Store(error), _) => return Err(FailureCause::Store(error)),
                (FailureCause::Event(position, reason), _) => {
                    let found = part.iter().find(|fact| fact.position == position).copied();
                    // Otherwise a bug in the read model: it named an event outside the part.
                    let Some(fact) = found else { return Err(FailureCause::Event(position, reason)) };
                    self.stop(fact, reason);
                    left.push(part);
                }
                (FailureCause::Unattributed(reason), [fact]) => self.stop(fact, reason),
                (FailureCause::Unattributed(_), many) => {
                    let (first, second) = many.split_at(many.len() / 2);
                    left.extend([second.to_vec(), first.to_vec()]);
                }
            }
        }
        self.parked.sort_by_key(|event| event.fact.position);
        Ok(self.parked)
    }

    /// Folds a part, or leaves no trace of it and returns the cause.
    async fn project(
        &self,
        db: &mut PgConnection,
        part: &[&LogRecord],
    ) -> Result<Option<FailureCause>, FailureCause> {
        let mut savepoint = db.begin().await?;
        match self.projection.project_into(&mut savepoint, part, self.revision).await {
            Ok(()) => savepoint.commit().await.map(|()| None).map_err(FailureCause::from),
            Err(failure) => {
                savepoint.rollback().await?;
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
