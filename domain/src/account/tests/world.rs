//! A world to simulate in: one account, a clock that only the simulation moves, the names that the store holds for
//! the account, the timers that are set for it, and a witness of what can still be taken back.

use std::collections::BTreeSet;

use super::*;
use crate::testing::{SetTimers, handle};
use crate::{Effect, Effects};

/// One account among people, workers and time.
#[derive(Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) account: Account,
    pub(super) events: Vec<Event>,
    claimed: BTreeSet<String>,
    timers: SetTimers,
    /// Changes of the address that were confirmed and not taken back: to which address each leads back, and until
    /// when.
    confirmed: Vec<(EmailChangeId, Personal<EmailAddress>, DateTime<Utc>)>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self {
            now: hours(0),
            account: Account::default(),
            events: Vec::new(),
            claimed: BTreeSet::new(),
            timers: SetTimers::default(),
            confirmed: Vec::new(),
        };
        assert_eq!(world.send(register()), Ok(1));
        world
    }

    /// Has the account decide, makes true what comes of it, and looks at everything again.
    pub(super) fn send(&mut self, command: Command) -> Result<usize, Error> {
        let events = handle(&mut self.account, command, self.now)?;
        for event in &events {
            self.see(event);
        }
        self.check();
        self.events.extend(events.iter().cloned());
        Ok(events.len())
    }

    fn see(&mut self, event: &Event) {
        for effect in event.effects() {
            match effect {
                // The store lets an account claim what it has.
                Effect::Claim { name, .. } => drop(self.claimed.insert(name)),
                Effect::Release { name, .. } => {
                    assert!(self.claimed.remove(&name), "{name} is given up, but was not held: {event:?}");
                }
                Effect::UsageGate { .. } => {}
            }
        }
        self.timers.apply(event, self.now);
        match event {
            Event::EmailChanged { change_id, former, undo_until, .. } => {
                self.confirmed.push((*change_id, former.clone(), *undo_until));
            }
            Event::EmailChangeUndone { changes, .. } => {
                self.confirmed.retain(|(change, ..)| !changes.contains(change));
            }
            Event::Deleted { .. } => self.confirmed.clear(),
            _ => {}
        }
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += Duration::seconds(seconds);
        self.check();
    }

    pub(super) fn wait_until_next(&mut self) {
        let next = schedule(&self.account).into_iter().map(|(at, _)| at).min();
        self.now = next.unwrap_or(self.now).max(self.now);
        self.check();
    }

    /// Does all that is due, as a worker does: each task leads to an event, and can take another along.
    pub(super) fn work(&mut self) {
        for task in self.due() {
            if !self.due().contains(&task) {
                continue;
            }
            let recorded = self.send(done(&task));
            assert!(matches!(recorded, Ok(1..)), "{task:?}, though due, led to {recorded:?}");
            assert!(schedule(&self.account).iter().all(|(_, left)| *left != task), "{task:?} is still to do");
        }
    }

    fn due(&self) -> Vec<AccountTask> {
        schedule(&self.account).into_iter().filter(|(at, _)| *at <= self.now).map(|(_, task)| task).collect()
    }

    /// No wish comes from here on: what time brings about comes to an end.
    pub(super) fn finish(mut self) {
        let tasks = schedule(&self.account).len();
        for _ in 0..tasks {
            self.wait_until_next();
            self.work();
        }
        assert_eq!(schedule(&self.account), vec![]);
        self.timers.assert_covers([], self.now);
    }

    /// What holds at every instant.
    fn check(&self) {
        assert_eq!(self.claimed, self.held());
        self.timers.assert_covers(schedule(&self.account).into_iter().map(|(at, _)| at), self.now);
        let written = serde_json::to_string(&self.account).unwrap();
        assert_eq!(serde_json::from_str::<Account>(&written).unwrap(), self.account);
        self.check_retreat();
    }

    /// The names that the account should hold.
    fn held(&self) -> BTreeSet<String> {
        let Some(holder) = &self.account.holder else { return BTreeSet::new() };
        let former = holder.former_emails.iter().map(|former| &former.email);
        former.chain([&holder.email]).flat_map(|email| email.known().unwrap().names()).collect()
    }

    /// An intruder in a session cannot take over the account: from each address that held in the last week a
    /// change can be taken back, whatever came after it, and the address holds again and is the account's.
    fn check_retreat(&self) {
        for (change_id, address, undo_until) in &self.confirmed {
            let mut account = self.account.clone();
            let undone = handle(&mut account, Command::UndoEmailChange { change_id: *change_id }, self.now);
            if self.now < *undo_until {
                assert!(undone.is_ok(), "{change_id} cannot be taken back");
                assert_eq!(account.holder.unwrap().email, *address);
                assert!(self.claimed.contains(&address.known().unwrap().canonical()));
            } else {
                assert_eq!(undone, Err(Error::NoEmailChange));
            }
        }
    }
}

/// The report of a worker that did a task.
fn done(task: &AccountTask) -> Command {
    match task {
        AccountTask::TellOfTokenEnd { notice, .. } => record_notice(*notice),
        AccountTask::ExpireToken(credential_id) => {
            Command::EndGdprToken { credential_id: *credential_id, reason: TokenEnd::Expired }
        }
        AccountTask::ReleaseFormerEmail(change_id) => Command::ReleaseFormerEmail { change_id: *change_id },
        AccountTask::RemoveFactor { .. } => Command::RemoveFactor,
        AccountTask::Erase => Command::RecordErasure { destroyed_keys: vec!["f00d".to_owned()] },
    }
}
