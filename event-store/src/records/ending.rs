//! From an event to what ends with it: the table of `domain` in terms of the records.
//!
//! The one place that ends what was staged, issued or lent. What stores an event need not, and cannot, forget it.

use chrono::{DateTime, Utc};
use domain::authentication::{Change, Ending, Fate, Lent};
use domain::{AccountId, SessionId};

use super::RecordWrite;
use super::email_link::Purpose;
use super::one_time_code::Purpose as Question;

/// What `endings` of an event of aggregate `id` bring about. The session in which it was asked for is `own`.
pub(crate) fn writes(
    id: &str,
    endings: &[Ending],
    own: Option<SessionId>,
    at: DateTime<Utc>,
) -> Vec<RecordWrite> {
    let mut writes = Vec::new();
    for ending in endings {
        match *ending {
            Ending::Account(change) => {
                // The id of an account's stream is the account's.
                let Ok(account) = id.parse() else { continue };
                writes.extend(of_account(account, change, own, at));
            }
            Ending::Invitation(invitation) => writes.push(RecordWrite::ForgetInvitation(invitation)),
            Ending::Passkey(passkey) => writes.push(RecordWrite::ForgetPasskey(passkey)),
            Ending::AuthenticatorApp => {
                let Ok(account) = id.parse() else { continue };
                writes.push(RecordWrite::ForgetAuthenticatorApp(account));
            }
        }
    }
    writes
}

fn of_account(
    account: AccountId,
    change: Change,
    own: Option<SessionId>,
    at: DateTime<Utc>,
) -> Vec<RecordWrite> {
    if change == Change::AccountDeleted {
        return vec![RecordWrite::ForgetAccount { account, at }];
    }
    let ended = Lent::ALL.into_iter().filter(|lent| change.ends(*lent));
    ended.filter_map(|lent| write(account, change, lent, own, at)).collect()
}

fn write(
    account: AccountId,
    change: Change,
    lent: Lent,
    own: Option<SessionId>,
    at: DateTime<Utc>,
) -> Option<RecordWrite> {
    let links = |purpose| Some(RecordWrite::DropLinks { account, purpose });
    let questions = |purpose| Some(RecordWrite::DropOneTimeCodes { account, purpose });
    match lent {
        Lent::EmailConfirmationLink => links(Purpose::EmailConfirmation),
        Lent::EmailUndoLink => links(Purpose::EmailUndo),
        Lent::BillingUndoLink => links(Purpose::BillingEmailUndo),
        Lent::FactorUndoLink => links(Purpose::FactorUndo),
        Lent::FactorObjectionLink => links(Purpose::FactorObjection),
        Lent::PasswordResetLink => links(Purpose::PasswordReset),
        Lent::PhoneCode => questions(Question::Phone),
        Lent::SignInQuestion => questions(Question::SignIn),
        Lent::ReauthenticationQuestion => questions(Question::Reauthenticate),
        Lent::Sessions => {
            let stays = own.filter(|_| matches!(change.fate(lent), Fate::EndsElsewhere(_)));
            Some(RecordWrite::RaiseGeneration { account, change, stays })
        }
        Lent::PendingAuthenticatorApp => Some(RecordWrite::DropStagedAuthenticatorApp(account)),
        Lent::PendingPasskey => Some(RecordWrite::DropPasskeyChallenges(account)),
        Lent::AuthenticatorApp => Some(RecordWrite::ForgetAuthenticatorApp(account)),
        Lent::Passkeys => Some(RecordWrite::ForgetPasskeys(account)),
        Lent::RecoveryCodes => Some(RecordWrite::DropRecoveryCodes(account)),
        Lent::GdprToken => Some(RecordWrite::EndCredentials { account, at }),
        // With their sessions.
        Lent::Sudo | Lent::StreamsUnderWay => None,
        // Aggregates hold them, and end them by events of their own.
        Lent::PendingEmailChange
        | Lent::PendingPhone
        | Lent::PendingFactorRemoval
        | Lent::RecentPasskeys
        | Lent::InvitationsSent
        | Lent::NamedOwnership
        | Lent::RunningOverlap
        | Lent::OpenExport => None,
    }
}
