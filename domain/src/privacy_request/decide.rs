//! Which wishes a privacy request accepts, and how it changes by what happened.
//!
//! Reports of work may come twice, or after the request was cancelled: a repeat is accepted and
//! changes nothing, a report that no longer fits is refused. So a worker that was thought dead can
//! do no harm when it comes back.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::PrivacyRequestCommand as Command;
use super::PrivacyRequestError as Error;
use super::PrivacyRequestEvent as Event;
use super::{
    Archive, ArchiveEnd, Kind, NewRequest, PrivacyRequest, Request, SourceName, SourceProgress, State,
    applicable_law,
};
use crate::Undeliverable;

/// How long an archive can be fetched.
pub const ARCHIVE_LIFE: Duration = Duration::days(7);
/// How long a source that failed once is left alone; doubled with each failure.
const FIRST_RETRY: Duration = Duration::seconds(15);
/// The longest a failing source is left alone.
const LONGEST_RETRY: Duration = Duration::hours(1);

/// How long a source is left alone that failed, or was found to hold something, so many times before.
pub(super) fn pause_after(times: u32) -> Duration {
    (FIRST_RETRY * 2_i32.pow(times.min(16))).min(LONGEST_RETRY)
}

impl PrivacyRequest {
    pub(super) fn decide(&self, command: Command, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
        let Some(request) = &self.request else {
            let Command::Receive(new) = command else { return Err(Error::Unknown) };
            return Ok(vec![receive(new, now)?]);
        };
        match command {
            Command::Receive(_) => Err(Error::AlreadyReceived),
            Command::Start => request.start(now),
            Command::RecordProgress { source, records } => request.progress(source, records),
            Command::RecordExported { source, files, collected_under } => {
                let done = Event::SourceExported { source: source.clone(), files, collected_under, at: now };
                request.source_done(&source, Kind::Export, done)
            }
            Command::RecordErased { source, counts, destroyed_keys } => {
                let done = Event::SourceErased { source: source.clone(), counts, destroyed_keys, at: now };
                request.source_done(&source, Kind::Erasure, done)
            }
            Command::RecordVerified { source, reading } => request.verified(source, reading, now),
            Command::RecordFoundAgain { source, reading, counts } => {
                request.found_again(source, reading, counts, now)
            }
            Command::RecordSourceFailure { source, reason } => request.source_failed(source, reason, now),
            Command::RestartCollection => match (request.kind, request.state) {
                (Kind::Export, State::Running | State::Packaging) => {
                    // Each time, even if nothing was collected yet: with the event comes a new key.
                    Ok(vec![Event::CollectionRestarted { at: now }])
                }
                (_, state) => Err(Error::WrongState(state)),
            },
            Command::RecordPackaged { object, bytes, sha256 } => request.packaged(object, bytes, sha256, now),
            Command::Complete => request.complete(now),
            Command::RecordNotice { notice, message_id } => {
                Ok(once(request.notices.contains(&notice), Event::NoticeSent { notice, message_id }))
            }
            Command::RecordUndeliverable { notice, reason } => {
                let undeliverable = Event::NoticeUndeliverable { notice, reason: Some(reason) };
                Ok(once(request.notices.contains(&notice), undeliverable))
            }
            Command::Cancel => request.cancel(now),
            Command::RecordDownload { whole } => request
                .archive_available(now)
                .map(|_| vec![Event::ArchiveDownloaded { at: now, whole: Some(whole) }])
                .ok_or(Error::NoArchive),
            Command::EndArchive { reason } => request.end_archive(reason, now),
            Command::RecordStall { reason } => {
                Ok(once(request.stalled.as_ref() == Some(&reason), Event::Stalled { reason, at: now }))
            }
            Command::RecordPartsRemoved => match request.archive {
                Some(_) => Ok(once(request.parts_removed, Event::PartsRemoved {})),
                None => Err(Error::WrongState(request.state)),
            },
            Command::RecordObjectsRemoved => match request.state {
                State::Expired | State::Cancelled => {
                    Ok(once(request.objects_removed, Event::ObjectsRemoved {}))
                }
                state => Err(Error::WrongState(state)),
            },
        }
    }
}

fn once(done: bool, event: Event) -> Vec<Event> {
    if done { Vec::new() } else { vec![event] }
}

