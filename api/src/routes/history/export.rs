//! A whole history at once, as lines of JSON, of CSV or of text. Read page by page as the client takes it, so
//! memory stays flat whatever its length. When the store fails in the middle, the answer is cut off, not
//! ended: the client sees that it has not got all.

use std::io;

use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::AccountId;
use futures::{StreamExt, TryStreamExt, stream};
use projections::{Table, Told};

use super::Tell;
use super::entry::HistoryEntry;
use crate::problem::Problem;
use crate::state::AppState;

/// How the events are written.
pub(super) enum Writer {
    /// An object a line.
    Ndjson,
    /// A row a line, below a heading. The same columns as in the archive and on the command line.
    Csv(Box<Table>),
    /// A sentence a line.
    Text,
}

impl Writer {
    /// Writes CSV.
    pub(super) fn csv() -> Self {
        Self::Csv(Box::new(Table::new(&Told::COLUMNS)))
    }

    /// What stands before the first event.
    fn heading(&mut self) -> Bytes {
        match self {
            Self::Ndjson | Self::Text => Bytes::new(),
            Self::Csv(table) => table.take(),
        }
    }

    fn line(&mut self, told: Told) -> io::Result<Bytes> {
        match self {
            Self::Ndjson => {
                let mut line = serde_json::to_vec(&HistoryEntry::from(told))?;
                line.push(b'\n');
                Ok(line.into())
            }
            Self::Csv(table) => {
                table.row(&told.cells()).map_err(io::Error::other)?;
                Ok(table.take())
            }
            Self::Text => Ok(format!("{}\n", told.in_words()).into()),
        }
    }
}

/// The history of `account` up to `until`, if given; oldest first.
pub(super) async fn stream(
    state: &AppState,
    account: AccountId,
    mut writer: Writer,
    until: Option<DateTime<Utc>>,
    tell: Tell,
) -> Result<Body, Problem> {
    let room = state.streams.room()?;
    let mut entries = Box::pin(state.views.history_stream(state.store.clone(), account, until));
    // The first is read before anything is answered, so that a database that is away is told as such.
    let first = entries.try_next().await?;
    let heading = stream::iter([Ok(writer.heading())]);
    let lines = stream::iter(first.map(Ok)).chain(entries).map(move |entry| match entry {
        Ok(entry) => writer.line(tell(entry)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a history was cut off");
            Err(io::Error::other("the history could not be read to its end"))
        }
    });
    Ok(Body::from_stream(room.hold(heading.chain(lines))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::EventId;
    use serde_json::json;
    use uuid::Uuid;

    fn told() -> Told {
        Told {
            id: EventId::from_uuid(Uuid::from_u128(7)),
            position: 7,
            at: DateTime::UNIX_EPOCH,
            event_type: "account.signed_in".to_owned(),
            what: "Signed in".to_owned(),
            actor: "acc_1".to_owned(),
            ip_address: None,
            user_agent: Some("=cmd|' /C calc'!A0".to_owned()),
            aggregate_type: "account".to_owned(),
            aggregate_id: "acc_1".to_owned(),
            sequence: 2,
            causation_id: None,
            correlation_id: None,
            data: json!({}),
        }
    }

    fn text(bytes: &Bytes) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_row_is_read_by_a_spreadsheet_and_not_run() {
        let mut writer = Writer::csv();
        insta::assert_snapshot!(text(&writer.heading()).trim_end(), @"position,at,type,what,actor,ip_address,user_agent,aggregate_id,sequence");
        insta::assert_snapshot!(text(&writer.line(told()).unwrap()).trim_end(), @"7,1970-01-01T00:00:00+00:00,account.signed_in,Signed in,acc_1,,'=cmd|' /C calc'!A0,acc_1,2");
    }

    #[test]
    fn a_line_is_an_event() {
        assert_eq!(Writer::Ndjson.heading(), "");
        let line = text(&Writer::Ndjson.line(told()).unwrap());
        assert!(line.ends_with("}\n") && line.lines().count() == 1);
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["type"], "account.signed_in");
        assert_eq!(
            text(&Writer::Text.line(told()).unwrap()),
            "1970-01-01 00:00:00 UTC  Signed in (by acc_1)\n"
        );
    }
}
