//! What comes true with an event, and which timers it sets and clears.

use super::deletion::{FAREWELL, deleted, erased};
use super::email_change::{changed, released, requested, undone};
use super::gdpr_token::{ended, issued};
use super::*;
use crate::effect::ClaimKind;
use crate::{Effect, Effects, TimerChange, Timers};

fn claim(name: &str) -> Effect {
    Effect::Claim { kind: ClaimKind::Email, name: name.to_owned() }
}

fn release(name: &str) -> Effect {
    Effect::Release { kind: ClaimKind::Email, name: name.to_owned() }
}

fn gate(open: bool) -> Effect {
    Effect::UsageGate { account: account_id(), open }
}

#[test]
fn registration_claims_the_address_without_case_and_sets_the_gate() {
    assert_eq!(registered().effects(), vec![claim("ada@example.com"), gate(true)]);
}

#[test]
fn an_address_of_an_international_domain_is_claimed_as_it_is_read_and_as_it_is_sent() {
    let (sent, read) = ("ada@xn--bcher-kva.example", "ada@bücher.example");
    for spelling in [sent, read] {
        assert_eq!(changed(1, ADA, spelling).effects(), vec![claim(sent), claim(read)], "{spelling}");
    }
    assert_eq!(released(1, Some(read)).effects(), vec![release(read), release(sent)]);
}

#[test]
fn the_gate_follows_the_switch() {
    let switched = |usage_logging| Event::PreferencesChanged {
        account_id: account_id(),
        personalization: Some(PreferenceChange { from: false, to: true }),
        usage_logging,
        policy_version: "2026-01".to_owned(),
    };
    assert_eq!(switched(None).effects(), vec![]);
    for to in [true, false] {
        assert_eq!(switched(Some(PreferenceChange { from: !to, to })).effects(), vec![gate(to)]);
    }
}

#[test]
fn an_address_is_claimed_when_it_holds_and_given_up_when_nothing_leads_back_to_it() {
    assert_eq!(requested(1, KING).effects(), vec![]);
    assert_eq!(changed(1, ADA, "King@Example.net").effects(), vec![claim(KING)]);
    assert_eq!(undone(&[1], ADA, &[]).effects(), vec![]);
    let both = vec![release(KING), release(COUNTESS)];
    assert_eq!(undone(&[1, 2], ADA, &[KING, COUNTESS]).effects(), both);
    assert_eq!(released(1, Some(ADA)).effects(), vec![release("ada@example.com")]);
    assert_eq!(released(1, None).effects(), vec![]);
    let given_up = vec![release(KING), release("ada@example.com"), gate(false)];
    assert_eq!(deleted(days(1), &[KING, ADA]).effects(), given_up);
}

/// An erased event is told again to a read model, never stored again: it claims nothing.
#[test]
fn an_address_that_was_erased_is_neither_claimed_nor_given_up() {
    let Event::Registered { account_id, name, preferences, policy_version, .. } = registered() else {
        unreachable!()
    };
    let email = Personal::Erased;
    let registered = Event::Registered { account_id, email, name, preferences, policy_version };
    assert_eq!(registered.effects(), vec![gate(true)]);
    let deleted = Event::Deleted { account_id, deleted_at: days(1), released: vec![Personal::Erased] };
    assert_eq!(deleted.effects(), vec![gate(false)]);
}

fn set(name: impl Into<String>, at: DateTime<Utc>) -> TimerChange {
    TimerChange::Set { name: name.into(), at }
}

fn clear(name: impl Into<String>) -> TimerChange {
    TimerChange::Clear { name: name.into() }
}

#[test]
fn each_change_of_the_address_has_a_timer_of_its_own() {
    assert_eq!(requested(1, KING).timers(), vec![]);
    let (first, second) = (change(1).to_string(), change(2).to_string());
    assert_eq!(changed(1, ADA, KING).timers(), vec![set(&first, hours(1) + UNDO_LIFE)]);
    assert_eq!(undone(&[1, 2], ADA, &[KING]).timers(), vec![clear(&first), clear(&second)]);
    assert_eq!(released(2, None).timers(), vec![clear(&second)]);
}

#[test]
fn a_token_has_a_timer_for_each_notice_and_for_its_end() {
    let (in_30, in_7) = ("gdpr_token_expires_in_30_days", "gdpr_token_expires_in_7_days");
    let all = vec![set(in_30, days(335)), set(in_7, days(358)), set("gdpr_token_end", days(365))];
    assert_eq!(issued(1, days(0), None).timers(), all);
    let none = vec![clear(in_30), clear(in_7), clear("gdpr_token_end")];
    assert_eq!(ended(1, TokenEnd::Revoked).timers(), none);
    let notice = AccountNotice::GdprTokenExpiresIn7Days;
    assert_eq!(notice_sent(notice, true).timers(), vec![clear(in_7)]);
    assert_eq!(notice_sent(notice, false).timers(), vec![]);
}

#[test]
fn the_end_clears_all_and_leaves_the_erasure() {
    let patience = set("erasure", days(1) + ERASURE_PATIENCE);
    assert_eq!(deleted(days(1), &[ADA]).timers(), vec![TimerChange::ClearAll, patience]);
    let at_once = vec![TimerChange::Due { name: "erasure".to_owned() }];
    assert_eq!(notice_sent(FAREWELL, true).timers(), at_once);
    let undeliverable = |awaited| Event::NoticeUndeliverable {
        message_id: message(1),
        notice: FAREWELL,
        awaited,
        reason: None,
    };
    assert_eq!(undeliverable(true).timers(), at_once);
    assert_eq!(undeliverable(false).timers(), vec![]);
    assert_eq!(notice_sent(FAREWELL, false).timers(), vec![]);
    assert_eq!(erased().timers(), vec![TimerChange::ClearAll]);
}
