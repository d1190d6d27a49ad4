//! The machine that servers are started on.

use std::ffi::OsString;
use std::path::PathBuf;

/// What this machine offers to a program. A value, so that a test can describe another machine.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// What the program is called: its cache, its database and its user at nats-server are called alike.
    pub(crate) program: &'static str,
    /// Directories of programs, in the order of preference.
    pub(crate) path: Vec<PathBuf>,
    /// Directories where PostgreSQL's programs are kept apart from others.
    pub(crate) postgres_dirs: Vec<PathBuf>,
    /// Where fetched servers are kept; none when there is neither a home nor `XDG_CACHE_HOME`.
    pub(crate) fetched: Option<PathBuf>,
    /// The ways to call pip, in the order of preference.
    pub(crate) pips: Vec<Vec<OsString>>,
    /// Whether to try user namespaces when running as root.
    pub(crate) user_namespaces: bool,
}

impl Machine {
    /// This machine as it is now, for `program`.
    pub(crate) fn for_program(program: &'static str) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let pips: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
        Self {
            program,
            path: std::env::split_paths(&path).filter(|directory| directory.is_absolute()).collect(),
            postgres_dirs: postgres_dirs(),
            fetched: cache_dir().map(|cache| cache.join(program).join("servers")),
            pips: pips.iter().map(|words| words.iter().map(OsString::from).collect()).collect(),
            user_namespaces: true,
        }
    }
}

/// Where distributions put the programs of one major version each.
fn postgres_dirs() -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/usr/local/pgsql/bin")];
    for (parent, prefix) in [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        found.extend(
            entries
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| entry.path().join("bin")),
        );
    }
    found
}

/// The user's cache directory by the XDG base directory specification, which ignores paths that are not
/// absolute.
fn cache_dir() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}
