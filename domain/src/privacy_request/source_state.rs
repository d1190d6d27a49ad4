//! Where a data source stands in a request, for those who look at it.

use chrono::{DateTime, Utc};

use super::{Request, SourceName, SourceProgress, State};

/// Where a data source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Its turn has not come.
    Pending,
    /// It is at work.
    Running,
    /// It failed and is asked again later.
    WaitingToRetry,
    /// It has answered.
    Done,
}

impl SourceState {
    /// The name under which the state is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::WaitingToRetry => "waiting_to_retry",
            Self::Done => "done",
        }
    }
}

impl Request {
    /// Where a source of the request stands at `now`, what it has done, and until when it was put off, where it is at work.
    pub fn source_at(
        &self,
        name: &SourceName,
        now: DateTime<Utc>,
    ) -> Option<(SourceState, &SourceProgress, Option<DateTime<Utc>>)> {
        let progress = self.sources.get(name)?;
        let at_work =
            self.state == State::Running && self.stage_at_work().is_some_and(|stage| stage.contains(name));
        let retry_at = progress.retry_at.filter(|_| at_work && !progress.done);
        let state = match retry_at {
            _ if progress.done => SourceState::Done,
            Some(at) if now < at => SourceState::WaitingToRetry,
            _ if at_work => SourceState::Running,
            _ => SourceState::Pending,
        };
        Some((state, progress, retry_at))
    }
}
