//! Why a leader could not go on.

use event_store::StoreError;

use crate::bus::BusError;

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
