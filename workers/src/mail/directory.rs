//! Mail as files: one `.eml` a message.
//!
//! Why: a demonstration shows them in its page, a test reads them, and any mail program opens them. What
//! always holds: a file named `*.eml` is whole and on the disk; only the owner can read it; a repeat
//! replaces it by the same bytes. A crash in the middle leaves a hidden `.tmp` file, which nobody reads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{MailError, Message, Sender};

/// Makes the names of temporary files differ inside this process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A directory that takes mail.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    from: Sender,
}

impl Directory {
    pub(super) fn new(path: &str, from: Sender) -> Result<Self, MailError> {
        if path.is_empty() {
            return Err(MailError::Url("directory: needs a path"));
        }
        Ok(Self { path: path.into(), from })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (_, bytes) = message.encode(&self.from)?;
        let name = format!("{}.eml", message.message_id.bare());
        self.blocking(move |directory| write(directory, &name, &bytes)).await
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        self.blocking(|directory| {
            prepare(directory)?;
            let (_, probe) = temporary(directory)?;
            fs::remove_file(probe)
        })
        .await
    }

    async fn blocking(
        &self,
        work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    ) -> Result<(), MailError> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || work(&path))
            .await
            .unwrap_or_else(|panic| Err(panic.into()))
            .map_err(MailError::Directory)
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
