use super::*;

#[test]
fn another_role() {
    let says = Says::RoleChanged { at: at(23, 18), organization: "Analysts".to_owned(), role: Role::Admin };
    insta::assert_snapshot!(letter(&says), @"
    Your role in an organization has changed

    Hello Ada Lovelace,

    Your role in the organization “Analysts” has changed: you are an admin now.

    If you did not expect this, ask the owners of the organization.

    Changed: 23 November 2026, 18:59 UTC
    ");
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
