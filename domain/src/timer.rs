//! What time alone will bring about.
//!
//! An event says which timers of its aggregate it sets and which it clears. A read model keeps those that are
//! set; the scheduler wakes a worker for each that is due; the worker asks the aggregate's schedule what is to be
//! done, and the event that comes of it clears the timer. So whatever was down in the meantime, nothing is
//! forgotten and nothing is done twice.

use chrono::{DateTime, Utc};

/// What becomes of a timer of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange {
    /// It goes off at an instant; one of the same name does not any more.
    Set {
        /// Its name, within its aggregate.
        name: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// It goes off as soon as the event is stored.
    Due {
        /// Its name, within its aggregate.
        name: String,
    },
    /// It does not go off any more.
    Clear {
        /// Its name.
        name: String,
    },
    /// None of the aggregate's does.
    ClearAll,
}

impl TimerChange {
    /// Sets a timer.
    pub fn set(name: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self::Set { name: name.into(), at }
    }

    /// Sets one that goes off at once.
    pub fn due(name: impl Into<String>) -> Self {
        Self::Due { name: name.into() }
    }

    /// Clears one.
    pub fn clear(name: impl Into<String>) -> Self {
        Self::Clear { name: name.into() }
    }
}

/// Events say which timers they set and clear; most touch none.
pub trait Timers {
    /// In the order in which they are to be made true.
    fn timers(&self) -> Vec<TimerChange> {
        Vec::new()
    }
}
