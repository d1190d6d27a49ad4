//! A command to one aggregate: load, decide, seal, append.

use std::collections::BTreeSet;
use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::{Effects, EventId, Services, Snapshot, Standalone};

use super::append::Commit;
use super::contention::StreamName;
use super::pending::PendingCommit;
use super::retry::Attempt;
use super::{CommandContext, Commands, CommitExtras, ExecuteError};
use crate::error::StoreError;

/// An accepted command.
#[derive(Debug)]
pub struct Executed<A> {
    /// The aggregate after it.
    pub aggregate: A,
    /// The sequence of the aggregate's newest event.
    pub version: u64,
    /// The events it led to; none when everything was so already.
    pub events: Vec<EventId>,
}

impl Commands {
    /// Has aggregate `id` carry out `command`, and stores what comes of it.
    pub(crate) async fn execute<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
        extras: &CommitExtras,
    ) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        A: Aggregate<Services = Services> + Standalone,
        A::Command: Clone,
        A::Event: Effects,
    {
        let attempt = |turn| self.execute_once::<A>(id, command.clone(), (context, extras), turn);
        self.retry_conflicts(context, attempt).await
    }

    /// The aggregate as it stands, and its version.
    pub(crate) async fn load<A>(&self, id: &str) -> Result<(A, u64), StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
    {
        let loaded = self.loader.load(id).await?;
        Ok((loaded.aggregate, loaded.version))
    }

    async fn execute_once<A>(
        &self,
        id: &str,
        command: A::Command,
        (context, extras): (&CommandContext, &CommitExtras),
        turn: BTreeSet<StreamName>,
    ) -> Result<Executed<A>, Attempt<A::Error>>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let cached = self.cache().get::<A>(A::TYPE, id);
        let is_cached = cached.is_some();
        let loaded = match cached {
            Some(loaded) => loaded,
            None => Arc::new(self.loader.load::<A>(id).await?),
        };
        let mut pending = PendingCommit::new(id, loaded);
        let decided = pending.decide(command, &self.services).await;
        let version = pending.version();
        if decided.is_err() || pending.events.is_empty() {
            // What is decided without an append rests on the version read: it must be the newest.
            if is_cached && !self.loader.is_current::<A>(id, version).await? {
                self.cache().evict(A::TYPE, id, version);
                return Err(Attempt::Lost([pending.stream()].into()));
            }
            decided.map_err(|refusal| Attempt::Failed(ExecuteError::Refused(refusal)))?;
            return Ok(Executed { aggregate: pending.aggregate, version, events: Vec::new() });
        }
        let stored = self.store(pending, (context, extras), turn).await;
        stored.inspect_err(|_| self.cache().evict(A::TYPE, id, version))
    }

    async fn store<A>(
        &self,
        pending: PendingCommit<A>,
        (context, extras): (&CommandContext, &CommitExtras),
        turn: BTreeSet<StreamName>,
    ) -> Result<Executed<A>, Attempt<A::Error>>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let stream = pending.stream();
        let effects = pending.effects();
        let records = context.records(extras, pending.writes(context, &self.services));
        let in_turn = turn.contains(&stream);
        let sealed = pending.seal(&self.sealer, context, &extras.required_keys, in_turn).await?;
        let commit = Commit { appends: vec![Arc::clone(&sealed.append)], records, read_set: None };
        self.appender.write(&commit).await.map_err(|error| {
            let claims = || vec![(stream.1.clone(), effects)];
            Attempt::after(error, || [stream.clone()].into(), claims, &extras.required_keys)
        })?;
        let executed = Executed {
            aggregate: sealed.after.aggregate.clone(),
            version: sealed.after.version,
            events: sealed.event_ids(),
        };
        sealed.remember(self.cache(), true);
        Ok(executed)
    }
}
