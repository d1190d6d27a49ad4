//! A server's log: a file in the data directory, kept small.
//!
//! The server gets the file as its standard output and error, in append mode. It is put aside as
//! `server.log.1` when a server is started and it has grown over [`LIMIT`]; so at most about two files of
//! that size and the growth of one run are kept. Nothing depends on it: a crash in the middle loses at most
//! the older of the two.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes from which on a log is put aside.
const LIMIT: u64 = 4 << 20;

/// The most bytes of a log that are quoted.
const QUOTED: u64 = 2048;

/// A log, with the place where this run's lines begin.
#[derive(Debug, Clone)]
pub(crate) struct LogFile {
    path: PathBuf,
    from: u64,
}

impl LogFile {
    /// The log at `path`, whose lines up to now belong to earlier runs.
    pub(crate) fn at(path: PathBuf) -> io::Result<Self> {
        rotate(&path)?;
        let from = open(&path)?.metadata()?.len();
        Ok(Self { path, from })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Sends all that the command will say into the log.
    pub(crate) fn take_output_of(&self, command: &mut Command) -> io::Result<()> {
        rotate(&self.path)?;
        let file = open(&self.path)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(())
    }

    /// The last lines of this run.
    pub(crate) fn last_lines(&self) -> String {
        self.read_tail().unwrap_or_else(|error| format!("(unreadable: {error})"))
    }

    fn read_tail(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        // A file that became shorter was put aside: all of the new one is of this run.
        let from = if length < self.from { 0 } else { self.from };
        file.seek(SeekFrom::Start(from.max(length.saturating_sub(QUOTED))))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        Ok(if text.is_empty() { "(nothing)".to_owned() } else { text })
    }
}

fn rotate(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > LIMIT => {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".1");
            std::fs::rename(path, aside)
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_too_large_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.log");
        File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
        LogFile::at(path.clone()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        let aside = directory.path().join("server.log.1");
        assert_eq!(std::fs::metadata(aside).unwrap().len(), LIMIT + 1);
    }

    #[test]
    fn only_the_lines_of_this_run_are_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.log");
        std::fs::write(&path, "of yesterday\n").unwrap();
        let log = LogFile::at(path).unwrap();
        assert_eq!(log.last_lines(), "(nothing)");
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2"]);
        log.take_output_of(&mut command).unwrap();
        command.status().unwrap();
        assert_eq!(log.last_lines(), "out\nerr");
    }
}
