//! Errors of NATS, and why the leader of a duty that publishes to it stopped leading.

use std::path::PathBuf;

use event_store::StoreError;

/// A failure of NATS: waiting and trying again is always right.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The address makes no sense.
    #[error(
        "NATS_URL is no address such as nats://user:password@host:4222, or several with commas between them"
    )]
    Url(#[source] std::io::Error),
    /// The address or what is beside it cannot be meant.
    #[error("NATS cannot be used as it is configured: {0}")]
    Unusable(&'static str),
    /// A file that is named cannot be read.
    #[error("{} cannot be read", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no connection.
    #[error(
        "NATS cannot be reached ({0}): see that it runs and that NATS_URL, or --nats-url, names it; it is tried again \
         until it is there"
    )]
    Away(String),
    /// The server cannot be asked.
    #[error("NATS cannot be reached")]
    Connect(#[source] async_nats::ConnectError),
    /// A stream or consumer could not be had.
    #[error("JetStream refused {0}")]
    Refused(&'static str, #[source] BoxError),
    /// A message was not confirmed.
    #[error("NATS did not confirm a message")]
    Unconfirmed(#[source] BoxError),
}

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What stops the relay or the scheduler until it leads again.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// NATS failed.
    #[error(transparent)]
    Bus(#[from] BusError),
}
