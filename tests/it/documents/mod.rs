//! What the documents say of the code, held against the code: a test that was renamed or deleted is missed here, a
//! requirement without an answer, and a link that leads nowhere.
//!
//! Only files are read, so all of it takes a moment.

mod asvs;
mod files;
mod metrics;
mod named_tests;
mod pages;

use std::collections::BTreeSet;

use asvs::{Answers, LEVEL_1, LEVEL_2, numbered};
use files::{documents, read, relative_links};
use named_tests::{Sources, named_in};

/// The documents that name tests, in the last column of their tables.
const NAMING_TESTS: [&str; 2] = [".github/SECURITY.md", ".github/ASVS.md"];
const ASVS: &str = ".github/ASVS.md";

#[test]
fn every_test_that_a_document_names_exists() {
    let sources = Sources::read();
    for document in NAMING_TESTS {
        let named = named_in(&read(document));
        assert!(named.len() > 20, "{document} names {} tests", named.len());
        let gone: Vec<_> = named.iter().filter(|name| !sources.have(name)).collect();
        assert!(gone.is_empty(), "{document} names tests that are not there: {gone:#?}");
    }
}

#[test]
fn every_requirement_of_levels_1_and_2_is_answered_once() {
    let answered = asvs::mentioned(&read(ASVS));
    let twice: BTreeSet<_> = answered.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "answered more than once: {twice:?}");
    let here: BTreeSet<_> = answered.into_iter().collect();
    let there: BTreeSet<_> = [LEVEL_1, LEVEL_2].into_iter().flat_map(numbered).collect();
    let missing: Vec<_> = there.difference(&here).map(asvs::written).collect();
    let surplus: Vec<_> = here.difference(&there).map(asvs::written).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "without an answer: {missing:?}; unknown: {surplus:?}");
}

#[test]
fn every_answer_names_a_test_or_says_why_there_is_none() {
    let answers = Answers::read(&read(ASVS));
    for row in &answers.rows {
        assert!(!row.says.is_empty(), "{}: nothing is said", row.number);
        let tested = !named_in(&row.line).is_empty();
        let explained = row.tests.starts_with("none: ");
        assert!(tested != explained, "{}: name a test, or write `none: ` and why", row.number);
    }
}

#[test]
fn the_sums_at_the_top_are_those_of_the_rows() {
    let text = read(ASVS);
    let answers = Answers::read(&text);
    assert!(text.contains(&answers.sums()), "write: {}", answers.sums());
}

#[test]
fn requirements_of_level_1_are_marked() {
    let level_1: BTreeSet<_> = numbered(LEVEL_1).map(|number| asvs::written(&number)).collect();
    for row in Answers::read(&read(ASVS)).rows {
        assert_eq!(row.is_marked, level_1.contains(&row.number), "{}: level 1 is in bold", row.number);
    }
}

#[test]
fn every_library_comes_from_one_registry_with_its_sum() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let text = |package: &toml::Value, name: &str| {
        package.get(name).and_then(toml::Value::as_str).map(str::to_owned)
    };
    let packages = lock["package"].as_array().unwrap();
    // Those without a source are the house's own.
    let sources: Vec<_> = packages.iter().filter_map(|package| text(package, "source")).collect();
    let sums = packages.iter().filter_map(|package| text(package, "checksum")).count();
    assert!(sums > 300 && sums == sources.len(), "{sums} of {} libraries have a sum", sources.len());
    let registries: BTreeSet<_> = sources.into_iter().collect();
    assert!(
        registries.len() == 1 && registries.iter().all(|from| from.starts_with("registry+")),
        "{registries:?}"
    );
}

#[test]
fn every_link_between_documents_leads_to_a_file() {
    for document in documents() {
        for link in relative_links(&document) {
            assert!(link.target.exists(), "{}: {} leads nowhere", document.display(), link.written);
        }
    }
}

#[test]
fn every_decision_has_a_number_of_its_own() {
    let names = documents().into_iter().filter(|path| path.parent().unwrap().ends_with("adr"));
    let mut numbers: Vec<String> =
        names.map(|path| path.file_name().unwrap().to_str().unwrap()[..4].to_owned()).collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(all > 10 && numbers.len() == all, "two decisions have one number: {numbers:?}");
}
