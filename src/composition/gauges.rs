//! Gauges of what lags: how far readers of the log are behind it, taken every few seconds for `/metrics`.
//!
//! Each source of gauges is a function of the store that is named in [`report`]; one that fails says nothing
//! this time, so that what is shown is never older than the database.

use std::time::Duration;

use event_store::log::lag;
use event_store::{EventStore, StoreError};
use metrics::gauge;
use projections::status;
use tokio_util::sync::CancellationToken;

use super::workforce::Workforce;

/// How often they are taken.
const EVERY: Duration = Duration::from_secs(5);

/// Takes the gauges until `stop`.
pub(super) async fn report(store: EventStore, stop: CancellationToken) {
    let mut workforce = Workforce::default();
    while !stop.is_cancelled() {
        let taken = [
            writable(&store).await,
            order(&store).await,
            readers(&store).await,
            workforce.look(&store).await,
        ];
        for taken in taken {
            if let Err(error) = taken {
                tracing::debug!(error = &error as &dyn std::error::Error, "measuring gauges failed");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Whether the database can be written to. Asking also closes connections that cannot and that no caller has met.
async fn writable(store: &EventStore) -> Result<(), StoreError> {
    let writable = store.can_write().await;
    gauge!("personal_settings_database_writable").set(f64::from(u8::from(matches!(writable, Ok(true)))));
    writable.map(drop)
}

/// Of the log itself: what was appended and has no position yet. Every process takes them, so that they are
/// true whichever process leads, and also where none can.
async fn order(store: &EventStore) -> Result<(), StoreError> {
    let lag = lag::lag(store.pool()).await?;
    gauge!("personal_settings_log_lag_events").set(lag.events as f64);
    gauge!("personal_settings_log_lag_seconds").set(lag.seconds);
    Ok(())
}

/// Of every reader of the log: how late it is, and what it could not take.
async fn readers(store: &EventStore) -> Result<(), StoreError> {
    for reader in status::list(store).await? {
        gauge!("personal_settings_projection_lag_events", "projection" => reader.name.clone())
            .set(reader.lag_events as f64);
        gauge!("personal_settings_projection_lag_seconds", "projection" => reader.name.clone())
            .set(reader.lag_seconds);
        gauge!("personal_settings_projection_parked_events", "projection" => reader.name)
            .set(reader.parked as f64);
    }
    Ok(())
}
