//! Where a datum lies, how, and how it goes.

use std::fmt;

use domain::Scope;

/// A place that a datum is copied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// What events of these types say.
    EventPayload(&'static str),
    /// Who did it, from where.
    EventMetadata,
    /// A column of a table: its own, that of a read model, or of a snapshot.
    Column(&'static str, &'static str),
    /// Objects of the object store, below this prefix.
    Objects(&'static str),
    /// Messages and files of NATS.
    Nats,
    /// The folder that mail is written into where it is not sent.
    MailFolder,
    /// The folder that texts and calls are written into where they are not sent.
    PhoneFolder,
    /// The program's log, and that of the embedded servers.
    Logs,
    /// Backups of the database and the write-ahead log, after all else is gone.
    Backups,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventPayload(types) => write!(f, "events: payload of `{types}`"),
            Self::EventMetadata => f.write_str("events: metadata"),
            Self::Column(table, column) => write!(f, "`{table}.{column}`"),
            Self::Objects(prefix) => write!(f, "object store: `{prefix}`"),
            Self::Nats => f.write_str("NATS"),
            Self::MailFolder => f.write_str("mail folder"),
            Self::PhoneFolder => f.write_str("folder of texts and calls"),
            Self::Logs => f.write_str("logs"),
            Self::Backups => f.write_str("backups and WAL"),
        }
    }
}

/// How a datum lies in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// Sealed with the person's key of this scope.
    Sealed(Scope),
    /// Sealed with a key of its privacy request.
    SealedForRequest,
    /// Sealed with a key of the service.
    SealedByService,
    /// Sealed with a key that only a caller that repeats the request can make.
    SealedByCaller,
    /// As a hash that cannot be made without a key of the service.
    KeyedHash,
    /// As a hash: of something too long to be guessed, or by argon2id.
    Hash,
    /// Not at all.
    Absent,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("plain"),
            Self::Sealed(scope) => write!(f, "sealed, the person's {} key", scope.as_str()),
            Self::SealedForRequest => f.write_str("sealed, the request's key"),
            Self::SealedByService => f.write_str("sealed, a key of the service"),
            Self::SealedByCaller => f.write_str("sealed, a key made from the Idempotency-Key"),
            Self::KeyedHash => f.write_str("keyed hash"),
            Self::Hash => f.write_str("hash"),
            Self::Absent => f.write_str("not there"),
        }
    }
}

/// What an occasion does to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its key is destroyed: every copy is unreadable at once.
    KeyDestroyed,
    /// Its row is deleted.
    RowDeleted,
    /// Its column is emptied.
    Emptied,
    /// Its object or file is removed.
    Removed,
    /// It stays, for this reason.
    Stays(&'static str),
    /// It goes by itself.
    Expires(&'static str),
    /// There is nothing that could go.
    Nothing,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyDestroyed => f.write_str("key destroyed"),
            Self::RowDeleted => f.write_str("row deleted"),
            Self::Emptied => f.write_str("column emptied"),
            Self::Removed => f.write_str("removed"),
            Self::Stays(reason) => write!(f, "stays: {reason}"),
            Self::Expires(when) => write!(f, "goes {when}"),
            Self::Nothing => f.write_str("–"),
        }
    }
}
