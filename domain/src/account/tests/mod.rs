//! Given, when, then; and a simulation of whole lives.
//!
//! Every history is written out as events, so that each test shows what it stands on. Time is told as a distance
//! from the registration, on Tuesday 10 March 2026 at noon.

mod deletion;
mod effects;
mod email_change;
mod factor_removal;
mod failed_tries;
mod gdpr_token;
mod memberships;
mod profile;
mod schedule;
mod second_factor;
mod second_factors;
mod simulation;
mod world;

use chrono::{DateTime, Duration, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::AccountCommand as Command;
use super::AccountError as Error;
use super::AccountEvent as Event;
use super::*;
use crate::services::fixed;
use crate::{
    AccountId, ChallengeId, CredentialId, EmailAddress, EmailChangeId, Language, MembershipId, MessageId,
    OrganizationId, PasskeyId, Personal, PhoneNumber, SessionId, TimeZone, Undeliverable,
};

const ADA: &str = "Ada@example.com";
const KING: &str = "king@example.net";
const COUNTESS: &str = "countess@example.org";

fn account_id() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(1))
}

fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

fn change(number: u128) -> EmailChangeId {
    EmailChangeId::from_uuid(Uuid::from_u128(number))
}

fn challenge(number: u128) -> ChallengeId {
    ChallengeId::from_uuid(Uuid::from_u128(number))
}

fn passkey(number: u128) -> PasskeyId {
    PasskeyId::from_uuid(Uuid::from_u128(number))
}

fn credential(number: u128) -> CredentialId {
    CredentialId::from_uuid(Uuid::from_u128(number))
}

fn organization(number: u128) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(number))
}

fn membership(number: u128) -> MembershipId {
    MembershipId::from_uuid(Uuid::from_u128(number))
}

fn message(number: u128) -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(number))
}

/// The instant that lies `distance` after the registration.
fn after(distance: Duration) -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + distance
}

fn hours(hours: i64) -> DateTime<Utc> {
    after(Duration::hours(hours))
}

fn days(days: i64) -> DateTime<Utc> {
    after(Duration::days(days))
}

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

/// An address, as events hold it.
fn email(text: &str) -> Personal<EmailAddress> {
    Personal::profile(account_id(), address(text))
}

/// What the account answers at an instant, given what happened before it.
fn given(now: DateTime<Utc>, events: Vec<Event>) -> AggregateTestExecutor<Account> {
    TestFramework::with(fixed(now)).given(events)
}

fn fold(events: Vec<Event>) -> Account {
    let mut account = Account::default();
    events.into_iter().for_each(|event| cqrs_es::Aggregate::apply(&mut account, event));
    account
}

fn holder(events: Vec<Event>) -> Holder {
    fold(events).holder.unwrap()
}

fn registered() -> Event {
    Event::Registered {
        account_id: account_id(),
        email: email(ADA),
        name: Personal::profile(account_id(), "Ada".to_owned()),
        preferences: Preferences { personalization: false, usage_logging: true },
        policy_version: "2026-01".to_owned(),
    }
}

fn register() -> Command {
    Command::Register {
        account_id: account_id(),
        email: address(ADA),
        name: "Ada".to_owned(),
        preferences: Preferences { personalization: false, usage_logging: true },
        policy_version: "2026-01".to_owned(),
    }
}

fn berlin() -> TimeZone {
    "Europe/Berlin".parse().unwrap()
}

fn record_notice(notice: AccountNotice) -> Command {
    Command::RecordNotice { message_id: message(1), notice, undeliverable: None }
}

/// The report that a message was refused for good.
fn refused(notice: AccountNotice) -> Command {
    Command::RecordNotice { message_id: message(1), notice, undeliverable: Some(Undeliverable::Refused) }
}

fn notice_sent(notice: AccountNotice, awaited: bool) -> Event {
    Event::NoticeSent { message_id: message(1), notice, awaited }
}

fn look() -> Command {
    Command::RecordHistoryViewed { what: Viewed::State, until: None }
}

fn looked() -> Event {
    Event::HistoryViewed { what: Viewed::State, until: None }
}

