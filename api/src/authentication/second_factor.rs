//! The second step beside the password: a code of an authenticator app or sent to a phone, or a recovery code in its place.
//!
//! What always holds: one factor is never counted twice. A question is answered once, and for the session (or the signing
//! in) in which it was asked; a code of an app counts once, wherever. A try is counted before it is compared. A code is sent
//! to the phone by itself where nothing better is there, and otherwise when it is asked for: so it is nobody's habit.

use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, Channel, Holder, Phone};
use domain::authentication::Factor;
use domain::message::{CodeFor, MessageBody, MessageContent, Recipient};
use domain::{AccountId, ChallengeId, PhoneNumber, SessionId};
use event_store::CommitExtras;
use event_store::records::one_time_code::{self, NewOneTimeCode, OneTimeCode, Purpose, Which};
use event_store::records::{RecordWrite, recovery_code};
use secrecy::{ExposeSecret, SecretString};

use super::FamiliarPlace;
use crate::code::{self, Typed};
use crate::limits;
use crate::problem::{Kind, Method, Problem, SecondFactor};
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

impl CodePayer<'_> {
    /// The key of its share at `account`.
    fn key(self, account: AccountId) -> String {
        match self {
            CodePayer::Stranger => format!("{account}/strangers"),
            CodePayer::Account => account.to_string(),
            CodePayer::Place(place) => place.key().to_owned(),
            CodePayer::Session(session) => format!("{account}/{session}"),
        }
    }
}

impl SecondFactor {
    /// The record of its being asked.
    pub(crate) fn record(&self) -> AccountCommand {
        let challenge_id = self.challenge_id;
        match self.channel {
            Some(channel) => AccountCommand::RecordSecondFactorAsked { challenge_id, channel },
            None => AccountCommand::RecordSecondStepAsked { challenge_id },
        }
    }
}

impl AppState {
    async fn limit_codes_sent(&self, account: AccountId, payer: CodePayer<'_>) -> Result<(), Problem> {
        self.limit(limits::CODES_SENT, &payer.key(account)).await?;
        match payer {
            CodePayer::Stranger | CodePayer::Account => Ok(()),
            CodePayer::Place(_) | CodePayer::Session(_) => {
                self.limit(limits::CODES_SENT_TO_KNOWN, &account.to_string()).await
            }
        }
    }

    /// Asks for a second factor of `holder`, with `extras`. A code is sent to the phone where one is wanted, or nothing else
    /// but recovery codes could be given.
    pub(crate) async fn ask_second_step(
        &self,
        extras: &mut CommitExtras,
        payer: CodePayer<'_>,
        (holder, question): (&Holder, Question<'_>),
        wants_code: bool,
    ) -> Result<SecondFactor, Problem> {
        let methods = methods_of(holder);
        let has_better = methods.contains(&Method::App) || methods.contains(&Method::Passkey);
        match phone_of(holder)? {
            Some(phone) if wants_code || !has_better => {
                let asked = self.ask_code(extras, payer, phone, question).await?;
                Ok(SecondFactor { methods, ..asked })
            }
            _ => {
                self.limit(limits::QUESTIONS, &payer.key(question.account)).await?;
                let id = ChallengeId::generate(self.store.services());
                // No code has an empty hash.
                let expires_at = self.put_question(extras, id, question, Vec::new());
                Ok(SecondFactor { challenge_id: id, methods, channel: None, sent_to: None, expires_at })
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
        self.limit_codes_sent(question.account, payer).await?;
        let id = ChallengeId::generate(self.store.services());
        let hash = self.send_new_code(extras, (question.account, question.purpose), phone, id).await?;
        let expires_at = self.put_question(extras, id, question, hash);
        Ok(told(id, vec![Method::Phone], phone, expires_at))
    }

    /// Sends a code for a question that was asked while signing in, counted for `payer`.
    pub(crate) async fn send_code_for(
        &self,
        extras: &mut CommitExtras,
        payer: CodePayer<'_>,
        holder: &Holder,
        asked: &OneTimeCode,
    ) -> Result<SecondFactor, Problem> {
        let phone = phone_of(holder)?.ok_or_else(|| Problem::new(Kind::NoSecondFactor))?;
        self.limit_codes_sent(asked.account, payer).await?;
        let code_hash = self.send_new_code(extras, (asked.account, Purpose::SignIn), phone, asked.id).await?;
        let at = self.store.services().now();
        let (account, generation) = (asked.account, asked.generation);
        extras.records.push(RecordWrite::RequireGeneration { account, generation });
        extras.records.push(RecordWrite::SetOneTimeCode { id: asked.id, code_hash, at });
        Ok(told(asked.id, methods_of(holder), phone, asked.expires_at))
    }

    /// Asks with `extras`. Returns until when it can be answered.
    fn put_question(
        &self,
        extras: &mut CommitExtras,
        id: ChallengeId,
        question: Question<'_>,
        code_hash: Vec<u8>,
    ) -> DateTime<Utc> {
        let Question { account, generation, purpose, subject } = question;
        let expires_at = self.store.services().now() + code::LIFE;
        extras.records.push(RecordWrite::PutOneTimeCode(NewOneTimeCode {
            id,
            purpose,
            account,
            subject: subject.to_owned(),
            code_hash,
            generation,
            tries: limits::TRIES_OF_CODE,
            expires_at,
        }));
        expires_at
    }

    /// Sends a new code with `extras`. Returns its hash for the question.
    async fn send_new_code(
        &self,
        extras: &mut CommitExtras,
        (account, purpose): (AccountId, Purpose),
        (number, channel): (&PhoneNumber, Channel),
        id: ChallengeId,
    ) -> Result<Vec<u8>, Problem> {
        let code = code::six_digits();
        let wanted_for = match purpose {
            Purpose::SignIn => CodeFor::SignIn,
            Purpose::Reauthenticate => CodeFor::Reauthentication,
            Purpose::Phone => CodeFor::NewPhone,
        };
        let says = MessageBody::Code { code: code.expose_secret().to_owned(), wanted_for };
        let content = MessageContent { to: Recipient::Phone(number.clone()), says };
        self.send_code(extras, account, channel.into(), content).await?;
        Ok(one_time_code::hash(self.store.records(), id, code.expose_secret()).await?)
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
                if asked.is_answered_by(&hash) {
                    Factor::PhoneCode
                } else if purpose != Purpose::Phone && self.is_app_code(account, &code, extras).await? {
                    Factor::AppCode
                } else {
                    return Err(wrong());
                }
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

/// A code that was sent.
fn told(
    challenge_id: ChallengeId,
    methods: Vec<Method>,
    (number, channel): (&PhoneNumber, Channel),
    expires_at: DateTime<Utc>,
) -> SecondFactor {
    let (channel, sent_to) = (Some(channel), Some(number.masked()));
    SecondFactor { challenge_id, methods, channel, sent_to, expires_at }
}

/// What the holder can give as a second factor, the strongest first; nothing where the password is enough.
pub(crate) fn methods_of(holder: &Holder) -> Vec<Method> {
    let there = [
        (Method::Passkey, !holder.passkeys.is_empty()),
        (Method::App, holder.authenticator_app),
        (Method::Phone, holder.phone.is_some()),
        (Method::RecoveryCode, holder.has_second_factor() && holder.recovery_codes > 0),
    ];
    there.into_iter().filter(|(_, is_there)| *is_there).map(|(method, _)| method).collect()
}

/// The phone of an account, if it is a second factor.
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
