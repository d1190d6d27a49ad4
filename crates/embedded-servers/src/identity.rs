//! As whom a server runs, and that it never outlives this program.
//!
//! PostgreSQL refuses to run as root, yet in a container one often is root. Two ways around it are tried, by
//! doing them: a user namespace in which this very user has another number (no file changes hands, and it
//! works below a directory that only root may enter); and otherwise an account without rights, to which the
//! database files are given.
//!
//! Every child is bound to its parent ([`Identity::bind`]): the kernel sends it a signal when the thread that
//! started it dies, which is what happens on `kill -9` of the program. The binding is made last in the child,
//! since a change of user undoes it, and the parent's id is compared afterwards, in case it died just before.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Uid, User, getegid, geteuid, getppid, write};

use crate::command;
use crate::error::{Attempt, Error};
use crate::machine::Machine;
use crate::program::Postgres;

/// As whom a child runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// As this program does.
    Same,
    /// As this user, under another number inside a user namespace: the texts of its two maps.
    Namespace { uid_map: String, gid_map: String },
    /// As another account, which owns the files it needs.
    Account { uid: u32, gid: u32 },
}

/// An account without rights. It must be in the list of accounts, because initdb looks up its own name.
const ACCOUNTS: [&str; 3] = ["postgres", "nobody", "daemon"];

impl Identity {
    /// A user namespace in which this user has the number of `account`.
    fn namespace(account: &User) -> Self {
        Self::Namespace {
            uid_map: format!("{} {} 1", account.uid, geteuid()),
            gid_map: format!("{} {} 1", account.gid, getegid()),
        }
    }

    /// The owner that the files of such a child have, as seen from here.
    fn owner(&self) -> (u32, u32) {
        match self {
            Self::Account { uid, gid } => (*uid, *gid),
            Self::Same | Self::Namespace { .. } => (geteuid().as_raw(), getegid().as_raw()),
        }
    }

    /// Makes the child run as this identity in a process group of its own (a Ctrl-C at the terminal is for
    /// this program, which then stops the child in order), and end with the parent, by `on_death`.
    pub(crate) fn bind(&self, command: &mut Command, on_death: Signal) {
        command.process_group(0);
        if let Self::Account { uid, gid } = self {
            // The standard library also drops the supplementary groups, and does all this before `pre_exec`.
            command.uid(*uid).gid(*gid);
        }
        let identity = self.clone();
        let parent = nix::unistd::getpid();
        let enter = move || {
            if let Self::Namespace { uid_map, gid_map } = &identity {
                enter_namespace(uid_map.as_bytes(), gid_map.as_bytes())?;
            }
            set_pdeathsig(on_death)?;
            if getppid() != parent {
                return Err(io::Error::from_raw_os_error(Errno::ESRCH as i32));
            }
            Ok(())
        };
        // SAFETY: between fork and exec only system calls are made (unshare, open, write, close, prctl,
        // getppid), on values made before the fork. Nothing is allocated or locked.
        unsafe {
            command.pre_exec(enter);
        }
    }

    /// Gives a directory and all in it to this identity, when it is someone else's.
    pub(crate) fn own(&self, directory: &Path) -> io::Result<()> {
        let (uid, gid) = self.owner();
        if std::fs::symlink_metadata(directory)?.uid() == uid {
            return Ok(());
        }
        own_all(directory, uid, gid)
    }

    /// Lets this identity pass through a directory of ours (but not list it).
    pub(crate) fn let_through(&self, directory: &Path) -> io::Result<()> {
        if !matches!(self, Self::Account { .. }) {
            return Ok(());
        }
        let mode = std::fs::metadata(directory)?.mode();
        std::fs::set_permissions(directory, PermissionsExt::from_mode(mode | 0o011))
    }
}

fn enter_namespace(uid_map: &[u8], gid_map: &[u8]) -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWUSER)?;
    put(c"/proc/self/setgroups", b"deny")?;
    put(c"/proc/self/uid_map", uid_map)?;
    put(c"/proc/self/gid_map", gid_map)
}

/// Writes in one call, as these files demand. Makes system calls only.
fn put(path: &std::ffi::CStr, text: &[u8]) -> io::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    write(&file, text)?;
    Ok(())
}

/// The directory itself comes last, so that an interrupted change is taken up again.
fn own_all(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    let metadata = std::fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        return std::os::unix::fs::lchown(path, Some(uid), Some(gid));
    }
    if metadata.is_dir() {
        for entry in std::fs::read_dir(path)? {
            own_all(&entry?.path(), uid, gid)?;
        }
    }
    chown(path, Some(uid), Some(gid))
}

/// Finds out, by trying, as whom PostgreSQL can run with its files below `home`. The binaries may have to be
/// copied there, to be within reach of an account without rights.
pub(crate) fn choose(
    postgres: Postgres,
    home: &Path,
    machine: &Machine,
) -> Result<(Identity, Postgres), Error> {
    if !geteuid().is_root() {
        return Ok((Identity::Same, postgres));
    }
    let mut tried = Vec::new();
    let Some(account) = ACCOUNTS
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .filter(|account| account.uid != Uid::from_raw(0) && account.gid != Gid::from_raw(0))
    else {
        tried.push(Attempt::new("accounts postgres, nobody and daemon", "none exists"));
        return Err(Error::Root { tried });
    };
    if machine.user_namespaces {
        let identity = Identity::namespace(&account);
        match try_out(&identity, &postgres.bin, None) {
            Ok(()) => return Ok((identity, postgres)),
            Err(error) => tried.push(Attempt::new("a user namespace", error)),
        }
    }
    match as_account(&account, postgres, home) {
        Ok(found) => Ok(found),
        Err(attempt) => {
            tried.push(attempt);
            Err(Error::Root { tried })
        }
    }
}