fn receive(new: NewRequest, now: DateTime<Utc>) -> Result<Event, Error> {
    if new.stages.iter().all(Vec::is_empty) {
        return Err(Error::NoSources);
    }
    let law = applicable_law(&new.laws, &new.regulation, new.kind, new.place.day(now))?;
    // An export neither waits nor is read again.
    let (wait, later_readings) = match new.kind {
        Kind::Export => (Duration::zero(), Vec::new()),
        Kind::Erasure => {
            let seconds = |after: &Duration| after.num_seconds().unsigned_abs();
            (new.cooling_off, new.later_readings.iter().map(seconds).collect())
        }
    };
    Ok(Event::Received {
        law_version: Some(law.version),
        due_at: law.due_at(now, &new.place),
        request_id: new.request_id,
        account_id: new.account_id,
        kind: new.kind,
        regulation: new.regulation,
        received_at: now,
        starts_at: now + wait,
        stages: new.stages,
        later_readings,
    })
}

impl Request {
    fn expect(&self, state: State, events: Vec<Event>) -> Result<Vec<Event>, Error> {
        if self.state == state { Ok(events) } else { Err(Error::WrongState(self.state)) }
    }

    fn start(&self, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
        match self.state {
            State::Received | State::CoolingOff if self.starts_at <= now => {
                Ok(vec![Event::Started { at: now }])
            }
            State::Running | State::Packaging => Ok(Vec::new()),
            state => Err(Error::WrongState(state)),
        }
    }

    /// The source, if a report from it fits: it is at work in its stage, or this is a repeat.
    fn reporting_source(&self, source: &SourceName) -> Result<&SourceProgress, Error> {
        let progress = self.sources.get(source).ok_or(Error::UnknownSource)?;
        let at_work = self.stage_at_work().is_some_and(|stage| stage.contains(source));
        match self.state {
            State::Running | State::Verifying if at_work || progress.done => Ok(progress),
            State::Completed if at_work => Ok(progress),
            State::Packaging | State::Completed | State::Expired if progress.done => Ok(progress),
            state => Err(Error::WrongState(state)),
        }
    }

    fn progress(&self, source: SourceName, records: u64) -> Result<Vec<Event>, Error> {
        let progress = self.reporting_source(&source)?;
        let news = !progress.done && records != progress.records;
        Ok(if news { vec![Event::SourceProgressed { source, records }] } else { Vec::new() })
    }

    fn source_done(&self, source: &SourceName, kind: Kind, event: Event) -> Result<Vec<Event>, Error> {
        let progress = self.reporting_source(source)?;
        if kind != self.kind {
            return Err(Error::UnknownSource);
        }
        Ok(once(progress.done, event))
    }

