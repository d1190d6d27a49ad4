//! Reading the sources of an erasure again, to see that what they erased is gone.
//!
//! A source's word is not enough: one may answer and delete nothing, a replica may lag, a nightly import may bring rows back.
//! So each source of an erasure is read again at once, before the request is completed, and at the times after completion that
//! the request was promised. What a reading finds is erased again and read again, with growing pauses, until nothing is found.
//!
//! Sources of the last stage hold copies of what the others hold (archives of earlier exports). Whatever is found
//! again elsewhere may have been copied meanwhile, so they are asked again too.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::PrivacyRequestError as Error;
use super::PrivacyRequestEvent as Event;
use super::decide::pause_after;
use super::{Kind, Request, SourceName, State};

impl Request {
    /// When a source is to be read for the next time: `None` where it still has to erase, and where no reading is left.
    pub fn next_reading_at(&self, name: &SourceName) -> Option<DateTime<Utc>> {
        let source = self.sources.get(name).filter(|source| self.kind == Kind::Erasure && source.done)?;
        let planned = match (self.state, source.readings.checked_sub(1)) {
            (State::Verifying, None) => self.moved_at,
            // An earlier release stored it so: every source had erased, and none was to be read again.
            (State::Running, None) if self.all_sources_done() => self.moved_at,
            (State::Completed, Some(later)) => self.later_reading_at(usize::try_from(later).ok()?)?,
            _ => return None,
        };
        Some(source.retry_at.map_or(planned, |retry_at| planned.max(retry_at)))
    }

    fn later_reading_at(&self, later: usize) -> Option<DateTime<Utc>> {
        let seconds = i64::try_from(*self.later_readings.get(later)?).ok()?;
        self.closed_at?.checked_add_signed(Duration::try_seconds(seconds)?)
    }

    /// When the sources of a completed erasure are read for the next time, unless something is to be erased first.
    pub fn later_reading(&self) -> Option<DateTime<Utc>> {
        let later = || self.sources.keys().filter_map(|name| self.next_reading_at(name)).min();
        if self.state == State::Completed { later() } else { None }
    }

    /// Whether every source was read again at least once after it erased, and nothing was left.
    pub fn is_verified(&self) -> bool {
        self.all_sources_done() && self.sources.values().all(|source| source.readings > 0)
    }

    /// Whether a reading after completion found something that is not erased yet.
    pub fn is_reopened(&self) -> bool {
        self.state == State::Completed && self.kind == Kind::Erasure && !self.all_sources_done()
    }

    pub(super) fn verified(
        &self,
        source: SourceName,
        reading: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Error> {
        match self.is_reading(&source, reading, now)? {
            true => Ok(vec![Event::SourceVerified { source, reading, at: now }]),
            false => Ok(Vec::new()),
        }
    }

    pub(super) fn found_again(
        &self,
        source: SourceName,
        reading: u32,
        counts: BTreeMap<String, u64>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Error> {
        if !self.is_reading(&source, reading, now)? {
            return Ok(Vec::new());
        }
        let times = self.sources.get(&source).map_or(0, |progress| progress.found_again);
        let retry_at = now + pause_after(times);
        Ok(vec![Event::SourceFoundAgain { source, reading, counts, retry_at, at: now }])
    }

    /// Whether this reading of the source is the one that is due; false where it was told before.
    fn is_reading(&self, source: &SourceName, reading: u32, now: DateTime<Utc>) -> Result<bool, Error> {
        let progress = self.sources.get(source).ok_or(Error::UnknownSource)?;
        if reading < progress.readings {
            return Ok(false);
        }
        let due = reading == progress.readings && self.next_reading_at(source).is_some_and(|at| at <= now);
        if due { Ok(true) } else { Err(Error::WrongState(self.state)) }
    }

    pub(super) fn apply_verified(&mut self, source: SourceName, reading: u32, at: DateTime<Utc>) {
        let progress = self.source(source);
        progress.readings = reading + 1;
        progress.retry_at = None;
        self.stalled = None;
        if self.state == State::Running {
            self.enter(State::Verifying, at);
        }
    }

    pub(super) fn apply_found_again(
        &mut self,
        source: &SourceName,
        reading: u32,
        retry_at: DateTime<Utc>,
        at: DateTime<Utc>,
    ) {
        let copies = self.stages.iter().rfind(|stage| !stage.is_empty()).cloned().unwrap_or_default();
        for name in copies.iter().chain([source]) {
            let progress = self.source(name.clone());
            progress.done = false;
            progress.readings = progress.readings.min(reading);
        }
        let progress = self.source(source.clone());
        progress.found_again += 1;
        progress.retry_at = Some(retry_at);
        let state = if self.state == State::Completed { State::Completed } else { State::Verifying };
        self.enter(state, at);
    }
}
