//! The files of the PostgreSQL cluster: made once, complete or not at all.
//!
//! `initdb` works in a directory beside the final one, which is renamed into place when all of it has reached
//! the disk. So `postgres/data` is a whole cluster or absent, even when the program was killed or the power
//! was cut in the middle; what such a one left is removed by the next start.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::sys::statvfs::statvfs;

use crate::command;
use crate::error::Error;
use crate::identity::Identity;
use crate::lock::failed;
use crate::program::Postgres;

/// What a new cluster takes, in MiB, with room for its first log files.
const NEEDED_MIB: u64 = 128;

/// What the names of unfinished directories contain.
const UNFINISHED: &str = ".new-";

/// How long what a killed program started may go on writing.
const DYING: Duration = Duration::from_secs(10);

/// The place of the cluster within PostgreSQL's directory.
pub(crate) fn place(home: &Path) -> PathBuf {
    home.join("data")
}

/// The major version that wrote the cluster, or none when there is no cluster.
pub(crate) fn major_version(home: &Path) -> Result<Option<u32>, Error> {
    let path = place(home).join("PG_VERSION");
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => {
                Err(Error::NotOurs { path, problem: "does not hold the version of a PostgreSQL cluster" })
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("read", &path, source)),
    }
}

/// Makes the cluster when it is missing, and sees to it that it belongs to `identity`.
pub(crate) fn prepare(
    home: &Path,
    postgres: &Postgres,
    identity: &Identity,
    durable: bool,
) -> Result<(), Error> {
    remove_unfinished(home).map_err(|source| failed("clean up", home, source))?;
    let place = place(home);
    if major_version(home)?.is_none() {
        create(home, &place, postgres, identity, durable)?;
    }
    identity.own(&place).map_err(|source| failed("change the owner of", &place, source))
}

/// Programs copied into reach are unfinished under such a name as well.
fn remove_unfinished(home: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(home)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().contains(UNFINISHED) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a directory into which a program may still write that outlives its killed parent for a moment.
fn remove(path: &Path) -> io::Result<()> {
    let began = Instant::now();
    loop {
        match std::fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty && began.elapsed() < DYING => {
                std::thread::sleep(Duration::from_millis(50));
            }
            removed => return removed,
        }
    }
}

fn create(
    home: &Path,
    place: &Path,
    postgres: &Postgres,
    identity: &Identity,
    durable: bool,
) -> Result<(), Error> {
    // The final rename replaces an empty directory only; better to find out before the work.
    if std::fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::NotOurs {
            path: place.to_owned(),
            problem: "holds files, but no PostgreSQL cluster",
        });
    }
    let partial = tempfile::Builder::new()
        .prefix(&format!("data{UNFINISHED}"))
        .tempdir_in(home)
        .map_err(|source| failed("make a directory in", home, source))?;
    identity.own(partial.path()).map_err(|source| failed("change the owner of", partial.path(), source))?;
    tracing::info!(path = %place.display(), version = %postgres.version, "creating a PostgreSQL cluster");
    initdb(partial.path(), postgres, identity, durable).map_err(|output| Error::InitDb {
        path: place.to_owned(),
        hint: hint(home),
        output,
    })?;
    std::fs::rename(partial.path(), place)
        .map_err(|source| failed("put the new cluster at", place, source))?;
    // Renamed: there is nothing left at the old path to remove.
    let _old_path = partial.keep();
    File::open(home)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| failed("write", home, source))
}

fn initdb(directory: &Path, postgres: &Postgres, identity: &Identity, durable: bool) -> Result<(), String> {
    let mut command = Command::new(postgres.bin.join("initdb"));
    command
        .arg("--pgdata")
        .arg(directory)
        .args(["--username=postgres", "--auth-local=trust", "--auth-host=reject"])
        .args(["--encoding=UTF8", "--locale=C", "--data-checksums"]);
    if !durable {
        command.arg("--no-sync");
    }
    command::quiet(&mut command);
    identity.bind(&mut command, Signal::SIGTERM);
    command::run(&mut command).map(|_| ())
}

/// What most likely helps.
fn hint(home: &Path) -> String {
    match statvfs(home) {
        Ok(space) => {
            let free = space.blocks_available() * space.fragment_size() / (1 << 20);
            if free < NEEDED_MIB {
                return format!(
                    "the disk is full, {free} MiB are free and {NEEDED_MIB} are needed; \
                     free some space, or choose another directory with --data-dir"
                );
            }
            if space.files_available() == 0 && space.files() > 0 {
                return "the file system has no inode left; choose another directory with --data-dir"
                    .to_owned();
            }
            "see what it says; --data-dir chooses another directory".to_owned()
        }
        Err(error) => format!("its file system cannot be examined ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::version::Version;

    /// Programs that are as broken as wished.
    fn broken(bin: &Path, initdb: &str) -> Postgres {
        let path = bin.join("initdb");
        std::fs::write(&path, format!("#!/bin/sh\n{initdb}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        Postgres { bin: bin.to_owned(), version: Version::new(15, 0), tree: None }
    }

    #[test]
    fn a_failed_initdb_leaves_nothing_and_is_quoted() {
        let (bin, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let script = "touch \"$2/base\"; echo 'initdb: error: No space left on device' >&2; exit 1";
        let postgres = broken(bin.path(), script);
        let error = prepare(home.path(), &postgres, &Identity::Same, false).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&home.path().join("data").display().to_string()), "{text}");
        assert!(text.contains("No space left on device"), "{text}");
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_initdb_left_is_removed() {
        let (bin, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir_all(home.path().join("data.new-1/base")).unwrap();
        let postgres = broken(bin.path(), "echo 15 > \"$2/PG_VERSION\"");
        prepare(home.path(), &postgres, &Identity::Same, true).unwrap();
        assert!(!home.path().join("data.new-1").exists());
        assert_eq!(major_version(home.path()).unwrap(), Some(15));
    }

    #[test]
    fn what_an_orphan_of_a_killed_initdb_still_writes_is_removed_too() {
        let (bin, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let unfinished = home.path().join("data.new-1");
        std::fs::create_dir_all(unfinished.join("base")).unwrap();
        let orphan = std::thread::spawn({
            let unfinished = unfinished.clone();
            move || {
                let began = Instant::now();
                for n in 0.. {
                    // Its working directory goes away under it.
                    let _ = std::fs::write(unfinished.join(format!("base/{n}")), "");
                    if began.elapsed() > Duration::from_millis(300) {
                        return;
                    }
                }
            }
        });
        let postgres = broken(bin.path(), "echo 15 > \"$2/PG_VERSION\"");
        prepare(home.path(), &postgres, &Identity::Same, true).unwrap();
        orphan.join().unwrap();
        assert!(!unfinished.exists());
    }

    #[test]
    fn files_that_are_no_cluster_are_left_alone() {
        let (bin, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(home.path().join("data")).unwrap();
        std::fs::write(home.path().join("data/letter.txt"), "Dear").unwrap();
        let postgres = broken(bin.path(), "exit 0");
        let text = prepare(home.path(), &postgres, &Identity::Same, true).unwrap_err().to_string();
        assert!(text.contains("holds files, but no PostgreSQL cluster"), "{text}");
        assert!(home.path().join("data/letter.txt").exists());
    }
}
