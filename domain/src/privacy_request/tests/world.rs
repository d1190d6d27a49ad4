//! A world to simulate in: one request, a clock that only the simulation moves, a worker that
//! carries out what is planned, and a witness that notes what it sees and believes nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// One request among people, workers and time.
#[derive(Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) events: Vec<Event>,
    aggregate: PrivacyRequest,
    reports: Vec<Command>,
    witness: Witness,
}

impl World {
    pub(super) fn new(receipt: Command) -> Self {
        let now = hours(0);
        let Command::Receive(NewRequest { kind, stages, cooling_off, later_readings, .. }) = &receipt else {
            unreachable!()
        };
        let starts_at = if *kind == Kind::Erasure { now + *cooling_off } else { now };
        let later = if *kind == Kind::Erasure { later_readings.clone() } else { Vec::new() };
        let witness = Witness::new(*kind, stages.clone(), starts_at, later);
        let aggregate = PrivacyRequest::default();
        let mut world = Self { now, events: Vec::new(), aggregate, reports: Vec::new(), witness };
        world.send(receipt).unwrap();
        world
    }

    pub(super) fn request(&self) -> &Request {
        self.aggregate.request().unwrap()
    }

    pub(super) fn sources(&self) -> usize {
        self.request().sources.len()
    }

    /// Has the aggregate decide, stores what it decides, and looks at everything again.
    pub(super) fn send(&mut self, command: Command) -> Result<usize, Error> {
        let events = self.aggregate.decide(command, self.now)?;
        for event in &events {
            self.witness.see(event, self.now);
            self.aggregate.apply(event.clone());
        }
        self.check();
        self.events.extend(events.iter().cloned());
        Ok(events.len())
    }

    /// Sends what a worker has to say, and keeps it: it may arrive again at any time.
    pub(super) fn report(&mut self, command: Command) -> Result<usize, Error> {
        self.reports.push(command.clone());
        self.send(command)
    }

    /// An earlier report arrives again. Whether it is accepted is no matter.
    pub(super) fn report_again(&mut self, pick: impl Fn(usize) -> usize) {
        if !self.reports.is_empty() {
            let command = self.reports[pick(self.reports.len())].clone();
            let _accepted_or_refused = self.send(command);
        }
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += Duration::seconds(seconds);
        self.check();
    }

    pub(super) fn wait_until_next(&mut self) {
        self.now = next_at(self.request()).unwrap_or(self.now).max(self.now);
        self.check();
    }

    /// Every process stops, and others start: all they know is what was stored.
    pub(super) fn stop_and_start(&mut self) {
        let stored: Vec<String> =
            self.events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let loaded = fold(stored.iter().map(|text| serde_json::from_str::<Event>(text).unwrap()));
        assert_eq!(loaded, self.aggregate);
        let snapshot = serde_json::to_string(&self.aggregate).unwrap();
        assert_eq!(serde_json::from_str::<PrivacyRequest>(&snapshot).unwrap(), self.aggregate);
        self.aggregate = loaded;
    }

    /// From here on every step succeeds: the request must come to rest, each step getting it further.
    pub(super) fn finish(mut self, pick: impl Fn(usize) -> usize) {
        let readings = 1 + self.request().later_readings.len();
        let most = self.sources() * (1 + readings) + 9;
        let mut taken = 0;
        while let Some(at) = next_at(self.request()) {
            self.now = self.now.max(at);
            let due = plan(self.request(), self.now);
            let intent = due[pick(due.len())].clone();
            let recorded = self.send(success(&intent));
            assert!(matches!(recorded, Ok(1..)), "{intent:?}, though planned, led to {recorded:?}");
            taken += 1;
            assert!(taken <= most, "not at rest after {taken} steps: {due:?}");
        }
        let over = match self.witness.kind {
            _ if self.witness.cancelled => State::Cancelled,
            Kind::Export => State::Expired,
            Kind::Erasure => State::Completed,
        };
        assert_eq!(self.request().state, over);
        self.stop_and_start();
    }

    /// What holds at every instant.
    fn check(&self) {
        let request = self.request();
        let due = plan(request, self.now);
        let next = next_at(request);
        assert_eq!(next.is_none(), self.witness.is_at_rest(), "next at {next:?}: {:?}", self.witness);
        assert_eq!(!due.is_empty(), next.is_some_and(|at| at <= self.now), "{due:?} before {next:?}");
        if let Some(at) = next {
            assert!(!plan(request, at).is_empty(), "nothing to do at {at}");
        }
        for intent in &due {
            self.witness.permits(intent, self.now);
        }
        let available = request.archive_available(self.now).is_some();
        assert_eq!(available, self.witness.archive_can_be_had(self.now), "{:?}", self.witness);
    }
}

