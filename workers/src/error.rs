//! Why a leader could not go on; and reading errors of others without their words.

use std::error::Error;
use std::io;

use event_store::StoreError;

use crate::nats::BusError;

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

/// An error and all that it comes from, each in words, as they are logged.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect()
}

/// The operating system's error in a chain of errors, as a copy without any text of others.
pub(crate) fn io_source(mut source: Option<&(dyn Error + 'static)>) -> Option<io::Error> {
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => error.kind().into(),
            });
        }
        source = error.source();
    }
    None
}
