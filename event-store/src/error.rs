//! What can go wrong below the domain.

use sqlx::error::DatabaseError;
use uuid::Uuid;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away or overloaded; the same call may succeed in a moment.
    #[error("{}", why_away(.0))]
    Unavailable(#[source] sqlx::Error),
    /// The database went away while something was being stored, and stayed away: whether it was stored is
    /// unknown.
    #[error("the database went away in the middle of a write and cannot be asked what came of it")]
    OutcomeUnknown(#[source] sqlx::Error),
    /// The database is there, and refuses us: an administrator must change something, waiting does not help.
    #[error("{}", why_not_let_in(.0))]
    NotLetIn(#[source] sqlx::Error),
    /// The address makes no sense.
    #[error("expected an address such as postgres://user:password@host/database")]
    Url,
    /// The address asks for less than verified TLS to another host.
    #[error(
        "it asks for less than verified TLS to {0}: leave sslmode out, or name the host with --allow-plain-text {0}"
    )]
    Unverified(String),
    /// The address names several hosts.
    #[error(
        "it names several hosts: give one address that always leads to the primary, such as that of a proxy (HAProxy, \
         PgBouncer), a virtual one, or a name in the DNS that moves with it"
    )]
    SeveralHosts,
    /// The address asks for a server that may be a standby.
    #[error(
        "target_session_attrs={0} asks for a server that cannot be written to: leave it out, the primary is meant anyhow"
    )]
    NotThePrimary(String),
    /// The address has a parameter that nothing knows.
    #[error("it has a parameter {0:?} that this program does not know: leave it out")]
    Parameter(String),
    /// The database answered with an error.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be migrated")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Something sealed could not be opened, or the other way round.
    #[error("sealed data could not be handled")]
    Seal(#[from] SealError),
    /// A stored row has not the form it must have.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
    /// Events are in the log in an order they cannot have happened in.
    #[error(
        "event {event_id} ({sequence} of {aggregate_type} {aggregate_id}) comes before its predecessor, or has none"
    )]
    OutOfOrder {
        /// The event that came too early.
        event_id: Uuid,
        /// The stream.
        aggregate_type: String,
        /// The stream.
        aggregate_id: String,
        /// Its place in the stream.
        sequence: i64,
    },
}

