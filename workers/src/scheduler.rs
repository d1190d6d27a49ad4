//! The scheduler: what is due, what should have moved and has not, what is too old to keep.
//!
//! One leader. *Timers* wakes workers for requests whose time has just come. *Sweep* wakes them for
//! every request that should have moved by now, whatever became of its messages: that is why losing
//! all of NATS loses nothing. A sweep also begins each leadership, so a restart carries on at once. While NATS cannot be
//! used no worker can be woken, workers look for themselves ([`Poller`](crate::jobs::Poller)), and the other duties go on.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cron::Schedule;
use event_store::EventStore;
use event_store::failpoint;
use event_store::postgres::leader::{LeaderTask, Leadership};
use projections::timer::{self, DueTimer};
use projections::{Views, privacy_request};
use tokio_util::sync::CancellationToken;

use crate::failed_tries;
use crate::housekeeping::sweep_expired;
use crate::nats::Bus;
use crate::nats::LeadError;

/// Requests woken before their confirmations are awaited.
const PAGE: i64 = 500;
/// How far back each look at the timers goes: one that goes off at once is seen only when its event is folded. Whom the
/// look before has woken the server drops; the sweep finds what is older.
const LOOK_BACK: TimeDelta = TimeDelta::seconds(10);
/// A request that stays where it is gets one message in this time, however often it is swept.
const SWEEP_ROUND: TimeDelta = TimeDelta::minutes(5);
/// How long the first sweep waits for the list of requests to know what is stored.
const CATCH_UP: Duration = Duration::from_secs(10);
/// The longest sleep between two looks at the clock, which may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The schedules of the scheduler's duties, as cron expressions with seconds.
#[derive(Clone, Debug)]
pub struct Schedules {
    /// Wakes workers for requests whose time has just come.
    pub timers: Schedule,
    /// Wakes workers for all that should have moved.
    pub sweep: Schedule,
    /// Deletes ended sessions and old answers, and prunes what was erased.
    pub housekeeping: Schedule,
}

impl Schedules {
    /// Three schedules from cron expressions.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn parse(timers: &str, sweep: &str, housekeeping: &str) -> Result<Self, cron::error::Error> {
        Ok(Self {
            timers: Schedule::from_str(timers)?,
            sweep: Schedule::from_str(sweep)?,
            housekeeping: Schedule::from_str(housekeeping)?,
        })
    }
}

/// The leader task that wakes workers and keeps house.
pub struct Scheduler {
    store: EventStore,
    views: Views,
    bus: Bus,
    schedules: Schedules,
}

/// A duty of the scheduler, which has a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    Timers,
    Sweep,
    Housekeeping,
}

impl LeaderTask for Scheduler {
    const NAME: &'static str = "scheduler";
    type Error = LeadError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), LeadError> {
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            led = self.watch(leadership) => led,
        }
    }
}

impl Scheduler {
    /// A candidate for the lead.
    pub fn new(store: EventStore, views: Views, bus: Bus, schedules: Schedules) -> Self {
        Self { store, views, bus, schedules }
    }

