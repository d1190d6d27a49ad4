//! What can go wrong below the domain.

use uuid::Uuid;

use crate::seal::SealError;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away or overloaded; the same call may succeed in a moment.
    #[error("{}", why_away(.0))]
    Unavailable(#[source] sqlx::Error),
    /// The database went away while something was being stored, and stayed away: nobody knows whether it
    /// was.
    #[error("the database went away in the middle of a write and cannot be asked what came of it")]
    Doubtful(#[source] sqlx::Error),
    /// The address makes no sense.
    #[error("expected an address such as postgres://user:password@host/database")]
    Url,
    /// The address asks for less than verified TLS to another host.
    #[error(
        "it asks for less than verified TLS to {0}: leave sslmode out, or name the host with --allow-plain-text {0}"
    )]
    Unverified(String),
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
        // A refusal of the key service, such as an expired token, is mended from outside as well.
        matches!(
            self,
            Self::Unavailable(_)
                | Self::Doubtful(_)
                | Self::Seal(SealError::Unavailable(_) | SealError::Refused(_))
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
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

/// SQLSTATE classes after which the same statement may succeed in a moment: a server that is starting,
/// stopping, full or gone, a standby, and a deadlock or a serialisation failure that chose this side.
fn is_away(code: &str) -> bool {
    let passing = ["08", "53", "57P", "40001", "40P01", "25006"];
    passing.iter().any(|class| code.starts_with(class))
}

/// What somebody who looks after the database needs to know first.
fn why_away(error: &sqlx::Error) -> &'static str {
    use sqlx::Error as E;
    match error {
        E::PoolTimedOut => "no connection to the database was free in time",
        E::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => "the database did not answer in time",
        E::Database(error) => match error.code().as_deref() {
            Some("53100") => "the disk of the database is full",
            Some("53300") => "the database takes no more connections: raise max_connections",
            Some("25006") => "the database is a standby, which cannot be written to",
            Some(code) if code.starts_with("53") => "the database is short of memory or another resource",
            Some(code) if code.starts_with("57P") => "the database is starting or stopping",
            Some(code) if code.starts_with("40") => "the database preferred another transaction to this one",
            _ => "the database cannot be reached",
        },
        _ => "the database cannot be reached",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
