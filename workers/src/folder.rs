//! Files in a directory, each whole or not there.
//!
//! Why: what goes out by mail or phone can go into files instead, which a demonstration shows and a test reads. What
//! always holds: a file under its name is whole and on the disk; only the owner can read it; a repeat replaces it. A
//! crash in the middle leaves a hidden `.tmp` file, which nobody reads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes the names of temporary files differ inside this process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A directory that takes files. It is made when it is first needed.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The directory at `path`; none where the path is empty.
    pub(crate) fn new(path: &str) -> Option<Self> {
        (!path.is_empty()).then(|| Self(path.into()))
    }

    /// Writes a file. `Ok` means that it will outlast a crash (fsync).
    pub(crate) async fn keep(&self, name: String, bytes: Vec<u8>) -> io::Result<()> {
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
