//! The key that signs checkpoints, in a file of the same form as the master key's.

use std::path::Path;

use log_proof::SigningKey;

use crate::encryption::key_file::{self, KeyFileError};

/// What errors call the file.
const WHAT: &str = "signing key";
/// Begins the name of each log.
const PROGRAM: &str = "personal-settings";

/// The key in the file at `path`; made there, with mode 0600, when there is no file yet.
///
/// # Errors
/// When the file cannot be read or made, holds something else, or others may read it.
pub fn read_or_make_signing_key(path: &Path) -> Result<SigningKey, KeyFileError> {
    Ok(SigningKey::from_seed(PROGRAM, &*key_file::read_or_make(path, WHAT)?))
}

/// The key in the file at `path`.
///
/// # Errors
/// When the file cannot be read, holds something else, or others may read it.
pub fn read_signing_key(path: &Path) -> Result<SigningKey, KeyFileError> {
    Ok(SigningKey::from_seed(PROGRAM, &*key_file::read(path, WHAT)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signing_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/signing.key");
        assert!(read_signing_key(&path).is_err(), "no key is made unasked");
        let made = read_or_make_signing_key(&path).unwrap();
        assert_eq!(read_signing_key(&path).unwrap().public(), made.public());
    }
}
