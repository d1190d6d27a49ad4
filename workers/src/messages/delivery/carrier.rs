//! Carriers of messages, which are a mail server and a phone gateway: a circuit breaker for each.
//!
//! While a carrier works, up to [`AT_ONCE`] messages are under way. Once it is unreachable one message at a time probes
//! it, after growing delays; all others wait without being tried. That it went away is logged once, and that it is back.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_store::postgres::backoff::delay_before;
use metrics::gauge;
use tokio::time::Instant;

/// Messages under way at once, at most.
const AT_ONCE: usize = 8;
/// The delay before the first probe; doubled with each that fails.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// What a delivery found out about its carrier.
pub(super) enum CarrierReport<'a> {
    /// It answers.
    Reachable,
    /// It is away, or breaks off.
    Unreachable(&'a (dyn Error + 'static)),
    /// Nothing: it was not asked.
    NotAsked,
}

/// Which messages may be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capacity {
    /// So many, of all that are due.
    Free(usize),
    /// One, to find out whether the carrier works again.
    Probe,
    /// So many that have expired: none for which the carrier would be asked.
    ExpiredOnly(usize),
}

/// A carrier, as this process finds it.
pub(super) struct Carrier {
    /// Its name in logs and metrics: `mail` or `phone`.
    name: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    under_way: usize,
    away: Option<Away>,
}

struct Away {
    since: Instant,
    tries: u32,
    next_try: Instant,
    trying: bool,
}

impl Carrier {
    /// A carrier that is assumed to work.
    pub(super) fn new(name: &'static str) -> Self {
        gauge!("personal_settings_carrier_up", "carrier" => name).set(1);
        Self { name, state: Mutex::default() }
    }

    /// Which messages may be claimed now.
    pub(super) fn capacity(&self) -> Capacity {
        let state = self.state();
        let free = AT_ONCE.saturating_sub(state.under_way);
        match &state.away {
            None => Capacity::Free(free),
            Some(away) if free > 0 && !away.trying && away.next_try <= Instant::now() => Capacity::Probe,
            Some(_) => Capacity::ExpiredOnly(free),
        }
    }

    /// Messages were taken, for which there was `room`.
    pub(super) fn begin(&self, messages: usize, capacity: Capacity) {
        let mut state = self.state();
        state.under_way += messages;
        if let (Some(away), Capacity::Probe, 1..) = (&mut state.away, capacity, messages) {
            away.trying = true;
        }
    }

    /// A message is under way no more, which had been taken into `room`.
    pub(super) fn finish(&self, capacity: Capacity, report: &CarrierReport<'_>) {
        let mut state = self.state();
        state.under_way = state.under_way.saturating_sub(1);
        let now = Instant::now();
        match (&mut state.away, report) {
            (None, CarrierReport::Unreachable(error)) => {
                state.away = Some(Away { since: now, tries: 1, next_try: now + delay(1), trying: false });
                gauge!("personal_settings_carrier_up", "carrier" => self.name).set(0);
                tracing::warn!(
                    carrier = self.name,
                    error = *error,
                    "messages wait: their server is unreachable; one at a time is retried, and nothing more is logged until one gets through"
                );
            }
            (None, _) => {}
            (Some(away), CarrierReport::Reachable) => {
                let seconds = away.since.elapsed().as_secs();
                state.away = None;
                gauge!("personal_settings_carrier_up", "carrier" => self.name).set(1);
                tracing::info!(carrier = self.name, seconds, "messages are delivered again");
            }
            (Some(away), report) if capacity == Capacity::Probe => {
                away.trying = false;
                if matches!(report, CarrierReport::Unreachable(_)) {
                    away.tries = away.tries.saturating_add(1);
                    away.next_try = now + delay(away.tries);
                }
            }
            // What was under way when it went away says nothing new.
            (Some(_), _) => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn delay(tries: u32) -> Duration {
    delay_before(tries, FIRST_DELAY, LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn away() -> io::Error {
        io::Error::from(io::ErrorKind::ConnectionRefused)
    }

    fn taken(carrier: &Carrier, messages: usize) -> Capacity {
        let capacity = carrier.capacity();
        carrier.begin(messages, capacity);
        capacity
    }

    #[tokio::test(start_paused = true)]
    async fn who_works_has_many_messages_and_who_is_away_one_after_growing_delays() {
        let carrier = Carrier::new("mail");
        let capacity = taken(&carrier, 3);
        assert_eq!((capacity, carrier.capacity()), (Capacity::Free(AT_ONCE), Capacity::Free(AT_ONCE - 3)));
        // All three were under way: it went away once.
        for _ in 0..3 {
            carrier.finish(capacity, &CarrierReport::Unreachable(&away()));
        }
        assert_eq!(carrier.capacity(), Capacity::ExpiredOnly(AT_ONCE));
        let mut waited = Vec::new();
        for _ in 0..9 {
            let began = Instant::now();
            while carrier.capacity() != Capacity::Probe {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            waited.push(began.elapsed());
            let capacity = taken(&carrier, 1);
            assert_eq!(carrier.capacity(), Capacity::ExpiredOnly(AT_ONCE - 1), "one at a time");
            carrier.finish(capacity, &CarrierReport::Unreachable(&away()));
        }
        assert!(waited[0] < Duration::from_secs(2) && waited[8] > Duration::from_secs(29), "{waited:?}");
        assert!(waited.iter().all(|wait| *wait <= LONGEST_DELAY * 3 / 2 + Duration::from_millis(100)));
        tokio::time::advance(LONGEST_DELAY * 2).await;
        carrier.finish(taken(&carrier, 1), &CarrierReport::Reachable);
        assert_eq!(carrier.capacity(), Capacity::Free(AT_ONCE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_not_ask_leaves_the_place_to_the_next() {
        let carrier = Carrier::new("phone");
        carrier.finish(taken(&carrier, 1), &CarrierReport::Unreachable(&away()));
        // Whose time is over goes by without asking, while it is away.
        let capacity = taken(&carrier, 2);
        assert_eq!(capacity, Capacity::ExpiredOnly(AT_ONCE));
        for _ in 0..2 {
            carrier.finish(capacity, &CarrierReport::NotAsked);
        }
        assert_eq!(carrier.capacity(), Capacity::ExpiredOnly(AT_ONCE));
        tokio::time::advance(LONGEST_DELAY).await;
        let capacity = taken(&carrier, 1);
        assert_eq!(capacity, Capacity::Probe);
        carrier.finish(capacity, &CarrierReport::NotAsked);
        assert_eq!(carrier.capacity(), Capacity::Probe, "it was not asked: the next may");
    }
}
