//! Drop directories: files in a directory, each whole or absent, for a bounded time.
//!
//! Why: what goes out by mail or phone can go into files instead, which a demonstration shows and a test reads. What
//! always holds: a file under its name is whole and on the disk; only the owner can read it; a repeat replaces it. Its
//! name tells nothing of a person, but ends with a mark by which what was written for an account is found
//! ([`DropDirectories`]). A crash in the middle leaves a hidden `.tmp` file, which no reader takes and the sweep removes.

mod reading;
mod retention;
#[cfg(test)]
mod tests;

pub use reading::DroppedFile;
pub use retention::DropDirectories;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::AccountId;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// Letters and digits at the end of a temporary file's name.
const DRAWN: usize = 6;

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
            temporary(directory)?.close()
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
    let file = temporary(directory)?;
    file.as_file().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(name))?;
    // The name has to last too.
    File::open(directory)?.sync_all()
}

fn prepare(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// A new file that no other writer has, for its owner alone. It is removed unless it is given a name: a full disk should
/// not be filled further.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let prefix = format!(".{}-", std::process::id());
    let mut names = tempfile::Builder::new();
    names.prefix(&prefix).rand_bytes(DRAWN).suffix(".tmp").make_in(directory, |path| options.open(path))
}
