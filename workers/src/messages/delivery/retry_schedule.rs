//! Retry schedule of messages: the delays between attempts, and when a message is given up.
//!
//! Attempts are counted in the message's row: after a restart, or in another worker, counting goes on.

use std::time::Duration;

use event_store::postgres::backoff::delay_before;
use event_store::records::outbox::{ClaimedMessage, Tried};

use super::error::DeliveryError;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Seconds before each repeat of what was not taken; the last again and again.
const IN_VAIN: [u64; 9] = [2, 15, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR];
/// Tries that are in vain before a message is given up: five days of them (RFC 5321, section 4.5.4.1).
const MOST_IN_VAIN: u32 = 21;
/// Seconds before each repeat of what may have been taken: it may come twice, and more often than so it is not sent.
const UNSURE: [u64; 4] = [MINUTE, 15 * MINUTE, 2 * HOUR, 12 * HOUR];

/// The delay after an attempt of this kind, which so many of its kind preceded. Spread by half.
pub(super) fn after(tried: Tried, so_far: u32) -> Duration {
    let delays: &[u64] = match tried {
        // It waits for its carrier, and not for itself.
        Tried::Not => return Duration::ZERO,
        Tried::InVain => &IN_VAIN,
        Tried::Unsure => &UNSURE,
    };
    let place = usize::try_from(so_far).unwrap_or(usize::MAX).min(delays.len() - 1);
    let delay = Duration::from_secs(delays[place]);
    delay_before(1, delay, delay)
}

/// The delay of a message that was offered to no carrier because something of ours failed, after so many attempts.
pub(super) fn after_ours(attempts: i32) -> Duration {
    let attempts = u32::try_from(attempts).unwrap_or(1).max(1);
    delay_before(attempts, Duration::from_secs(1), Duration::from_secs(10 * MINUTE))
}

/// The error itself, or the one that gives the message up once its attempts are exhausted.
pub(super) fn give_up_if_exhausted(message: &ClaimedMessage, error: DeliveryError) -> DeliveryError {
    if !error.is_passing() {
        return error;
    }
    match error.tried() {
        Tried::Unsure if message.unsure as usize >= UNSURE.len() => {
            DeliveryError::Unconfirmed { times: message.unsure + 1, source: Box::new(error) }
        }
        Tried::InVain if message.tries >= MOST_IN_VAIN => DeliveryError::PutOff { tries: message.tries + 1 },
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(tried: Tried, so_far: u32) -> f64 {
        after(tried, so_far).as_secs_f64()
    }

    #[test]
    fn the_first_tries_are_seconds_apart_and_later_ones_hours() {
        for (so_far, middle) in
            [(0, 2.0), (1, 15.0), (3, 300.0), (5, 3_600.0), (8, 28_800.0), (1_000, 28_800.0)]
        {
            let waits = (0..50).map(|_| seconds(Tried::InVain, so_far));
            assert!(waits.into_iter().all(|wait| (middle / 2.0..=middle * 1.5).contains(&wait)), "{so_far}");
        }
        assert_eq!(seconds(Tried::Not, 7), 0.0);
    }

    #[test]
    fn what_is_never_taken_is_given_up_after_days() {
        let before: u64 = (0..MOST_IN_VAIN as usize).map(|n| IN_VAIN[n.min(IN_VAIN.len() - 1)]).sum();
        let days = before as f64 / (24.0 * HOUR as f64);
        assert!((4.0..=5.0).contains(&days), "{days}");
    }
}
