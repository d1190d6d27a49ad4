use super::*;

#[test]
fn another_role() {
    let says = MessageBody::RoleChanged {
        at: at(23, 18),
        organization: "Analysts".to_owned(),
        role: Role::Admin,
        is_less: false,
    };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_lesser_role_ends_what_was_given_by_name() {
    let says = MessageBody::RoleChanged {
        at: at(23, 18),
        organization: "Analysts".to_owned(),
        role: Role::Member,
        is_less: true,
    };
    insta::assert_snapshot!(letter(&says));
    let demoted = TeamChange::RoleChanged { from: Role::Admin, to: Role::Member };
    let owners = team(demoted, Some(member()), false);
    assert!(owners.contains("was an admin and is a member now. Where the member was named"), "{owners}");
}

#[test]
fn the_end_of_a_membership() {
    let says = MessageBody::MembershipEnded { at: at(23, 18), organization: "Analysts".to_owned() };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn an_invitation() {
    let says = MessageBody::Invitation {
        organization: "Analysts".to_owned(),
        role: Role::Owner,
        token: TOKEN.to_owned(),
        expires_at: at(30, 18),
        invited_by: Some(member()),
    };
    let invited =
        |inviter: Option<Inviter>| told(write(&head(), &english(), &says, &Names { reader: None, inviter }));
    let inviter = |name: Option<&str>| {
        Some(Inviter { name: name.map(str::to_owned), email: "grace@example.com".parse().unwrap() })
    };
    insta::assert_snapshot!(invited(inviter(Some("Grace Hopper"))));
    assert!(invited(inviter(None)).contains("grace@example.com invites you to join"));
    let nasty = invited(inviter(Some("Your bank”, at https://evil.example, <b>")));
    assert!(
        nasty.contains("“Your bank\", at https: //evil. example, <b>” (grace@example.com) invites"),
        "{nasty}"
    );
    assert!(nasty.contains("&lt;b&gt;”") && !nasty.contains("https://evil"), "{nasty}");
    // One whose account ended meanwhile is not named.
    assert!(
        invited(None)
            .contains("\nYou are invited to join the organization “Analysts” at Example as an owner.\n")
    );
}

fn team(change: TeamChange, member: Option<AccountId>, by_reader: bool) -> String {
    letter(&MessageBody::TeamChanged {
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
    insta::assert_snapshot!(team(TeamChange::Invited { role: Role::Owner }, None, true));
    let promoted = TeamChange::RoleChanged { from: Role::Member, to: Role::Owner };
    insta::assert_snapshot!(team(promoted, Some(member()), false));
    let happened = |change| team(change, Some(member()), false).lines().nth(4).unwrap().to_owned();
    insta::assert_snapshot!(happened(TeamChange::Joined { role: Role::Admin }), @"There is a new member of the organization “Analysts”, as an admin.");
    insta::assert_snapshot!(happened(TeamChange::Left { role: Role::Owner }), @"A member of the organization “Analysts”, who was an owner, is no member any more.");
}

#[test]
fn a_second_factor_is_demanded_or_no_longer() {
    let demand = |demanded, by_reader| {
        let organization = "Analysts".to_owned();
        letter(&MessageBody::SecondFactorDemandChanged { at: at(23, 18), organization, demanded, by_reader })
    };
    insta::assert_snapshot!(demand(true, false));
    insta::assert_snapshot!(demand(false, true));
}

#[test]
fn who_owns_a_project_has_changed() {
    let owners = |change, by_reader| {
        let project = project("Analytics");
        letter(&MessageBody::ProjectOwnersChanged { at: at(23, 18), project, change, by_reader })
    };
    insta::assert_snapshot!(owners(OwnersChange::ReaderRemoved, false));
    insta::assert_snapshot!(owners(OwnersChange::Named(member()), true));
    let happened = |change| owners(change, false).lines().nth(4).unwrap().to_owned();
    insta::assert_snapshot!(happened(OwnersChange::ReaderNamed), @"You are named as an owner of the project “Analytics”.");
    insta::assert_snapshot!(happened(OwnersChange::Removed(member())), @"A member is no longer named as an owner of the project “Analytics”, which you own.");
}
