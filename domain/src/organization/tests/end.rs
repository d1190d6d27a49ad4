//! What becomes of an organization when accounts end: it gets another owner, or ends too.

use super::invitations::invited;
use super::*;

fn left(who: u128) -> Event {
    Event::MemberLeft { account_id: account(who), reason: MembershipEnd::AccountDeleted }
}

fn becomes_owner(who: u128, from: Role) -> Event {
    Event::MemberRoleChanged { account_id: account(who), from, to: Role::Owner, membership_id: None }
}

#[test]
fn the_only_owner_names_another_one() {
    let ask = |successor| asked(&staffed(), by(OWNER), release(OWNER, successor));
    assert_eq!(ask(Some(ADMIN)), Ok(vec![becomes_owner(ADMIN, Role::Admin), left(OWNER)]));
    assert_eq!(ask(Some(MEMBER)), Ok(vec![becomes_owner(MEMBER, Role::Member), left(OWNER)]));
    assert_eq!(ask(None), Err(Error::LastOwner));
    assert_eq!(ask(Some(OWNER)), Err(Error::LastOwner), "oneself is no successor");
    assert_eq!(ask(Some(STRANGER)), Err(Error::NotMember));
    assert_eq!(asked(&alone(), by(OWNER), release(OWNER, None)), Err(Error::LastOwner));
}

#[test]
fn where_another_owner_is_left_none_is_made() {
    for who in [ADMIN, MEMBER] {
        for successor in [None, Some(MEMBER), Some(STRANGER)] {
            assert_eq!(asked(&staffed(), by(who), release(who, successor)), Ok(vec![left(who)]));
        }
    }
    let two = [staffed(), vec![joined(5, Role::Owner)]].concat();
    assert_eq!(asked(&two, by(OWNER), release(OWNER, Some(ADMIN))), Ok(vec![left(OWNER)]));
}

#[test]
fn an_account_ends_only_its_own_membership() {
    for action in [release(OWNER, Some(ADMIN)), release(MEMBER, None), close(OWNER), close(MEMBER)] {
        assert_eq!(asked(&staffed(), by(ADMIN), action.clone()), Err(Error::Forbidden));
        assert_eq!(asked(&staffed(), by(STRANGER), action), Err(Error::Unknown));
    }
    for allowed in [operator(), Actor::Service] {
        assert_eq!(asked(&staffed(), allowed, release(MEMBER, None)), Ok(vec![left(MEMBER)]));
        assert_eq!(asked(&staffed(), allowed, release(STRANGER, None)), Err(Error::NotMember));
        assert_eq!(asked(&alone(), allowed, close(OWNER)), Ok(vec![left(OWNER), Event::Closed {}]));
        assert_eq!(asked(&alone(), allowed, close(STRANGER)), Err(Error::NotMember));
    }
}

#[test]
fn it_ends_with_its_only_member_and_with_no_other() {
    assert_eq!(asked(&alone(), by(OWNER), close(OWNER)), Ok(vec![left(OWNER), Event::Closed {}]));
    assert_eq!(asked(&staffed(), by(OWNER), close(OWNER)), Err(Error::LastOwner));
    assert_eq!(asked(&staffed(), by(MEMBER), close(MEMBER)), Err(Error::LastOwner));
}

#[test]
fn a_closed_organization_accepts_nothing() {
    let closed = [alone(), vec![invited(1, Role::Owner), left(OWNER), Event::Closed {}]].concat();
    let body = fold(&closed).body.unwrap();
    assert!(body.closed && body.members.is_empty() && body.invitations.is_empty());
    for asker in [by(OWNER), by(STRANGER), operator(), Actor::Service] {
        for action in wishes() {
            assert_eq!(asked(&closed, asker, action), Err(Error::Closed));
        }
    }
}
