//! The registry as people read it: `.github/PERSONAL_DATA.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::columns::{NOT_PERSONAL, Other};
use super::copies::copies;
use super::datum::Datum;

const HEAD: &str = "\
# Personal data: where each datum lies, and how it goes

Printed from the registry in `src/personal_data/`; `program::personal_data` compares it, and fails when a column of text or bytes
is named nowhere. To change it, change the registry and run that test with `UPDATE_DOCUMENTS=1`.

*Delete Data* erases what was collected about the use of the product; the account goes on. *Delete account* ends it. *By itself* is when a
copy goes although nobody asked. \"The person's key\" is one for each person and scope, wrapped by the master key: when it is
destroyed, what it sealed is unreadable in every copy, in backups too once those hold no key any more (see the README).
";

const TAIL: &str = "\
Of columns of numbers, times and truth values none is listed: they say when something happened and how it stands, of a row whose owner is
listed above.
";

/// All of it.
pub fn document() -> String {
    let mut text = String::from(HEAD);
    for datum in Datum::ALL {
        section(&mut text, *datum);
    }
    others(&mut text);
    text
}

fn section(text: &mut String, datum: Datum) {
    // Writing into memory does not fail.
    let _ = writeln!(text, "\n## {}\n", datum.title());
    text.push_str(
        "| Where | How it lies there | Delete Data | Delete account | By itself |\n|---|---|---|---|---|\n",
    );
    for copy in copies(datum) {
        let (place, form) = (&copy.place, copy.form);
        let (data, account) = (copy.data_deleted, copy.account_deleted);
        let _ = writeln!(text, "| {place} | {form} | {data} | {account} | {} |", copy.otherwise);
    }
}

fn others(text: &mut String) {
    text.push_str("\n## Columns that hold nothing personal\n\n| Why | Columns |\n|---|---|\n");
    let mut by_reason: BTreeMap<Other, Vec<String>> = BTreeMap::new();
    for (table, reason, columns) in NOT_PERSONAL {
        let columns = columns.iter().map(|column| format!("`{table}.{column}`"));
        by_reason.entry(*reason).or_default().extend(columns);
    }
    for (reason, columns) in by_reason {
        let _ = writeln!(text, "| {} | {} |", reason.in_words(), columns.join(", "));
    }
    text.push('\n');
    text.push_str(TAIL);
}
