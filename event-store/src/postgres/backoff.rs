//! Waiting between tries: the one place that knows the `backoff` crate.
//!
//! `backoff` is no longer maintained; if it must go, this file changes and nothing else does
//! (ADR 0002).

use std::time::Duration;

use backoff::backoff::Backoff;
use backoff::{ExponentialBackoff, ExponentialBackoffBuilder};

/// A sequence of growing, jittered delays.
pub struct Delays(ExponentialBackoff);

impl Delays {
    /// Delays that begin at `first`, double, and stay at `longest`; each is spread by half, so that
    /// those who failed together do not come back together.
    pub fn new(first: Duration, longest: Duration) -> Self {
        let mut delays = ExponentialBackoffBuilder::new()
            .with_initial_interval(first)
            .with_max_interval(longest)
            .with_multiplier(2.0)
            .with_randomization_factor(0.5)
            .with_max_elapsed_time(None)
            .build();
        delays.reset();
        Self(delays)
    }

    /// The next delay.
    pub fn next_delay(&mut self) -> Duration {
        self.0.next_backoff().unwrap_or(self.0.max_interval)
    }

    /// Waits for the next delay.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.next_delay()).await;
    }

    /// Begins again with the first delay: something worked.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// The delay before try number `attempt` (1 is the first repeat), jittered.
pub fn delay_before(attempt: u32, first: Duration, longest: Duration) -> Duration {
    let mut delays = Delays::new(first, longest);
    let mut delay = delays.next_delay();
    for _ in 1..attempt.min(32) {
        delay = delays.next_delay();
    }
    delay
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_longest_and_are_jittered() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(10));
        for attempt in 1..40 {
            let delay = delay_before(attempt, first, longest);
            let middle = first.saturating_mul(2u32.saturating_pow(attempt - 1)).min(longest);
            assert!(delay >= middle / 2 && delay <= middle * 3 / 2, "attempt {attempt}: {delay:?}");
        }
    }
}
