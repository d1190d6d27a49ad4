//! Tests as documents name them, and tests as they stand in the sources.
//!
//! In the last column of a table, `http::sudo` is a module of `tests/it` and `http::sudo::name` a test in it; several of
//! one module stand in braces. After the name of a crate and a colon, up to the next semicolon, names are those of
//! tests anywhere in that crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::files::{root, rust_files};

/// The crates whose tests are named by name alone; `src` is the program's.
const CRATES: [&str; 7] = ["api", "bench", "domain", "event-store", "projections", "workers", "src"];

/// A test, or a module of them, that a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// In `tests/it`.
    Here(String),
    /// Somewhere in a crate.
    In(&'static str, String),
}

/// The cells of a row of a table.
pub(super) fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// All that are named in the last columns of a document's tables.
pub(super) fn named_in(document: &str) -> Vec<Named> {
    document.lines().filter_map(cells).flat_map(|row| named_in_cell(row.last().unwrap())).collect()
}

fn named_in_cell(cell: &str) -> Vec<Named> {
    let mut named = Vec::new();
    let mut of = None;
    for (index, piece) in cell.split('`').enumerate() {
        if index % 2 == 0 {
            of = crate_after(piece, of);
            continue;
        }
        match of {
            Some(name) => named.extend(expanded(piece).into_iter().map(|test| Named::In(name, test))),
            None if piece.contains("::") => named.extend(expanded(piece).into_iter().map(Named::Here)),
            None => {}
        }
    }
    named
}

/// Which crate is spoken of after a piece of text.
fn crate_after(text: &str, before: Option<&'static str>) -> Option<&'static str> {
    let (before, rest) = match text.rsplit_once(';') {
        Some((_, rest)) => (None, rest),
        None => (before, text),
    };
    let named =
        CRATES.into_iter().find(|name| rest.trim().trim_start_matches(',').trim() == format!("{name}:"));
    named.or(before)
}

/// `a::{b, c}` is `a::b` and `a::c`.
fn expanded(name: &str) -> Vec<String> {
    match name.strip_suffix('}').and_then(|name| name.split_once('{')) {
        Some((start, names)) => names.split(',').map(|name| format!("{start}{}", name.trim())).collect(),
        None => vec![name.to_owned()],
    }
}

/// The tests there are.
pub(super) struct Sources {
    /// By module of `tests/it`.
    modules: BTreeMap<String, BTreeSet<String>>,
    /// By crate.
    crates: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Sources {
    pub(super) fn read() -> Self {
        let here = root().join("tests/it");
        let modules = rust_files(&here).into_iter().map(|(path, text)| {
            let module = module_of(path.strip_prefix(&here).unwrap());
            (module, tests_in(&text).collect())
        });
        let crates = CRATES.into_iter().map(|name| {
            let files = rust_files(&root().join(name)).into_iter();
            (name, files.flat_map(|(_, text)| tests_in(&text).collect::<Vec<_>>()).collect())
        });
        Self { modules: modules.collect(), crates: crates.collect() }
    }

    pub(super) fn have(&self, named: &Named) -> bool {
        match named {
            Named::In(name, test) => self.crates[name].contains(test),
            Named::Here(path) => self.has_module(path) || self.has_test(path),
        }
    }

    /// A module, or one above modules, with a test in it.
    fn has_module(&self, path: &str) -> bool {
        let below = format!("{path}::");
        let mut within = self.modules.iter().filter(|(name, _)| *name == path || name.starts_with(&below));
        within.any(|(_, tests)| !tests.is_empty())
    }

    fn has_test(&self, path: &str) -> bool {
        let Some((module, test)) = path.rsplit_once("::") else { return false };
        self.modules.get(module).is_some_and(|tests| tests.contains(test))
    }
}

/// The module that a file below `tests/it` is.
fn module_of(path: &Path) -> String {
    let path = path.with_extension("");
    let path = if path.ends_with("mod") { path.parent().unwrap() } else { &path };
    path.to_str().unwrap().replace('/', "::")
}

/// The names of the tests in a source.
fn tests_in(text: &str) -> impl Iterator<Item = String> {
    let mut is_test = false;
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        }
        let name = function_in(line).filter(|_| is_test)?;
        is_test = false;
        Some(name.to_owned())
    })
}

fn function_in(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
}

#[test]
fn names_are_read_as_they_are_written() {
    let here = |path: &str| Named::Here(path.to_owned());
    let cell = "`http::a`, `http::b::{c, d}`; api: `e`, `f`; words (`zeroize`); workers: `g`; `http::h`";
    let expected = [
        here("http::a"),
        here("http::b::c"),
        here("http::b::d"),
        Named::In("api", "e".to_owned()),
        Named::In("api", "f".to_owned()),
        Named::In("workers", "g".to_owned()),
        here("http::h"),
    ];
    assert_eq!(named_in(&format!("| 1 | `not::here` | {cell} |\n`nor::here`")), expected);
}

#[test]
fn what_is_not_there_is_missed() {
    let sources = Sources::read();
    let here = |path: &str| sources.have(&Named::Here(path.to_owned()));
    assert!(
        here("documents::named_tests::what_is_not_there_is_missed")
            && here("documents")
            && here("http::sudo")
    );
    assert!(!here("documents::named_tests::module_of") && !here("documents::nothing") && !here("support"));
    let in_api = |name: &str| sources.have(&Named::In("api", name.to_owned()));
    assert!(in_api("a_bearer_token_is_found") && !in_api("bearer"));
}
