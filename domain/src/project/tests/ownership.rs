//! Who is an owner of a project, and what others may do.

use super::*;

fn add(number: u128, stay: u128) -> Action {
    Action::AddOwner { account_id: account(number), membership_id: membership(stay) }
}

fn remove(number: u128) -> Action {
    Action::RemoveOwner { account_id: account(number) }
}

fn removed(number: u128) -> Event {
    Event::OwnerRemoved { account_id: account(number) }
}

/// Credentials 1 are kept alive beside 2.
fn overlapping() -> Vec<Event> {
    let reset = Event::CredentialsReset {
        credential_id: credential(2),
        fingerprint: fingerprint(2),
        previous: Some(credential(1)),
        previous_ends_at: Some(hours(24)),
    };
    [begun(), vec![reset]].concat()
}

/// All that only owners may do.
fn owners_wishes() -> Vec<Action> {
    wishes().into_iter().filter(|action| !matches!(action, Action::EndOverlap)).collect()
}

#[test]
fn owners_of_the_organization_and_those_named_may_do_all_of_it() {
    for action in owners_wishes() {
        for by in [owner(), named()] {
            let answer = asked(&overlapping(), by, action.clone());
            assert!(matches!(&answer, Ok(events) if !events.is_empty()), "{action:?}: {answer:?}");
        }
    }
}

#[test]
fn other_members_may_not_and_who_is_none_learns_nothing() {
    for action in owners_wishes() {
        for by in [admin(), plain_member()] {
            assert_eq!(asked(&overlapping(), by, action.clone()), Err(Error::Forbidden), "{action:?}");
        }
        assert_eq!(asked(&overlapping(), stranger(), action.clone()), Err(Error::Unknown), "{action:?}");
    }
}

/// Operators provision projects, and stop credentials that leaked; they never see or make any.
#[test]
fn operators_may_do_what_does_not_touch_secrets() {
    for by in [operator(), service()] {
        for action in owners_wishes() {
            let of_secrets = matches!(
                action,
                Action::RevealSecret | Action::ResetCredentials { .. } | Action::RetirePrevious
            );
            let answer = asked(&overlapping(), by, action.clone());
            assert_eq!(answer.is_err(), of_secrets, "{action:?}: {answer:?}");
            assert!(!of_secrets || answer == Err(Error::Forbidden));
        }
    }
}

#[test]
fn being_named_ends_with_the_stay() {
    let body = fold(&begun()).body.unwrap();
    assert!(body.is_owned_by(&named()));
    let back = in_membership(NAMED, 33, Role::Member);
    assert!(!body.is_owned_by(&back), "who left and came back is named no longer");
    assert_eq!(asked(&begun(), back, Action::RevealSecret), Err(Error::Forbidden));
    // The membership of another is not one's own.
    assert!(!body.is_owned_by(&in_membership(MEMBER, NAMED, Role::Member)));
    assert!(!body.is_owned_by(&in_membership(NAMED, 33, Role::Admin)));
    assert!(body.is_owned_by(&in_membership(NAMED, 33, Role::Owner)));
    assert!(!body.is_owned_by(&operator()) && !body.is_owned_by(&stranger()));
}

#[test]
fn an_owner_is_named_once_in_a_stay() {
    let added = |membership| Ok(vec![owner_added(NAMED, membership)]);
    assert_eq!(asked(&[created()], owner(), add(NAMED, NAMED)), added(NAMED));
    assert_eq!(asked(&begun(), owner(), add(NAMED, NAMED)), Ok(vec![]));
    assert_eq!(asked(&begun(), owner(), add(NAMED, 33)), added(33));
    let again = fold(&[begun(), vec![owner_added(NAMED, 33)]].concat()).body.unwrap();
    assert!(again.is_owned_by(&in_membership(NAMED, 33, Role::Member)) && !again.is_owned_by(&named()));
}

#[test]
fn an_owner_is_named_no_longer() {
    for by in [owner(), named(), operator()] {
        assert_eq!(asked(&begun(), by, remove(NAMED)), Ok(vec![removed(NAMED)]));
        assert_eq!(asked(&begun(), by, remove(MEMBER)), Err(Error::NotOwner));
    }
    let gone = [begun(), vec![removed(NAMED)]].concat();
    assert_eq!(asked(&gone, owner(), remove(NAMED)), Err(Error::NotOwner));
    assert_eq!(asked(&gone, named(), rename("Note G")), Err(Error::Forbidden));
    // Owners of the organization are owners without being named, and cannot be taken off.
    assert_eq!(asked(&begun(), owner(), remove(OWNER)), Err(Error::NotOwner));
}

#[test]
fn a_project_is_renamed_and_the_same_name_is_no_change() {
    let renamed = Event::Renamed { name: "Note G".to_owned() };
    assert_eq!(asked(&begun(), named(), rename("Note G")), Ok(vec![renamed.clone()]));
    assert_eq!(asked(&begun(), named(), rename("Numbers")), Ok(vec![]));
    let history = [begun(), vec![renamed]].concat();
    assert_eq!(asked(&history, operator(), rename("Note G")), Ok(vec![]));
    assert_eq!(fold(&history).body.unwrap().name, "Note G");
}
