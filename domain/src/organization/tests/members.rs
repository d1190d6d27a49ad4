//! Who is a member, with which role, and who may say so.

use super::*;

fn role_changed(who: u128, from: Role, to: Role) -> Event {
    let membership_id = (to < from).then(|| membership(NEXT_STAY));
    Event::MemberRoleChanged { account_id: account(who), from, to, membership_id }
}

fn left(who: u128, reason: MembershipEnd) -> Event {
    Event::MemberLeft { account_id: account(who), reason }
}

/// As [`staffed`], with a second owner.
fn with_second_owner() -> Vec<Event> {
    [staffed(), vec![joined(5, Role::Owner)]].concat()
}

#[test]
fn owners_and_operators_add_members_without_an_invitation() {
    for role in [Role::Member, Role::Admin, Role::Owner] {
        for allowed in [by(OWNER), operator()] {
            assert_eq!(asked(&staffed(), allowed, add(STRANGER, role)), Ok(vec![joined(STRANGER, role)]));
        }
        for refused in [by(ADMIN), by(MEMBER)] {
            assert_eq!(asked(&staffed(), refused, add(STRANGER, role)), Err(Error::Forbidden));
        }
        assert_eq!(asked(&staffed(), by(STRANGER), add(STRANGER, role)), Err(Error::Unknown));
    }
    assert_eq!(asked(&staffed(), by(OWNER), add(MEMBER, Role::Admin)), Err(Error::AlreadyMember));
}

#[test]
fn an_owner_gives_any_role() {
    for (who, from) in [(ADMIN, Role::Admin), (MEMBER, Role::Member), (5, Role::Owner)] {
        for to in [Role::Member, Role::Admin, Role::Owner] {
            let given = if from == to { vec![] } else { vec![role_changed(who, from, to)] };
            for allowed in [by(OWNER), operator()] {
                assert_eq!(asked(&with_second_owner(), allowed, change_role(who, to)), Ok(given.clone()));
            }
        }
    }
    let changed = fold(&[staffed(), vec![role_changed(MEMBER, Role::Member, Role::Owner)]].concat());
    let body = changed.body.unwrap();
    assert!(body.members_of(Role::Owner).eq([account(OWNER), account(MEMBER)]));
    assert_eq!(body.members[&account(MEMBER)].membership_id, membership(MEMBER), "the stay goes on");
}

#[test]
fn an_admin_neither_touches_owners_nor_makes_them() {
    let history = [with_second_owner(), vec![joined(6, Role::Admin)]].concat();
    let admin = |who, to| asked(&history, by(ADMIN), change_role(who, to));
    assert_eq!(admin(MEMBER, Role::Admin), Ok(vec![role_changed(MEMBER, Role::Member, Role::Admin)]));
    assert_eq!(admin(6, Role::Member), Ok(vec![role_changed(6, Role::Admin, Role::Member)]));
    assert_eq!(admin(ADMIN, Role::Member), Ok(vec![role_changed(ADMIN, Role::Admin, Role::Member)]));
    for who in [MEMBER, ADMIN, 6] {
        assert_eq!(admin(who, Role::Owner), Err(Error::Forbidden));
    }
    for to in [Role::Member, Role::Admin, Role::Owner] {
        assert_eq!(admin(5, to), Err(Error::Forbidden));
    }
    assert_eq!(asked(&history, by(ADMIN), remove(5)), Err(Error::Forbidden));
    assert_eq!(asked(&history, by(ADMIN), remove(6)), Ok(vec![left(6, MembershipEnd::Removed)]));
}

#[test]
fn a_member_changes_no_role_and_who_is_none_learns_nothing() {
    for who in [OWNER, ADMIN, MEMBER, STRANGER] {
        for to in [Role::Member, Role::Admin, Role::Owner] {
            assert_eq!(asked(&staffed(), by(MEMBER), change_role(who, to)), Err(Error::Forbidden));
            assert_eq!(asked(&staffed(), by(STRANGER), change_role(who, to)), Err(Error::Unknown));
        }
    }
    for allowed in [by(OWNER), by(ADMIN), operator()] {
        assert_eq!(asked(&staffed(), allowed, change_role(STRANGER, Role::Admin)), Err(Error::NotMember));
    }
}

#[test]
fn everybody_may_leave_but_the_only_owner() {
    for who in [ADMIN, MEMBER] {
        assert_eq!(asked(&staffed(), by(who), remove(who)), Ok(vec![left(who, MembershipEnd::Left)]));
    }
    assert_eq!(asked(&staffed(), by(OWNER), remove(OWNER)), Err(Error::LastOwner));
    let two = with_second_owner();
    assert_eq!(asked(&two, by(OWNER), remove(OWNER)), Ok(vec![left(OWNER, MembershipEnd::Left)]));
    assert_eq!(asked(&staffed(), by(STRANGER), remove(STRANGER)), Err(Error::Unknown));
    let gone = [staffed(), vec![left(MEMBER, MembershipEnd::Left)]].concat();
    assert_eq!(asked(&gone, by(MEMBER), remove(MEMBER)), Err(Error::Unknown));
}

#[test]
fn members_are_removed_by_whoever_manages_their_role() {
    for (asker, who) in [(OWNER, ADMIN), (OWNER, MEMBER), (ADMIN, MEMBER)] {
        assert_eq!(asked(&staffed(), by(asker), remove(who)), Ok(vec![left(who, MembershipEnd::Removed)]));
    }
    for who in [OWNER, ADMIN, STRANGER] {
        assert_eq!(asked(&staffed(), by(MEMBER), remove(who)), Err(Error::Forbidden));
        assert_eq!(asked(&staffed(), by(5), remove(who)), Err(Error::Unknown));
    }
    assert_eq!(asked(&staffed(), operator(), remove(MEMBER)), Ok(vec![left(MEMBER, MembershipEnd::Removed)]));
    for allowed in [by(OWNER), by(ADMIN), operator()] {
        assert_eq!(asked(&staffed(), allowed, remove(STRANGER)), Err(Error::NotMember));
    }
}

#[test]
fn there_is_always_an_owner() {
    for asker in [by(OWNER), operator(), Actor::Service] {
        for to in [Role::Member, Role::Admin] {
            assert_eq!(asked(&staffed(), asker, change_role(OWNER, to)), Err(Error::LastOwner));
        }
        assert_eq!(asked(&staffed(), asker, change_role(OWNER, Role::Owner)), Ok(vec![]));
        assert_eq!(asked(&staffed(), asker, remove(OWNER)), Err(Error::LastOwner));
    }
    // One of two owners may go, and then the other may not.
    let one_left = [with_second_owner(), vec![left(5, MembershipEnd::Removed)]].concat();
    assert_eq!(asked(&one_left, by(OWNER), remove(OWNER)), Err(Error::LastOwner));
    let stepped_down = [with_second_owner(), vec![role_changed(5, Role::Owner, Role::Admin)]].concat();
    assert_eq!(asked(&stepped_down, by(OWNER), change_role(OWNER, Role::Admin)), Err(Error::LastOwner));
}

#[test]
fn who_comes_back_is_in_another_stay() {
    let gone = [staffed(), vec![left(MEMBER, MembershipEnd::Left)]].concat();
    let action =
        Action::AddMember { account_id: account(MEMBER), membership_id: membership(33), role: Role::Admin };
    let back = asked(&gone, operator(), action).unwrap();
    let body = fold(&[gone, back].concat()).body.unwrap();
    let stay = Member { membership_id: membership(33), role: Role::Admin };
    assert_eq!(body.members[&account(MEMBER)], stay);
}
