//! How a request stands to its due date, for those who answer for it.

use chrono::{DateTime, Duration, Utc};

use super::{Request, State};

/// An open request that is due within this time is at risk.
pub const AT_RISK: Duration = Duration::days(7);

impl Request {
    /// Whole days until it is due at `now`, below zero once it is late; `None` once it is closed.
    pub fn days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = self.due_at - now;
        (!self.state.is_closed()).then(|| left.num_seconds().div_euclid(Duration::days(1).num_seconds()))
    }

    /// Whether it is open, and late at `now` or due within [`AT_RISK`].
    pub fn is_at_risk(&self, now: DateTime<Utc>) -> bool {
        !self.state.is_closed() && self.due_at <= now + AT_RISK
    }

    /// When it was completed; `None` while it is open, and where it was cancelled.
    pub fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.closed_at.filter(|_| self.state != State::Cancelled)
    }
}
