//! Which PostgreSQL and which nats-server to run.
//!
//! Servers of the system come first, the newest of them; otherwise the pinned wheels are fetched. A cluster
//! that exists already decides the major version of PostgreSQL, since no other can read its files. Nothing is
//! remembered between starts: asking a program for its version takes a few milliseconds, and a remembered
//! answer goes stale.

use std::path::{Path, PathBuf};

use crate::command::version_of;
use crate::error::{Attempt, Error, Unavailable};
use crate::fetch;
use crate::machine::Machine;
use crate::program::{Nats, Postgres};
use crate::source::ServerSource;
use crate::version::Version;
use crate::wheel;

/// The oldest PostgreSQL that will do.
const OLDEST_POSTGRES: Version = Version::new(15, 0);

/// The oldest nats-server that will do.
const OLDEST_NATS: Version = Version::new(2, 9);

/// Finds a PostgreSQL that can run the cluster at `cluster`, whose major version is given when it exists.
pub(crate) fn postgres(
    source: ServerSource,
    existing: Option<u32>,
    cluster: &Path,
    machine: &Machine,
) -> Result<Postgres, Error> {
    let fits = |version: Version| existing.is_none_or(|major| major == version.major);
    let mut tried = Vec::new();
    let mut found = Vec::new();
    if source != ServerSource::Download {
        for candidate in system_postgres(machine, &mut tried) {
            if fits(candidate.version) {
                return Ok(candidate);
            }
            found.push(format!("PostgreSQL {} ({})", candidate.version, candidate.bin.display()));
        }
    }
    if source != ServerSource::System && fits(wheel::POSTGRES.server) {
        match fetch::tree(&wheel::POSTGRES, machine) {
            Ok(tree) => {
                let bin = tree.join(wheel::POSTGRES.bin);
                match version_of(&bin.join("postgres")) {
                    Ok(version) => return Ok(Postgres { bin, version, tree: Some(tree) }),
                    Err(attempt) => tried.push(attempt),
                }
            }
            Err(attempts) => tried.extend(attempts),
        }
    } else if source != ServerSource::System {
        found.push(format!("PostgreSQL {} (by pip)", wheel::POSTGRES.server));
    }
    match existing {
        Some(major) if !found.is_empty() => {
            Err(Error::MajorVersion { path: cluster.to_owned(), cluster: major, found, tried })
        }
        _ => {
            Err(Error::Unavailable(Unavailable { wanted: "PostgreSQL 15", variable: "DATABASE_URL", tried }))
        }
    }
}

/// Finds a nats-server.
pub(crate) fn nats(source: ServerSource, machine: &Machine) -> Result<Nats, Error> {
    let mut tried = Vec::new();
    if source != ServerSource::Download
        && let Some(found) = system_nats(machine, &mut tried)
    {
        return Ok(found);
    }
    if source != ServerSource::System {
        match fetch::tree(&wheel::NATS, machine) {
            Ok(tree) => {
                let program = tree.join(wheel::NATS.bin).join("nats-server");
                match version_of(&program) {
                    Ok(version) => return Ok(Nats { program, version }),
                    Err(attempt) => tried.push(attempt),
                }
            }
            Err(attempts) => tried.extend(attempts),
        }
    }
    Err(Error::Unavailable(Unavailable { wanted: "nats-server 2.9", variable: "NATS_URL", tried }))
}

/// All that are new enough, newest first; a directory of PATH wins among equals.
fn system_postgres(machine: &Machine, tried: &mut Vec<Attempt>) -> Vec<Postgres> {
    let mut seen = Vec::new();
    let mut found: Vec<Postgres> = Vec::new();
    for directory in machine.path.iter().chain(&machine.postgres_dirs) {
        // A link in PATH leads to the directory where the other programs are.
        let Ok(program) = directory.join("postgres").canonicalize() else { continue };
        let Some(bin) = program.parent().map(Path::to_owned) else { continue };
        if seen.contains(&bin) {
            continue;
        }
        seen.push(bin.clone());
        if !bin.join("initdb").is_file() {
            tried.push(Attempt::new(program.display().to_string(), "has no initdb beside it"));
            continue;
        }
        match usable(&program, OLDEST_POSTGRES) {
            Ok(version) => found.push(Postgres { bin, version, tree: None }),
            Err(attempt) => tried.push(attempt),
        }
    }
    if seen.is_empty() {
        tried.push(Attempt::new(
            "PATH, /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin, /usr/local/pgsql/bin",
            "no program postgres there",
        ));
    }
    // A stable sort: what came first stays first among equals.
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.version));
    found
}

fn system_nats(machine: &Machine, tried: &mut Vec<Attempt>) -> Option<Nats> {
    let programs: Vec<PathBuf> = machine
        .path
        .iter()
        .map(|directory| directory.join("nats-server"))
        .filter(|program| program.is_file())
        .collect();
    if programs.is_empty() {
        tried.push(Attempt::new("PATH", "no program nats-server there"));
    }
    for program in programs {
        match usable(&program, OLDEST_NATS) {
            Ok(version) => return Some(Nats { program, version }),
            Err(attempt) => tried.push(attempt),
        }
    }
    None
}

