//! Programs of servers, as they were found.

use std::path::PathBuf;

use crate::version::Version;

/// A usable PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Postgres {
    /// The directory of `postgres` and `initdb`.
    pub(crate) bin: PathBuf,
    pub(crate) version: Version,
    /// The whole of a fetched server, of which `bin` is a part. None for the system's.
    pub(crate) tree: Option<PathBuf>,
}

/// A usable nats-server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nats {
    pub(crate) program: PathBuf,
    pub(crate) version: Version,
}