fn as_account(account: &User, postgres: Postgres, home: &Path) -> Result<(Identity, Postgres), Attempt> {
    let what = || format!("account {}", account.name);
    let identity = Identity::Account { uid: account.uid.as_raw(), gid: account.gid.as_raw() };
    for directory in [home.parent(), Some(home)].into_iter().flatten() {
        identity.let_through(directory).map_err(|error| {
            Attempt::new(what(), format!("cannot open {} for it: {error}", directory.display()))
        })?;
    }
    // Any program within everybody's reach does to see whether the directory is within reach as well.
    try_out(&identity, Path::new("/bin"), Some(home)).map_err(|error| {
        Attempt::new(
            what(),
            format!("cannot reach {} as it lies in a private directory: {error}", home.display()),
        )
    })?;
    let postgres = match try_out(&identity, &postgres.bin, None) {
        Ok(()) => postgres,
        Err(_) => copy_within_reach(&postgres, home).map_err(|error| Attempt::new(what(), error))?,
    };
    try_out(&identity, &postgres.bin, None).map_err(|error| {
        Attempt::new(what(), format!("cannot run {}: {error}", postgres.bin.join("postgres").display()))
    })?;
    Ok((identity, postgres))
}

/// Runs something harmless as that identity: `postgres --version` of `bin`, or `true` inside the directory
/// `inside`.
fn try_out(identity: &Identity, bin: &Path, inside: Option<&Path>) -> io::Result<()> {
    let mut command = match inside {
        Some(directory) => {
            let mut command = Command::new(bin.join("true"));
            command.current_dir(directory);
            command
        }
        None => {
            let mut command = Command::new(bin.join("postgres"));
            command.arg("--version");
            command
        }
    };
    command::quiet(&mut command);
    identity.bind(&mut command, Signal::SIGKILL);
    command::run(&mut command).map(|_| ()).map_err(io::Error::other)
}

/// Copies fetched servers out of this user's private cache. Complete copies only: it is renamed into place.
fn copy_within_reach(postgres: &Postgres, home: &Path) -> Result<Postgres, String> {
    let told = |error: io::Error| format!("cannot copy the servers to {}: {error}", home.display());
    let Some(tree) = &postgres.tree else {
        return Err(format!("cannot reach {}", postgres.bin.display()));
    };
    let below = postgres.bin.strip_prefix(tree).map_err(|error| error.to_string())?;
    let target = home.join(format!("programs-{}", postgres.version));
    if !target.exists() {
        let partial = tempfile::Builder::new().prefix("programs.new-").tempdir_in(home).map_err(told)?;
        copy_all(tree, partial.path()).map_err(told)?;
        std::fs::set_permissions(partial.path(), PermissionsExt::from_mode(0o755)).map_err(told)?;
        std::fs::rename(partial.keep(), &target).map_err(told)?;
    }
    let bin: PathBuf = target.join(below);
    Ok(Postgres { bin, version: postgres.version, tree: Some(target) })
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            copy_all(&entry.path(), &target)?;
            std::fs::set_permissions(&target, PermissionsExt::from_mode(0o755))?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_never_root_to_itself_inside_the_namespace() {
        let Some(account) = User::from_name("nobody").unwrap() else {
            return;
        };
        if !geteuid().is_root() {
            return;
        }
        let identity = Identity::namespace(&account);
        let mut command = Command::new("id");
        command.arg("-u");
        identity.bind(&mut command, Signal::SIGKILL);
        match command::run(&mut command) {
            Ok(text) => assert_eq!(text.trim(), account.uid.to_string()),
            // A machine that forbids user namespaces takes the other way.
            Err(error) => assert!(error.contains("cannot be started"), "{error}"),
        }
    }

    #[test]
    fn a_change_of_owner_reaches_every_file() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("base")).unwrap();
        std::fs::write(directory.path().join("base/1"), "x").unwrap();
        let identity =
            if geteuid().is_root() { Identity::Account { uid: 65534, gid: 65534 } } else { Identity::Same };
        identity.own(directory.path()).unwrap();
        for path in ["", "base", "base/1"] {
            let metadata = std::fs::metadata(directory.path().join(path)).unwrap();
            assert_eq!(metadata.uid(), identity.owner().0, "{path}");
        }
    }

    #[test]
    fn programs_out_of_an_accounts_reach_are_copied_to_where_it_reaches_them() {
        let Some(account) = User::from_name("nobody").unwrap().filter(|_| geteuid().is_root()) else {
            return;
        };
        let (cache, data_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::set_permissions(cache.path(), PermissionsExt::from_mode(0o700)).unwrap();
        std::fs::set_permissions(data_dir.path(), PermissionsExt::from_mode(0o711)).unwrap();
        let (tree, home) = (cache.path().join("tree"), data_dir.path().join("postgres"));
        std::fs::create_dir_all(tree.join("inner/bin")).unwrap();
        std::fs::create_dir(&home).unwrap();
        let program = tree.join("inner/bin/postgres");
        std::fs::write(&program, "#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n").unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        // As left by a process that was killed while it copied: it is not taken for a copy.
        std::fs::create_dir(home.join("programs.new-killed")).unwrap();
        let postgres = Postgres {
            bin: tree.join("inner/bin"),
            version: crate::version::Version::new(18, 6),
            tree: Some(tree),
        };
        for _ in 0..2 {
            let (identity, found) = as_account(&account, postgres.clone(), &home).unwrap();
            assert_eq!(found.bin, home.join("programs-18.6/inner/bin"));
            try_out(&identity, &found.bin, None).unwrap();
        }
    }
}
