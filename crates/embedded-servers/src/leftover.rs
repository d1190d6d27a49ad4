//! A server that an earlier run of this program left behind.
//!
//! When the program is killed, the kernel asks its servers to end, and that takes them a moment. The next
//! start on the same directory has the lock already and must not run a second server beside the first. A
//! server works in a directory of its own, so its process id (from its pid file) and its working directory
//! together identify it; a process that merely got the same id later, as is common in containers, is not
//! taken for it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::Error;
use crate::lock::failed;

/// A server whose end is to be awaited.
pub(crate) struct Leftover<'a> {
    /// `PostgreSQL` or `nats-server`.
    pub(crate) server: &'static str,
    /// The program's name, as the kernel shows it.
    pub(crate) program: &'static str,
    /// Where it wrote its process id, on the first line.
    pub(crate) pid_file: &'a Path,
    /// The directory that it works in.
    pub(crate) directory: &'a Path,
    /// What to send it, each with the time that it then has.
    pub(crate) signals: &'a [(Signal, Duration)],
}

impl Leftover<'_> {
    /// Returns when no such server runs, and removes a pid file that tells of one.
    pub(crate) fn settle(&self) -> Result<(), Error> {
        let Some(pid) = self.pid().map_err(|source| failed("read", self.pid_file, source))? else {
            return Ok(());
        };
        for (signal, patience) in self.signals {
            if !self.is_running(pid) {
                return self.forget();
            }
            tracing::info!(server = self.server, %pid, %signal, "waiting for a server of an earlier run to exit");
            if let Err(error) = kill(pid, *signal) {
                // It may have ended in this very moment; the next look tells.
                tracing::debug!(server = self.server, %pid, %error, "signalling the server failed");
            }
            let began = Instant::now();
            while began.elapsed() < *patience && self.is_running(pid) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        if self.is_running(pid) {
            return Err(Error::StillRunning {
                server: self.server,
                path: self.directory.to_owned(),
                pid: pid.as_raw(),
            });
        }
        self.forget()
    }

    fn pid(&self) -> io::Result<Option<Pid>> {
        match std::fs::read_to_string(self.pid_file) {
            Ok(text) => {
                let number: Option<i32> = text.lines().next().and_then(|line| line.trim().parse().ok());
                // 0 and negative ones would address groups of processes.
                Ok(number.filter(|number| *number > 1).map(Pid::from_raw))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A process that is gone, or only waits to be reaped, has no working directory.
    fn is_running(&self, pid: Pid) -> bool {
        let there = std::fs::metadata(format!("/proc/{pid}/cwd"));
        let ours = std::fs::metadata(self.directory);
        match (there, ours) {
            (Ok(there), Ok(ours)) => (there.dev(), there.ino()) == (ours.dev(), ours.ino()),
            // Not every root may look so closely at another user's process; then its name has to do.
            (Err(error), _) if error.kind() == io::ErrorKind::PermissionDenied => {
                let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
                name.trim() == self.program
            }
            _ => false,
        }
    }

    fn forget(&self) -> Result<(), Error> {
        match std::fs::remove_file(self.pid_file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove", self.pid_file, error))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    fn sleeper(directory: &Path) -> Child {
        Command::new("sleep").arg("600").current_dir(directory).spawn().unwrap()
    }

    #[test]
    fn a_server_of_an_earlier_run_is_ended_and_awaited() {
        let directory = tempfile::tempdir().unwrap();
        let pid_file = directory.path().join("pid");
        let mut child = sleeper(directory.path());
        std::fs::write(&pid_file, format!("{}\nmore\n", child.id())).unwrap();
        let leftover = Leftover {
            server: "sleep",
            program: "sleep",
            pid_file: &pid_file,
            directory: directory.path(),
            signals: &[(Signal::SIGTERM, Duration::from_secs(5))],
        };
        leftover.settle().unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!pid_file.exists());
    }

    #[test]
    fn a_stranger_with_the_same_id_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let pid_file = directory.path().join("pid");
        let mut stranger = sleeper(Path::new("/"));
        std::fs::write(&pid_file, stranger.id().to_string()).unwrap();
        let leftover = Leftover {
            server: "sleep",
            program: "sleep",
            pid_file: &pid_file,
            directory: directory.path(),
            signals: &[(Signal::SIGKILL, Duration::from_secs(5))],
        };
        leftover.settle().unwrap();
        assert!(stranger.try_wait().unwrap().is_none(), "it was killed");
        assert!(!pid_file.exists());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn one_that_does_not_end_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let pid_file = directory.path().join("pid");
        let mut child = sleeper(directory.path());
        std::fs::write(&pid_file, child.id().to_string()).unwrap();
        let leftover = Leftover {
            server: "sleep",
            program: "sleep",
            pid_file: &pid_file,
            directory: directory.path(),
            signals: &[(Signal::SIGCONT, Duration::from_millis(20))],
        };
        let text = leftover.settle().unwrap_err().to_string();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(text.contains(&format!("as process {}", child.id())), "{text}");
    }
}
