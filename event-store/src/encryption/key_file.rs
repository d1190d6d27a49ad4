//! Secret keys in files: 32 random bytes in base64, which only their owner may read.
//!
//! A key file is made whole and only then given its name, so a crash leaves no half key and two processes
//! that start at once agree on one.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use rand::Rng;
use zeroize::Zeroizing;

/// The bytes of a key.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// Why there is no key. Tells what is wrong and quotes nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyFileError(String);

/// A new random key.
pub(crate) fn generate() -> KeyBytes {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(bytes.as_mut());
    bytes
}

/// The key that `text` holds; `what` names it in errors.
pub(crate) fn parse(text: &str, what: &str) -> Result<KeyBytes, KeyFileError> {
    let wrong = || KeyFileError(format!("the {what} must be 32 random bytes in base64"));
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).map_err(|_| wrong())?);
    decoded.as_slice().try_into().map(Zeroizing::new).map_err(|_| wrong())
}

/// The key as a file holds it.
pub(crate) fn encode(key: &KeyBytes) -> Zeroizing<String> {
    Zeroizing::new(BASE64_STANDARD.encode(key))
}

/// The text of the secret file at `path`, which only its owner may read; `what` names it in errors.
///
/// # Errors
/// When it cannot be read, or others can read it.
pub fn read_private(path: &Path, what: &str) -> Result<Zeroizing<String>, KeyFileError> {
    let failed = |error: std::io::Error| told(path, what, "read", &error);
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    if path.metadata().map_err(failed)?.mode() & 0o077 != 0 {
        let path = path.display();
        return Err(KeyFileError(format!(
            "the {what} file {path} can be read by others; run chmod 600 on it"
        )));
    }
    Ok(text)
}

/// The key in the file at `path`.
pub(crate) fn read(path: &Path, what: &str) -> Result<KeyBytes, KeyFileError> {
    let text = read_private(path, what)?;
    parse(&text, what).map_err(|error| KeyFileError(format!("{}: {error}", path.display())))
}

/// The key in the file at `path`; made there, with mode 0600, when there is no file yet.
pub(crate) fn read_or_make(path: &Path, what: &str) -> Result<KeyBytes, KeyFileError> {
    if !path.exists() {
        write_new(path, &generate()).map_err(|error| told(path, what, "made", &error))?;
    }
    read(path, what)
}

/// The folder that `path` lies in: for a bare name, the one the process works in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_new(path: &Path, key: &KeyBytes) -> std::io::Result<()> {
    let folder = folder_of(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", encode(key).as_str())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    std::fs::File::open(folder)?.sync_all()?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

pub(crate) fn told(path: &Path, what: &str, done: &str, error: &std::io::Error) -> KeyFileError {
    KeyFileError(format!("the {what} file {} cannot be {done}: {error}", path.display()))
}

impl From<KeyFileError> for crate::error::SealError {
    fn from(error: KeyFileError) -> Self {
        Self::Master(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lies_in_the_folder_the_process_works_in() {
        for (path, folder) in [("master.key", "."), ("keys/master.key", "keys"), ("/master.key", "/")] {
            assert_eq!(folder_of(Path::new(path)), Path::new(folder));
        }
    }
}
