//! What a connection is doing, and how long it may.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a head may take, from its first byte; for the first one, from the connection on.
const HEAD: Duration = Duration::from_secs(10);
/// How long a connection may wait for its next request: longer than proxies keep theirs, so that they close first.
const IDLE: Duration = Duration::from_secs(75);
/// The same where most of the room for connections is taken.
const IDLE_IN_A_CROWD: Duration = Duration::from_secs(5);

/// What a connection is doing. Clones are the same connection.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    phase: Phase,
    /// Requests under way: over HTTP/2 there may be several.
    requests: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Part of a head may be there.
    Head(Instant),
    /// Nothing of the next request is there.
    Idle(Instant),
    /// A request is under way; its body and its answer have limits of their own.
    Busy,
}

/// What has taken too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    Head,
    Idle,
}

impl Overdue {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
        }
    }
}

/// A request under way; it ends when dropped.
pub(super) struct UnderWay(Activity);

impl Activity {
    /// Of a connection that was made just now.
    pub(super) fn begin() -> Self {
        Self(Arc::new(Mutex::new(State { phase: Phase::Head(Instant::now()), requests: 0 })))
    }

    /// Something was read.
    pub(super) fn has_read(&self) {
        let mut state = self.state();
        if let Phase::Idle(_) = state.phase {
            state.phase = Phase::Head(Instant::now());
        }
    }

    /// A head was read to its end.
    pub(super) fn request(&self) -> UnderWay {
        let mut state = self.state();
        state.requests += 1;
        state.phase = Phase::Busy;
        UnderWay(self.clone())
    }

    /// Whether no request is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.state().requests == 0
    }

    /// What has taken too long by now.
    pub(super) fn overdue(&self, crowded: bool) -> Option<Overdue> {
        let idle = if crowded { IDLE_IN_A_CROWD } else { IDLE };
        match self.state().phase {
            Phase::Head(since) => (since.elapsed() >= HEAD).then_some(Overdue::Head),
            Phase::Idle(since) => (since.elapsed() >= idle).then_some(Overdue::Idle),
            Phase::Busy => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests -= 1;
        if state.requests == 0 {
            state.phase = Phase::Idle(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_its_first_byte_and_the_first_one_from_the_connection_on() {
        let activity = Activity::begin();
        advance(HEAD / 2).await;
        activity.has_read();
        advance(HEAD / 2).await;
        assert_eq!(activity.overdue(false), Some(Overdue::Head), "bytes that trickle win no time");

        let activity = Activity::begin();
        drop(activity.request());
        advance(HEAD).await;
        assert_eq!(activity.overdue(false), None);
        activity.has_read();
        advance(HEAD).await;
        assert_eq!(activity.overdue(false), Some(Overdue::Head));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_kept_for_less_long_in_a_crowd() {
        let activity = Activity::begin();
        drop(activity.request());
        advance(IDLE_IN_A_CROWD).await;
        assert_eq!((activity.overdue(false), activity.overdue(true)), (None, Some(Overdue::Idle)));
        advance(IDLE).await;
        assert_eq!(activity.overdue(false), Some(Overdue::Idle));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_has_time_until_the_last_of_them_ends() {
        let activity = Activity::begin();
        let (one, other) = (activity.request(), activity.request());
        drop(one);
        activity.has_read();
        advance(IDLE * 10).await;
        assert_eq!((activity.overdue(true), activity.is_quiet()), (None, false));
        drop(other);
        assert!(activity.is_quiet());
    }
}
