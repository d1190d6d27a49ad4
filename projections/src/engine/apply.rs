//! One page of the log folded into one read model, exactly once.
//!
//! In one transaction: take the cursor where it still stands before the page, and move it; set aside what
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
use sqlx::{Connection, PgConnection, Postgres, Transaction};

use super::cursor::{self, CursorName, ProjectionCursor};
use super::isolate::{Isolating, Parked, Stream, stream};
use super::parked;
use super::projection::{FailureCause, Projection};
use super::read_ahead::FetchedPage;

/// What became of a page. Nothing was done unless it was folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Folded,
    /// The cursor stands elsewhere, or another process has it.
    NotAtCursor,
    /// Something was erased since the page was read: it must be read again.
    Purged,
    /// A later release fills this read model, in another form.
    NewerRevision,
}

/// Folds a page into `projection`, whose cursor is called `name`.
pub(crate) async fn fold(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: CursorName<'_>,
    read: &FetchedPage,
) -> Result<Outcome, StoreError> {
    let whole = match apply_page(db, projection, name, read).await {
        Err(FailureCause::Event(..) | FailureCause::Unattributed(_)) => {
            tracing::warn!(
                projection = &*name.text(),
                after = read.page.after,
                "a page of events cannot be applied as a whole; applying them one by one"
            );
            apply_one_by_one(db, projection, name, read).await
        }
        whole => whole,
    };
    whole.map_err(FailureCause::into_error)
}

/// Folds a page as a whole.
async fn apply_page(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: CursorName<'_>,
    read: &FetchedPage,
) -> Result<Outcome, FailureCause> {
    if read.page.facts.is_empty() {
        let moved = cursor::advance_empty(db, name, projection.revision(), &read.page).await?;
        return Ok(if moved { Outcome::Folded } else { Outcome::NotAtCursor });
    }
    let mut claimed = match ClaimedPage::claim(db, projection, name, read).await? {
        Ok(claimed) => claimed,
        Err(outcome) => return Ok(outcome),
    };
    if !claimed.fit.is_empty() {
        projection.project_into(&mut claimed.transaction, &claimed.fit, claimed.revision).await?;
    }
    claimed.commit(name).await
}

/// Folds a page in parts, and parks the events that cannot be taken.
async fn apply_one_by_one(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: CursorName<'_>,
    read: &FetchedPage,
) -> Result<Outcome, FailureCause> {
    let mut claimed = match ClaimedPage::claim(db, projection, name, read).await? {
        Ok(claimed) => claimed,
        Err(outcome) => return Ok(outcome),
    };
    let fit = std::mem::take(&mut claimed.fit);
    let isolating = Isolating::new(projection, claimed.revision);
    claimed.parked.extend(isolating.fold(&mut claimed.transaction, fit).await?);
    claimed.commit(name).await
}

/// A page whose cursor is locked and moved past it, in a transaction that is still open.
struct ClaimedPage<'db, 'p> {
    transaction: Transaction<'db, Postgres>,
    /// The form in which the read model was filled.
    revision: i32,
    /// What can be folded.
    fit: Vec<&'p LogRecord>,
    /// What is parked.
    parked: Vec<Parked<'p>>,
}

impl<'db, 'p> ClaimedPage<'db, 'p> {
    /// Claims a page, or says why it may not be folded.
    async fn claim(
        db: &'db mut PgConnection,
        projection: &dyn Projection,
        name: CursorName<'_>,
        read: &'p FetchedPage,
    ) -> Result<Result<Self, Outcome>, FailureCause> {
        let page = &read.page;
        let mut transaction = db.begin().await?;
        let claimed = cursor::claim_and_advance(&mut transaction, name, page).await?;
        let cursor = match check_ownership(claimed, projection, read) {
            Ok(cursor) => cursor,
            Err(outcome) => {
                // At once: others wait for the cursor, and the order of events for the transaction.
                transaction.rollback().await?;
                return Ok(Err(outcome));
            }
        };
        let behind = if cursor.parks {
            parked::streams_of(&mut transaction, name, page).await?
        } else {
            HashSet::new()
        };
        let (fit, parked) = split_parked(page, &behind);
        Ok(Ok(Self { transaction, revision: cursor.revision, fit, parked }))
    }

    async fn commit(mut self, name: CursorName<'_>) -> Result<Outcome, FailureCause> {
        let text = name.text();
        parked::park(&mut self.transaction, name, &self.parked).await?;
        failpoint::reach("view: about to move", &text);
        self.transaction.commit().await?;
        failpoint::reach("view: moved", &text);
        for event in self.parked.iter().filter(|event| event.reason.is_some()) {
            tracing::warn!(
                projection = &*text,
                position = event.fact.position,
                event_type = event.fact.event_type,
                aggregate_id = event.fact.aggregate_id,
                reason = event.reason,
                "event cannot be applied: its stream is parked"
            );
        }
        Ok(Outcome::Folded)
    }
}

/// The cursor, if the page may be folded under it; or else why not.
fn check_ownership(
    claimed: Option<ProjectionCursor>,
    projection: &dyn Projection,
    read: &FetchedPage,
) -> Result<ProjectionCursor, Outcome> {
    match claimed {
        None => Err(Outcome::NotAtCursor),
        Some(cursor) if cursor.revision > projection.revision() => Err(Outcome::NewerRevision),
        Some(cursor) if !read.is_fresh(cursor.purges) => Err(Outcome::Purged),
        Some(cursor) => Ok(cursor),
    }
}

/// What can be folded of a page, and what is parked before anything is folded: events that cannot be read, and those
/// that come after one in its stream.
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
