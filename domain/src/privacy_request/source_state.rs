//! Where a data source stands in a request, for those who look at it.

use chrono::{DateTime, Utc};

use super::{Kind, Request, SourceName, SourceProgress, State};

/// Where a data source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Its turn has not come.
    Pending,
    /// It is at work.
    Running,
    /// It failed and is asked again later.
    WaitingToRetry,
    /// It erased what it held, and is to be read again.
    Erased,
    /// It has answered, and where it erased, it was read again.
    Done,
}

impl SourceState {
    /// The name under which the state is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::WaitingToRetry => "waiting_to_retry",
            Self::Erased => "erased",
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
        let open = matches!(self.state, State::Running | State::Verifying) || self.is_reopened();
        let asked = open && self.stage_at_work().is_some_and(|stage| stage.contains(name));
        let read_again = open && self.kind == Kind::Erasure && progress.done && progress.readings == 0;
        let at_work = asked && !progress.done || read_again;
        let retry_at = progress.retry_at.filter(|_| at_work);
        let state = match retry_at {
            Some(at) if now < at => SourceState::WaitingToRetry,
            _ if read_again => SourceState::Erased,
            _ if progress.done => SourceState::Done,
            _ if at_work => SourceState::Running,
            _ => SourceState::Pending,
        };
        Some((state, progress, retry_at))
    }
}
