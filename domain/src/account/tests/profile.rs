//! Who the holder is, their sessions and passwords, the two switches, and who looks at it all.

use super::*;

fn named(name: &str) -> Event {
    Event::NameChanged { name: Personal::profile(account_id(), name.to_owned()) }
}

fn rename(name: &str) -> Command {
    Command::ChangeName { name: name.to_owned() }
}

#[test]
fn another_name_holds_and_the_same_one_is_no_change() {
    given(hours(1), vec![registered()]).when(rename("Ada King")).then_expect_events(vec![named("Ada King")]);
    let renamed = vec![registered(), named("Ada King")];
    given(hours(1), renamed.clone()).when(rename("Ada King")).then_expect_events(vec![]);
    given(hours(1), renamed.clone()).when(rename("Ada")).then_expect_events(vec![named("Ada")]);
    assert_eq!(holder(renamed).name.known().map(String::as_str), Some("Ada King"));
}

fn bills_to(text: Option<&str>) -> Command {
    Command::ChangeBillingEmail { billing_email: text.map(address) }
}

fn billed_to(text: Option<&str>) -> Event {
    Event::BillingEmailChanged { billing_email: text.map(email) }
}

#[test]
fn bills_go_elsewhere_and_back_to_the_sign_in_address() {
    given(hours(1), vec![registered()])
        .when(bills_to(Some(KING)))
        .then_expect_events(vec![billed_to(Some(KING))]);
    given(hours(1), vec![registered()]).when(bills_to(None)).then_expect_events(vec![]);
    let elsewhere = vec![registered(), billed_to(Some(KING))];
    given(hours(1), elsewhere.clone()).when(bills_to(Some(KING))).then_expect_events(vec![]);
    given(hours(1), elsewhere.clone()).when(bills_to(None)).then_expect_events(vec![billed_to(None)]);
    let other = "King@example.net";
    given(hours(1), elsewhere.clone())
        .when(bills_to(Some(other)))
        .then_expect_events(vec![billed_to(Some(other))]);
    assert_eq!(holder(elsewhere).billing_email, Some(email(KING)));
    let back = vec![registered(), billed_to(Some(KING)), billed_to(None)];
    assert_eq!(holder(back).billing_email, None);
}

#[test]
fn another_billing_address_is_taken_back() {
    let elsewhere = vec![registered(), billed_to(Some(KING))];
    let undone = Event::BillingEmailUndone {};
    given(hours(1), elsewhere.clone())
        .when(Command::UndoBillingEmail)
        .then_expect_events(vec![undone.clone()]);
    assert_eq!(holder([elsewhere, vec![undone]].concat()).billing_email, None);
}

fn speak(language: Option<Option<Language>>, time_zone: Option<Option<TimeZone>>) -> Command {
    Command::ChangeLocale { language, time_zone }
}

fn spoken(language: Option<Language>, time_zone: Option<TimeZone>) -> Event {
    Event::LocaleChanged {
        language: language.map(|language| Personal::profile(account_id(), language)),
        time_zone: time_zone.map(|zone| Personal::profile(account_id(), zone)),
    }
}

#[test]
fn language_and_time_zone_are_chosen_one_by_one_and_given_back_to_the_browser() {
    let (de, berlin) = (Some(Language::De), Some(berlin()));
    let german = vec![registered(), spoken(de, None)];
    let both = vec![registered(), spoken(de, berlin.clone())];
    for (before, wish, event) in [
        (vec![registered()], speak(Some(de), None), spoken(de, None)),
        (german.clone(), speak(None, Some(berlin.clone())), spoken(de, berlin.clone())),
        (german, speak(Some(None), Some(berlin.clone())), spoken(None, berlin.clone())),
        (both.clone(), speak(Some(Some(Language::En)), None), spoken(Some(Language::En), berlin.clone())),
        (both.clone(), speak(None, Some(None)), spoken(de, None)),
        (both.clone(), speak(Some(None), Some(None)), spoken(None, None)),
    ] {
        given(hours(1), before).when(wish).then_expect_events(vec![event]);
    }
    let holder = holder(both);
    assert_eq!(holder.language.as_ref().and_then(Personal::known), de.as_ref());
    assert_eq!(holder.time_zone.as_ref().and_then(Personal::known), berlin.as_ref());
}

