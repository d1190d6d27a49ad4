//! Whether NATS can be used: what fails, since when, and why.
//!
//! A connection that stands says little: a server whose disk is full keeps it, and stores nothing. So each use of NATS
//! notes how it went, and [`watch`] tries one every few seconds that no other work depends on.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_store::EventStore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Bus, BusError};
use crate::error_chain::descriptions;

/// How often it is tried.
const EACH: Duration = Duration::from_secs(5);
/// A use that failed, and was not tried again for so long, says nothing about now: its leader may lead no more.
const LASTING: Duration = Duration::from_secs(60);

/// What NATS is used for. Each may fail while another works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Making sure of the streams and the consumer.
    Prepare,
    /// Storing what wakes a worker.
    StoreJobs,
    /// Storing what happened, for others to follow.
    StoreEvents,
    /// Taking jobs.
    TakeJobs,
}

/// What fails now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// How long it has failed.
    pub lasts: Duration,
    /// Why. It names hosts, so it is for those who run the service.
    pub why: String,
}

struct Failing {
    since: Instant,
    last: Instant,
    why: String,
}

/// How each use of NATS went last, in this process. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Health(Arc<Mutex<BTreeMap<Purpose, Failing>>>);

impl Health {
    pub(super) fn note<T>(&self, purpose: Purpose, result: &Result<T, BusError>) {
        match result {
            Ok(_) => drop(self.failing().remove(&purpose)),
            Err(error) => self.failed(purpose, descriptions(error).join(": ")),
        }
    }

    fn failed(&self, purpose: Purpose, why: String) {
        let now = Instant::now();
        let mut failing = self.failing();
        let since =
            failing.get(&purpose).filter(|before| before.last.elapsed() < LASTING).map_or(now, |it| it.since);
        failing.insert(purpose, Failing { since, last: now, why });
    }

    /// What has failed longest.
    pub(super) fn outage(&self) -> Option<Outage> {
        let failing = self.failing();
        let now = failing.values().filter(|failing| failing.last.elapsed() < LASTING);
        let longest = now.min_by_key(|failing| failing.since)?;
        Some(Outage { lasts: longest.since.elapsed(), why: longest.why.clone() })
    }

    fn failing(&self) -> MutexGuard<'_, BTreeMap<Purpose, Failing>> {
        // Every change is one assignment, so a panic leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries NATS until `stop`, and says when it cannot be used, and when it can again.
pub async fn watch(bus: Bus, store: EventStore, stop: CancellationToken) {
    let mut usable = true;
    while !stop.is_cancelled() {
        let tried = tokio::select! {
            () = stop.cancelled() => return,
            tried = bus.probe(store.services().ids.uuid()) => tried,
        };
        if tried.is_ok() != usable {
            usable = tried.is_ok();
            say(tried);
        }
        metrics::gauge!("personal_settings_nats_usable").set(f64::from(u8::from(bus.outage().is_none())));
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EACH) => {}
        }
    }
}

fn say(tried: Result<(), BusError>) {
    match tried {
        Ok(()) => tracing::info!("NATS can be used again"),
        Err(error) => tracing::warn!(
            error = &error as &dyn Error,
            "NATS cannot be used; nothing is lost: workers look for what is due themselves until it can"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Result<(), BusError> {
        Err(BusError::Unconfirmed("the disk is full".into()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_trouble_lasts_from_its_first_failure_until_the_same_use_works() {
        let health = Health::default();
        assert_eq!(health.outage(), None);
        health.note(Purpose::StoreJobs, &refused());
        tokio::time::advance(EACH).await;
        health.note(Purpose::StoreJobs, &refused());
        health.note(Purpose::TakeJobs, &Ok(()));
        let why = "NATS did not confirm a message: the disk is full".to_owned();
        assert_eq!(health.outage(), Some(Outage { lasts: EACH, why }));
        health.note(Purpose::StoreJobs, &Ok(()));
        assert_eq!(health.outage(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_was_not_seen_again_is_forgotten() {
        let health = Health::default();
        health.note(Purpose::StoreEvents, &refused());
        tokio::time::advance(LASTING).await;
        assert_eq!(health.outage(), None);
        health.note(Purpose::StoreEvents, &refused());
        assert_eq!(health.outage().map(|outage| outage.lasts), Some(Duration::ZERO));
    }
}
