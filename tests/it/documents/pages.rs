//! Each page that is served is read in a browser.

use std::collections::BTreeSet;

use super::files::read;

/// The pages that the browser reads: a visit is marked with the page it is of.
fn visited() -> BTreeSet<String> {
    let visits = read("tests/browser/visits.py");
    let marks = visits.lines().filter_map(|line| line.strip_prefix("@reads(\"")?.strip_suffix("\")"));
    marks.map(str::to_owned).collect()
}

/// Whether a visit is of the page: by its path, or by what its path begins with.
fn is_of(visit: &str, page: &str) -> bool {
    match visit.split_once('{') {
        Some((begins, _)) => page.strip_prefix(begins).is_some_and(|name| !name.contains('/')),
        None => visit == page,
    }
}

#[test]
fn a_browser_reads_each_page_that_is_served() {
    let visits = visited();
    for page in api::page_paths() {
        assert!(
            visits.iter().any(|visit| is_of(visit, page)),
            "tests/browser/visits.py does not read {page}"
        );
    }
    for visit in &visits {
        assert!(api::page_paths().any(|page| is_of(visit, page)), "there is no page {visit}");
    }
}
