//! Each page that is served is read in a browser.

use std::collections::BTreeSet;
use std::fs;

use super::files::{read, root};

/// Where the visits are.
const VISITS: &str = "tests/browser";

/// The pages that the browser reads: a visit is marked with the page it is of.
fn visited() -> BTreeSet<String> {
    let files = fs::read_dir(root().join(VISITS)).unwrap().map(|entry| entry.unwrap().path());
    let scripts = files.filter(|path| path.extension().is_some_and(|kind| kind == "py"));
    let mark = |line: &str| Some(line.strip_prefix("@reads(\"")?.strip_suffix("\")")?.to_owned());
    scripts.flat_map(|path| read(path).lines().filter_map(mark).collect::<Vec<_>>()).collect()
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
        assert!(visits.iter().any(|visit| is_of(visit, page)), "no visit in {VISITS} reads {page}");
    }
    for visit in &visits {
        assert!(served().any(|page| is_of(visit, page)), "there is no page {visit}");
    }
}
