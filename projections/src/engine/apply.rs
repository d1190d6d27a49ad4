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

use std::collections::HashSet;

use event_store::StoreError;
use event_store::failpoint;
use event_store::log::subscription::{Content, LogRecord, Page};
use sqlx::{Connection, PgConnection};

use super::cursor::{self, Taken};
use super::isolate::{Isolating, Parked, Stream, stream};
use super::parked;
use super::projection::{Blame, Projection};
use super::read_ahead::FetchedPage;

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
    let mut transaction = db.begin().await.map_err(Blame::from)?;
    let taken = cursor::take(&mut transaction, name, page).await.map_err(Blame::Store)?;
    let taken = match check_ownership(taken, projection, read) {
        Ok(taken) => taken,
        Err(outcome) => {
            // At once: others wait for the checkpoint, and the order of events for the transaction.
            transaction.rollback().await.map_err(Blame::from)?;
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
    transaction.commit().await.map_err(Blame::from)?;
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
