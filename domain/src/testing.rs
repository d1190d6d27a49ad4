//! What tests of several aggregates have in common.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use crate::services::fixed;
use crate::{Services, TimerChange, Timers};

/// Has an aggregate carry out a command at an instant. Folding what comes of it, event by event, must lead where the
/// aggregate stands that decided it.
pub(crate) fn handle<A>(
    aggregate: &mut A,
    command: A::Command,
    now: DateTime<Utc>,
) -> Result<Vec<A::Event>, A::Error>
where
    A: Aggregate<Services = Services> + Clone + PartialEq + std::fmt::Debug,
{
    let (services, sink) = (fixed(now), EventSink::default());
    let mut folded = aggregate.clone();
    let handled = async {
        aggregate.handle(command, &services, &sink).await?;
        Ok(sink.collect().await)
    };
    // An aggregate waits for nothing.
    let Poll::Ready(events) = pin!(handled).poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!()
    };
    for event in events.iter().flatten() {
        folded.apply(event.clone());
    }
    assert_eq!(folded, *aggregate);
    events
}

/// The timers of an aggregate that are set, as a read model keeps them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetTimers(BTreeMap<String, DateTime<Utc>>);

impl SetTimers {
    /// An event was stored.
    pub(crate) fn apply(&mut self, event: &impl Timers, now: DateTime<Utc>) {
        for change in event.timers() {
            match change {
                TimerChange::Set { name, at } => drop(self.0.insert(name, at)),
                TimerChange::Due { name } => drop(self.0.insert(name, now)),
                TimerChange::Clear { name } => drop(self.0.remove(&name)),
                TimerChange::ClearAll => self.0.clear(),
            }
        }
    }

    /// There is a timer for each task, which goes off no later than the task is due (or than now, where it has been
    /// due before); and none beside them, which would go off for ever.
    pub(crate) fn assert_covers(&self, tasks: impl IntoIterator<Item = DateTime<Utc>>, now: DateTime<Utc>) {
        let mut tasks: Vec<_> = tasks.into_iter().map(|at| at.max(now)).collect();
        let mut timers: Vec<_> = self.0.values().copied().collect();
        tasks.sort_unstable();
        timers.sort_unstable();
        assert_eq!(timers.len(), tasks.len(), "{self:?} for tasks at {tasks:?}");
        for (timer, task) in timers.iter().zip(&tasks) {
            assert!(timer <= task, "{self:?} forgets a task at {task}");
        }
    }
}
