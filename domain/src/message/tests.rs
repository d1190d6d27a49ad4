//! What goes into a message comes out of it.

use std::collections::BTreeSet;

use super::*;
use crate::account::{AccountNotice, IdentityProof, SecondFactor};
use crate::{Language, RequestId, Scope};
use uuid::Uuid;

/// One of each; of those that tell how many days are left, one of each notice.
fn all() -> Vec<MessageBody> {
    let at = DateTime::UNIX_EPOCH;
    let (confirm_by, undo_until, expires_at) = (at, at, at);
    let token = || "secret".to_owned();
    let link = || UndoLink { token: token(), until: at };
    let undo = || Some(link());
    let organization = || "Engines".to_owned();
    let project = || NamedProject { project_id: ProjectId::from_uuid(Uuid::from_u128(1)), name: token() };
    let member = AccountId::from_uuid(Uuid::from_u128(2));
    let team = |change| MessageBody::TeamChanged {
        at,
        organization: organization(),
        member: Some(member),
        change,
        by_reader: false,
    };
    let owners =
        |change| MessageBody::ProjectOwnersChanged { at, project: project(), change, by_reader: true };
    let code = |wanted_for| MessageBody::Code { code: "123456".to_owned(), wanted_for };
    vec![
        MessageBody::NewDevice { at, program: Some(token()), ip_address: "192.0.2.1".parse().ok() },
        MessageBody::EmailConfirmation { token: token(), confirm_by },
        MessageBody::EmailChange { at, token: token(), undo_until },
        MessageBody::EmailChangeUndone { at },
        MessageBody::PasswordChanged { at },
        MessageBody::PasswordResetLink { token: token(), expires_at },
        code(CodeFor::SignIn),
        code(CodeFor::Reauthentication),
        code(CodeFor::NewPhone),
        MessageBody::PhoneVerified { at, phone: "•••23".to_owned(), undo: undo() },
        MessageBody::PhoneRemoved { at, others_left: true },
        MessageBody::AuthenticatorAppAdded { at, undo: link() },
        MessageBody::AuthenticatorAppRemoved { at, others_left: false },
        MessageBody::PasskeyAdded { at, name: token(), undo: link() },
        MessageBody::PasskeyRemoved { at, name: token(), others_left: true },
        MessageBody::SessionsEnded { at },
        MessageBody::FactorRemovalBegun { at, proof: IdentityProof::Other, due_at: at, token: token() },
        MessageBody::FactorRemovalStopped { at },
        MessageBody::FactorRemoved { at },
        MessageBody::SecondFactorUndone { at, factor: SecondFactor::Phone },
        MessageBody::RecoveryCodesIssued { at, undo: undo() },
        MessageBody::RecoveryCodeUsed { at, left: 9 },
        MessageBody::FailedCodes { tries: 5, networks: 1, since: at, until: at },
        MessageBody::CredentialsReset { at, project: project(), previous_ends_at: None, by_reader: true },
        MessageBody::CredentialsRevealed { at, project: project(), by_reader: false },
        MessageBody::CredentialsRevoked { at, project: project() },
        MessageBody::GdprTokenIssued { at, expires_at, replaces: true },
        MessageBody::GdprTokenRevoked { at },
        MessageBody::GdprTokenExpires { expires_at, days: 30 },
        MessageBody::GdprTokenExpires { expires_at, days: 7 },
        MessageBody::GdprTokenExpired { at },
        MessageBody::BillingEmailChanged { at, set: true, of_reader: true, token: Some(token()), undo_until },
        MessageBody::BillingEmailUndone { at },
        MessageBody::ArchiveDownloaded {
            at,
            request_id: RequestId::from_uuid(Uuid::from_u128(1)),
            program: Some(token()),
            ip_address: None,
        },
        team(TeamChange::Invited { role: Role::Owner }),
        team(TeamChange::Joined { role: Role::Admin }),
        team(TeamChange::RoleChanged { from: Role::Member, to: Role::Owner }),
        team(TeamChange::Left { role: Role::Member }),
        owners(OwnersChange::ReaderNamed),
        owners(OwnersChange::ReaderRemoved),
        owners(OwnersChange::Named(member)),
        owners(OwnersChange::Removed(member)),
        MessageBody::SecondFactorDemandChanged {
            at,
            organization: organization(),
            demanded: true,
            by_reader: false,
        },
        MessageBody::RoleChanged { at, organization: organization(), role: Role::Admin, is_less: false },
        MessageBody::MembershipEnded { at, organization: organization() },
        MessageBody::AccountDeleted { at, exports: Some(1), language: Some(Language::De) },
        MessageBody::Invitation {
            organization: organization(),
            role: Role::Owner,
            token: token(),
            expires_at,
            invited_by: Some(member),
        },
    ]
}

#[test]
fn every_notice_is_told_by_a_message_and_an_invitation_is_none() {
    let told: BTreeSet<AccountNotice> = all().iter().filter_map(MessageBody::notice).collect();
    assert!(told.iter().eq(AccountNotice::ALL));
    assert_eq!(all().iter().filter(|says| says.notice().is_none()).count(), 1);
}

#[test]
fn a_message_that_tells_of_use_waits_under_the_key_that_dies_with_use() {
    for says in all() {
        let written = serde_json::to_value(&says).unwrap();
        let tells = |members: &[&str]| members.iter().any(|name| written.get(name).is_some());
        let of_use =
            tells(&["ip_address", "program", "user_agent", "network", "networks", "device", "place"]);
        let scope = says.notice().map(AccountNotice::scope);
        assert_eq!(scope == Some(Scope::Activity), of_use, "{written}");
    }
}

#[test]
fn a_message_reads_back_from_where_it_waited_and_shows_nothing() {
    let phone = || Recipient::Phone("+14155550123".parse().unwrap());
    let address = || Recipient::Address { email: "ada@example.com".parse().unwrap(), name: None };
    for to in [&phone as &dyn Fn() -> Recipient, &address, &|| Recipient::Holder] {
        for says in all() {
            let message = MessageContent { to: to(), says };
            let written = serde_json::to_value(&message).unwrap();
            let read: MessageContent = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), written);
            assert_eq!(format!("{message:?}"), "MessageContent(…)");
        }
    }
}
