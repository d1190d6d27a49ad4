//! Who is invited, by whom, and how an invitation ends.

use super::*;
use crate::authentication::Ending;

/// An invitation of which an earlier release did not say who sent it.
pub(super) fn invited(number: u128, role: Role) -> Event {
    Event::MemberInvited { invitation_id: invitation(number), role, expires_at: days(7), invited_by: None }
}

fn invited_by(number: u128, role: Role, by: Actor) -> Event {
    let (invitation_id, invited_by) = (invitation(number), by.account());
    Event::MemberInvited { invitation_id, role, expires_at: days(7), invited_by }
}

fn ended(number: u128, reason: InvitationEnd) -> Event {
    Event::InvitationEnded { invitation_id: invitation(number), reason }
}

fn accepted(number: u128, who: u128, role: Role) -> Event {
    Event::MemberJoined {
        account_id: account(who),
        membership_id: membership(who),
        role,
        invitation_id: Some(invitation(number)),
    }
}

/// With an invitation of each role: 1 as a member, 2 as an admin, 3 as an owner.
fn inviting() -> Vec<Event> {
    [staffed(), vec![invited(1, Role::Member), invited(2, Role::Admin), invited(3, Role::Owner)]].concat()
}

#[test]
fn whoever_manages_a_role_invites_into_it() {
    for role in [Role::Member, Role::Admin, Role::Owner] {
        for allowed in [by(OWNER), operator()] {
            let sent = vec![invited_by(1, role, allowed)];
            assert_eq!(asked(&staffed(), allowed, invite(1, role)), Ok(sent));
        }
        let of_admin = asked(&staffed(), by(ADMIN), invite(1, role));
        if role == Role::Owner {
            assert_eq!(of_admin, Err(Error::Forbidden));
        } else {
            assert_eq!(of_admin, Ok(vec![invited_by(1, role, by(ADMIN))]));
        }
        assert_eq!(asked(&staffed(), by(MEMBER), invite(1, role)), Err(Error::Forbidden));
        assert_eq!(asked(&staffed(), by(STRANGER), invite(1, role)), Err(Error::Unknown));
    }
}

#[test]
fn an_invitation_is_taken_back_by_whoever_could_have_made_it() {
    let revoke = |number| end(number, InvitationEnd::Revoked);
    for number in [1, 2, 3] {
        let revoked = vec![ended(number, InvitationEnd::Revoked)];
        for allowed in [by(OWNER), operator(), Actor::Service] {
            assert_eq!(asked(&inviting(), allowed, revoke(number)), Ok(revoked.clone()));
        }
        assert_eq!(asked(&inviting(), by(MEMBER), revoke(number)), Err(Error::Forbidden));
        assert_eq!(asked(&inviting(), by(STRANGER), revoke(number)), Err(Error::Unknown));
    }
    assert!(asked(&inviting(), by(ADMIN), revoke(2)).is_ok());
    assert_eq!(asked(&inviting(), by(ADMIN), revoke(3)), Err(Error::Forbidden));
    // Whether there is such an invitation is told to no actor who may not know.
    assert_eq!(asked(&inviting(), by(OWNER), revoke(9)), Err(Error::NoInvitation));
    assert_eq!(asked(&inviting(), by(MEMBER), revoke(9)), Err(Error::Forbidden));
    assert_eq!(asked(&inviting(), by(STRANGER), revoke(9)), Err(Error::Unknown));
}

#[test]
fn an_invitation_is_declined_by_who_is_no_member_yet_and_ends_once() {
    let declined = ended(1, InvitationEnd::Declined);
    for anyone in [by(STRANGER), Actor::Service] {
        let decline = end(1, InvitationEnd::Declined);
        assert_eq!(asked(&inviting(), anyone, decline), Ok(vec![declined.clone()]));
    }
    let over = [inviting(), vec![declined]].concat();
    for reason in [InvitationEnd::Revoked, InvitationEnd::Declined, InvitationEnd::Expired] {
        assert_eq!(asked(&over, Actor::Service, end(1, reason)), Err(Error::NoInvitation));
    }
    assert_eq!(asked(&over, by(STRANGER), accept(1, STRANGER)), Err(Error::NoInvitation));
}