/// The report of a worker for whom the step went well.
pub(super) fn success(intent: &Intent) -> Command {
    match intent {
        Intent::Notify(notice) => {
            Command::RecordNotice { notice: *notice, message_id: format!("<{}@example.com>", intent.key()) }
        }
        Intent::Start => Command::Start,
        Intent::Collect(source) => record_exported(source.as_str()),
        Intent::Erase(source) => record_erased(source.as_str()),
        Intent::Verify { source, reading } => {
            Command::RecordVerified { source: source.clone(), reading: *reading }
        }
        Intent::Package => record_packaged(),
        Intent::Complete => Command::Complete,
        Intent::RemoveParts => Command::RecordPartsRemoved,
        Intent::ExpireArchive => Command::EndArchive { reason: ArchiveEnd::Expired },
        Intent::RemoveObjects => Command::RecordObjectsRemoved,
    }
}

/// What was seen to happen: the rules of a request told a second time, from its events alone.
#[derive(Clone, Debug)]
struct Witness {
    kind: Kind,
    stages: Vec<Vec<SourceName>>,
    starts_at: DateTime<Utc>,
    started: bool,
    later_readings: Vec<Duration>,
    answered: BTreeSet<SourceName>,
    /// Once every source has erased.
    all_erased: bool,
    /// How many readings of each source found nothing.
    readings: BTreeMap<SourceName, u32>,
    retries: Vec<(SourceName, DateTime<Utc>)>,
    notices: BTreeSet<Notice>,
    archive_until: Option<DateTime<Utc>>,
    archive_ended: bool,
    completed: Option<DateTime<Utc>>,
    cancelled: bool,
    objects_removed: bool,
}

impl Witness {
    fn new(
        kind: Kind,
        stages: Vec<Vec<SourceName>>,
        starts_at: DateTime<Utc>,
        later_readings: Vec<Duration>,
    ) -> Self {
        let readings = stages.iter().flatten().map(|source| (source.clone(), 0)).collect();
        Self {
            kind,
            stages,
            starts_at,
            started: false,
            later_readings,
            answered: BTreeSet::new(),
            all_erased: false,
            readings,
            retries: Vec::new(),
            notices: BTreeSet::new(),
            archive_until: None,
            archive_ended: false,
            completed: None,
            cancelled: false,
            objects_removed: false,
        }
    }

    fn all_answered(&self) -> bool {
        self.stages.iter().flatten().all(|source| self.answered.contains(source))
    }

    /// A later stage never begins before the earlier one has wholly answered.
    fn at_work(&self, source: &SourceName) -> bool {
        let stage = self.stages.iter().position(|stage| stage.contains(source)).unwrap();
        let earlier = self.stages[..stage].iter().flatten().all(|source| self.answered.contains(source));
        let open = self.completed.is_none() || self.all_erased;
        self.started && open && !self.cancelled && earlier && !self.answered.contains(source)
    }

    /// Every source has erased, and was read again since.
    fn all_read(&self) -> bool {
        self.all_answered() && self.readings.values().all(|readings| *readings > 0)
    }

    /// The first reading comes once every source has erased, each later one in its time after completion; none before
    /// what was found is erased.
    fn may_read(&self, source: &SourceName, reading: u32, now: DateTime<Utc>) -> bool {
        let its_turn = match (reading as usize).checked_sub(1) {
            None => self.all_erased && self.completed.is_none(),
            Some(later) => self
                .completed
                .zip(self.later_readings.get(later))
                .is_some_and(|(completed, after)| completed + *after <= now),
        };
        self.kind == Kind::Erasure
            && its_turn
            && self.answered.contains(source)
            && self.readings[source] == reading
    }

    fn archive_can_be_had(&self, now: DateTime<Utc>) -> bool {
        !self.archive_ended && !self.cancelled && self.archive_until.is_some_and(|until| now < until)
    }

    fn is_at_rest(&self) -> bool {
        let told = |notice| self.notices.contains(&notice);
        let finished = match self.kind {
            _ if self.cancelled => told(Notice::Cancelled) && self.objects_removed,
            Kind::Export => self.archive_ended && self.objects_removed,
            Kind::Erasure => {
                let read = self
                    .readings
                    .values()
                    .all(|readings| *readings as usize == 1 + self.later_readings.len());
                self.completed.is_some() && told(Notice::Erased) && self.all_answered() && read
            }
        };
        finished && told(Notice::Received)
    }

    /// Whether the step may be planned at `now`.
    fn permits(&self, intent: &Intent, now: DateTime<Utc>) {
        let closed = self.completed.is_some() || self.cancelled;
        let waits = |source: &SourceName| self.retries.iter().any(|(name, at)| name == source && now < *at);
        let permitted = match intent {
            Intent::Notify(notice) => !self.notices.contains(notice),
            Intent::Start => !self.started && !closed && now >= self.starts_at,
            Intent::Collect(source) => self.kind == Kind::Export && self.at_work(source) && !waits(source),
            Intent::Erase(source) => self.kind == Kind::Erasure && self.at_work(source) && !waits(source),
            Intent::Verify { source, reading } => self.may_read(source, *reading, now) && !waits(source),
            Intent::Package => self.kind == Kind::Export && self.all_answered() && !closed,
            Intent::Complete => self.kind == Kind::Erasure && self.all_read() && !closed,
            Intent::RemoveParts => self.completed.is_some() && self.archive_until.is_some(),
            Intent::ExpireArchive => {
                self.completed.is_some() && !self.archive_ended && !self.archive_can_be_had(now)
            }
            Intent::RemoveObjects => self.archive_ended || self.cancelled,
        };
        assert!(permitted, "{intent:?} is planned at {now}: {self:?}");
    }

