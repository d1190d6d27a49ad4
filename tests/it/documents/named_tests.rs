//! Tests as documents name them, and tests as they stand in the sources.
//!
//! In the last column of a table, `http::sudo` is a module of `tests/it` and `http::sudo::name` a test in it; several of
//! one module stand in braces. After the name of a crate and a colon, up to the next semicolon, names are those of
//! tests anywhere in that crate, and paths those of its modules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::files::{root, rust_files};

/// The crates whose tests are named by name alone, and their folders; `src` is the program's.
const CRATES: [(&str, &str); 11] = [
    ("api", "api"),
    ("bench", "bench"),
    ("catalogue", "catalogue"),
    ("domain", "domain"),
    ("embedded-servers", "crates/embedded-servers"),
    ("event-store", "event-store"),
    ("log-proof", "crates/log-proof"),
    ("projections", "projections"),
    ("sealed-objects", "crates/sealed-objects"),
    ("workers", "workers"),
    ("src", "src"),
];

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
        CRATES.into_iter().find(|(name, _)| rest.trim().trim_start_matches(',').trim() == format!("{name}:"));
    named.map(|(name, _)| name).or(before)
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
    here: Modules,
    crates: BTreeMap<&'static str, Modules>,
}

/// Tests by module.
struct Modules(BTreeMap<String, BTreeSet<String>>);

impl Sources {
    pub(super) fn read() -> Self {
        let of_crate = |(name, folder): (&'static str, &'static str)| {
            let folder = root().join(folder);
            let folders =
                if name == "src" { vec![folder] } else { ["src", "tests"].map(|of| folder.join(of)).into() };
            let there = folders.iter().filter(|folder| folder.exists());
            let modules = Modules(there.flat_map(|folder| Modules::below(folder).0).collect());
            (name, modules)
        };
        let here = Modules::below(&root().join("tests/it"));
        Self { here, crates: CRATES.into_iter().map(of_crate).collect() }
    }

    pub(super) fn have(&self, named: &Named) -> bool {
        match named {
            Named::In(name, path) => self.crates[name].have(path) || self.crates[name].have_anywhere(path),
            Named::Here(path) => self.here.have(path),
        }
    }
}

impl Modules {
    fn below(folder: &Path) -> Self {
        let module = |(path, text): (PathBuf, String)| {
            (module_of(path.strip_prefix(folder).unwrap()), tests_in(&text).collect())
        };
        Self(rust_files(folder).into_iter().map(module).collect())
    }

    /// Whether a path is that of a module with a test in it or below it, or that of a test.
    fn have(&self, path: &str) -> bool {
        let below = format!("{path}::");
        let mut within = self.0.iter().filter(|(name, _)| *name == path || name.starts_with(&below));
        let is_test = |(module, test)| self.0.get(module).is_some_and(|tests| tests.contains(test));
        within.any(|(_, tests)| !tests.is_empty()) || path.rsplit_once("::").is_some_and(is_test)
    }

    fn have_anywhere(&self, test: &str) -> bool {
        self.0.values().any(|tests| tests.contains(test))
    }
}

/// The module that a file is.
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
    assert!(in_api("extract::session") && !in_api("extract::bearer") && !in_api("extract::session::bearer"));
}