    /// Leads whenever no other process does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        self.store.lead(&self, &stop).await;
    }

    async fn watch(&self, leadership: &mut Leadership) -> Result<(), LeadError> {
        let mut looked = self.now();
        let mut begun = woken(self.sweep_at_start(looked).await)?;
        loop {
            // A clock that was set back shall not silence what would have come due meanwhile.
            looked = looked.min(self.now());
            let next = self.schedules.next_after(looked);
            let wait = (next - self.now()).to_std().unwrap_or_default();
            tokio::time::sleep(wait.min(LONGEST_SLEEP)).await;
            leadership.confirm().await?;
            let now = self.now();
            for duty in self.schedules.due(looked, now) {
                match duty {
                    Duty::Timers => {
                        woken(self.wake_all(looked - LOOK_BACK, now, "timer").await)?;
                        self.note_failed_tries().await;
                    }
                    Duty::Sweep if begun => {
                        woken(self.sweep(now).await)?;
                    }
                    Duty::Sweep => begun = woken(self.sweep_at_start(now).await)?,
                    Duty::Housekeeping => sweep_expired(&self.store, &self.views, now).await?,
                }
            }
            looked = now;
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.store.services().now()
    }

    /// While a request stays where it is, one message a round is enough: the first is still being tried.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<(), LeadError> {
        let round = format!("sweep/{}", now.timestamp() / SWEEP_ROUND.num_seconds());
        self.wake_all(DateTime::UNIX_EPOCH, now, &round).await
    }

    /// It can wait, and must not keep people from being woken.
    async fn note_failed_tries(&self) {
        if let Err(error) = failed_tries::note_due(&self.store).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "recording failed attempts failed; it is tried again");
        }
    }

    /// The first sweep. The workers that had the messages of earlier rounds may be dead: all that is due is woken,
    /// whatever was sent. The list of requests may be behind after the same crash, and is waited for.
    async fn sweep_at_start(&self, now: DateTime<Utc>) -> Result<(), LeadError> {
        self.bus.ensure_streams().await?;
        if let Some(position) = self.store.log().committed_position(CATCH_UP).await? {
            self.views.wait_for(privacy_request::NAME, position, CATCH_UP).await?;
            self.views.wait_for(timer::NAME, position, CATCH_UP).await?;
        }
        let round = format!("start/{}", now.timestamp_micros());
        self.wake_all(DateTime::UNIX_EPOCH, now, &round).await
    }

    /// Wakes workers for all whose time came after `since` and not after `until`.
    async fn wake_all(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        round: &str,
    ) -> Result<(), LeadError> {
        self.wake_due(since, until, round).await?;
        self.wake_timers(since, until, round).await
    }

    /// As [`wake_due`](Self::wake_due), for timers.
    async fn wake_timers(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        round: &str,
    ) -> Result<(), LeadError> {
        let mut after = DueTimer::beyond(since);
        loop {
            let due = self.views.timer_list_due(&after, until, PAGE).await?;
            let mut confirmations = Vec::with_capacity(due.len());
            for timer in &due {
                let (id, at) = (&timer.aggregate_id, timer.due_at.timestamp_micros());
                failpoint::reach("timer: waking", &timer.aggregate_type);
                confirmations.push(self.bus.wake_for(timer, &format!("{round}/{id}/{at}")).await?);
            }
            for confirmation in confirmations {
                confirmation.wait().await?;
            }
            for timer in &due {
                failpoint::reach("timer: woke", &timer.aggregate_type);
            }
            let full = due.len() as i64 == PAGE;
            match due.into_iter().next_back() {
                Some(last) if full => after = last,
                _ => return Ok(()),
            }
        }
    }

    /// Wakes a worker for every request whose time came after `since` and not after `until`. Repeats of
    /// the same `round` for the same time are dropped by the server.
    async fn wake_due(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        round: &str,
    ) -> Result<(), LeadError> {
        let mut after = (since, None);
        loop {
            let due = self.views.request_list_due(after, until, PAGE).await?;
            let mut confirmations = Vec::with_capacity(due.len());
            for (request, at) in &due {
                let message_id = format!("{round}/{request}/{}", at.timestamp_micros());
                confirmations.push(self.bus.wake(*request, &message_id).await?);
            }
            for confirmation in confirmations {
                confirmation.wait().await?;
            }
            match due.last() {
                Some((request, at)) if due.len() as i64 == PAGE => after = (*at, Some(*request)),
                _ => return Ok(()),
            }
        }
    }
}

/// Whether wake-ups could be published. An outage of NATS ends no leadership; it is logged elsewhere.
fn woken(result: Result<(), LeadError>) -> Result<bool, LeadError> {
    match result {
        Ok(()) => Ok(true),
        Err(LeadError::Bus(error)) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "publishing wake-ups failed");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

impl Schedules {
    /// The next time at which any duty is due.
    fn next_after(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let times = self.duties().into_iter().filter_map(|(_, schedule)| schedule.after(&instant).next());
        times.min().unwrap_or(instant + TimeDelta::seconds(1))
    }

    /// The duties that are due after `since` and not after `until`, each once however often it was due.
    fn due(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Duty> {
        let is_due = |schedule: &Schedule| schedule.after(&since).next().is_some_and(|at| at <= until);
        self.duties().into_iter().filter(|(_, schedule)| is_due(schedule)).map(|(duty, _)| duty).collect()
    }

    fn duties(&self) -> [(Duty, &Schedule); 3] {
        [(Duty::Timers, &self.timers), (Duty::Sweep, &self.sweep), (Duty::Housekeeping, &self.housekeeping)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_duty_is_done_when_its_hour_strikes_and_once_after_a_long_sleep() {
        let schedules = Schedules::parse("* * * * * *", "0 * * * * *", "0 17 * * * *").unwrap();
        let start = at("2026-03-01T10:16:58Z");
        assert_eq!(schedules.next_after(start), at("2026-03-01T10:16:59Z"));
        assert_eq!(schedules.due(start, at("2026-03-01T10:16:59Z")), [Duty::Timers]);
        let all = [Duty::Timers, Duty::Sweep, Duty::Housekeeping];
        assert_eq!(schedules.due(at("2026-03-01T10:16:59Z"), at("2026-03-01T10:17:00Z")), all);
        assert_eq!(schedules.due(start, at("2026-03-03T00:00:00Z")), all);
        assert!(schedules.due(start, start).is_empty());
    }

    #[test]
    fn what_is_no_cron_expression_is_refused() {
        assert!(Schedules::parse("every second", "0 * * * * *", "0 17 * * * *").is_err());
    }
}