    fn source_failed(
        &self,
        source: SourceName,
        reason: String,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Error> {
        let progress = self.reporting_source(&source)?;
        let repeated = progress.retry_at.is_some_and(|retry_at| now < retry_at);
        let at_work = !progress.done || self.next_reading_at(&source).is_some_and(|at| at <= now);
        if !at_work || repeated {
            return Ok(Vec::new());
        }
        let attempts = progress.attempts.saturating_add(1);
        let retry_at = now + pause_after(progress.attempts);
        Ok(vec![Event::SourceFailed { source, attempts, reason, retry_at }])
    }

    fn packaged(
        &self,
        object: String,
        bytes: u64,
        sha256: String,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Error> {
        if self.archive.as_ref().is_some_and(|known| known.object == object && known.sha256 == sha256) {
            return Ok(Vec::new());
        }
        let packaged = Event::Packaged { object, bytes, sha256, expires_at: now + ARCHIVE_LIFE };
        self.expect(State::Packaging, vec![packaged, self.completion(now)])
    }

    fn completion(&self, now: DateTime<Utc>) -> Event {
        Event::Completed { account_id: self.account_id, kind: self.kind, at: now }
    }

    fn complete(&self, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
        match self.state {
            State::Completed => Ok(Vec::new()),
            State::Running | State::Verifying if self.kind == Kind::Erasure && self.is_verified() => {
                Ok(vec![self.completion(now)])
            }
            state => Err(Error::WrongState(state)),
        }
    }

    fn cancel(&self, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
        let in_time = match (self.kind, self.state) {
            (Kind::Erasure, State::Received | State::CoolingOff) => now < self.starts_at,
            (Kind::Export, state) => !state.is_closed(),
            _ => false,
        };
        if !in_time {
            return Err(Error::WrongState(self.state));
        }
        Ok(vec![Event::Cancelled { account_id: self.account_id, kind: self.kind, at: now }])
    }

    fn end_archive(&self, reason: ArchiveEnd, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
        let archive = self.archive.as_ref().ok_or(Error::NoArchive)?;
        if reason == ArchiveEnd::Expired && now < archive.expires_at {
            return Err(Error::WrongState(self.state));
        }
        Ok(once(archive.ended.is_some(), Event::ArchiveEnded { reason, at: now }))
    }

    pub(super) fn received(event: Event) -> Option<Self> {
        let Event::Received {
            request_id,
            account_id,
            kind,
            regulation,
            law_version,
            received_at,
            due_at,
            starts_at,
            stages,
            later_readings,
        } = event
        else {
            return None;
        };
        let sources = stages.iter().flatten().map(|name| (name.clone(), SourceProgress::default())).collect();
        Some(Self {
            request_id,
            account_id,
            kind,
            regulation,
            law_version,
            state: if starts_at > received_at { State::CoolingOff } else { State::Received },
            received_at,
            due_at,
            starts_at,
            moved_at: received_at,
            closed_at: None,
            stages,
            later_readings,
            sources,
            collected_under: Vec::new(),
            archive: None,
            notices: Vec::new(),
            undeliverable: BTreeMap::new(),
            stalled: None,
            parts_removed: false,
            objects_removed: false,
        })
    }

    #[warn(clippy::wildcard_enum_match_arm)]
    pub(super) fn apply(&mut self, event: Event) {
        match event {
            Event::Received { .. } => {}
            Event::Started { at } => self.enter(State::Running, at),
            Event::SourceProgressed { source, records } => self.source(source).records = records,
            Event::SourceFailed { source, attempts, retry_at, .. } => {
                let progress = self.source(source);
                progress.attempts = attempts;
                progress.retry_at = Some(retry_at);
            }
            Event::SourceExported { source, files, collected_under, at } => {
                let progress = self.source(source);
                progress.done = true;
                progress.records =
                    files.iter().filter(|file| !file.restates).filter_map(|file| file.records).sum();
                progress.files = files;
                self.collected_under.extend(collected_under);
                let next = if self.all_sources_done() { State::Packaging } else { self.state };
                self.enter(next, at);
            }
            Event::SourceErased { source, counts, at, .. } => {
                let progress = self.source(source);
                progress.done = true;
                progress.records = counts.values().sum();
                progress.counts = counts;
                progress.retry_at = None;
                progress.erased_at.get_or_insert(at);
                let all = self.state == State::Running && self.all_sources_done();
                self.enter(if all { State::Verifying } else { self.state }, at);
            }
            Event::SourceVerified { source, reading, at } => self.apply_verified(source, reading, at),
            Event::SourceFoundAgain { source, reading, retry_at, at, .. } => {
                self.apply_found_again(&source, reading, retry_at, at);
            }
            Event::CollectionRestarted { at } => {
                self.sources.values_mut().for_each(|source| *source = SourceProgress::default());
                self.collected_under.clear();
                self.enter(State::Running, at);
            }
            Event::Packaged { object, bytes, sha256, expires_at } => {
                self.archive =
                    Some(Archive { object, bytes, sha256, expires_at, downloaded_at: None, ended: None });
            }
            Event::Completed { at, .. } => self.close(State::Completed, at),
            Event::Cancelled { at, .. } => self.close(State::Cancelled, at),
            Event::NoticeSent { notice, .. } => {
                self.notices.push(notice);
                self.stalled = None;
            }
            Event::NoticeUndeliverable { notice, reason } => {
                self.notices.push(notice);
                self.undeliverable.insert(notice, reason.unwrap_or(Undeliverable::AccountEnded));
                self.stalled = None;
            }
            Event::ArchiveDownloaded { whole: Some(false), .. } => {}
            Event::ArchiveDownloaded { at, .. } => {
                if let Some(archive) = &mut self.archive {
                    archive.downloaded_at = Some(at);
                }
            }
            Event::ArchiveEnded { reason, at } => {
                if let Some(archive) = &mut self.archive {
                    archive.ended = Some(reason);
                }
                self.enter(State::Expired, at);
            }
            Event::Stalled { reason, .. } => self.stalled = Some(reason),
            Event::PartsRemoved {} => {
                self.parts_removed = true;
                self.stalled = None;
            }
            Event::ObjectsRemoved {} => {
                self.objects_removed = true;
                self.stalled = None;
            }
        }
    }

    pub(super) fn source(&mut self, name: SourceName) -> &mut SourceProgress {
        self.sources.entry(name).or_default()
    }

    pub(super) fn enter(&mut self, state: State, at: DateTime<Utc>) {
        self.state = state;
        self.moved_at = at;
        self.stalled = None;
    }

    fn close(&mut self, state: State, at: DateTime<Utc>) {
        self.enter(state, at);
        self.closed_at = Some(at);
    }
}
