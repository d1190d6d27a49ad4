//! Whoever brings messages for us, a mail server or a phone gateway, while it works and while it does not.
//!
//! While it works so many messages are under way at once. Once it is away one message at a time tries it, after growing
//! delays; all others wait without being tried. That it is away is logged once, and that it is back.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_store::postgres::backoff::delay_before;
use metrics::gauge;
use tokio::time::Instant;

/// Messages that are under way at once.
const AT_ONCE: usize = 8;
/// The delay before the first message that tries it again; doubled with each in vain.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// What a message that was under way says of its carrier.
pub(super) enum Said<'a> {
    /// It answers.
    Answers,
    /// It is away, or breaks off.
    Away(&'a (dyn Error + 'static)),
    /// Nothing: it was not asked.
    Nothing,
}

/// Which messages may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// So many, of all that are due.
    Free(usize),
    /// One, to find out whether the carrier works again.
    Try,
    /// None that the carrier would be asked for: only so many whose time is over.
    Ended(usize),
}

/// See the module.
pub(super) struct Carrier {
    /// As it is named in logs and metrics: `mail` or `phone`.
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
    /// One that is taken to work.
    pub(super) fn new(name: &'static str) -> Self {
        gauge!("personal_settings_carrier_up", "carrier" => name).set(1);
        Self { name, state: Mutex::default() }
    }

    /// Which messages may be taken now.
    pub(super) fn room(&self) -> Room {
        let state = self.state();
        let free = AT_ONCE.saturating_sub(state.under_way);
        match &state.away {
            None => Room::Free(free),
            Some(away) if free > 0 && !away.trying && away.next_try <= Instant::now() => Room::Try,
            Some(_) => Room::Ended(free),
        }
    }

    /// Messages were taken, for which there was `room`.
    pub(super) fn took(&self, messages: usize, room: Room) {
        let mut state = self.state();
        state.under_way += messages;
        if let (Some(away), Room::Try, 1..) = (&mut state.away, room, messages) {
            away.trying = true;
        }
    }

    /// A message is under way no more, which had been taken into `room`.
    pub(super) fn ended(&self, room: Room, said: &Said<'_>) {
        let mut state = self.state();
        state.under_way = state.under_way.saturating_sub(1);
        let now = Instant::now();
        match (&mut state.away, said) {
            (None, Said::Away(error)) => {
                state.away = Some(Away { since: now, tries: 1, next_try: now + delay(1), trying: false });
                gauge!("personal_settings_carrier_up", "carrier" => self.name).set(0);
                tracing::warn!(
                    carrier = self.name,
                    error = *error,
                    "messages wait: their server is unreachable; one at a time is retried, and nothing more is logged until one gets through"
                );
            }
            (None, _) => {}
            (Some(away), Said::Answers) => {
                let seconds = away.since.elapsed().as_secs();
                state.away = None;
                gauge!("personal_settings_carrier_up", "carrier" => self.name).set(1);
                tracing::info!(carrier = self.name, seconds, "messages are delivered again");
            }
            (Some(away), said) if room == Room::Try => {
                away.trying = false;
                if matches!(said, Said::Away(_)) {
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

    fn taken(carrier: &Carrier, messages: usize) -> Room {
        let room = carrier.room();
        carrier.took(messages, room);
        room
    }

    #[tokio::test(start_paused = true)]
    async fn who_works_has_many_messages_and_who_is_away_one_after_growing_delays() {
        let carrier = Carrier::new("mail");
        let room = taken(&carrier, 3);
        assert_eq!((room, carrier.room()), (Room::Free(AT_ONCE), Room::Free(AT_ONCE - 3)));
        // All three were under way: it went away once.
        for _ in 0..3 {
            carrier.ended(room, &Said::Away(&away()));
        }
        assert_eq!(carrier.room(), Room::Ended(AT_ONCE));
        let mut waited = Vec::new();
        for _ in 0..9 {
            let began = Instant::now();
            while carrier.room() != Room::Try {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            waited.push(began.elapsed());
            let room = taken(&carrier, 1);
            assert_eq!(carrier.room(), Room::Ended(AT_ONCE - 1), "one at a time");
            carrier.ended(room, &Said::Away(&away()));
        }
        assert!(waited[0] < Duration::from_secs(2) && waited[8] > Duration::from_secs(29), "{waited:?}");
        assert!(waited.iter().all(|wait| *wait <= LONGEST_DELAY * 3 / 2 + Duration::from_millis(100)));
        tokio::time::advance(LONGEST_DELAY * 2).await;
        carrier.ended(taken(&carrier, 1), &Said::Answers);
        assert_eq!(carrier.room(), Room::Free(AT_ONCE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_not_ask_leaves_the_place_to_the_next() {
        let carrier = Carrier::new("phone");
        carrier.ended(taken(&carrier, 1), &Said::Away(&away()));
        // Whose time is over goes by without asking, while it is away.
        let room = taken(&carrier, 2);
        assert_eq!(room, Room::Ended(AT_ONCE));
        for _ in 0..2 {
            carrier.ended(room, &Said::Nothing);
        }
        assert_eq!(carrier.room(), Room::Ended(AT_ONCE));
        tokio::time::advance(LONGEST_DELAY).await;
        let room = taken(&carrier, 1);
        assert_eq!(room, Room::Try);
        carrier.ended(room, &Said::Nothing);
        assert_eq!(carrier.room(), Room::Try, "it was not asked: the next may");
    }
}
