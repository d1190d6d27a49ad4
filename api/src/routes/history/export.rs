//! A whole history at once, as lines of JSON, of CSV or of text. Read page by page as the client takes it, so
//! memory stays flat whatever its length. When the store fails in the middle, the answer is cut off, not
//! ended: the client sees that it has not got all.

use std::io;

use axum::body::Body;
use domain::AccountId;
use event_store::records::session::Session;
use futures::{StreamExt, TryStreamExt, stream};
use projections::history::HistoryFilter;
use projections::{Audience, EventView, ExportFormat};

use crate::capacity::StreamPermit;
use crate::problem::Problem;
use crate::state::AppState;

/// The history of `account`, as far as it is wanted; oldest first.
pub(super) async fn stream(
    state: &AppState,
    account: AccountId,
    mut writer: ExportFormat,
    filter: HistoryFilter,
    audience: Audience,
    (permit, session): (StreamPermit, Option<Session>),
) -> Result<Body, Problem> {
    let mut entries = Box::pin(state.views.history_stream(state.store.clone(), account, filter));
    // The first is read before anything is answered, so that a database that is away is told as such.
    let first = entries.try_next().await?;
    let heading = stream::iter([Ok(writer.heading())]);
    let lines = stream::iter(first.map(Ok)).chain(entries).map(move |entry| match entry {
        Ok(entry) => writer.line(&EventView::to(audience, entry, account)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "history download cut off");
            Err(io::Error::other("the history could not be read to its end"))
        }
    });
    let lines = heading.chain(lines);
    let lines = match session {
        Some(session) => state.as_long_as(session, lines).left_stream(),
        None => lines.right_stream(),
    };
    Ok(Body::from_stream(permit.hold(lines)))
}