#[test]
fn a_language_or_time_zone_that_holds_already_is_no_change() {
    let (de, berlin) = (Some(Language::De), Some(berlin()));
    for unchanged in [speak(None, None), speak(Some(None), None), speak(Some(None), Some(None))] {
        given(hours(1), vec![registered()]).when(unchanged).then_expect_events(vec![]);
    }
    for unchanged in [speak(None, None), speak(Some(de), None), speak(Some(de), Some(berlin.clone()))] {
        given(hours(1), vec![registered(), spoken(de, berlin.clone())])
            .when(unchanged)
            .then_expect_events(vec![]);
    }
}

fn switches(personalization: Option<bool>, usage_logging: Option<bool>) -> Command {
    Command::ChangePreferences { personalization, usage_logging, policy_version: "2026-02".to_owned() }
}

fn switched(personalization: Option<PreferenceChange>, usage_logging: Option<PreferenceChange>) -> Event {
    let policy_version = "2026-02".to_owned();
    Event::PreferencesChanged { account_id: account_id(), personalization, usage_logging, policy_version }
}

const ON: PreferenceChange = PreferenceChange { from: false, to: true };
const OFF: PreferenceChange = PreferenceChange { from: true, to: false };

#[test]
fn a_switch_that_is_turned_leaves_a_consent_record() {
    given(hours(1), vec![registered()])
        .when(switches(Some(false), Some(false)))
        .then_expect_events(vec![switched(None, Some(OFF))]);
    given(hours(1), vec![registered()])
        .when(switches(Some(true), Some(false)))
        .then_expect_events(vec![switched(Some(ON), Some(OFF))]);
    let turned = holder(vec![registered(), switched(Some(ON), None)]);
    assert_eq!(turned.preferences, Preferences { personalization: true, usage_logging: true });
}

#[test]
fn a_switch_set_to_what_it_is_leaves_none() {
    for unchanged in [switches(None, None), switches(None, Some(true)), switches(Some(false), Some(true))] {
        given(hours(1), vec![registered()]).when(unchanged).then_expect_events(vec![]);
    }
}

/// Each is a fact of its own, also where it repeats one.
#[test]
fn what_is_recorded_is_recorded_each_time() {
    let session_id = session(1);
    let expires_at = hours(2);
    let passkey_id = Some(passkey(1));
    for (command, event) in [
        (Command::RecordSignIn { session_id, passkey_id }, Event::SignedIn { session_id, passkey_id }),
        (
            Command::RecordReauthentication { session_id, passkey_id },
            Event::Reauthenticated { session_id, passkey_id },
        ),
        (Command::ChangePassword, Event::PasswordChanged {}),
        (Command::RecordPasswordResetAsked { expires_at }, Event::PasswordResetAsked { expires_at }),
        (Command::ResetPassword, Event::PasswordReset {}),
        (look(), looked()),
        (record_notice(AccountNotice::NewDevice), notice_sent(AccountNotice::NewDevice, false)),
    ] {
        let once = vec![registered(), event.clone()];
        given(hours(1), vec![registered()]).when(command.clone()).then_expect_events(vec![event.clone()]);
        given(hours(1), once.clone()).when(command).then_expect_events(vec![event]);
        assert_eq!(fold(once), fold(vec![registered()]), "it changes nothing else");
    }
}

#[test]
fn a_session_ends_for_a_reason() {
    for reason in [SignOutReason::SignedOut, SignOutReason::EmailChangeUndone, SignOutReason::PhoneRemoved] {
        let session_id = session(1);
        given(hours(1), vec![registered()])
            .when(Command::RecordSignOut { session_id, reason })
            .then_expect_events(vec![Event::SignedOut { session_id, reason }]);
    }
}

#[test]
fn a_message_that_cannot_be_delivered_is_recorded_as_such() {
    let (message_id, notice) = (message(7), AccountNotice::Code);
    given(hours(1), vec![registered()])
        .when(Command::RecordNotice { message_id, notice, undeliverable: Some(Undeliverable::TooLate) })
        .then_expect_events(vec![Event::NoticeUndeliverable {
            message_id,
            notice,
            awaited: false,
            reason: Some(Undeliverable::TooLate),
        }]);
}
