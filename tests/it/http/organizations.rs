//! Organizations: who sees them, who may do what in them, and that there is always an owner.

use serde_json::{Value, json};

use super::queue::{drain, told};
use super::service::{asked, assert_quiet, sent};
use super::teams::{each, items, join, organization_of, remove, set_role, team};
use super::{Service, send};
use crate::support::{Client, Person};

const PATH: &str = "/v1/organizations";
const UNKNOWN: &str = "/v1/organizations/org_00000000000000000000000001";

fn members(organization: &str) -> String {
    format!("{PATH}/{organization}/members")
}

#[tokio::test]
async fn who_creates_an_organization_owns_it() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let answer = sent(&ada.client, "POST", PATH, &json!({"name": " Engines "})).await.expect(201);
    let created = answer.json();
    let id = created["id"].as_str().unwrap();
    assert!(id.starts_with("org_"), "{created}");
    assert_eq!((&created["name"], &created["role"]), (&json!("Engines"), &json!("owner")));
    assert_eq!(answer.header("location"), format!("{PATH}/{id}"));
    assert_eq!(answer.header("event-position").len(), 64);

    let list = ada.client.get(PATH).await;
    assert_eq!((each(&list, "id"), each(&list, "role")), (vec![id], vec!["owner"]));
    assert_eq!(list["next_cursor"], Value::Null);
    let one = ada.client.get(&format!("{PATH}/{id}")).await;
    assert_eq!(one, items(&list)[0]);
    let within = ada.client.get(&members(id)).await;
    assert_eq!(each(&within, "account_id"), [ada.account.as_str()]);
    assert_eq!(each(&within, "email"), [ada.email.as_str()]);
    assert_eq!(ada.client.get("/v1/me").await["organizations"][0]["id"], id);

    // To others there is none, as if there never had been.
    assert!(items(&bob.client.get(PATH).await).is_empty());
    let known = asked(&bob.client, "GET", &format!("{PATH}/{id}")).await;
    known.problem(404, "not-found");
    assert_eq!(known.text(), asked(&bob.client, "GET", UNKNOWN).await.text());
    for (method, path, body) in [
        ("GET", members(id), Value::Null),
        ("GET", format!("{}/{}", members(id), ada.account), Value::Null),
        ("GET", format!("{PATH}/{id}/invitations"), Value::Null),
        ("PATCH", format!("{PATH}/{id}"), json!({"name": "Mine"})),
        ("POST", format!("{PATH}/{id}/invitations"), json!({"email": "x@example.com", "role": "member"})),
        ("POST", format!("{PATH}/{id}/projects"), json!({"name": "Mine"})),
        ("PUT", format!("{}/{}", members(id), ada.account), json!({"role": "member"})),
        ("DELETE", format!("{}/{}", members(id), ada.account), Value::Null),
        ("DELETE", format!("{}/{}", members(id), bob.account), Value::Null),
        ("DELETE", format!("{PATH}/{id}/invitations/inv_00000000000000000000000001"), Value::Null),
    ] {
        sent(&bob.client, method, &path, &body).await.problem(404, "not-found");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn one_member_is_shown_as_the_list_shows_them_and_with_the_role_of_now() {
    let service = Service::api().await;
    let (id, [owner, admin, member]) = team(&service).await;
    let one = |person: &Person| format!("{}/{}", members(&id), person.account);
    let list = member.client.get(&members(&id)).await;
    for (person, item) in [&owner, &admin, &member].into_iter().zip(items(&list)) {
        assert_eq!(&member.client.get(&one(person)).await, item);
    }
    set_role(&owner, &id, &member, "admin").await.expect(200);
    assert_eq!(member.client.get(&one(&member)).await["role"], "admin");
    remove(&owner, &id, &member).await;
    asked(&owner.client, "GET", &one(&member)).await.problem(404, "not-found");
    asked(&member.client, "GET", &one(&owner)).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn a_name_is_a_name_and_nothing_else() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let id = organization_of(&ada).await;
    let one = format!("{PATH}/{id}");
    for (method, path) in [("POST", PATH), ("PATCH", &one)] {
        for name in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(201)] {
            let answer = sent(&ada.client, method, path, &json!({"name": name})).await;
            assert_eq!(answer.pointers(), ["/name"], "{method} {name:?}");
        }
        assert_eq!(sent(&ada.client, method, path, &json!({})).await.pointers(), ["/name"]);
        let more = json!({"name": "A", "role": "owner"});
        assert_eq!(sent(&ada.client, method, path, &more).await.pointers(), ["/role"]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_name_is_changed_by_who_manages_and_not_over_anothers_change() {
    let service = Service::api().await;
    let (id, [owner, admin, member]) = team(&service).await;
    let one = format!("{PATH}/{id}");
    sent(&member.client, "PATCH", &one, &json!({"name": "Mine"})).await.problem(403, "insufficient-role");
    let first = asked(&owner.client, "GET", &one).await.expect(200);
    let tag = first.header("etag");
    send(owner.client.request("GET", &one).header("If-None-Match", tag)).await.expect(304);
    let rename = |person: &Person, tag: &str, name: &str| {
        let request = person.client.request("PATCH", &one).header("If-Match", tag);
        send(request.json(&json!({"name": name})))
    };
    let renamed = rename(&admin, tag, "Looms").await.expect(200);
    let now = json!({"id": id, "name": "Looms", "role": "admin", "second_factor_demanded": false});
    assert_eq!(renamed.json(), now);
    rename(&owner, tag, "Mills").await.problem(412, "precondition-failed");
    assert_eq!(admin.client.get(&one).await["name"], "Looms");
    let again = asked(&owner.client, "GET", &one).await.expect(200);
    assert_eq!(again.header("etag"), renamed.header("etag"));
    rename(&owner, again.header("etag"), "Mills").await.expect(200);
    // The same name again is no change.
    let same = sent(&owner.client, "PATCH", &one, &json!({"name": "Mills"})).await.expect(200);
    assert_eq!(owner.client.get(&one).await["name"], "Mills");
    assert_eq!(same.header("etag"), asked(&owner.client, "GET", &one).await.header("etag"));
    service.unharmed().await;
}

#[tokio::test]
async fn a_role_allows_what_it_allows() {
    let service = Service::api().await;
    let (id, [owner, admin, member]) = team(&service).await;
    let other = service.person("other").await;
    // Everybody sees everybody.
    for person in [&owner, &admin, &member] {
        let list = person.client.get(&members(&id)).await;
        let mut emails = each(&list, "email");
        emails.sort_unstable();
        assert_eq!(emails, ["admin@example.com", "member@example.com", "owner@example.com"]);
    }
    let refused = async |by: &Person, of: &Person, role: &str| {
        set_role(by, &id, of, role).await.problem(403, "insufficient-role");
    };
    refused(&member, &member, "admin").await;
    refused(&member, &admin, "member").await;
    refused(&admin, &member, "owner").await;
    refused(&admin, &admin, "owner").await;
    refused(&admin, &owner, "member").await;
    for (by, of) in [(&member, &admin), (&member, &owner), (&admin, &owner)] {
        let path = format!("{}/{}", members(&id), of.account);
        asked(&by.client, "DELETE", &path).await.problem(403, "insufficient-role");
    }
    // Who is no member has no role.
    set_role(&owner, &id, &other, "member").await.problem(404, "not-found");
    let path = format!("{}/{}", members(&id), other.account);
    asked(&owner.client, "DELETE", &path).await.problem(404, "not-found");
    set_role(&owner, &id, &member, "boss").await.pointers();
    assert_eq!(set_role(&owner, &id, &member, "boss").await.pointers(), ["/role"]);

    let answer = set_role(&admin, &id, &member, "admin").await.expect(200);
    let nothing_ended = json!({"account_id": member.account, "role": "admin",
        "ended_project_ownership": false, "ended_invitations": 0});
    assert_eq!(answer.json(), nothing_ended);
    assert_eq!(member.client.get(&format!("{PATH}/{id}")).await["role"], "admin");
    assert_eq!(each(&member.client.get(PATH).await, "role"), ["admin"]);
    set_role(&admin, &id, &member, "member").await.expect(200);
    set_role(&owner, &id, &admin, "owner").await.expect(200);
    set_role(&admin, &id, &owner, "member").await.expect(200);
    assert_eq!(owner.client.get(&format!("{PATH}/{id}")).await["role"], "member");
    service.unharmed().await;
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let service = Service::api().await;
    let (id, [owner, admin, _]) = team(&service).await;
    let own = format!("{}/{}", members(&id), owner.account);
    set_role(&owner, &id, &owner, "admin").await.problem(409, "last-owner");
    asked(&owner.client, "DELETE", &own).await.problem(409, "last-owner");
    set_role(&owner, &id, &admin, "owner").await.expect(200);
    asked(&owner.client, "DELETE", &own).await.expect(204);
    asked(&owner.client, "GET", &format!("{PATH}/{id}")).await.problem(404, "not-found");
    asked(&owner.client, "DELETE", &own).await.problem(404, "not-found");
    set_role(&admin, &id, &admin, "member").await.problem(409, "last-owner");
    service.unharmed().await;
}

#[tokio::test]
async fn two_owners_who_remove_each_other_leave_one() {
    let service = Service::api().await;
    let (id, [one, other, _]) = team(&service).await;
    for _ in 0..5 {
        set_role(&one, &id, &other, "owner").await.expect(200);
        let step_down = |by: &Person, of: &Person| {
            let path = format!("{}/{}", members(&id), of.account);
            let client = by.client.clone();
            async move { sent(&client, "PUT", &path, &json!({"role": "admin"})).await }
        };
        let (first, second) = tokio::join!(step_down(&one, &other), step_down(&other, &one));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403], "{first:?} {second:?}");
        let roles = one.client.get(&members(&id)).await;
        assert_eq!(each(&roles, "role").iter().filter(|role| **role == "owner").count(), 1, "{roles}");
        if second.status == 200 {
            set_role(&other, &id, &one, "owner").await.expect(200);
            set_role(&one, &id, &other, "member").await.expect(200);
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (id, [owner, admin, member]) = team(&service).await;
    let project = super::teams::project_of(&admin, &id).await["id"].as_str().unwrap().to_owned();
    let at = |client: &Client| Client { base: elsewhere.base.clone(), ..client.clone() };
    let (one, list) = (format!("{PATH}/{id}"), members(&id));
    let paths = [one.as_str(), &list, &format!("/v1/projects/{project}")];
    for path in paths {
        at(&member.client).get(path).await;
        at(&admin.client).get(path).await;
    }
    remove(&admin, &id, &member).await;
    remove(&owner, &id, &admin).await;
    for client in [at(&member.client), member.client.clone(), at(&admin.client), admin.client.clone()] {
        for path in paths {
            asked(&client, "GET", path).await.problem(404, "not-found");
        }
    }
    assert!(items(&member.client.get(PATH).await).is_empty());
    assert!(items(&member.client.get("/v1/projects").await).is_empty());
    assert_eq!(member.client.get("/v1/me").await["organizations"], json!([]));
    sent(&admin.client, "PATCH", &one, &json!({"name": "Mine"})).await.problem(404, "not-found");
    assert_eq!(each(&owner.client.get(&list).await, "account_id"), [owner.account.as_str()]);
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn the_member_and_the_owners_are_told_of_another_role_and_of_the_end() {
    let service = Service::api().await;
    let (id, [owner, admin, member]) = team(&service).await;
    drain(&service).await;
    set_role(&admin, &id, &member, "admin").await.expect(200);
    let messages = drain(&service).await;
    let says = |person: &Person| {
        let mut of = messages.iter().filter(|message| message.account.as_ref() == Some(&person.account));
        of.next().map(|message| message.content["says"].clone()).unwrap_or_default()
    };
    let (to_member, to_owner) = (says(&member), says(&owner));
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(
        (&to_member["about"], &to_member["organization"], &to_member["role"]),
        (&json!("role_changed"), &json!("Engines"), &json!("admin"))
    );
    assert_eq!(
        (&to_owner["about"], &to_owner["member"], &to_owner["by_reader"]),
        (&json!("team_changed"), &json!(member.account), &json!(false))
    );
    assert_eq!(to_owner["change"], json!({"role_changed": {"from": "member", "to": "admin"}}));
    // The same role again is no change, and nothing to tell.
    set_role(&admin, &id, &member, "admin").await.expect(200);
    set_role(&admin, &id, &owner, "member").await.problem(403, "insufficient-role");
    assert_eq!(told(&service).await, []);
    let sorted = |mut told: Vec<(String, String)>| {
        told.sort();
        told
    };
    let of = |person: &Person, about: &str| (person.account.clone(), about.to_owned());
    // Also what one does oneself: it may have been an intruder.
    set_role(&admin, &id, &admin, "member").await.expect(200);
    let demoted = vec![of(&admin, "role_changed"), of(&owner, "team_changed")];
    assert_eq!(told(&service).await, sorted(demoted));
    remove(&owner, &id, &admin).await;
    remove(&member, &id, &member).await;
    let ended = [&admin, &member].map(|person| of(person, "membership_ended"));
    // Two of a kind to one account, soon after another, are gathered into one.
    let to_owner = vec![of(&owner, "team_changed")];
    assert_eq!(told(&service).await, sorted([ended.to_vec(), to_owner].concat()));

    // Both find it in their history.
    for (person, event) in
        [(&admin, "organization.member_role_changed"), (&member, "organization.member_left")]
    {
        let history = person.client.get("/v1/me/history?limit=50").await;
        assert!(each(&history, "type").contains(&event), "{event}: {history}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let mut organizations = Vec::new();
    for _ in 0..5 {
        organizations.push(organization_of(&ada).await);
    }
    let people = [service.person("bob").await, service.person("eve").await];
    for person in &people {
        join(&service, &ada, &organizations[0], person, "member").await;
    }
    let walk = async |path: &str, member: &str| {
        let (mut next, mut seen) = (format!("{path}?limit=2"), Vec::new());
        loop {
            let page = asked(&ada.client, "GET", &next).await.expect(200).json();
            seen.extend(each(&page, member).into_iter().map(str::to_owned));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}?limit=2&cursor={cursor}"),
                None => break seen,
            }
        }
    };
    assert_eq!(walk(PATH, "id").await, organizations);
    let accounts = [ada.account.as_str(), &people[0].account, &people[1].account];
    assert_eq!(walk(&members(&organizations[0]), "account_id").await, accounts);
    asked(&ada.client, "GET", &format!("{PATH}?cursor=nonsense")).await.problem(400, "invalid-parameters");
    service.unharmed().await;
}

#[tokio::test]
async fn nobody_creates_without_end() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    for _ in 0..50 {
        organization_of(&ada).await;
    }
    let answer = sent(&ada.client, "POST", PATH, &json!({"name": "One more"})).await;
    answer.problem(429, "too-many-tries");
    assert!((1..=73).contains(&answer.header("retry-after").parse::<u32>().unwrap()), "{answer:?}");
    organization_of(&bob).await;
    service.unharmed().await;
}