fn usable(program: &Path, oldest: Version) -> Result<Version, Attempt> {
    let version = version_of(program)?;
    if version < oldest {
        let why = format!("is version {version}, and at least {oldest} is needed");
        return Err(Attempt::new(program.display().to_string(), why));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A machine with nothing on it.
    fn bare() -> Machine {
        Machine {
            path: Vec::new(),
            postgres_dirs: Vec::new(),
            program: "a-program",
            fetched: None,
            pips: Vec::new(),
            user_namespaces: true,
        }
    }

    fn script(directory: &Path, name: &str, says: &str) {
        std::fs::create_dir_all(directory).unwrap();
        let path = directory.join(name);
        std::fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn install(root: &Path, version: &str) -> PathBuf {
        let bin = root.join(version).join("bin");
        script(&bin, "postgres", &format!("postgres (PostgreSQL) {version}"));
        script(&bin, "initdb", "");
        bin.canonicalize().unwrap()
    }

    #[test]
    fn the_newest_postgres_of_the_system_is_taken_and_an_old_one_never() {
        let root = tempfile::tempdir().unwrap();
        let dirs = ["14.9", "16.2", "9.6.24", "15.1"].map(|version| install(root.path(), version));
        let machine = Machine { postgres_dirs: dirs.to_vec(), ..bare() };
        let mut tried = Vec::new();
        let versions: Vec<String> =
            system_postgres(&machine, &mut tried).iter().map(|found| found.version.to_string()).collect();
        assert_eq!(versions, ["16.2", "15.1"]);
        assert_eq!(tried.len(), 2);
        assert!(tried[0].why.contains("14.9"), "{tried:?}");
    }

    #[test]
    fn an_existing_cluster_decides_the_major_version() {
        let root = tempfile::tempdir().unwrap();
        let dirs = ["16.2", "15.1"].map(|version| install(root.path(), version));
        let machine = Machine { postgres_dirs: dirs.to_vec(), ..bare() };
        let cluster = Path::new("/data/postgres/data");
        let found = postgres(ServerSource::Auto, Some(15), cluster, &machine).unwrap();
        assert_eq!(found.bin, dirs[1]);
        for (source, offered) in
            [(ServerSource::System, "16.2"), (ServerSource::Auto, "18.6"), (ServerSource::Download, "18.6")]
        {
            let error = postgres(source, Some(17), cluster, &machine).unwrap_err();
            assert!(matches!(error, Error::MajorVersion { cluster: 17, .. }), "{error:?}");
            let text = error.to_string();
            assert!(text.contains(offered) && text.contains("/data/postgres/data"), "{text}");
        }
    }

    #[test]
    fn a_link_in_path_leads_to_the_other_programs() {
        let root = tempfile::tempdir().unwrap();
        let bin = install(root.path(), "17.0");
        let path = root.path().join("usr-bin");
        std::fs::create_dir(&path).unwrap();
        std::os::unix::fs::symlink(bin.join("postgres"), path.join("postgres")).unwrap();
        let machine = Machine { path: vec![path], postgres_dirs: vec![bin.clone()], ..bare() };
        let mut tried = Vec::new();
        let found = system_postgres(&machine, &mut tried);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bin, bin);
    }

    #[test]
    fn an_old_nats_server_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (root.path().join("old"), root.path().join("new"));
        script(&old, "nats-server", "nats-server: v2.8.4");
        script(&new, "nats-server", "nats-server: v2.10.1");
        let mut machine = Machine { path: vec![old, new.clone()], ..bare() };
        let found = nats(ServerSource::System, &machine).unwrap();
        assert_eq!((found.program, found.version), (new.join("nats-server"), Version::new(2, 10)));
        machine.path.pop();
        let text = nats(ServerSource::System, &machine).unwrap_err().to_string();
        assert!(text.contains("is version 2.8, and at least 2.9 is needed"), "{text}");
    }

    #[test]
    fn a_bare_machine_is_told_what_was_tried_and_what_helps() {
        let machine = Machine {
            program: "a-program",
            fetched: Some("/nonexistent".into()),
            pips: vec![vec!["/nonexistent/python3".into(), "-m".into(), "pip".into()]],
            ..bare()
        };
        let none = Path::new("/none");
        let auto = postgres(ServerSource::Auto, None, none, &machine).unwrap_err().to_string();
        assert!(auto.contains("no program postgres there"), "{auto}");
        assert!(auto.contains("/nonexistent"), "{auto}");
        assert!(auto.contains("3. set DATABASE_URL"), "{auto}");
        let system = postgres(ServerSource::System, None, none, &machine).unwrap_err().to_string();
        assert!(!system.contains("/nonexistent"), "{system}");
        let download = postgres(ServerSource::Download, None, none, &machine).unwrap_err().to_string();
        assert!(!download.contains("no program postgres there"), "{download}");
    }
}
