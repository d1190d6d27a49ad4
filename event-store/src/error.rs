//! What can go wrong below the domain.

use uuid::Uuid;

use crate::seal::SealError;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away or overloaded; the same call may succeed in a moment.
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// The address makes no sense.
    #[error("expected an address such as postgres://user:password@host/database")]
    Url,
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
        matches!(self, Self::Unavailable(_) | Self::Seal(SealError::Unavailable(_) | SealError::Refused(_)))
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
