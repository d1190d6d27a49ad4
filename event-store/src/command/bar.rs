//! What a command is about to end works no more from the moment the command is asked for, however long it waits for its
//! turn.
//!
//! What ends says the table of `domain` ([`ending`](crate::records::ending)), of the events that the command would lead to now.
//! A session or a token for the GDPR APIs is barred: it opens nothing, and is there until the command ends it, which
//! tells of it in the history. A link or a question is deleted. None of it needs a version, so no other
//! command can be faster again and again.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{AccountId, Effects, Services, SessionId, Snapshot};
use sqlx::PgConnection;

use super::{CommandContext, Commands, CommitExtras};
use crate::error::StoreError;
use crate::records::one_time_code::{self, Purpose as Question};
use crate::records::{RecordWrite, credential, email_link, session};

/// That something was barred for one command.
pub struct Bar {
    account: AccountId,
    at: DateTime<Utc>,
}

impl Commands {
    /// Bars what `command` of aggregate `id` would end of `account` if it were stored now, but for the links that are
    /// used up with it. Nothing where the aggregate refuses.
    pub(crate) async fn bar<A>(
        &self,
        account: AccountId,
        (id, command): (&str, A::Command),
        context: &CommandContext,
        extras: &CommitExtras,
    ) -> Result<Bar, StoreError>
    where
        A: Aggregate<Services = Services> + Snapshot,
        A::Event: Effects,
    {
        let bar = Bar { account, at: self.services.now() };
        let ends = self.would_end::<A>(id, command, context).await?;
        let mut transaction = self.pool.begin().await?;
        for end in &ends {
            bar.ahead_of(end, &mut transaction, extras).await?;
        }
        transaction.commit().await?;
        Ok(bar)
    }

    /// Bars one session.
    pub(crate) async fn bar_session(
        &self,
        account: AccountId,
        session: SessionId,
    ) -> Result<Bar, StoreError> {
        let bar = Bar { account, at: self.services.now() };
        let mut connection = self.pool.acquire().await?;
        session::bar(&mut connection, account, (Some(session), None), bar.at).await?;
        Ok(bar)
    }

    /// Bars all sessions but one.
    pub(crate) async fn bar_other_sessions(
        &self,
        account: AccountId,
        stays: SessionId,
    ) -> Result<Bar, StoreError> {
        let bar = Bar { account, at: self.services.now() };
        let mut connection = self.pool.acquire().await?;
        session::bar(&mut connection, account, (None, Some(stays)), bar.at).await?;
        Ok(bar)
    }

    /// The command was refused: what was barred for it works again.
    pub(crate) async fn lift(&self, bar: &Bar) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        session::lift(&mut transaction, bar.account, bar.at).await?;
        credential::lift(&mut transaction, bar.account, bar.at).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Bar {
    async fn ahead_of(
        &self,
        end: &RecordWrite,
        db: &mut PgConnection,
        extras: &CommitExtras,
    ) -> Result<(), StoreError> {
        let (account, at) = (self.account, self.at);
        match end {
            RecordWrite::RaiseGeneration { stays, .. } => session::bar(db, account, (None, *stays), at).await,
            // With these a session could begin, or go on with more. A code for a phone is for a session that is barred.
            RecordWrite::DropOneTimeCodes {
                purpose: purpose @ (Question::SignIn | Question::Reauthenticate),
                ..
            } => one_time_code::drop_all(db, account, *purpose).await,
            RecordWrite::DropLinks { purpose, .. } => {
                let used = extras.records.iter().filter_map(|write| match write {
                    RecordWrite::TakeLink(hash) => Some(hash.clone()),
                    _ => None,
                });
                email_link::drop_others(db, account, *purpose, used.collect()).await
            }
            RecordWrite::EndCredentials { .. } => credential::bar(db, account, at).await,
            _ => Ok(()),
        }
    }
}