/// One of each command that only the holder of a living account can have; each would be accepted by some account.
fn holders_commands() -> Vec<Command> {
    vec![
        Command::RecordSignIn { session_id: session(1), passkey_id: None },
        Command::RecordSecondStepAsked { challenge_id: challenge(1) },
        Command::RecordSecondFactorAsked { challenge_id: challenge(1), channel: Channel::Sms },
        Command::RecordSignOut { session_id: session(1), reason: SignOutReason::SignedOut },
        Command::RecordReauthentication { session_id: session(1), passkey_id: Some(passkey(1)) },
        Command::ChangeName { name: "Ada King".to_owned() },
        Command::ChangeBillingEmail { billing_email: Some(address(KING)) },
        Command::UndoBillingEmail,
        Command::ChangeLocale { language: Some(Some(Language::De)), time_zone: Some(Some(berlin())) },
        Command::ChangeLocale { language: Some(None), time_zone: None },
        Command::RequestEmailChange { change_id: change(1), email: address(KING) },
        Command::ConfirmEmailChange { change_id: change(1) },
        Command::UndoEmailChange { change_id: change(1) },
        Command::ReleaseFormerEmail { change_id: change(1) },
        Command::ChangePassword,
        Command::RecordPasswordResetAsked { expires_at: hours(1) },
        Command::ResetPassword,
        Command::RequestPhoneChange {
            challenge_id: challenge(1),
            number: "+14155550123".parse().unwrap(),
            channel: Channel::Sms,
        },
        Command::VerifyPhone { challenge_id: challenge(1), recovery_codes: RECOVERY_CODES },
        Command::RemovePhone,
        Command::AddAuthenticatorApp { recovery_codes: RECOVERY_CODES },
        Command::RemoveAuthenticatorApp,
        Command::AddPasskey {
            passkey_id: passkey(1),
            name: "Laptop".to_owned(),
            recovery_codes: RECOVERY_CODES,
        },
        Command::RenamePasskey { passkey_id: passkey(1), name: "Old laptop".to_owned() },
        Command::RemovePasskey { passkey_id: passkey(1) },
        Command::UndoSecondFactor { factor: SecondFactor::AuthenticatorApp },
        Command::UndoSecondFactor { factor: SecondFactor::Passkey(passkey(1)) },
        Command::EndSessions,
        Command::BeginFactorRemoval {
            proof: IdentityProof::Other,
            note_id: Some("CASE-4711".to_owned()),
            due_at: days(3),
        },
        Command::StopFactorRemoval,
        Command::RemoveFactor,
        Command::UndoSecondFactor { factor: SecondFactor::Phone },
        Command::UndoSecondFactor { factor: SecondFactor::RecoveryCodes },
        Command::IssueRecoveryCodes { count: RECOVERY_CODES },
        Command::RecordRecoveryCodeUsed,
        Command::ChangePreferences {
            personalization: Some(true),
            usage_logging: None,
            policy_version: "2026-01".to_owned(),
        },
        Command::IssueGdprToken { credential_id: credential(1), fingerprint: "…x7Kd".to_owned() },
        Command::EndGdprToken { credential_id: credential(1), reason: TokenEnd::Revoked },
        Command::JoinOrganization { organization_id: organization(1), membership_id: membership(1) },
        Command::LeaveOrganization { organization_id: organization(1) },
        Command::RecordFailedTries { failed: failed(FailedTryKind::Password) },
        Command::Delete,
    ]
}

fn failed(kind: FailedTryKind) -> FailedTries {
    FailedTries { kind, tries: 12, networks: 3, since: hours(0), until: hours(1) }
}

/// One of each that also an account which ended may still have.
fn late_commands() -> Vec<Command> {
    vec![
        record_notice(AccountNotice::AccountDeleted),
        look(),
        Command::RecordErasure { destroyed_keys: vec!["f00d".to_owned()] },
    ]
}

#[test]
fn an_account_is_registered_once() {
    given(hours(0), vec![]).when(register()).then_expect_events(vec![registered()]);
    given(hours(0), vec![registered()]).when(register()).then_expect_error(Error::AlreadyRegistered);
}

#[test]
fn nothing_else_happens_before_registration() {
    for command in [holders_commands(), late_commands()].concat() {
        given(hours(0), vec![]).when(command).then_expect_error(Error::Unknown);
    }
}

/// What tells of an account that is not there is no event of one: it folds to nothing.
#[test]
fn without_a_registration_nothing_folds() {
    assert_eq!(fold(vec![Event::PasswordChanged {}, looked()]), Account::default());
}
