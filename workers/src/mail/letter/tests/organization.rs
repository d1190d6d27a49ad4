use super::*;

#[test]
fn another_role() {
    let says = Says::RoleChanged {
        at: at(23, 18),
        organization: "Analysts".to_owned(),
        role: Role::Admin,
        is_less: false,
    };
    insta::assert_snapshot!(letter(&says), @"
    Your role in an organization has changed

    Hello Ada Lovelace,

    Your role in the organization “Analysts” has changed: you are an admin now.

    If you did not expect this, ask the owners of the organization.

    Changed: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_lesser_role_ends_what_was_given_by_name() {
    let says = Says::RoleChanged {
        at: at(23, 18),
        organization: "Analysts".to_owned(),
        role: Role::Member,
        is_less: true,
    };
    insta::assert_snapshot!(letter(&says), @"
    Your role in an organization has changed

    Hello Ada Lovelace,

    Your role in the organization “Analysts” has changed: you are a member now.

    With the role from before ended what was given to you by name: you are no longer an owner of its projects, unless an owner names you again. Invitations that you sent and may no longer send have ended as well.

    If you did not expect this, ask the owners of the organization.

    Changed: 23 November 2026, 18:59 UTC
    ");
    let demoted = TeamChange::RoleChanged { from: Role::Admin, to: Role::Member };
    let owners = team(demoted, Some(member()), false);
    assert!(owners.contains("was an admin and is a member now. Where the member was named"), "{owners}");
}

#[test]
fn the_end_of_a_membership() {
    let says = Says::MembershipEnded { at: at(23, 18), organization: "Analysts".to_owned() };
    insta::assert_snapshot!(letter(&says), @"
    You are no longer a member of an organization

    Hello Ada Lovelace,

    You are no longer a member of the organization “Analysts”, and can no longer see its projects. Your account stays as it is.

    If you did not expect this, ask the owners of the organization.

    Ended: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn an_invitation() {
    let says = Says::Invitation {
        organization: "Analysts".to_owned(),
        role: Role::Owner,
        token: TOKEN.to_owned(),
        expires_at: at(30, 18),
    };
    insta::assert_snapshot!(letter(&says), @"
    You are invited to join an organization

    Hello Ada Lovelace,

    You are invited to join the organization “Analysts” as an owner. To accept, open this page:

    https://settings.example.com/base/links/invitation#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works until 30 November 2026, 18:59 UTC.

    If you do not want to join, or do not know the organization, do nothing.
    ");
}

fn team(change: TeamChange, member: Option<AccountId>, by_reader: bool) -> String {
    letter(&Says::TeamChanged {
        at: at(23, 18),
        organization: "Analysts".to_owned(),
        member,
        change,
        by_reader,
    })
}

fn member() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002))
}

#[test]
fn who_may_do_what_has_changed() {
    insta::assert_snapshot!(team(TeamChange::Invited { role: Role::Owner }, None, true), @"
    Who may do what in your organization has changed

    Hello Ada Lovelace,

    An address was invited to join the organization “Analysts” as an owner.

    You did this. If it was not you, change your password at once, end your other sessions, and undo it.

    Changed: 23 November 2026, 18:59 UTC
    ");
    let promoted = TeamChange::RoleChanged { from: Role::Member, to: Role::Owner };
    insta::assert_snapshot!(team(promoted, Some(member()), false), @"
    Who may do what in your organization has changed

    Hello Ada Lovelace,

    A member of the organization “Analysts” was a member and is an owner now.

    As an owner you can undo it. If you did not expect it, ask the other owners of the organization.

    Changed: 23 November 2026, 18:59 UTC
    Account ID: acc_01j0000000e008000000000002
    ");
    let happened = |change| team(change, Some(member()), false).lines().nth(4).unwrap().to_owned();
    insta::assert_snapshot!(happened(TeamChange::Joined { role: Role::Admin }), @"There is a new member of the organization “Analysts”, as an admin.");
    insta::assert_snapshot!(happened(TeamChange::Left { role: Role::Owner }), @"A member of the organization “Analysts”, who was an owner, is no member any more.");
}

#[test]
fn who_owns_a_project_has_changed() {
    let owners = |change, by_reader| {
        let project = project("Analytics");
        letter(&Says::ProjectOwnersChanged { at: at(23, 18), project, change, by_reader })
    };
    insta::assert_snapshot!(owners(OwnersChange::ReaderRemoved, false), @"
    Who owns a project has changed

    Hello Ada Lovelace,

    You are no longer named as an owner of the project “Analytics”.

    If you did not expect this, ask the owners of the project.

    Changed: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
    insta::assert_snapshot!(owners(OwnersChange::Named(member()), true), @"
    Who owns a project has changed

    Hello Ada Lovelace,

    A member is named as an owner of the project “Analytics”, which you own.

    You did this. If it was not you, change your password at once, end your other sessions, and undo it.

    Changed: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    Account ID: acc_01j0000000e008000000000002
    ");
    let happened = |change| owners(change, false).lines().nth(4).unwrap().to_owned();
    insta::assert_snapshot!(happened(OwnersChange::ReaderNamed), @"You are named as an owner of the project “Analytics”.");
    insta::assert_snapshot!(happened(OwnersChange::Removed(member())), @"A member is no longer named as an owner of the project “Analytics”, which you own.");
}
