//! The directory of PostgreSQL's socket.
//!
//! It lies beside the cluster, where only its owner may enter: that is what keeps other users of the machine
//! out, as the server asks for no password. The kernel allows 107 bytes for a socket's path, and both
//! PostgreSQL's option and the URL would need a rare path escaped, each in its own way; so for a deep or rare
//! data directory a fresh private directory under `XDG_RUNTIME_DIR` or `/tmp` is taken instead. Its path is
//! noted first in the data directory, so that the next start removes it when this program was killed.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::identity::Identity;
use crate::lock::failed;

/// The kernel's `sun_path`, without the zero at the end.
const LONGEST: usize = 107;

/// The socket's name, of which the port is a part although there is no port.
const SOCKET: &str = ".s.PGSQL.5432";

/// A directory for the socket. Removed when dropped, if it lies outside the data directory.
#[derive(Debug)]
pub(crate) struct SocketDir {
    path: PathBuf,
    /// The file that tells of a directory elsewhere.
    note: Option<PathBuf>,
    /// Begins its name then.
    program: String,
}

impl SocketDir {
    /// Makes the directory for the cluster below `home`, and removes what earlier runs left.
    pub(crate) fn make(program: &str, home: &Path, identity: &Identity) -> Result<Self, Error> {
        let note = home.join("socket-elsewhere");
        forget_earlier(program, &note).map_err(|source| failed("clean up after", &note, source))?;
        let near = home.join("run");
        let made = if suits(&near) {
            // Sockets in there are of servers that do not run any more.
            remove_if_there(&near)
                .and_then(|()| private_dir(&near))
                .map_err(|source| failed("make the directory", &near, source))?;
            Self { path: near, note: None, program: program.to_owned() }
        } else {
            let path = make_elsewhere(program, &note, identity)
                .map_err(|source| failed("make a short socket directory for", home, source))?;
            Self { path, note: Some(note), program: program.to_owned() }
        };
        identity.own(&made.path).map_err(|source| failed("change the owner of", &made.path, source))?;
        Ok(made)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        if let Some(note) = &self.note
            && let Err(error) = forget_earlier(&self.program, note)
        {
            tracing::warn!(path = %self.path.display(), %error, "removing the socket's directory failed");
        }
    }
}

/// The directory of the socket of a server that runs on the cluster below `home`, if one does.
pub(crate) fn of_running(home: &Path) -> Option<PathBuf> {
    let elsewhere = std::fs::read_to_string(home.join("socket-elsewhere")).ok().map(PathBuf::from);
    let directory = elsewhere.unwrap_or_else(|| home.join("run"));
    // A socket that a killed server left takes no connection.
    std::os::unix::net::UnixStream::connect(directory.join(SOCKET)).ok()?;
    Some(directory)
}

/// Whether a socket can be there and its path stand in an option and a URL as it is.
fn suits(directory: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let path = directory.join(SOCKET);
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.len() <= LONGEST && bytes.iter().all(plain)
}

fn make_elsewhere(program: &str, note: &Path, identity: &Identity) -> io::Result<PathBuf> {
    // Another account may not enter this user's runtime directory.
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .filter(|_| !matches!(identity, Identity::Account { .. }))
        .map(PathBuf::from);
    let mut error = io::Error::from(io::ErrorKind::NotFound);
    for base in runtime.into_iter().chain([PathBuf::from("/tmp")]) {
        let name = format!("{program}-{:016x}", rand::random::<u64>());
        let path = base.join(name);
        if !path.is_absolute() || !suits(&path) {
            continue;
        }
        // First the note, then the directory: a crash between the two leaves nothing behind.
        std::fs::write(note, path.as_os_str().as_encoded_bytes())?;
        match private_dir(&path) {
            Ok(()) => return Ok(path),
            Err(reason) => error = reason,
        }
    }
    Err(error)
}

fn private_dir(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Removes the directory that the note tells of, if it looks like one of ours, and then the note.
fn forget_earlier(program: &str, note: &Path) -> io::Result<()> {
    let text = match std::fs::read_to_string(note) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let path = Path::new(&text);
    let named_by_us = path
        .file_name()
        .and_then(|name| name.to_str()?.strip_prefix(program))
        .is_some_and(|rest| rest.starts_with('-'));
    if path.is_absolute() && named_by_us && is_private_dir(path) {
        remove_if_there(path)?;
    }
    std::fs::remove_file(note)
}

fn is_private_dir(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir() && metadata.mode() & 0o077 == 0)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_short_path_stays_in_the_data_directory() {
        let home = tempfile::tempdir().unwrap();
        let made = SocketDir::make("a-program", home.path(), &Identity::Same).unwrap();
        assert_eq!(made.path(), home.path().join("run"));
        std::fs::write(made.path().join(SOCKET), "").unwrap();
        // A socket that a killed server left does not stand in the way.
        let again = SocketDir::make("a-program", home.path(), &Identity::Same).unwrap();
        assert!(!again.path().join(SOCKET).exists());
    }

    #[test]
    fn a_deep_or_rare_path_goes_elsewhere_and_is_cleaned_up() {
        let base = tempfile::tempdir().unwrap();
        for name in ["x".repeat(100), "a b".to_owned(), "Größe".to_owned()] {
            let home = base.path().join(name);
            std::fs::create_dir(&home).unwrap();
            let first = SocketDir::make("a-program", &home, &Identity::Same).unwrap();
            let path = first.path().to_owned();
            assert!(suits(&path) && is_private_dir(&path), "{}", path.display());
            // As after kill -9.
            std::mem::forget(first);
            let second = SocketDir::make("a-program", &home, &Identity::Same).unwrap();
            assert!(!path.exists());
            let path = second.path().to_owned();
            drop(second);
            assert!(!path.exists());
            assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_note_that_names_something_else_removes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let precious = home.path().join("precious");
        private_dir(&precious).unwrap();
        let note = home.path().join("socket-elsewhere");
        std::fs::write(&note, precious.as_os_str().as_encoded_bytes()).unwrap();
        SocketDir::make("a-program", home.path(), &Identity::Same).unwrap();
        assert!(precious.exists() && !note.exists());
    }

    #[test]
    fn the_limit_is_the_kernels() {
        let fits = format!("/{}", "x".repeat(LONGEST - SOCKET.len() - 2));
        assert!(suits(Path::new(&fits)));
        assert!(!suits(Path::new(&format!("{fits}x"))));
    }
}
