//! Reading what lies in drop directories: the newest files, and one by its name.
//!
//! What always holds: nothing is read that was not written by this service, and a look at a directory costs no more than
//! so many names and so many bytes, however much lies in it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::DropDirectories;
use super::retention::is_ours;

/// Names that are looked at in each directory: of more, some are left out.
const MOST_NAMES: usize = 10_000;
/// Bytes of a file that are read to tell what it is.
const HEAD: u64 = 8 * 1024;
/// Bytes of a file that are read at most.
const WHOLE: u64 = 1024 * 1024;

/// A file of a drop directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedFile {
    /// Its name, of letters, digits and `._-@`.
    pub name: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// What is in it, or how it begins.
    pub bytes: Vec<u8>,
}

struct Found {
    path: PathBuf,
    name: String,
    written_at: DateTime<Utc>,
}

impl DropDirectories {
    /// The newest files, `most` of them, newest first, each with how it begins.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub async fn newest(&self, most: usize) -> io::Result<Vec<DroppedFile>> {
        let paths = self.paths();
        blocking(move || {
            let mut found = Vec::new();
            for path in &paths {
                look_into(path, &mut found)?;
            }
            found.sort_unstable_by(|one, other| {
                (other.written_at, &other.name).cmp(&(one.written_at, &one.name))
            });
            found.truncate(most);
            // One that is removed in this moment is no longer there.
            Ok(found.into_iter().filter_map(|found| read(found, HEAD).ok()).collect())
        })
        .await
    }

    /// The file of this name.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub async fn read(&self, name: &str) -> io::Result<Option<DroppedFile>> {
        let (paths, name) = (self.paths(), name.to_owned());
        blocking(move || {
            if !is_plain(&name) {
                return Ok(None);
            }
            for path in paths {
                match find(path.join(&name), &name).and_then(|found| read(found, WHOLE)) {
                    Ok(file) => return Ok(Some(file)),
                    Err(error) if is_away(&error) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(None)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(panic.into()))
}

fn look_into(directory: &PathBuf, found: &mut Vec<Found>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if is_away(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries.take(MOST_NAMES) {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)) {
            found.extend(find(entry.path(), name).ok());
        }
    }
    Ok(())
}

/// A file; a link to one is none of ours.
fn find(path: PathBuf, name: &str) -> io::Result<Found> {
    let metadata = fs::symlink_metadata(&path)?;
    if !metadata.is_file() {
        return Err(ErrorKind::NotFound.into());
    }
    Ok(Found { path, name: name.to_owned(), written_at: metadata.modified()?.into() })
}

fn read(found: Found, most: u64) -> io::Result<DroppedFile> {
    let mut bytes = Vec::new();
    File::open(&found.path)?.take(most).read_to_end(&mut bytes)?;
    Ok(DroppedFile { name: found.name, written_at: found.written_at, bytes })
}

/// Whether it names a file of ours, and nothing that lies elsewhere.
fn is_plain(name: &str) -> bool {
    is_ours(name) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte))
}

/// Nothing was written yet, or it was removed.
fn is_away(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