#[test]
fn an_invitation_expires_after_a_week_and_not_before() {
    let expire = |now| {
        given(now, inviting())
            .when(Command { by: Actor::Service.into(), action: end(1, InvitationEnd::Expired) })
    };
    expire(days(7) - Duration::seconds(1)).then_expect_events(vec![]);
    for now in [days(7), days(30)] {
        expire(now).then_expect_events(vec![ended(1, InvitationEnd::Expired)]);
    }
}

#[test]
fn whoever_is_invited_joins_in_time_with_the_role_of_the_invitation() {
    let join = |now, number| {
        given(now, inviting()).when(Command { by: by(STRANGER).into(), action: accept(number, STRANGER) })
    };
    let in_time = days(7) - Duration::seconds(1);
    for (number, role) in [(1, Role::Member), (2, Role::Admin), (3, Role::Owner)] {
        join(in_time, number).then_expect_events(vec![accepted(number, STRANGER, role)]);
    }
    for now in [days(7), days(30)] {
        join(now, 1).then_expect_error(Error::NoInvitation);
    }
    join(days(0), 9).then_expect_error(Error::NoInvitation);
}

#[test]
fn an_invitation_is_accepted_once() {
    let joined = [inviting(), vec![accepted(1, STRANGER, Role::Member)]].concat();
    let body = fold(&joined).body.unwrap();
    let member = Member { membership_id: membership(STRANGER), role: Role::Member };
    assert_eq!(body.members[&account(STRANGER)], member);
    assert!(!body.invitations.contains_key(&invitation(1)));
    for who in [STRANGER, 5] {
        assert_eq!(asked(&joined, by(who), accept(1, who)), Err(Error::NoInvitation));
    }
    // An account that is a member already has not used it up.
    assert_eq!(asked(&joined, by(STRANGER), accept(2, STRANGER)), Err(Error::AlreadyMember));
    assert!(asked(&joined, by(5), accept(2, 5)).is_ok());
}

#[test]
fn nobody_joins_for_another() {
    assert_eq!(asked(&inviting(), by(STRANGER), accept(1, 5)), Err(Error::Unknown));
    assert_eq!(asked(&inviting(), by(OWNER), accept(1, 5)), Err(Error::Forbidden));
    assert!(asked(&inviting(), Actor::Service, accept(1, 5)).is_ok());
}

/// The organization with as many members and invitations as given.
fn filled(members: usize, invitations: usize) -> Vec<Event> {
    let more = (100..).take(members - 3).map(|number| joined(number, Role::Member));
    let open = (1..).take(invitations).map(|number| invited(number, Role::Member));
    staffed().into_iter().chain(more).chain(open).collect()
}

#[test]
fn there_are_only_so_many_invitations() {
    let full = filled(3, MOST_INVITATIONS);
    assert_eq!(asked(&full, by(OWNER), invite(5_000, Role::Member)), Err(Error::Full));
    let room = [full, vec![ended(1, InvitationEnd::Declined)]].concat();
    assert!(asked(&room, by(OWNER), invite(5_000, Role::Member)).is_ok());
}

#[test]
fn there_are_only_so_many_members() {
    let full = filled(MOST_MEMBERS, 1);
    for action in [invite(2, Role::Member), accept(1, STRANGER), add(STRANGER, Role::Member)] {
        let asker = if matches!(action, Action::AcceptInvitation { .. }) { by(STRANGER) } else { by(OWNER) };
        assert_eq!(asked(&full, asker, action), Err(Error::Full));
    }
    let left = Event::MemberLeft { account_id: account(MEMBER), reason: MembershipEnd::Left };
    let room = [full, vec![left]].concat();
    assert!(asked(&room, by(STRANGER), accept(1, STRANGER)).is_ok());
}

