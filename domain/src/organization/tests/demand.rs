//! The second factor that an organization demands of its members.

use super::*;
use crate::Personal;
use crate::account::{Account, AccountEvent, Preferences};

const DEMANDED: Event = Event::SecondFactorDemandChanged { demanded: true };

/// An account that has a second factor, as itself.
pub(super) fn with_factor(account_id: AccountId) -> Asker {
    let registered = AccountEvent::Registered {
        account_id,
        email: Personal::profile(account_id, "ada@example.com".parse().unwrap()),
        name: Personal::profile(account_id, "Ada".to_owned()),
        preferences: Preferences { personalization: true, usage_logging: true },
        policy_version: "1".to_owned(),
    };
    let mut account = Account::default();
    account.apply(registered);
    assert_eq!(Asker::holder(account.holder().unwrap()), Actor::Account(account_id).into());
    account.apply(AccountEvent::AuthenticatorAppAdded {});
    Asker::holder(account.holder().unwrap())
}

fn proved(number: u128) -> Asker {
    with_factor(account(number))
}

fn demanding() -> Vec<Event> {
    [staffed(), vec![DEMANDED]].concat()
}

fn refused() -> Error {
    Error::SecondFactorDemanded(organization_id())
}

#[test]
fn owners_with_a_second_factor_demand_one_and_take_it_back() {
    assert_eq!(asked(&staffed(), proved(OWNER), demand(true)), Ok(vec![DEMANDED]));
    assert_eq!(asked(&staffed(), operator(), demand(true)), Ok(vec![DEMANDED]));
    assert_eq!(asked(&staffed(), by(OWNER), demand(true)), Err(refused()));
    assert_eq!(asked(&staffed(), proved(ADMIN), demand(true)), Err(Error::Forbidden));
    assert_eq!(asked(&staffed(), proved(STRANGER), demand(true)), Err(Error::Unknown));
    let back = Event::SecondFactorDemandChanged { demanded: false };
    assert_eq!(asked(&demanding(), proved(OWNER), demand(false)), Ok(vec![back.clone()]));
    assert_eq!(asked(&demanding(), by(OWNER), demand(false)), Err(refused()));
    assert!(fold(&demanding()).body().unwrap().second_factor_demanded);
    assert!(!fold(&[demanding(), vec![back]].concat()).body().unwrap().second_factor_demanded);
}

#[test]
fn the_same_demand_again_is_no_event() {
    assert_eq!(asked(&demanding(), proved(OWNER), demand(true)), Ok(vec![]));
    assert_eq!(asked(&staffed(), proved(OWNER), demand(false)), Ok(vec![]));
    assert_eq!(asked(&staffed(), by(OWNER), demand(false)), Ok(vec![]));
}

#[test]
fn without_the_factor_one_joins_and_leaves_and_nothing_else() {
    let invited = Event::MemberInvited {
        invitation_id: invitation(1),
        role: Role::Member,
        expires_at: days(7),
        invited_by: Some(account(OWNER)),
    };
    let history = [demanding(), vec![joined(5, Role::Owner), invited]].concat();
    let allowed = [
        (OWNER, remove(OWNER)),
        (OWNER, release(OWNER, None)),
        (OWNER, end(1, InvitationEnd::Declined)),
        (STRANGER, accept(1, STRANGER)),
    ];
    for (number, action) in allowed {
        assert!(
            asked(&history, by(number), action.clone()).is_ok_and(|events| !events.is_empty()),
            "{action:?}"
        );
    }
    let others = [
        rename("Other"),
        demand(false),
        invite(2, Role::Member),
        end(1, InvitationEnd::Revoked),
        add(STRANGER, Role::Member),
        change_role(MEMBER, Role::Admin),
        remove(MEMBER),
    ];
    for action in others {
        assert_eq!(asked(&history, by(OWNER), action.clone()), Err(refused()), "{action:?}");
        assert!(asked(&history, proved(OWNER), action.clone()).is_ok(), "{action:?}");
        // To others it is still not there, and operators are no members.
        assert_eq!(asked(&history, by(STRANGER), action.clone()), Err(Error::Unknown), "{action:?}");
        assert!(asked(&history, operator(), action.clone()).is_ok(), "{action:?}");
    }
}

#[test]
fn a_member_without_the_factor_has_no_rights() {
    let organization = fold(&demanding());
    let body = organization.body().unwrap();
    assert_eq!(body.member(by(MEMBER).into()), Err(refused()));
    assert_eq!(body.member(proved(MEMBER)).unwrap().role, Role::Member);
    assert_eq!(body.member(proved(STRANGER)), Err(Error::Unknown));
    assert_eq!(body.member(by(STRANGER).into()), Err(Error::Unknown));
    assert_eq!(body.member(operator().into()), Err(Error::Unknown));
    let free = fold(&staffed());
    assert_eq!(free.body().unwrap().member(by(MEMBER).into()).unwrap().role, Role::Member);
}
