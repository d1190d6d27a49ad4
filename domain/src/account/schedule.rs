//! What time alone brings about for an account: a pure function of how it stands.

use chrono::{DateTime, Duration, Utc};

use super::{Account, AccountNotice, Ended, FactorRemoval, GdprToken, Holder};
use crate::{CredentialId, EmailChangeId};

/// How long the end of an account waits for its last message to go out before what was personal is made
/// unreadable: the message needs the address.
pub const ERASURE_PATIENCE: Duration = Duration::hours(24);

/// How far the clocks of two machines may lie apart: who sends a notice may think that it is not due yet.
const CLOCKS_APART: Duration = Duration::days(1);

/// Something to be done for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountTask {
    /// Tell the holder that the token for the GDPR APIs will end.
    TellOfTokenEnd {
        /// Which token.
        credential_id: CredentialId,
        /// How it is told.
        notice: AccountNotice,
        /// When it ends.
        expires_at: DateTime<Utc>,
    },
    /// The token's time is over.
    ExpireToken(CredentialId),
    /// A change of the address can no longer be taken back.
    ReleaseFormerEmail(EmailChangeId),
    /// The time to object to a removal of the second factor is over.
    RemoveFactor {
        /// When it was.
        due_at: DateTime<Utc>,
    },
    /// Make unreadable what was personal in an account that ended.
    Erase,
}

impl AccountNotice {
    /// How long before the end of a token it goes out, if it tells of that.
    fn before_token_end(self) -> Option<Duration> {
        let of_token_end = [(Self::GdprTokenExpiresIn30Days, 30), (Self::GdprTokenExpiresIn7Days, 7)];
        of_token_end.iter().find(|(notice, _)| *notice == self).map(|(_, days)| Duration::days(*days))
    }

    pub(super) fn tells_of_token_end(self) -> bool {
        self.before_token_end().is_some()
    }
}

/// When each notice of a token's end goes out.
pub(super) fn token_notices(
    expires_at: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, AccountNotice)> {
    AccountNotice::ALL
        .iter()
        .filter_map(move |notice| Some((expires_at - notice.before_token_end()?, *notice)))
}

impl Account {
    /// Whether the schedule waits for a notice to go out. A message may go out late or twice; it must not count for
    /// a token that was made since, nor set anything going once more.
    pub(super) fn awaits(&self, notice: AccountNotice, now: DateTime<Utc>) -> bool {
        match (&self.holder, &self.ended) {
            (Some(Holder { gdpr_token: Some(token), .. }), _) => {
                token.owed_notices().any(|(at, owed)| owed == notice && now + CLOCKS_APART >= at)
            }
            (None, Some(ended)) => {
                notice == AccountNotice::AccountDeleted && !ended.last_notice_done && !ended.erased
            }
            _ => false,
        }
    }
}

impl GdprToken {
    /// What the holder was not told yet of its end, and when to tell it.
    fn owed_notices(&self) -> impl Iterator<Item = (DateTime<Utc>, AccountNotice)> {
        token_notices(self.expires_at).filter(|(_, notice)| !self.notices.contains(notice))
    }
}

/// All that is to be done for an account as it stands, and from when on.
pub fn schedule(account: &Account) -> Vec<(DateTime<Utc>, AccountTask)> {
    match account {
        Account { holder: Some(holder), .. } => of_holder(holder),
        Account { ended: Some(ended), .. } => of_ended(ended),
        Account { .. } => Vec::new(),
    }
}

fn of_holder(holder: &Holder) -> Vec<(DateTime<Utc>, AccountTask)> {
    let former = holder.former_emails.iter();
    let mut tasks: Vec<_> =
        former.map(|former| (former.undo_until, AccountTask::ReleaseFormerEmail(former.change_id))).collect();
    if let Some(FactorRemoval { due_at, .. }) = holder.factor_removal {
        tasks.push((due_at, AccountTask::RemoveFactor { due_at }));
    }
    if let Some(token) = &holder.gdpr_token {
        let GdprToken { credential_id, expires_at, .. } = *token;
        tasks.extend(
            token
                .owed_notices()
                .map(|(at, notice)| (at, AccountTask::TellOfTokenEnd { credential_id, notice, expires_at })),
        );
        tasks.push((expires_at, AccountTask::ExpireToken(credential_id)));
    }
    tasks
}

fn of_ended(ended: &Ended) -> Vec<(DateTime<Utc>, AccountTask)> {
    if ended.erased {
        return Vec::new();
    }
    let patience = if ended.last_notice_done { Duration::zero() } else { ERASURE_PATIENCE };
    vec![(ended.deleted_at + patience, AccountTask::Erase)]
}
