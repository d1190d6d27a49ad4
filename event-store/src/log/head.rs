//! How far the log has come, as far as a process knows.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{Log, newest_position};
use crate::error::StoreError;
use crate::postgres::backoff::Delays;
use crate::read_only::Begun;

/// The channel on which the sequencer says how far the log has come.
pub(crate) const CHANNEL: &str = "log_head";
/// How often the head is asked for although no process announced a new one.
const POLL: Duration = Duration::from_secs(1);

/// How far the log has come, as far as this process knows. It grows, unless the database lost rows.
#[derive(Default)]
pub struct LogHead(watch::Sender<i64>);

impl LogHead {
    /// Follows the head.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.0.subscribe()
    }

    /// The newest position known.
    pub fn position(&self) -> i64 {
        *self.0.borrow()
    }

    /// The table ends at `newest`, and was asked when the head was at `known`, which had been in it. So where
    /// it says less, as after a fail-over to a standby that was behind, rows are lost, and the head goes back.
    fn found(&self, known: i64, newest: i64) {
        if newest >= known {
            return self.advance(newest);
        }
        let went_back = self.0.send_if_modified(|head| {
            let lost = *head == known;
            *head = if lost { newest } else { *head };
            lost
        });
        if went_back {
            tracing::warn!(
                known,
                newest,
                "the log is shorter than before: the database lost its newest rows"
            );
        }
    }

    /// The log has come to `position`.
    pub(crate) fn advance(&self, position: i64) {
        self.0.send_if_modified(|head| {
            let news = position > *head;
            *head = position.max(*head);
            news
        });
    }
}

/// Keeps the [`LogHead`] up to date until `stop`. Every process runs one.
pub async fn follow_head(log: Log, stop: CancellationToken) {
    let mut delays = Delays::new(Duration::from_millis(100), Duration::from_secs(5));
    while !stop.is_cancelled() {
        let followed = tokio::select! {
            () = stop.cancelled() => return,
            followed = listen(&log, &mut delays) => followed,
        };
        if let Err(error) = followed {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "listening for new log positions failed"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = delays.wait() => {}
        }
    }
}

async fn listen(log: &Log, delays: &mut Delays) -> Result<(), StoreError> {
    let begun = Begun::now();
    let mut listener = PgListener::connect_with(&log.pool).await?;
    listener.listen(CHANNEL).await?;
    // A server that became a standby announces nothing.
    while !begun.is_stale() {
        let known = log.head().position();
        log.head().found(known, newest_position(&log.pool).await?);
        delays.reset();
        // Announcements of the next second are taken as they come; then the table is asked again.
        let until = Instant::now() + POLL;
        while let Ok(notification) = timeout_at(until, listener.recv()).await {
            if let Ok(position) = notification?.payload().parse() {
                log.head().advance(position);
            }
        }
    }
    Ok(())
}

/// Waits until the log has grown beyond `position`, or `at_most` has passed. To be called when nothing was
/// found there; if the head is said to be further, as after a failover that lost the newest rows, this
/// keeps the caller from spinning until the head goes back too ([`follow_head`]).
pub async fn wait_beyond(head: &mut watch::Receiver<i64>, position: i64, at_most: Duration) {
    if *head.borrow() > position {
        return tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // An error means the store is gone, or time is up: either way the caller looks again.
    let _ = timeout(at_most, head.wait_for(|head| *head > position)).await;
}