impl StoreError {
    /// Whether waiting may help.
    pub fn is_unavailable(&self) -> bool {
        // A refusal of the key service or the database, such as an expired token, is mended from outside as well.
        matches!(
            self,
            Self::Unavailable(_)
                | Self::NotLetIn(_)
                | Self::OutcomeUnknown(_)
                | Self::Seal(SealError::Unavailable(_) | SealError::Refused(_))
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        if error.as_database_error().and_then(DatabaseError::code).as_deref() == Some(READ_ONLY) {
            // Every error of the database passes here.
            crate::read_only::note();
        }
        if error.as_database_error().is_some_and(is_not_let_in) {
            return Self::NotLetIn(error);
        }
        // Its source may quote what is stored, and errors are logged.
        if let E::ColumnDecode { index, .. } = &error {
            return Self::Unreadable(format!("column {index}"));
        }
        let away = match &error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                true
            }
            E::Database(database) => database.code().is_some_and(|code| is_away(&code)),
            _ => false,
        };
        if away { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

/// The SQLSTATE of writing where nothing may be written.
const READ_ONLY: &str = "25006";

/// SQLSTATE classes after which the same statement may succeed in a moment: a server that is starting,
/// stopping, full or gone, a standby, a lock, a statement or a pause that took too long, and a deadlock or a
/// serialisation failure that chose this side.
fn is_away(code: &str) -> bool {
    let passing = ["08", "53", "57P", "40001", "40P01", READ_ONLY, "25P03", "55P03", "57014"];
    passing.iter().any(|class| code.starts_with(class))
}

/// Whether a refusal, of the server or of a pooler before it, is of the user or of what is asked for.
fn is_not_let_in(refusal: &dyn DatabaseError) -> bool {
    // Poolers have one code for whatever they refuse, and for what passes as well.
    const POOLER: [&str; 5] = [
        "unsupported startup parameter",
        "no such database",
        "no such user",
        "does not exist",
        "authentication failed",
    ];
    match refusal.code().as_deref() {
        Some("3D000") => true,
        Some("08P01") => POOLER.iter().any(|words| refusal.message().contains(words)),
        Some(code) => code.starts_with("28"),
        None => false,
    }
}

/// What is to be changed.
fn why_not_let_in(error: &sqlx::Error) -> &'static str {
    let refusal = error.as_database_error();
    let said = refusal.map_or("", |refusal| refusal.message());
    if said.contains("startup parameter") {
        return "a pooler before the database refuses a start-up parameter: leave `options` out of the address";
    }
    let no_database = refusal.and_then(DatabaseError::code).as_deref() == Some("3D000")
        || said.contains("no such database")
        || (said.contains("database") && said.contains("does not exist"));
    if no_database {
        return "there is no database of that name: see the address, or create it";
    }
    "the database does not let this user in: see user and password in the address, and pg_hba.conf of the server"
}

/// What an administrator of the database needs to know first.
fn why_away(error: &sqlx::Error) -> &'static str {
    use sqlx::Error as E;
    match error {
        E::PoolTimedOut => "no connection to the database was free in time",
        E::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => "the database did not answer in time",
        E::Database(error) => match error.code().as_deref() {
            Some("53100") => "the disk of the database is full",
            Some("53300") => "the database takes no more connections: raise max_connections",
            Some(READ_ONLY) => "the database is a standby, or read-only, and cannot be written to",
            Some("55P03") => "the database waited too long for a lock, whose holder is named in the log",
            Some("57014") => "the database took too long over a statement",
            Some(code) if code.starts_with("53") => "the database is short of memory or another resource",
            Some(code) if code.starts_with("57P") => "the database is starting or stopping",
            Some(code) if code.starts_with("40") => "the database preferred another transaction to this one",
            _ => "the database cannot be reached",
        },
        _ => "the database cannot be reached",
    }
}

/// A failure to seal or to open.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The ciphertext, its place or the key is not what it was.
    #[error("a sealed value does not authenticate: it was changed, moved or sealed with another key")]
    AuthenticationFailed,
    /// Encryption refused the input.
    #[error("a value could not be encrypted")]
    Encryption,
    /// A data key is wrapped by a master key this process does not have.
    #[error(
        "data keys in this database are sealed with master key {stored}, but this process has {present}; \
         start it with the master key file of this database, or add that key to the file as a further line"
    )]
    UnknownMasterKey {
        /// Id of the master key in the database.
        stored: String,
        /// Id of the master key at hand.
        present: String,
    },
    /// The master key cannot be had.
    #[error("{0}")]
    Master(String),
    /// The holder of the master keys does not answer; the same call may succeed in a moment.
    #[error("the key service does not answer: {0}")]
    Unavailable(String),
    /// The holder of the master keys refuses, which an administrator has to mend.
    #[error("the key service refuses: {0}")]
    Refused(String),
    /// An envelope has not the form it must have.
    #[error("a sealed value is malformed")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_cannot_be_read_is_not_quoted() {
        let source = "invalid type: string \"ada@example.com\", expected u64".into();
        let error = StoreError::from(sqlx::Error::ColumnDecode { index: "\"sources\"".to_owned(), source });
        assert!(!error.is_unavailable());
        assert_eq!(error.to_string(), "stored data cannot be read: column \"sources\"");
        assert!(std::error::Error::source(&error).is_none());
    }

    #[test]
    fn it_is_said_what_keeps_the_database_away() {
        let said = |error: sqlx::Error| {
            let error = StoreError::from(error);
            assert!(error.is_unavailable());
            error.to_string()
        };
        assert!(said(sqlx::Error::PoolTimedOut).contains("no connection"));
        assert!(said(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())).contains("did not answer"));
        assert!(said(sqlx::Error::Io(std::io::ErrorKind::ConnectionRefused.into())).contains("reached"));
    }
}
