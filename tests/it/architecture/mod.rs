//! The arrows between crates, and between the folders of each, go one way; some libraries belong to one crate alone.

mod modules;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use modules::Modules;

/// Which of our own crates each of them may use.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("catalogue", &[]),
    ("embedded-servers", &[]),
    ("log-proof", &[]),
    ("sealed-objects", &[]),
    ("domain", &[]),
    ("event-store", &["domain", "log-proof", "sealed-objects"]),
    ("projections", &["domain", "event-store"]),
    ("workers", &["catalogue", "domain", "event-store", "sealed-objects", "projections"]),
    ("api", &["catalogue", "domain", "event-store", "sealed-objects", "projections"]),
    ("bench", &["domain", "event-store", "sealed-objects", "projections", "api"]),
    (
        "personal-settings",
        &[
            "embedded-servers",
            "catalogue",
            "domain",
            "event-store",
            "sealed-objects",
            "projections",
            "workers",
            "api",
            "bench",
        ],
    ),
];

/// Libraries that only some crates may name.
const ONLY_IN: [(&str, &[&str]); 17] = [
    ("fluent-bundle", &["catalogue"]),
    ("chrono-tz", &["catalogue", "domain"]),
    ("axum", &["api"]),
    ("hyper", &["api"]),
    ("tower-http", &["api"]),
    ("utoipa", &["api"]),
    ("utoipa-swagger-ui", &["api"]),
    ("async-nats", &["workers"]),
    ("lettre", &["workers"]),
    ("mail-parser", &["api"]),
    ("cron", &["workers"]),
    ("zip", &["workers", "embedded-servers", "personal-settings"]),
    ("sqlx", &["event-store", "projections", "bench", "embedded-servers"]),
    ("postgres-es", &["event-store", "bench"]),
    ("backoff", &["event-store"]),
    ("object_store", &["sealed-objects"]),
    ("socket2", &["event-store"]),
];

/// The libraries the domain may name: none that does I/O, tells the time or draws random numbers.
const DOMAIN: [&str; 12] = [
    "async-trait",
    "chrono",
    "chrono-tz",
    "cqrs-es",
    "email_address",
    "idna",
    "serde",
    "serde_json",
    "thiserror",
    "toml",
    "type-safe-id",
    "uuid",
];

fn packages() -> Vec<Package> {
    let metadata: Metadata = MetadataCommand::new().no_deps().exec().unwrap();
    metadata.packages
}

fn modules(package: &Package) -> Modules {
    Modules::read(package.manifest_path.with_file_name("src").as_std_path())
}

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let of = |package: &Package| {
        let shipped = package.dependencies.iter().filter(|on| on.kind == DependencyKind::Normal);
        shipped.map(|on| on.name.clone()).collect()
    };
    packages().iter().map(|package| (package.name.to_string(), of(package))).collect()
}

#[test]
fn the_arrows_go_one_way() {
    let dependencies = dependencies();
    let ours: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    assert_eq!(dependencies.keys().map(String::as_str).collect::<BTreeSet<_>>(), ours);
    for (name, may_use) in MAY_USE {
        for used in dependencies[name].iter().filter(|used| ours.contains(used.as_str())) {
            assert!(may_use.contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn libraries_stay_in_their_room() {
    let dependencies = dependencies();
    for (library, rooms) in ONLY_IN {
        for (name, used) in &dependencies {
            let allowed = rooms.contains(&name.as_str());
            assert!(allowed || !used.contains(library), "{name} must not name {library}; only {rooms:?} may");
        }
    }
}

#[test]
fn the_domain_names_nothing_that_does_io() {
    for library in &dependencies()["domain"] {
        assert!(DOMAIN.contains(&library.as_str()), "the domain must not name {library}");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn no_folders_lead_to_each_other() {
    let (mut circles, mut folders) = (Vec::new(), 0);
    for package in packages() {
        let modules = modules(&package);
        for folder in modules.folders() {
            folders += 1;
            for circle in modules.circles(&folder) {
                let arrows = modules.arrows(&folder);
                let inside = circle.iter().map(|from| {
                    let to: Vec<&str> = arrows[from].intersection(&circle).copied().collect();
                    format!("    {from} names {}", to.join(", "))
                });
                let inside: Vec<String> = inside.collect();
                circles.push(format!("{} {}:\n{}", package.name, folder.join("/"), inside.join("\n")));
            }
        }
    }
    println!("{} circles in {folders} folders", circles.len());
    assert!(circles.is_empty(), "\n{}", circles.join("\n"));
}

#[test]
fn the_parts_of_the_event_store_do_not_name_the_store() {
    let package = packages().into_iter().find(|package| package.name == "event-store").unwrap();
    let modules = modules(&package);
    let naming: Vec<&str> = modules
        .arrows(&[])
        .into_iter()
        .filter(|(_, named)| named.contains("store"))
        .map(|(from, _)| from)
        .collect();
    // An erasure goes through several parts of it.
    assert_eq!(naming, ["erasure"]);
}
