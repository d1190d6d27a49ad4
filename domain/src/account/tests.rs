//! Given, when, then.

use chrono::DateTime;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::effect::ClaimKind;
use crate::services::fixed;
use crate::{Effect, Effects, SessionId};

fn id() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(1))
}

fn registered() -> AccountEvent {
    AccountEvent::Registered {
        account_id: id(),
        email: Personal::profile(id(), "Ada@example.com".parse().unwrap()),
        name: Personal::profile(id(), "Ada".to_owned()),
        preferences: Preferences { personalization: false, usage_logging: true },
        policy_version: "2026-01".to_owned(),
    }
}

fn register() -> AccountCommand {
    AccountCommand::Register {
        account_id: id(),
        email: "Ada@example.com".parse().unwrap(),
        name: "Ada".to_owned(),
        preferences: Preferences { personalization: false, usage_logging: true },
        policy_version: "2026-01".to_owned(),
    }
}

fn framework() -> TestFramework<Account> {
    TestFramework::with(fixed(DateTime::UNIX_EPOCH))
}

fn preferences(personalization: Option<bool>, usage_logging: Option<bool>) -> AccountCommand {
    AccountCommand::ChangePreferences { personalization, usage_logging, policy_version: "2026-01".to_owned() }
}

#[test]
fn an_account_is_registered_once() {
    framework().given_no_previous_events().when(register()).then_expect_events(vec![registered()]);
    framework().given(vec![registered()]).when(register()).then_expect_error(AccountError::AlreadyRegistered);
}

#[test]
fn nothing_else_happens_before_registration() {
    let session_id = SessionId::from_uuid(Uuid::from_u128(2));
    for command in [
        AccountCommand::RecordSignIn { session_id },
        AccountCommand::RecordReauthentication { session_id },
        AccountCommand::ChangePassword,
        AccountCommand::RecordHistoryViewed { what: Viewed::History, until: None },
        preferences(Some(true), None),
    ] {
        framework().given_no_previous_events().when(command).then_expect_error(AccountError::Unknown);
    }
}

#[test]
fn a_switch_that_is_turned_leaves_a_consent_record() {
    framework().given(vec![registered()]).when(preferences(Some(false), Some(false))).then_expect_events(
        vec![AccountEvent::PreferencesChanged {
            account_id: id(),
            personalization: None,
            usage_logging: Some(PreferenceChange { from: true, to: false }),
            policy_version: "2026-01".to_owned(),
        }],
    );
}

#[test]
fn a_switch_set_to_what_it_is_leaves_none() {
    framework().given(vec![registered()]).when(preferences(None, Some(true))).then_expect_events(vec![]);
}

#[test]
fn registration_claims_the_address_without_case_and_sets_the_gate() {
    assert_eq!(
        registered().effects(),
        vec![
            Effect::Claim { kind: ClaimKind::Email, name: "ada@example.com".to_owned() },
            Effect::UsageGate { account: id(), open: true },
        ]
    );
}

#[test]
fn each_look_at_the_history_is_recorded() {
    let look = || AccountCommand::RecordHistoryViewed { what: Viewed::State, until: None };
    let looked = AccountEvent::HistoryViewed { what: Viewed::State, until: None };
    framework().given(vec![registered()]).when(look()).then_expect_events(vec![looked.clone()]);
    framework().given(vec![registered(), looked.clone()]).when(look()).then_expect_events(vec![looked]);
}
