//! Staging files that a killed process left in a directory.
//!
//! Why by hand: `object_store` writes `path#1` and renames it at the end; it hides such files from its
//! lists and refuses to delete them. They are sealed, but an erasure must not leave them.
//!
//! What always holds: nothing but files named `…#<digits>` under the prefix, and directories that are
//! empty, is touched; symbolic links are not followed. Deleting the staging file of a writer that still
//! lives makes its `finish` fail, which is wanted: an erasure fences it. A crash in the middle leaves some
//! of them, and the next call takes those.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Deletes the staging files of every object at or under `prefix`, and says how many there were.
pub(crate) fn remove(root: &Path, prefix: &str) -> io::Result<u64> {
    let target = root.join(prefix);
    if !target.is_dir() {
        return remove_beside(&target);
    }
    let mut removed = 0;
    let mut directories = vec![target];
    let mut next = 0;
    while let Some(directory) = directories.get(next).cloned() {
        next += 1;
        for (path, file) in entries(&directory)? {
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => directories.push(path),
                Ok(meta) if meta.is_file() && is_staging(&file) => removed += remove_file(&path)?,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    // Deepest first. One that is not empty stays, and that is no error.
    for directory in directories.iter().rev() {
        let _ = fs::remove_dir(directory);
    }
    Ok(removed)
}

/// Deletes the staging files of the one object `target`. Looks through its directory.
fn remove_beside(target: &Path) -> io::Result<u64> {
    let mut removed = 0;
    if let (Some(parent), Some(name)) = (target.parent(), target.file_name().and_then(|n| n.to_str())) {
        for (path, file) in entries(parent)? {
            if file.strip_prefix(name).is_some_and(is_staging) {
                removed += remove_file(&path)?;
            }
        }
    }
    Ok(removed)
}

/// Whether a name ends in `#` and digits.
fn is_staging(name: &str) -> bool {
    name.split_once('#')
        .is_some_and(|(_, suffix)| !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a directory holds; nothing where there is none. Names that are not UTF-8 are not ours.
fn entries(directory: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let listing = match fs::read_dir(directory) {
        Ok(listing) => listing,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            found.push((entry.path(), name));
        }
    }
    Ok(found)
}

fn remove_file(path: &Path) -> io::Result<u64> {
    match fs::remove_file(path) {
        Ok(()) => Ok(1),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}
