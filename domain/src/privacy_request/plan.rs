//! What a privacy request needs next: a pure function of its state.
//!
//! [`schedule`] lists every step the request still has before it, each with the instant from
//! which it may be taken. [`plan`] is the part of it that is due; [`next_at`] says when to look
//! again. Workers take a step, report back by a command, and ask again. Nothing else remembers what
//! is to be done, so no crash can lose it and no repeat can do it twice.

use chrono::{DateTime, Duration, Utc};

use super::{Kind, Notice, Request, SourceName, State};

/// How long before its end a person who has not fetched the archive is reminded of it.
pub const EXPIRY_REMINDER: Duration = Duration::hours(24);

/// One step of the work on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// See to it that a notice is queued: it is with the event that brings it about, but for what time brings about and what
    /// an earlier release recorded.
    Notify(Notice),
    /// Begin.
    Start,
    /// Have one source hand over what it holds.
    Collect(SourceName),
    /// Have one source erase what it holds.
    Erase(SourceName),
    /// Build the archive.
    Package,
    /// Read one source again, to see that what it erased is gone.
    Verify {
        /// Which.
        source: SourceName,
        /// Which reading of it, from 0.
        reading: u32,
    },
    /// Close an erasure: every source has answered, and was read again.
    Complete,
    /// Remove the collected parts.
    RemoveParts,
    /// The archive's time is over.
    ExpireArchive,
    /// Remove all that was stored for the request and destroy its key.
    RemoveObjects,
}

impl Intent {
    /// A name for the step, unique within the request: what is leased while the step is taken.
    pub fn key(&self) -> String {
        match self {
            Self::Notify(notice) => format!("notify/{}", notice.as_str()),
            Self::Start => "start".to_owned(),
            Self::Collect(source) => format!("collect/{source}"),
            Self::Erase(source) => format!("erase/{source}"),
            Self::Verify { source, reading } => format!("verify/{source}/{reading}"),
            Self::Package => "package".to_owned(),
            Self::Complete => "complete".to_owned(),
            Self::RemoveParts => "remove_parts".to_owned(),
            Self::ExpireArchive => "expire_archive".to_owned(),
            Self::RemoveObjects => "remove_objects".to_owned(),
        }
    }
}

/// A step and the instant from which it may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// From when.
    pub at: DateTime<Utc>,
    /// What.
    pub intent: Intent,
}

/// Every step the request has before it as it stands now.
pub fn schedule(request: &Request) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |at: DateTime<Utc>, intent: Intent| steps.push(Step { at, intent });
    let owes = |notice: Notice| !request.notices.contains(&notice);
    if owes(Notice::Received) {
        add(request.received_at, Intent::Notify(Notice::Received));
    }
    match request.state {
        State::Received | State::CoolingOff => add(request.starts_at, Intent::Start),
        State::Running | State::Verifying => at_sources(request, &mut add),
        State::Packaging => add(request.moved_at, Intent::Package),
        State::Completed | State::Expired => completed(request, &owes, &mut add),
        State::Cancelled => {
            if owes(Notice::Cancelled) {
                add(request.moved_at, Intent::Notify(Notice::Cancelled));
            }
            if !request.objects_removed {
                add(request.moved_at, Intent::RemoveObjects);
            }
        }
    }
    steps
}

/// The steps that are due at `now`, in the order in which to take them.
pub fn plan(request: &Request, now: DateTime<Utc>) -> Vec<Intent> {
    schedule(request).into_iter().filter(|step| step.at <= now).map(|step| step.intent).collect()
}

/// Whether the person is still to be told at `now`: they were not told, and it is still so. An archive that can no longer be
/// had is not announced.
pub fn owes(request: &Request, notice: Notice, now: DateTime<Utc>) -> bool {
    let over = request.archive.as_ref().is_some_and(|archive| archive.expires_at <= now);
    let of_archive = matches!(notice, Notice::ArchiveReady | Notice::ArchiveExpiring);
    schedule(request).iter().any(|step| step.intent == Intent::Notify(notice)) && !(of_archive && over)
}

/// When the request next needs a worker to look at it; `None` when it never does again.
pub fn next_at(request: &Request) -> Option<DateTime<Utc>> {
    schedule(request).into_iter().map(|step| step.at).min()
}

/// Sources of the stage at work are asked; those that erased are read again.
fn at_sources(request: &Request, add: &mut impl FnMut(DateTime<Utc>, Intent)) {
    for name in request.stage_at_work().unwrap_or_default().iter().filter(|name| request.awaits(name)) {
        let retry_at = request.sources.get(name).and_then(|source| source.retry_at);
        let intent = match request.kind {
            Kind::Export => Intent::Collect(name.clone()),
            Kind::Erasure => Intent::Erase(name.clone()),
        };
        add(retry_at.unwrap_or(request.moved_at), intent);
    }
    for (name, source) in &request.sources {
        if let Some(at) = request.next_reading_at(name) {
            add(at, Intent::Verify { source: name.clone(), reading: source.readings });
        }
    }
    if request.kind == Kind::Erasure && request.state != State::Completed && request.is_verified() {
        add(request.moved_at, Intent::Complete);
    }
}

fn completed(request: &Request, owes: &impl Fn(Notice) -> bool, add: &mut impl FnMut(DateTime<Utc>, Intent)) {
    let Some(archive) = &request.archive else {
        if owes(Notice::Erased) {
            add(request.closed_at.unwrap_or(request.moved_at), Intent::Notify(Notice::Erased));
        }
        at_sources(request, add);
        return;
    };
    if archive.ended.is_some() {
        if !request.objects_removed {
            add(request.moved_at, Intent::RemoveObjects);
        }
        return;
    }
    // First, so that once it is due no account holder is told of an archive that can no longer be had.
    add(archive.expires_at, Intent::ExpireArchive);
    if owes(Notice::ArchiveReady) {
        add(request.moved_at, Intent::Notify(Notice::ArchiveReady));
    }
    if !request.parts_removed {
        add(request.moved_at, Intent::RemoveParts);
    }
    if owes(Notice::ArchiveExpiring) && archive.downloaded_at.is_none() {
        add(archive.expires_at - EXPIRY_REMINDER, Intent::Notify(Notice::ArchiveExpiring));
    }
}
