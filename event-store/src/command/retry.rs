//! Attempts: a command that another was faster than is tried again, and in the end in its turn.

use std::collections::BTreeSet;

use domain::effect::Effect;
use uuid::Uuid;

use super::append::AppendError;
use super::contention::{Contest, StreamName};
use super::{CommandContext, Commands, ExecuteError};
use crate::error::StoreError;

/// Why one attempt led to nothing.
pub(super) enum Attempt<E> {
    /// Another command was faster with one of these streams.
    Lost(BTreeSet<StreamName>),
    /// A name is taken that one of these effects claims for the aggregate of this id.
    ClaimTaken(Vec<(String, Vec<Effect>)>),
    /// A key was destroyed. The caller named these.
    KeyDestroyed(Vec<Uuid>),
    /// Another attempt would not help.
    Failed(ExecuteError<E>),
}

impl<E> From<StoreError> for Attempt<E> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl<E> Attempt<E> {
    /// What follows from `error` for a command that touches `streams`, has `claims`, and names `keys`.
    pub(super) fn after(
        error: AppendError,
        streams: impl FnOnce() -> BTreeSet<StreamName>,
        claims: impl FnOnce() -> Vec<(String, Vec<Effect>)>,
        keys: &[Uuid],
    ) -> Self {
        match error {
            AppendError::Conflict => Self::Lost(streams()),
            AppendError::ClaimTaken => Self::ClaimTaken(claims()),
            AppendError::KeyDestroyed => Self::KeyDestroyed(keys.to_vec()),
            AppendError::AlreadyUsed => Self::Failed(ExecuteError::AlreadyUsed),
            AppendError::ProofOver => Self::Failed(ExecuteError::ProofOver),
            AppendError::Store(error) => Self::Failed(error.into()),
        }
    }
}

impl Commands {
    /// Attempts what `context` asks for until it succeeds, fails for good, or has lost too often. Each attempt is told of
    /// which streams it has the turn.
    pub(super) async fn retry_conflicts<T, E, Fut>(
        &self,
        context: &CommandContext,
        attempt: impl Fn(BTreeSet<StreamName>) -> Fut,
    ) -> Result<T, ExecuteError<E>>
    where
        Fut: Future<Output = Result<T, Attempt<E>>>,
    {
        let _place = self
            .contention
            .place_of(context.sender(), context.precedence)
            .await
            .ok_or(ExecuteError::Contended)?;
        let mut contest = Contest::new(&self.contention, context.precedence);
        let done = self.contend(&mut contest, attempt).await;
        contest.end().await;
        done
    }

    async fn contend<T, E, Fut>(
        &self,
        contest: &mut Contest<'_>,
        attempt: impl Fn(BTreeSet<StreamName>) -> Fut,
    ) -> Result<T, ExecuteError<E>>
    where
        Fut: Future<Output = Result<T, Attempt<E>>>,
    {
        while contest.goes_on() {
            match attempt(contest.streams()).await {
                Ok(done) => return Ok(done),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::Lost(streams)) => {
                    if !contest.lost(streams).await? {
                        break;
                    }
                    continue;
                }
                Err(Attempt::ClaimTaken(claims)) => {
                    for (id, effects) in claims {
                        if let Some((kind, owner)) = self.find_taken(&id, &effects).await? {
                            return Err(ExecuteError::Taken { kind, owner });
                        }
                    }
                }
                Err(Attempt::KeyDestroyed(keys)) => {
                    if !self.keys.are_active(&keys).await? {
                        return Err(ExecuteError::KeyDestroyed);
                    }
                }
            }
            contest.pause().await;
        }
        Err(ExecuteError::Contended)
    }
}
