//! Every letter in German, with times of Berlin.

use catalogue::Tz;
use domain::PasskeyId;

use super::*;

fn german() -> Text {
    Catalogue::built_in().text(Language::De).in_zone(Some(Tz::Europe__Berlin))
}

/// What is said in other words where something else happened.
fn others() -> Vec<MessageBody> {
    let (at, until, project) = (at(23, 18), at(30, 18), project("Analytics"));
    let passkey = SecondFactor::Passkey(PasskeyId::from_uuid(Uuid::nil()));
    let organization = "Analysts".to_owned();
    let billing = |set, of_reader| MessageBody::BillingEmailChanged {
        at,
        set,
        of_reader,
        token: None,
        undo_until: until,
    };
    let team = |change, by_reader| MessageBody::TeamChanged {
        at,
        organization: organization.clone(),
        member: None,
        change,
        by_reader,
    };
    let owners =
        |change| MessageBody::ProjectOwnersChanged { at, project: project.clone(), change, by_reader: false };
    let member = AccountId::from_uuid(Uuid::nil());
    let begun = |proof| MessageBody::FactorRemovalBegun { at, proof, due_at: until, token: TOKEN.to_owned() };
    let invitation = |role| MessageBody::Invitation {
        organization: organization.clone(),
        role,
        token: TOKEN.to_owned(),
        expires_at: until,
        invited_by: None,
    };
    let role =
        |role, is_less| MessageBody::RoleChanged { at, organization: organization.clone(), role, is_less };
    vec![
        MessageBody::PhoneVerified { at, phone: "•••23".to_owned(), undo: None },
        MessageBody::PhoneRemoved { at, others_left: true },
        MessageBody::AuthenticatorAppRemoved { at, others_left: false },
        MessageBody::PasskeyRemoved { at, name: "Laptop".to_owned(), others_left: true },
        begun(IdentityProof::DocumentSeen),
        begun(IdentityProof::Other),
        MessageBody::SecondFactorUndone { at, factor: SecondFactor::AuthenticatorApp },
        MessageBody::SecondFactorUndone { at, factor: passkey },
        MessageBody::SecondFactorUndone { at, factor: SecondFactor::RecoveryCodes },
        MessageBody::RecoveryCodeUsed { at, left: 9 },
        MessageBody::RecoveryCodeUsed { at, left: 0 },
        MessageBody::FailedCodes { tries: 1, networks: 1, since: at, until: at },
        MessageBody::CredentialsReset {
            at,
            project: project.clone(),
            previous_ends_at: Some(until),
            by_reader: true,
        },
        MessageBody::CredentialsRevealed { at, project: project.clone(), by_reader: true },
        MessageBody::GdprTokenIssued { at, expires_at: until, replaces: false },
        MessageBody::GdprTokenExpires { expires_at: until, days: 1 },
        billing(true, false),
        billing(false, true),
        team(TeamChange::Invited { role: Role::Member }, true),
        team(TeamChange::Invited { role: Role::Admin }, false),
        team(TeamChange::Joined { role: Role::Member }, false),
        team(TeamChange::Joined { role: Role::Admin }, false),
        team(TeamChange::Joined { role: Role::Owner }, false),
        team(TeamChange::RoleChanged { from: Role::Member, to: Role::Owner }, false),
        team(TeamChange::RoleChanged { from: Role::Admin, to: Role::Member }, false),
        team(TeamChange::Left { role: Role::Owner }, false),
        owners(OwnersChange::ReaderRemoved),
        owners(OwnersChange::Named(member)),
        owners(OwnersChange::Removed(member)),
        role(Role::Admin, false),
        role(Role::Member, true),
        MessageBody::AccountDeleted { at, exports: Some(0), language: None },
        MessageBody::AccountDeleted { at, exports: Some(2), language: None },
        invitation(Role::Admin),
        invitation(Role::Owner),
    ]
}

/// The letters in one, so that they are read in one.
fn told(letters: &[MessageBody], names: &Names) -> String {
    let told = |says| {
        let letter = write(&head(), &german(), says, names).unwrap();
        format!("=== {}\n\n{}", letter.subject, letter.text)
    };
    letters.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_letter() {
    insta::assert_snapshot!(told(&all("Analytics"), &named("Ada Lovelace")));
}

#[test]
fn what_is_said_where_something_else_happened() {
    insta::assert_snapshot!(told(&others(), &Names::default()));
}

#[test]
fn who_invites_is_named() {
    let inviter = Inviter {
        name: Some("Grace “Amazing“ Hopper".to_owned()),
        email: "grace@example.com".parse().unwrap(),
    };
    let names = Names { reader: None, inviter: Some(inviter) };
    let invitation = |role| MessageBody::Invitation {
        organization: "Analysts".to_owned(),
        role,
        token: TOKEN.to_owned(),
        expires_at: at(30, 18),
        invited_by: None,
    };
    insta::assert_snapshot!(told(&[Role::Member, Role::Admin, Role::Owner].map(invitation), &names));
}

#[test]
fn a_letter_is_marked_as_german_and_says_in_html_what_it_says_in_text() {
    let says = MessageBody::CredentialsReset {
        at: at(23, 18),
        project: project("Analytics"),
        previous_ends_at: Some(at(30, 18)),
        by_reader: true,
    };
    let letter = write_for_many(&head(), &german(), &says, 3, &named("Ada Lovelace")).unwrap();
    assert_eq!(letter.language, Language::De);
    insta::assert_snapshot!(letter.html.split_once("</style>").unwrap().1);
    assert!(letter.html.starts_with("<!DOCTYPE html>\n<html lang=\"de\">"));
    assert!(letter.text.contains("Kurz vorher ist dasselbe noch 3-mal geschehen."), "{}", letter.text);
}

/// Each text is said whole: none is missing, and none is said in English.
#[test]
fn no_letter_falls_back_to_english_or_shows_the_name_of_a_text() {
    for says in all("Analytics").into_iter().chain(others()) {
        let letter = write(&head(), &german(), &says, &Names::default()).unwrap();
        let plain: String = letter.text.lines().filter(|line| !line.contains("://")).collect();
        for stray in ["mail-", "Hello", " the ", " you ", "If "] {
            assert!(!plain.contains(stray) && !letter.subject.contains(stray), "{stray}: {plain}");
        }
    }
}
