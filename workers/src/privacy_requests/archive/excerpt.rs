//! What of the files is shown in the page: the profile, and the newest of each list.
//!
//! Why an excerpt: the page is for reading, a list may have millions of lines, and memory must not grow with it. So of each
//! file that is shown its first or its last [`KEPT`] bytes are kept while it passes. What always holds: what is shown is what
//! stands in the file. A crash leaves nothing.

use std::collections::BTreeMap;

use serde_json::Value;

/// Bytes that are kept of a file.
const KEPT: usize = 256 * 1024;

/// Where in a file its newest records stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Newest {
    First,
    Last,
}

/// The files that are shown.
const SHOWN: [(&str, Newest); 8] = [
    ("account/profile.json", Newest::First),
    ("account/sessions.ndjson", Newest::First),
    ("account/organizations.ndjson", Newest::First),
    ("account/projects.ndjson", Newest::First),
    ("account/requests.ndjson", Newest::First),
    ("account/consents.ndjson", Newest::Last),
    ("account/history.ndjson", Newest::Last),
    ("usage/events.ndjson", Newest::Last),
];

/// What was kept of each file that is shown.
#[derive(Debug, Default)]
pub struct Excerpts(BTreeMap<String, Excerpt>);

#[derive(Debug)]
struct Excerpt {
    newest: Newest,
    bytes: Vec<u8>,
    /// Something was not kept.
    cut: bool,
}

impl Excerpts {
    /// Takes the next piece of a file, where that is shown.
    pub fn add(&mut self, file: &str, piece: &[u8]) {
        let Some((_, newest)) = SHOWN.iter().find(|(shown, _)| *shown == file) else { return };
        let excerpt = self.0.entry(file.to_owned()).or_insert_with(|| Excerpt {
            newest: *newest,
            bytes: Vec::new(),
            cut: false,
        });
        excerpt.add(piece);
    }

    /// A file that is one record.
    pub(super) fn record(&self, file: &str) -> Option<Value> {
        serde_json::from_slice(&self.0.get(file)?.bytes).ok()
    }

    /// At most `most` records of a list, the newest first.
    pub(super) fn newest(&self, file: &str, most: usize) -> Vec<Value> {
        self.0.get(file).map(|excerpt| excerpt.newest(most)).unwrap_or_default()
    }
}

impl Excerpt {
    fn add(&mut self, piece: &[u8]) {
        match self.newest {
            Newest::First => {
                let room = KEPT.saturating_sub(self.bytes.len()).min(piece.len());
                self.bytes.extend_from_slice(&piece[..room]);
                self.cut |= room < piece.len();
            }
            Newest::Last => {
                self.bytes.extend_from_slice(piece);
                // Twice as much is let grow, so that not every piece moves all of it.
                if self.bytes.len() > 2 * KEPT {
                    self.bytes.drain(..self.bytes.len() - KEPT);
                    self.cut = true;
                }
            }
        }
    }

    fn newest(&self, most: usize) -> Vec<Value> {
        let lines = self.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let read = |line: &[u8]| serde_json::from_slice(line).ok();
        match self.newest {
            // Where it was cut, a line that does not end is none.
            Newest::First => lines.filter_map(read).take(most).collect(),
            Newest::Last => {
                let whole: Vec<&[u8]> = lines.skip(usize::from(self.cut)).collect();
                whole.into_iter().rev().filter_map(read).take(most).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(file: &str, lines: usize) -> Excerpts {
        let mut excerpts = Excerpts::default();
        for line in 0..lines {
            let text = format!("{{\"n\":{line},\"filler\":\"{}\"}}\n", "x".repeat(1_000));
            // In pieces that are no lines.
            let (one, other) = text.split_at(17);
            excerpts.add(file, one.as_bytes());
            excerpts.add(file, other.as_bytes());
        }
        excerpts
    }

    fn numbers(excerpts: &Excerpts, file: &str) -> Vec<Value> {
        excerpts.newest(file, 3).into_iter().map(|record| record["n"].clone()).collect()
    }

    #[test]
    fn the_newest_of_a_long_list_are_kept_and_no_more() {
        let (history, sessions) = ("account/history.ndjson", "account/sessions.ndjson");
        for lines in [3, 200, 5_000] {
            let excerpts = of(history, lines);
            assert_eq!(numbers(&excerpts, history), [json!(lines - 1), json!(lines - 2), json!(lines - 3)]);
            assert!(excerpts.0[history].bytes.len() <= 2 * KEPT);
            let excerpts = of(sessions, lines);
            assert_eq!(numbers(&excerpts, sessions), [json!(0), json!(1), json!(2)]);
            assert!(excerpts.0[sessions].bytes.len() <= KEPT);
        }
        assert!(of("other/file.ndjson", 3).0.is_empty(), "what is not shown is not kept");
    }
}
