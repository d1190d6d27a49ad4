//! Tables for people, as CSV (RFC 4180) that a spreadsheet may open without harm.
//!
//! Why not the `csv` crate alone: spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a
//! carriage return as a formula, quoted or not (CWE-1236), and what is in these cells came from anywhere.
//!
//! What always holds: no such cell is written, save a plain number such as `-5`; every row has as many
//! cells as the heading. A crash leaves nothing: this only fills memory, which the caller takes away with
//! [`CsvTable::take`] as often as it likes.

use std::borrow::Cow;

use bytes::Bytes;

/// A table being written, row by row.
pub struct CsvTable {
    writer: csv::Writer<Vec<u8>>,
    columns: usize,
    records: u64,
}

/// A row has not as many cells as the heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row of {found} cells in a table of {expected} columns")]
pub struct UnequalColumns {
    expected: usize,
    found: usize,
}

impl CsvTable {
    /// A table with this heading.
    pub fn new(heading: &[&str]) -> Self {
        let mut table = Self { writer: writer(), columns: heading.len(), records: 0 };
        table.put(heading.iter());
        table
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`UnequalColumns`]; nothing is appended then.
    pub fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> Result<(), UnequalColumns> {
        if cells.len() != self.columns {
            return Err(UnequalColumns { expected: self.columns, found: cells.len() });
        }
        self.put(cells.iter());
        self.records += 1;
        Ok(())
    }

    /// Rows so far, without the heading.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Bytes waiting to be taken, give or take what the writer still buffers (8 KiB).
    pub fn waiting(&self) -> usize {
        self.writer.get_ref().len()
    }

    /// Takes what was written since the last time.
    pub fn take(&mut self) -> Bytes {
        let full = std::mem::replace(&mut self.writer, writer());
        // Flushing into memory does not fail.
        full.into_inner().map(Bytes::from).unwrap_or_default()
    }

    fn put<C: AsRef<str>>(&mut self, cells: impl Iterator<Item = C>) {
        for cell in cells {
            // Writing into memory does not fail.
            let _ = self.writer.write_field(defused(cell.as_ref()).as_bytes());
        }
        let _ = self.writer.write_record(None::<&[u8]>);
    }
}

fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new())
}

/// A cell that no spreadsheet runs: a `'` is put before one that begins like a formula, also after
/// blanks, and also in the full-width forms that spreadsheets take for the same.
fn defused(cell: &str) -> Cow<'_, str> {
    let begins = |first: char| "=+-@\t\r\n＝＋－＠".contains(first);
    let formula = cell.starts_with(begins) || cell.trim_start().starts_with(begins);
    if formula && !is_plain_number(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Whether a cell is digits with at most one sign before and one point among them.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_stay() {
        for cell in [
            "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "-", "+", "-inf", "-1e5|cmd",
            "＝1", "-1.", "--1", "+١",
        ] {
            assert_eq!(defused(cell), format!("'{cell}"));
        }
        for cell in ["", "a=b", "-5", "+4.25", "-0.1", "1", "text", "a@b.c", "'=1"] {
            assert_eq!(defused(cell), cell);
        }
    }

    #[test]
    fn rows_are_quoted_counted_and_taken_in_pieces() {
        let mut table = CsvTable::new(&["time", "=name"]);
        table.row(&["1", "say \"hi\", Ada"]).unwrap();
        assert_eq!(table.take(), "time,'=name\r\n1,\"say \"\"hi\"\", Ada\"\r\n");
        assert_eq!(table.row(&["1"]), Err(UnequalColumns { expected: 2, found: 1 }));
        table.row(&["", "=cmd|' /C calc'!A0\nx"]).unwrap();
        assert_eq!(table.take(), ",\"'=cmd|' /C calc'!A0\nx\"\r\n");
        assert_eq!((table.records(), table.take().len()), (2, 0));
        let mut single = CsvTable::new(&["only"]);
        single.row(&[""]).unwrap();
        assert_eq!(single.take(), "only\r\n\"\"\r\n", "an empty cell alone is still a row");
    }
}