    fn see(&mut self, event: &Event, now: DateTime<Utc>) {
        let fits = self.fits(event, now);
        assert!(fits, "{event:?} happened at {now}: {self:?}");
        match event {
            Event::Started { .. } => self.started = true,
            Event::SourceExported { source, .. } | Event::SourceErased { source, .. } => {
                self.answered.insert(source.clone());
                self.retries.retain(|(name, _)| name != source);
                self.all_erased |= self.kind == Kind::Erasure && self.all_answered();
            }
            Event::SourceVerified { source, reading, .. } => {
                self.readings.insert(source.clone(), reading + 1);
                self.retries.retain(|(name, _)| name != source);
            }
            Event::SourceFoundAgain { source, reading, retry_at, .. } => {
                let copies = self.stages.iter().rfind(|stage| !stage.is_empty()).unwrap().clone();
                for asked_again in copies.iter().chain([source]) {
                    self.answered.remove(asked_again);
                    let readings = self.readings.get_mut(asked_again).unwrap();
                    *readings = (*readings).min(*reading);
                }
                self.retries.retain(|(name, _)| name != source);
                self.retries.push((source.clone(), *retry_at));
            }
            Event::SourceFailed { source, retry_at, .. } => {
                self.retries.retain(|(name, _)| name != source);
                self.retries.push((source.clone(), *retry_at));
            }
            Event::CollectionRestarted { .. } => {
                self.answered.clear();
                self.retries.clear();
            }
            Event::Packaged { expires_at, .. } => self.archive_until = Some(*expires_at),
            Event::Completed { at, .. } => self.completed = Some(*at),
            Event::Cancelled { .. } => self.cancelled = true,
            Event::NoticeSent { notice, .. } | Event::NoticeUndeliverable { notice, .. } => {
                self.notices.insert(*notice);
            }
            Event::ArchiveEnded { .. } => self.archive_ended = true,
            Event::ObjectsRemoved {} => self.objects_removed = true,
            Event::Received { .. }
            | Event::SourceProgressed { .. }
            | Event::ArchiveDownloaded { .. }
            | Event::Stalled { .. }
            | Event::PartsRemoved {} => {}
        }
    }

    /// Whether the event may happen after all that was seen.
    fn fits(&self, event: &Event, now: DateTime<Utc>) -> bool {
        let open = self.completed.is_none() && !self.cancelled;
        match event {
            Event::Received { .. } => !self.started && self.notices.is_empty(),
            Event::Started { .. } => open && !self.started && now >= self.starts_at,
            Event::SourceProgressed { source, .. } => self.at_work(source),
            Event::SourceExported { source, .. } => self.kind == Kind::Export && self.at_work(source),
            Event::SourceErased { source, .. } => self.kind == Kind::Erasure && self.at_work(source),
            Event::SourceFailed { source, retry_at, .. } => {
                let wait = *retry_at - now;
                let reading = self.readings[source];
                (self.at_work(source) || self.may_read(source, reading, now))
                    && wait >= Duration::seconds(15)
                    && wait <= Duration::hours(1)
            }
            Event::SourceVerified { source, reading, .. } => self.may_read(source, *reading, now),
            Event::SourceFoundAgain { source, reading, retry_at, .. } => {
                let wait = *retry_at - now;
                self.may_read(source, *reading, now)
                    && wait >= Duration::seconds(15)
                    && wait <= Duration::hours(1)
            }
            Event::CollectionRestarted { .. } => open && self.started && self.kind == Kind::Export,
            Event::Packaged { .. } => {
                open && self.kind == Kind::Export && self.all_answered() && self.archive_until.is_none()
            }
            Event::Completed { .. } => {
                let archived = self.kind == Kind::Erasure || self.archive_until.is_some();
                let read = self.kind == Kind::Export || self.all_read();
                open && self.all_answered() && read && archived
            }
            Event::Cancelled { .. } => open && (self.kind == Kind::Export || now < self.starts_at),
            Event::NoticeSent { notice, .. } | Event::NoticeUndeliverable { notice, .. } => {
                !self.notices.contains(notice)
            }
            Event::ArchiveDownloaded { .. } => self.archive_can_be_had(now),
            Event::ArchiveEnded { .. } => self.completed.is_some() && !self.archive_ended,
            Event::Stalled { .. } => true,
            Event::PartsRemoved {} => self.completed.is_some() && self.archive_until.is_some(),
            Event::ObjectsRemoved {} => (self.archive_ended || self.cancelled) && !self.objects_removed,
        }
    }
}
