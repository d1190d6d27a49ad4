//! The second factor: a code sent to a phone, or a recovery code in its place.
//!
//! What always holds: one factor is never counted twice. A code is good for one thing only, and for the session (or
//! the signing in) in which it was asked for. A try is counted before it is compared.

use domain::account::{Account, Channel, Holder, Phone};
use domain::authentication::Factor;
use domain::message::{CodeFor, MessageBody, MessageContent, Recipient};
use domain::{AccountId, ChallengeId, PhoneNumber, SessionId};
use event_store::CommitExtras;
use event_store::records::one_time_code::{self, NewOneTimeCode, Purpose, Which};
use event_store::records::{RecordWrite, recovery_code};
use secrecy::{ExposeSecret, SecretString};

use super::FamiliarPlace;
use crate::code::{self, Typed};
use crate::limits;
use crate::problem::{Kind, Problem, SecondFactor};
use crate::state::AppState;

/// A code that was right, and what must be written so that it is right only once.
pub(crate) struct Answered {
    /// Whose.
    pub(crate) account: AccountId,
    /// The question.
    pub(crate) challenge_id: ChallengeId,
    /// The authentication generation in which it was asked.
    pub(crate) generation: i64,
    /// What the code was.
    pub(crate) factor: Factor,
}

impl Answered {
    /// Whether it was a recovery code.
    pub(crate) fn by_recovery_code(&self) -> bool {
        self.factor == Factor::RecoveryCode
    }
}

/// A question that a code shall answer.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// Whose.
    pub(crate) account: AccountId,
    /// The authentication generation in which that was proved which it follows.
    pub(crate) generation: i64,
    /// What the answer is good for.
    pub(crate) purpose: Purpose,
    /// What it is about, where that is more than the account.
    pub(crate) subject: &'a str,
}

/// Against whose share a code counts. A stranger who knows the password must not use up what the holder needs.
#[derive(Clone, Copy)]
pub(crate) enum CodePayer<'a> {
    /// A sign-in from a place that is not familiar.
    Stranger,
    /// A sign-in from a familiar place.
    Place(&'a FamiliarPlace),
    /// A running session.
    Session(SessionId),
    /// The account: the code goes to a phone that need not be its own.
    Account,
}

impl AppState {
    async fn limit_codes_sent(&self, account: AccountId, payer: CodePayer<'_>) -> Result<(), Problem> {
        let key = match payer {
            CodePayer::Stranger => format!("{account}/strangers"),
            CodePayer::Account => return self.limit(limits::CODES_SENT, &account.to_string()).await,
            CodePayer::Place(place) => place.key().to_owned(),
            CodePayer::Session(session) => format!("{account}/{session}"),
        };
        self.limit(limits::CODES_SENT, &key).await?;
        match payer {
            CodePayer::Stranger | CodePayer::Account => Ok(()),
            CodePayer::Place(_) | CodePayer::Session(_) => {
                self.limit(limits::CODES_SENT_TO_KNOWN, &account.to_string()).await
            }
        }
    }

    /// Sends a code to a phone, counted for `payer`. The question is asked with `extras`.
    pub(crate) async fn ask_code(
        &self,
        extras: &mut CommitExtras,
        payer: CodePayer<'_>,
        phone: (&PhoneNumber, Channel),
        question: Question<'_>,
    ) -> Result<SecondFactor, Problem> {
        let Question { account, generation, purpose, subject } = question;
        self.limit_codes_sent(account, payer).await?;
        let services = self.store.services();
        let (id, code) = (ChallengeId::generate(services), code::six_digits());
        let expires_at = services.now() + code::LIFE;
        extras.records.push(RecordWrite::PutOneTimeCode(NewOneTimeCode {
            id,
            purpose,
            account,
            subject: subject.to_owned(),
            code_hash: one_time_code::hash(self.store.records(), id, code.expose_secret()).await?,
            generation,
            tries: limits::TRIES_OF_CODE,
            expires_at,
        }));
        let (number, channel) = phone;
        let wanted_for = match purpose {
            Purpose::SignIn => CodeFor::SignIn,
            Purpose::Reauthenticate => CodeFor::Reauthentication,
            Purpose::Phone => CodeFor::NewPhone,
        };
        let says = MessageBody::Code { code: code.expose_secret().to_owned(), wanted_for };
        let content = MessageContent { to: Recipient::Phone(number.clone()), says };
        self.send_code(extras, account, channel.into(), content).await?;
        Ok(SecondFactor { challenge_id: id, channel, sent_to: number.masked(), expires_at })
    }

    /// Compares what was typed with the code that was sent. Each try counts, whatever was typed.
    pub(crate) async fn check_code(
        &self,
        purpose: Purpose,
        which: Which<'_>,
        typed: &SecretString,
        extras: &mut CommitExtras,
    ) -> Result<Answered, Problem> {
        let wrong = || Problem::new(Kind::WrongCode);
        let now = self.store.services().now();
        let asked =
            one_time_code::count_try(self.store.pool(), purpose, which, now).await?.ok_or_else(wrong)?;
        let (account, challenge_id, generation) = (asked.account, asked.id, asked.generation);
        // Of a new phone the password tells nothing.
        let wrong = || wrong().about((purpose != Purpose::Phone).then_some(account));
        let factor = match code::read(typed).ok_or_else(wrong)? {
            Typed::Code(code) => {
                let hash = one_time_code::hash(self.store.records(), asked.id, code.expose_secret()).await?;
                if !asked.is_answered_by(&hash) {
                    return Err(wrong());
                }
                Factor::PhoneCode
            }
            // A new phone is not verified by a piece of paper.
            Typed::Recovery(_) if purpose == Purpose::Phone => return Err(wrong()),
            Typed::Recovery(code) => {
                let hash = recovery_code::hash(self.store.records(), account, code.expose_secret()).await?;
                if !recovery_code::is_known(self.store.pool(), account, &hash).await? {
                    return Err(wrong());
                }
                extras.records.push(RecordWrite::TakeRecoveryCode { account, hash });
                Factor::RecoveryCode
            }
        };
        extras.records.push(RecordWrite::TakeOneTimeCode(challenge_id));
        Ok(Answered { account, challenge_id, generation, factor })
    }
}

/// The phone of an account, if it has a second factor.
pub(crate) fn phone_of(holder: &Holder) -> Result<Option<(&PhoneNumber, Channel)>, Problem> {
    match &holder.phone {
        None => Ok(None),
        Some(Phone { number, channel }) => {
            let number = number.known().ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
            Ok(Some((number, *channel)))
        }
    }
}

impl AppState {
    /// Notifies the holder that a recovery code was used.
    pub(crate) async fn notify_of_recovery_code(
        &self,
        extras: &mut CommitExtras,
        account: &Account,
        answered: &Answered,
    ) -> Result<(), Problem> {
        if !answered.by_recovery_code() {
            return Ok(());
        }
        let left = account.holder()?.recovery_codes.saturating_sub(1);
        let at = self.store.services().now();
        self.notify(extras, answered.account, MessageBody::RecoveryCodeUsed { at, left }).await
    }
}
