//! Every metric has a name that is ours, a meaning, and a line in the README.

use std::collections::BTreeSet;

use personal_settings::composition::metrics::{COUNTERS, GAUGES, HISTOGRAMS};

use super::files::{read, root, rust_files};

const CRATES: [&str; 6] =
    ["api/src", "event-store/src", "projections/src", "workers/src", "src", "domain/src"];
const MACROS: [&str; 3] = ["counter!(", "gauge!(", "histogram!("];

/// The metrics that the sources record: the first text behind each macro.
fn recorded() -> BTreeSet<String> {
    let sources = CRATES.iter().flat_map(|folder| rust_files(&root().join(folder)));
    let mut names = BTreeSet::new();
    for (path, text) in sources {
        for name in MACROS {
            for rest in
                text.split(&format!("metrics::{name}")).skip(1).chain(text.split(&format!(" {name}")).skip(1))
            {
                if rest.starts_with("name, meaning") {
                    continue;
                }
                let quoted = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                names.insert(quoted.unwrap_or_else(|| panic!("{}: {rest:.40}", path.display())).to_owned());
            }
        }
    }
    names
}

fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTERS.into_iter().chain(GAUGES).chain(HISTOGRAMS)
}

#[test]
fn every_metric_that_is_recorded_has_a_meaning_and_every_meaning_a_metric() {
    let meant: BTreeSet<String> = described().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(recorded(), meant, "name them in src/composition/metrics.rs");
    for (name, meaning) in described() {
        assert!(name.starts_with("personal_settings_") && meaning.len() > 15, "{name}");
    }
    assert!(COUNTERS.iter().all(|(name, _)| name.ends_with("_total")));
}

#[test]
fn the_readme_tells_of_every_metric() {
    let readme = read("README.md");
    for (name, meaning) in described() {
        let line = format!("| `{name}` | {meaning} |");
        assert!(readme.contains(&line), "write: {line}");
    }
}
