//! The organizations that the account is a member of.

use super::*;

fn join(organization_number: u128, stay: u128) -> Command {
    Command::JoinOrganization {
        organization_id: organization(organization_number),
        membership_id: membership(stay),
    }
}

pub(super) fn joined(organization_number: u128, stay: u128) -> Event {
    Event::OrganizationJoined {
        organization_id: organization(organization_number),
        membership_id: membership(stay),
    }
}

fn leave(organization_number: u128) -> Command {
    Command::LeaveOrganization { organization_id: organization(organization_number) }
}

pub(super) fn left(organization_number: u128) -> Event {
    Event::OrganizationLeft { organization_id: organization(organization_number) }
}

#[test]
fn an_account_joins_an_organization_once() {
    given(hours(1), vec![registered()]).when(join(1, 1)).then_expect_events(vec![joined(1, 1)]);
    let member = vec![registered(), joined(1, 1)];
    for stay in [1, 2] {
        given(hours(1), member.clone()).when(join(1, stay)).then_expect_error(Error::AlreadyMember);
    }
    given(hours(1), member.clone()).when(join(2, 2)).then_expect_events(vec![joined(2, 2)]);
    assert_eq!(holder(member).memberships, [(organization(1), membership(1))].into());
}

#[test]
fn it_leaves_what_it_is_a_member_of_and_comes_back_in_another_stay() {
    let member = vec![registered(), joined(1, 1)];
    given(hours(1), member.clone()).when(leave(1)).then_expect_events(vec![left(1)]);
    given(hours(1), member.clone()).when(leave(2)).then_expect_error(Error::NotMember);
    let gone = [member, vec![left(1)]].concat();
    given(hours(1), gone.clone()).when(leave(1)).then_expect_error(Error::NotMember);
    given(hours(1), gone.clone()).when(join(1, 2)).then_expect_events(vec![joined(1, 2)]);
    let back = holder([gone, vec![joined(1, 2)]].concat());
    assert_eq!(back.memberships, [(organization(1), membership(2))].into());
}
