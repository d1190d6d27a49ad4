//! A second factor that an organization demands of its members.

use serde_json::{Value, json};

use super::queue::{drain, told};
use super::second_factor::give_phone;
use super::service::{asked, sent};
use super::teams::{Project, each, items, join, organization_of, remove, set_role, team};
use super::{Answer, Service};
use crate::support::{Person, eventually};

const PHONE: &str = "/v1/me/two-factor-phone";

async fn demand(person: &Person, organization: &str, demanded: bool) -> Answer {
    let path = format!("/v1/organizations/{organization}/second-factor-demand");
    sent(&person.client, "PUT", &path, &json!({"demanded": demanded})).await
}

async fn names(person: &Person, organization: &str) -> Answer {
    asked(&person.client, "GET", &format!("/v1/organizations/{organization}/members")).await
}

#[tokio::test]
async fn whoever_has_none_sees_that_the_organization_is_there_and_nothing_in_it() {
    let service = Service::whole().await;
    let (owner, member) = (service.person("owner").await, service.person("member").await);
    let organization = organization_of(&owner).await;
    let project = Project::create(&owner, &organization).await;
    give_phone(&service, &owner).await;
    let answer = demand(&owner, &organization, true).await.expect(200);
    let now = json!({"id": organization, "name": "Engines", "role": "owner", "second_factor_demanded": true});
    assert_eq!(answer.json(), now);

    // One joins without a factor, and then sees the demand.
    let invitations = format!("/v1/organizations/{organization}/invitations");
    owner.client.post(&invitations, json!({"email": member.email, "role": "admin"})).await;
    let token = service.take_mail("invitation", &member.email).await.token().to_owned();
    super::service::opened(&member.client, "/v1/invitations/accept", &token).await.expect(200);
    let list = member.client.get("/v1/organizations").await;
    assert_eq!((each(&list, "id"), each(&list, "role")), (vec![organization.as_str()], vec!["admin"]));
    assert_eq!(items(&list)[0]["second_factor_demanded"], true);
    assert_eq!(member.client.get(&format!("/v1/organizations/{organization}")).await, items(&list)[0]);
    assert!(items(&member.client.get("/v1/projects").await).is_empty());
    let refused = names(&member, &organization).await;
    assert_eq!(refused.problem(403, "second-factor-demanded")["organization_id"], organization.as_str());
    asked(&member.client, "GET", &project.path).await.problem(403, "second-factor-demanded");
    project.reveal(&member).await.problem(403, "second-factor-demanded");

    // With a factor all of it is there, at once, and without it no longer.
    give_phone(&service, &member).await;
    names(&member, &organization).await.expect(200);
    assert_eq!(each(&member.client.get("/v1/projects").await, "id"), [project.id.as_str()]);
    asked(&member.client, "DELETE", PHONE).await.expect(204);
    names(&member, &organization).await.problem(403, "second-factor-demanded");
    assert!(items(&member.client.get("/v1/projects").await).is_empty());
    // Elsewhere they may what they may.
    let other = organization_of(&member).await;
    let elsewhere = Project::create(&member, &other).await;
    assert_eq!(each(&member.client.get("/v1/projects").await, "id"), [elsewhere.id.as_str()]);
    remove(&member, &organization, &member).await;
    asked(&member.client, "GET", &format!("/v1/organizations/{organization}"))
        .await
        .problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn the_only_owner_is_locked_out_with_the_last_factor_and_comes_back_with_another() {
    let service = Service::whole().await;
    let owner = service.person("owner").await;
    let organization = organization_of(&owner).await;
    let project = Project::create(&owner, &organization).await;
    let refusal = demand(&owner, &organization, true).await;
    assert_eq!(refusal.problem(403, "second-factor-demanded")["organization_id"], organization.as_str());
    give_phone(&service, &owner).await;
    demand(&owner, &organization, true).await.expect(200);
    project.reveal(&owner).await.expect(200);
    asked(&owner.client, "DELETE", PHONE).await.expect(204);
    project.reveal(&owner).await.problem(403, "second-factor-demanded");
    demand(&owner, &organization, false).await.problem(403, "second-factor-demanded");
    give_phone(&service, &owner).await;
    project.reveal(&owner).await.expect(200);
    demand(&owner, &organization, false).await.expect(200);
    asked(&owner.client, "DELETE", PHONE).await.expect(204);
    project.reveal(&owner).await.expect(200);

    let history = owner.client.get("/v1/me/history").await;
    let sentences = each(&history, "what");
    for sentence in [
        "The organization demands a second factor of its members",
        "The organization no longer demands a second factor of its members",
    ] {
        assert_eq!(sentences.iter().filter(|told| **told == sentence).count(), 1, "{sentences:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn owners_alone_demand_it_and_all_members_are_told_once() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    for (person, slug) in [(&owner, "second-factor-demanded"), (&admin, "insufficient-role")] {
        demand(person, &organization, true).await.problem(403, slug);
    }
    demand(&member, &organization, true).await.problem(403, "insufficient-role");
    demand(&service.person("other").await, &organization, true).await.problem(404, "not-found");
    set_phone(&service, &owner).await;
    set_phone(&service, &admin).await;
    demand(&admin, &organization, true).await.problem(403, "insufficient-role");

    for demanded in [true, false] {
        demand(&owner, &organization, demanded).await.expect(200);
        let messages = drain(&service).await;
        let mut said: Vec<(&str, &Value, &Value)> = messages
            .iter()
            .map(|message| {
                assert_eq!(message.about, "second_factor_demand_changed");
                let says = &message.content["says"];
                (message.account.as_deref().unwrap(), &says["demanded"], &says["by_reader"])
            })
            .collect();
        said.sort_by_key(|(account, ..)| *account);
        let mut expected: Vec<&str> =
            [&owner, &admin, &member].iter().map(|person| person.account.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(said.iter().map(|(account, ..)| *account).collect::<Vec<_>>(), expected);
        for (account, was, by_reader) in said {
            assert_eq!((was, by_reader), (&json!(demanded), &json!(account == owner.account)));
        }
        // The same again is no change.
        demand(&owner, &organization, demanded).await.expect(200);
        assert!(told(&service).await.is_empty());
    }
    service.unharmed().await;
}

#[tokio::test]
async fn whoever_meets_the_demand_decides_over_those_who_do_not() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let second = service.person("second").await;
    join(&service, &owner, &organization, &second, "owner").await;
    set_phone(&service, &owner).await;
    demand(&owner, &organization, true).await.expect(200);
    // An owner without a factor does nothing to others.
    set_role(&second, &organization, &member, "admin").await.problem(403, "second-factor-demanded");
    let path = format!("/v1/organizations/{organization}/members/{}", member.account);
    asked(&second.client, "DELETE", &path).await.problem(403, "second-factor-demanded");
    set_role(&owner, &organization, &second, "member").await.expect(200);
    remove(&owner, &organization, &member).await;
    // They can end their account, and with it their membership.
    sent(&admin.client, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    eventually("the list is without those who left", || async {
        let left = names(&owner, &organization).await.expect(200).json();
        (items(&left).len() == 2).then_some(())
    })
    .await;
    service.unharmed().await;
}

/// Gives somebody a phone, where nothing is sent.
async fn set_phone(service: &Service, person: &Person) {
    drain(service).await;
    let phone = json!({"number": "+14155550142", "channel": "sms"});
    sent(&person.client, "PUT", PHONE, &phone).await.expect(202);
    let code = drain(service).await.pop().unwrap().content["says"]["code"].clone();
    sent(&person.client, "POST", &format!("{PHONE}/verify"), &json!({"code": code})).await.expect(200);
    drain(service).await;
}
