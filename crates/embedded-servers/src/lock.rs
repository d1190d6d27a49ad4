//! One process a data directory.
//!
//! Two programs on the same database files would destroy them. An advisory `flock` on `data_dir/lock` keeps
//! the second one out; the file's content, the holder's process id, is for the message only. The kernel drops
//! the lock when the holder dies in whatever way, so there is never a stale lock to clean up. The servers
//! started below do not inherit it (its descriptor is closed on exec): what they still do after the death of
//! their parent is awaited by `leftover`.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long to try again when the process named in the file is already dead: a fork of it may live for a
/// moment.
const DEAD_HOLDER_GRACE: Duration = Duration::from_secs(1);

/// The right to use a data directory, for as long as this value lives.
#[derive(Debug)]
pub(crate) struct DataLock {
    file: File,
}

impl DataLock {
    /// Creates the directory when it is missing, and takes it, or says at once who has it.
    pub(crate) fn acquire(directory: &Path) -> Result<Self, Error> {
        make_private_dir(directory)?;
        let path = directory.join("lock");
        let mut file = open(&path).map_err(|source| failed("open", &path, source))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed("lock", &path, source)),
                Err(TryLockError::WouldBlock) => {
                    let pid = written_pid(&mut file);
                    if pid.is_none_or(is_alive) || began.elapsed() > DEAD_HOLDER_GRACE {
                        return Err(Error::InUse { path: directory.to_owned(), pid });
                    }
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        }
        write_pid(&mut file).map_err(|source| failed("write", &path, source))?;
        Ok(Self { file })
    }
}

impl Drop for DataLock {
    fn drop(&mut self) {
        // Closing is not enough: a fork of this process that has not reached its exec yet still has the
        // descriptor.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "releasing the lock of the data directory failed");
        }
    }
}

/// Creates a directory that only its owner may enter, with its parents. An existing one is left as it is.
pub(crate) fn make_private_dir(directory: &Path) -> Result<(), Error> {
    match DirBuilder::new().recursive(true).mode(0o700).create(directory) {
        Ok(()) => Ok(()),
        Err(_) if directory.exists() && !directory.is_dir() => {
            Err(Error::NotOurs { path: directory.to_owned(), problem: "is not a directory" })
        }
        Err(source) => Err(failed("create the directory", directory, source)),
    }
}

/// Waits for the lock file of something shared between processes (not of a data directory) and takes it.
pub(crate) fn wait_for(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    file.lock()?;
    Ok(file)
}

pub(crate) fn failed(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { doing, path: PathBuf::from(path), source }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn written_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn is_alive(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_at_once_and_told_who_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let first = DataLock::acquire(directory.path()).unwrap();
        let began = Instant::now();
        let error = DataLock::acquire(directory.path()).unwrap_err();
        assert!(began.elapsed() < Duration::from_millis(500));
        let text = error.to_string();
        assert!(text.contains(&directory.path().display().to_string()), "{text}");
        assert!(text.contains(&std::process::id().to_string()), "{text}");
        drop(first);
        DataLock::acquire(directory.path()).unwrap();
    }

    #[test]
    fn a_lock_that_outlives_the_process_named_in_it_is_awaited_for_a_moment() {
        let directory = tempfile::tempdir().unwrap();
        let mut held = open(&directory.path().join("lock")).unwrap();
        held.lock().unwrap();
        // No process has this id: it is above the largest that Linux gives out.
        write!(held, "4194305").unwrap();
        let waiting = std::thread::spawn({
            let path = directory.path().to_owned();
            move || DataLock::acquire(&path)
        });
        std::thread::sleep(Duration::from_millis(100));
        held.unlock().unwrap();
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_said_so() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = DataLock::acquire(file.path()).unwrap_err().to_string();
        assert!(text.contains("is not a directory"), "{text}");
        assert!(text.contains(&file.path().display().to_string()), "{text}");
        let below = DataLock::acquire(&file.path().join("data")).unwrap_err().to_string();
        assert!(below.contains("a part of that path is a file"), "{below}");
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_said_so() {
        // Root may write anywhere but here.
        let text = DataLock::acquire(Path::new("/sys/kernel")).unwrap_err().to_string();
        assert!(text.starts_with("cannot open /sys/kernel/lock: "), "{text}");
        assert!(text.contains("--data-dir"), "{text}");
    }
}
