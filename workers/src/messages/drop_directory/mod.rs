//! Drop directories: files in a directory, each whole or absent, for a bounded time.
//!
//! Why: what goes out by mail or phone can go into files instead, which a demonstration shows and a test reads. What
//! always holds: a file under its name is whole and on the disk; only the owner can read it; a repeat replaces it. Its
//! name tells nothing of a person, but ends with a mark by which what was written for an account is found
//! ([`DropDirectories`]). A crash in the middle leaves a hidden `.tmp` file, which no reader takes and the sweep removes.

mod retention;
#[cfg(test)]
mod tests;

pub use retention::DropDirectories;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::AccountId;
use sha2::{Digest, Sha256};

/// Makes the names of temporary files differ inside this process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A directory that takes files. It is made when it is first needed.
#[derive(Clone, Debug)]
pub struct DropDirectory(PathBuf);

impl DropDirectory {
    /// The directory at `path`; none where the path is empty.
    pub(crate) fn new(path: &str) -> Option<Self> {
        (!path.is_empty()).then(|| Self(path.into()))
    }

    /// Writes a file that begins with `name`, for an account. `Ok` means that it will outlast a crash (fsync).
    pub(crate) async fn write(
        &self,
        name: &str,
        account: Option<AccountId>,
        ending: &str,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        let name = match account {
            Some(account) => format!("{name}.{}.{ending}", mark(account)),
            None => format!("{name}.{ending}"),
        };
        self.blocking(move |directory| write(directory, &name, &bytes)).await
    }

    /// Finds out whether a file could be written now.
    pub(crate) async fn check(&self) -> io::Result<()> {
        self.blocking(|directory| {
            prepare(directory)?;
            let (_, probe) = temporary(directory)?;
            fs::remove_file(probe)
        })
        .await
    }

    async fn blocking(&self, work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static) -> io::Result<()> {
        let path = self.0.clone();
        tokio::task::spawn_blocking(move || work(&path)).await.unwrap_or_else(|panic| Err(panic.into()))
    }
}

/// What a file written for an account is found by. The id is random, so the hash tells nothing to a reader
/// who does not have it.
fn mark(account: AccountId) -> String {
    let hash = Sha256::new().chain_update(b"personal-settings folder").chain_update(account.to_string());
    hex::encode(&hash.finalize()[..8])
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    prepare(directory)?;
    let (mut file, path) = temporary(directory)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let renamed = written.and_then(|()| fs::rename(&path, directory.join(name)));
    if renamed.is_err() {
        // A full disk should not be filled further.
        let _ = fs::remove_file(&path);
    }
    renamed?;
    // The name has to last too.
    File::open(directory)?.sync_all()
}

fn prepare(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// A new file that no other writer has, for its owner alone.
fn temporary(directory: &Path) -> io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!(".{}-{number}.tmp", std::process::id()));
        match options.open(&path) {
            Ok(file) => return Ok((file, path)),
            // Left by a killed process that had the same number.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
