//! `GET /v1/admin/parked-events`: events that a read model could not take.
//!
//! Nothing of any person is shown; that an operator looked is an event of that operator.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::EventId;
use domain::operator::OperatorViewed;
use projections::parked::ParkedEvent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::look;
use crate::extract::{Auditor, RequestContext};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of parked events.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ParkedPage {
    /// The events, in the order of the log.
    pub(crate) items: Vec<ParkedBody>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// An event that a read model could not take. Its stream stands still in that read model, and in it alone.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ParkedBody {
    /// The read model.
    #[schema(example = "account")]
    pub(crate) projection: String,
    /// Its place in the order of everything.
    pub(crate) position: i64,
    /// Its id.
    #[schema(value_type = String, example = "evt_01h455vb4pex5vsknk084sn02q")]
    pub(crate) event_id: EventId,
    /// What happened, as a stable name.
    #[schema(example = "account.preferences_changed")]
    pub(crate) r#type: String,
    /// What it happened to.
    #[schema(example = "account")]
    pub(crate) aggregate_type: String,
    /// What it happened to.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) aggregate_id: String,
    /// Why it cannot be taken; null where it waits behind an earlier event of its stream.
    pub(crate) error: Option<String>,
    /// How often it was tried.
    pub(crate) attempts: i32,
    /// When it was parked.
    pub(crate) parked_at: DateTime<Utc>,
    /// When it is tried again by itself; null where it waits behind an earlier event.
    pub(crate) retry_at: Option<DateTime<Utc>>,
}

impl From<ParkedEvent> for ParkedBody {
    fn from(event: ParkedEvent) -> Self {
        Self {
            projection: event.projection,
            position: event.position,
            event_id: event.event_id,
            r#type: event.event_type,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            error: event.error,
            attempts: event.attempts,
            parked_at: event.parked_at,
            retry_at: event.retry_at,
        }
    }
}

/// The last event of a page: its position, and the read model.
#[derive(Debug, PartialEq, Eq)]
struct Cursor(i64, String);

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (position, projection) = text.split_once('.').ok_or(())?;
        Ok(Self(position.parse().map_err(|_| ())?, projection.to_owned()))
    }
}

/// Lists the events that a read model could not take.
///
/// They are tried again from time to time, when a program starts, and by `projections retry`.
#[utoipa::path(
    get, path = "/v1/admin/parked-events", tag = "Operators", operation_id = "listParkedEvents", params(Page),
    responses((status = 200, description = "The events", body = ParkedPage))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Auditor(operator): Auditor,
    context: RequestContext,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let cursor: Option<Cursor> = page.cursor()?;
    look::record_general(&state, operator, &context, OperatorViewed::ParkedEvents).await?;
    let after = cursor.as_ref().map(|Cursor(position, projection)| (*position, projection.as_str()));
    let mut events = state.views.parked_list(after, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut events, |event| format!("{}.{}", event.position, event.projection));
    let link = page.link("/v1/admin/parked-events", next_cursor.as_deref());
    let items = events.into_iter().map(Into::into).collect();
    Ok((link, Json(ParkedPage { items, next_cursor })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        assert_eq!("7.account".parse(), Ok(Cursor(7, "account".to_owned())));
        for text in ["", "7", "x.account", ".account"] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }
}
