//! Where the newest events lie, as the sequencer of this process has just placed them: a caller that waits for the
//! position of what it has appended is told, and need not ask the database.
//!
//! Only the newest are remembered, and only while this process leads; whatever is not known here is looked up.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

/// Events that are remembered: some seconds of them under load.
const REMEMBERED: usize = 32_768;

/// See the module.
#[derive(Default)]
pub(crate) struct PositionCache(Mutex<State>);

#[derive(Default)]
struct State {
    leads: bool,
    positions: HashMap<Uuid, i64>,
    /// Oldest first.
    order: VecDeque<Uuid>,
    /// The callers that wait, by event.
    waiting: HashMap<Uuid, Vec<oneshot::Sender<i64>>>,
}

/// What is known here of an event.
pub(crate) enum PositionLookup {
    /// Its position.
    Found(i64),
    /// It will be placed here, if it was not before this process led. Closed when another takes the lead.
    Coming(oneshot::Receiver<i64>),
    /// Another process places it.
    Unknown,
}

/// For as long as it lives, this process places all events.
pub(crate) struct SequencerGuard<'a>(&'a PositionCache);

impl PositionCache {
    /// This process places all events, until the guard is dropped.
    pub(crate) fn lead(&self) -> SequencerGuard<'_> {
        self.state().leads = true;
        SequencerGuard(self)
    }

    /// Events have the positions after `position`, one after the other.
    pub(crate) fn note(&self, position: i64, events: &[Uuid]) {
        let mut state = self.state();
        for (event, position) in events.iter().zip(position + 1..) {
            for tell in state.waiting.remove(event).unwrap_or_default() {
                // The caller may have gone away.
                let _ = tell.send(position);
            }
            state.positions.insert(*event, position);
            state.order.push_back(*event);
        }
        while state.order.len() > REMEMBERED
            && let Some(oldest) = state.order.pop_front()
        {
            state.positions.remove(&oldest);
        }
    }

    /// What is known of an event.
    pub(crate) fn lookup(&self, event: Uuid) -> PositionLookup {
        let mut state = self.state();
        match state.positions.get(&event) {
            Some(position) => PositionLookup::Found(*position),
            None if state.leads => {
                let (tell, told) = oneshot::channel();
                let waiting = state.waiting.entry(event).or_default();
                waiting.retain(|tell| !tell.is_closed());
                waiting.push(tell);
                PositionLookup::Coming(told)
            }
            None => PositionLookup::Unknown,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SequencerGuard<'_> {
    fn drop(&mut self) {
        // The next leader may place the last ones otherwise, where a power cut took them from the log.
        *self.0.state() = State::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Uuid {
        Uuid::from_u128(number as u128)
    }

    fn found(placed: &PositionCache, number: usize) -> Option<i64> {
        match placed.lookup(id(number)) {
            PositionLookup::Found(position) => Some(position),
            PositionLookup::Coming(_) | PositionLookup::Unknown => None,
        }
    }

    #[test]
    fn the_newest_are_remembered_while_one_leads() {
        let placed = PositionCache::default();
        let leading = placed.lead();
        placed.note(7, &[id(1), id(2)]);
        assert_eq!([1, 2, 3].map(|number| found(&placed, number)), [Some(8), Some(9), None]);
        let many: Vec<Uuid> = (3..=REMEMBERED + 1).map(id).collect();
        placed.note(9, &many);
        assert_eq!([1, 2].map(|number| found(&placed, number)), [None, Some(9)]);
        drop(leading);
        assert!(matches!(placed.lookup(id(2)), PositionLookup::Unknown));
    }

    #[test]
    fn who_waits_is_told_or_learns_that_another_leads() {
        let placed = PositionCache::default();
        assert!(matches!(placed.lookup(id(1)), PositionLookup::Unknown));
        let leading = placed.lead();
        let [mut first, mut second, mut third] = [1, 1, 2].map(|number| match placed.lookup(id(number)) {
            PositionLookup::Coming(told) => told,
            PositionLookup::Found(_) | PositionLookup::Unknown => panic!("it is not placed yet"),
        });
        placed.note(4, &[id(1)]);
        assert_eq!((first.try_recv(), second.try_recv()), (Ok(5), Ok(5)));
        drop(leading);
        assert!(third.try_recv().is_err());
    }
}
