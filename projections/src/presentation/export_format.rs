//! A history as lines, for a file or a pipe: the same form for every caller.
//!
//! It only fills memory, an event at a time; a crash leaves nothing.

use std::io;

use bytes::Bytes;

use crate::presentation::csv::CsvTable;
use crate::presentation::event_view::{Audience, EventView};

/// How events are written, a line each.
pub enum ExportFormat {
    /// An object a line.
    Ndjson,
    /// A row a line, below a heading; of [`EventView::columns`].
    Csv(Box<CsvTable>),
    /// A sentence a line.
    Text,
}

impl ExportFormat {
    /// Writes CSV for `audience`.
    pub fn csv(audience: Audience) -> Self {
        Self::Csv(Box::new(CsvTable::new(&EventView::columns(audience))))
    }

    /// What stands before the first event.
    pub fn heading(&mut self) -> Bytes {
        match self {
            Self::Ndjson | Self::Text => Bytes::new(),
            Self::Csv(table) => table.take(),
        }
    }

    /// An event.
    ///
    /// # Errors
    /// When it cannot be put into words, which is a defect.
    pub fn line(&mut self, told: &EventView) -> io::Result<Bytes> {
        match self {
            Self::Ndjson => {
                let mut line = serde_json::to_vec(told)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::EventId;
    use serde_json::json;
    use uuid::Uuid;

    fn told() -> EventView {
        EventView {
            id: EventId::from_uuid(Uuid::from_u128(7)),
            position: Some(7),
            at: DateTime::UNIX_EPOCH,
            event_type: "account.signed_in".to_owned(),
            what: "Signed in".to_owned(),
            actor: "acc_1".to_owned(),
            ip_address: None,
            user_agent: Some("=cmd|' /C calc'!A0".to_owned()),
            aggregate_type: "account".to_owned(),
            aggregate_id: "acc_1".to_owned(),
            sequence: Some(2),
            causation_id: None,
            correlation_id: None,
            data: json!({}),
        }
    }

    #[test]
    fn a_row_is_read_by_a_spreadsheet_and_not_run() {
        let mut lines = ExportFormat::csv(Audience::Operator);
        assert_eq!(
            lines.heading(),
            "position,at,type,what,actor,ip_address,user_agent,aggregate_id,sequence\r\n"
        );
        assert_eq!(
            lines.line(&told()).unwrap(),
            "7,1970-01-01T00:00:00Z,account.signed_in,Signed in,acc_1,,'=cmd|' /C calc'!A0,acc_1,2\r\n"
        );
        // A holder's table has no column of the order of everything.
        let mut lines = ExportFormat::csv(Audience::Holder);
        assert_eq!(lines.heading(), "at,type,what,actor,ip_address,user_agent,aggregate_id,sequence\r\n");
        let holder = EventView { position: None, sequence: None, ..told() };
        assert_eq!(
            lines.line(&holder).unwrap(),
            "1970-01-01T00:00:00Z,account.signed_in,Signed in,acc_1,,'=cmd|' /C calc'!A0,acc_1,\r\n"
        );
    }

    #[test]
    fn a_line_is_an_event() {
        assert_eq!(ExportFormat::Ndjson.heading(), "");
        let line = String::from_utf8(ExportFormat::Ndjson.line(&told()).unwrap().to_vec()).unwrap();
        assert!(line.ends_with("}\n") && line.lines().count() == 1);
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["type"], "account.signed_in");
        assert_eq!(
            ExportFormat::Text.line(&told()).unwrap(),
            "1970-01-01 00:00:00 UTC  Signed in (by acc_1)\n"
        );
    }
}