#[test]
fn each_open_invitation_has_a_timer_and_a_place_in_the_agenda() {
    let name = invitation(1).to_string();
    let set = TimerChange::Set { name: name.clone(), at: days(7) };
    assert_eq!(invited(1, Role::Member).timers(), vec![set]);
    let clear = vec![TimerChange::Clear { name }];
    assert_eq!(ended(1, InvitationEnd::Expired).timers(), clear);
    assert_eq!(accepted(1, STRANGER, Role::Member).timers(), clear);
    assert_eq!(joined(STRANGER, Role::Member).timers(), vec![]);
    assert_eq!(Event::Closed {}.timers(), vec![TimerChange::ClearAll]);
    let open = [1, 2, 3].map(|number| (days(7), invitation(number))).to_vec();
    assert_eq!(schedule(&fold(&inviting())), open);
    let joined = [inviting(), vec![accepted(1, STRANGER, Role::Member)]].concat();
    assert_eq!(schedule(&fold(&joined)), open[1..]);
    assert_eq!(schedule(&fold(&[inviting(), vec![Event::Closed {}]].concat())), vec![]);
    assert_eq!(schedule(&Organization::default()), vec![]);
    for event in inviting() {
        assert_eq!(event.effects(), vec![]);
    }
}

/// With a second owner (5) and invitations of each role from each who may give it: 1 to 3 from an owner, 4 and 5 from an
/// admin, 6 from whom an earlier release did not say.
fn inviting_by() -> Vec<Event> {
    let sent = vec![
        joined(5, Role::Owner),
        invited_by(1, Role::Member, by(5)),
        invited_by(2, Role::Admin, by(5)),
        invited_by(3, Role::Owner, by(5)),
        invited_by(4, Role::Member, by(ADMIN)),
        invited_by(5, Role::Admin, by(ADMIN)),
        invited(6, Role::Member),
    ];
    [staffed(), sent].concat()
}

fn without_right(numbers: &[u128]) -> Vec<Event> {
    numbers.iter().map(|number| ended(*number, InvitationEnd::SenderWithoutRight)).collect()
}

/// All but the first of what an organization answers.
fn besides(answer: Result<Vec<Event>, Error>) -> Vec<Event> {
    answer.unwrap().split_off(1)
}

#[test]
fn an_invitation_ends_with_the_right_of_its_sender() {
    let asked_by_owner = |action| besides(asked(&inviting_by(), by(OWNER), action));
    assert_eq!(asked_by_owner(remove(5)), without_right(&[1, 2, 3, 6]));
    assert_eq!(asked_by_owner(remove(ADMIN)), without_right(&[4, 5, 6]));
    assert_eq!(asked_by_owner(remove(MEMBER)), vec![], "who could send none has sent none");
    assert_eq!(besides(asked(&inviting_by(), by(5), remove(5))), without_right(&[1, 2, 3, 6]));
    assert_eq!(besides(asked(&inviting_by(), by(5), release(5, None))), without_right(&[1, 2, 3, 6]));
    // With a lesser role those stay that it may give as well.
    assert_eq!(asked_by_owner(change_role(5, Role::Admin)), without_right(&[3]));
    assert_eq!(asked_by_owner(change_role(5, Role::Member)), without_right(&[1, 2, 3, 6]));
    assert_eq!(asked_by_owner(change_role(ADMIN, Role::Owner)), vec![]);
}

#[test]
fn an_invitation_of_a_sender_without_right_is_accepted_by_nobody() {
    // As an earlier release left it: the sender went, and the invitation stayed.
    let left = Event::MemberLeft { account_id: account(5), reason: MembershipEnd::Removed };
    let history = [inviting_by(), vec![left]].concat();
    for number in [1, 2, 3] {
        let refused = asked(&history, by(STRANGER), accept(number, STRANGER));
        assert_eq!(refused, Err(Error::NoInvitation));
    }
    assert!(asked(&history, by(STRANGER), accept(4, STRANGER)).is_ok());
}

#[test]
fn an_ended_invitation_ends_in_the_vault_with_its_event() {
    let ending = Ending::Invitation(invitation(1));
    assert_eq!(ended(1, InvitationEnd::SenderWithoutRight).endings(), vec![ending]);
    assert_eq!(invited(1, Role::Member).endings(), vec![]);
}
