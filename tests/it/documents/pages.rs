//! Each page that is served is read in a browser.

use std::collections::BTreeSet;

use super::files::read;

/// The pages that the browser reads: a visit is marked with the page it is of.
fn visited() -> BTreeSet<String> {
    let visits = read("tests/browser/visits.py");
    let marks = visits.lines().filter_map(|line| line.strip_prefix("@reads(\"")?.strip_suffix("\")"));
    marks.map(str::to_owned).collect()
}

/// Whether a visit is of the page: by its path, of which a segment in braces is any.
fn is_of(visit: &str, page: &str) -> bool {
    let (visit, page): (Vec<&str>, Vec<&str>) = (visit.split('/').collect(), page.split('/').collect());
    let is_same = |(visit, page): (&&str, &&str)| visit.starts_with('{') || visit == page;
    visit.len() == page.len() && visit.iter().zip(&page).all(is_same)
}

/// Every page that is served.
fn served() -> impl Iterator<Item = &'static str> {
    api::page_paths().chain(api::settings_paths())
}

#[test]
fn a_browser_reads_each_page_that_is_served() {
    let visits = visited();
    for page in served() {
        assert!(
            visits.iter().any(|visit| is_of(visit, page)),
            "tests/browser/visits.py does not read {page}"
        );
    }
    for visit in &visits {
        assert!(served().any(|page| is_of(visit, page)), "there is no page {visit}");
    }
}
