//! An account that is the only owner of an organization names another first, or closes it.

use serde_json::{Value, json};

use super::{DELETION, Service, delete, delete_with};
use crate::http::service::asked;
use crate::http::teams::{Project, each, organization_of, set_role, team, worth};
use crate::support::{Person, eventually};

/// Each member of an organization with their role, by address.
async fn roles(person: &Person, organization: &str) -> Vec<(String, String)> {
    let list = person.client.get(&format!("/v1/organizations/{organization}/members")).await;
    let (emails, roles) = (each(&list, "email"), each(&list, "role"));
    let mut roles: Vec<_> =
        emails.into_iter().zip(roles).map(|(email, role)| (email.to_owned(), role.to_owned())).collect();
    roles.sort();
    roles
}

/// Waits until it has these members: what others do is seen a moment later.
async fn await_roles(person: &Person, organization: &str, expected: &[(String, String)]) {
    eventually(&format!("the members are {expected:?}"), || async {
        (roles(person, organization).await == expected).then_some(())
    })
    .await;
}

fn role(email: &str, role: &str) -> (String, String) {
    (format!("{email}@example.com"), role.to_owned())
}

#[tokio::test]
async fn who_is_the_only_owner_is_told_who_could_take_over() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let alone = organization_of(&owner).await;
    let told = asked(&owner.client, "GET", DELETION).await.expect(200).json();
    assert_eq!(told["allowed"], false);
    let of = |list: &Value, id: &str| {
        let found = list.as_array().unwrap().iter().find(|needed| needed["id"] == id);
        found.unwrap_or_else(|| panic!("{id} is not in {list}")).clone()
    };
    let candidates = json!([
        {"account_id": admin.account, "name": "Ada Example", "role": "admin"},
        {"account_id": member.account, "name": "Ada Example", "role": "member"},
    ]);
    let refused = delete(&owner).await.problem(409, "owners-needed");
    for list in [&told["organizations"], &refused["organizations"]] {
        assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
        assert_eq!(of(list, &organization)["candidates"], candidates);
        assert_eq!(
            (&of(list, &organization)["name"], &of(list, &alone)["candidates"]),
            (&json!("Engines"), &json!([]))
        );
    }
    // Whoever is not the only owner is in nobody's way.
    let free = json!({"allowed": true, "organizations": [], "exports": []});
    assert_eq!(asked(&admin.client, "GET", DELETION).await.expect(200).json(), free);
    delete(&member).await.expect(204);
    await_roles(&owner, &organization, &[role("admin", "admin"), role("owner", "owner")]).await;
    service.unharmed().await;
}

#[tokio::test]
async fn successors_take_over_all_or_none() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let alone = organization_of(&owner).await;
    let project = Project::create(&owner, &organization).await;
    let stranger = service.person("stranger").await;
    let before = roles(&owner, &organization).await;
    let named = |successor: &str| json!({&organization: successor});
    for (successors, close) in [
        // One organization is forgotten, and a successor must be a member, and another.
        (named(&admin.account), json!([])),
        (json!({}), json!([&alone])),
        (named(&stranger.account), json!([&alone])),
        (named(&owner.account), json!([&alone])),
        // One that has others is not closed over their heads.
        (json!({}), json!([&alone, &organization])),
        // A successor for what is another's changes nothing.
        (json!({&alone: admin.account}), json!([&alone])),
    ] {
        let body = json!({"successors": successors, "close": close});
        delete_with(&owner, body.clone()).await.problem(409, "owners-needed");
        assert_eq!(roles(&owner, &organization).await, before, "{body}");
        assert_eq!(owner.client.get(&format!("/v1/organizations/{alone}")).await["role"], "owner");
    }
    let nonsense = json!({"successors": {"org_1": admin.account}});
    assert_eq!(delete_with(&owner, nonsense).await.status, 422);

    let body = json!({"successors": named(&member.account), "close": [&alone]});
    delete_with(&owner, body).await.expect(204);
    await_roles(&admin, &organization, &[role("admin", "admin"), role("member", "owner")]).await;
    // The new owner owns its projects, and so can see to their secrets.
    project.reveal(&member).await.expect(200);
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    let history = member.client.get("/v1/me/history?limit=50").await;
    assert!(each(&history, "type").contains(&"organization.member_role_changed"), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn an_organization_without_others_is_closed_and_its_data_stays() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let project = Project::create(&ada, &organization).await;
    let pool = service.pool().await;
    let collected =
        "INSERT INTO usage_event (project_id, distinct_id, occurred_at, name, insert_id, properties)
                     VALUES ($1, 'somebody', clock_timestamp(), 'Loom started', '1', '{}')";
    sqlx::query(collected).bind(&project.id).execute(&pool).await.unwrap();
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    delete_with(&ada, json!({"close": [&organization]})).await.expect(204);
    let told = worth(&service, project.secret()).await;
    assert_eq!((&told["active"], &told["reason"]), (&json!(false), &json!("revoked")));

    eventually("what was personal is erased", || async {
        let done = "SELECT count(*) FROM events WHERE event_type = 'account.personal_data_erased'";
        let done: i64 = sqlx::query_scalar(done).fetch_one(&pool).await.unwrap();
        (done == 1).then_some(())
    })
    .await;
    let kept = "SELECT count(*) FROM usage_event WHERE distinct_id = 'somebody'";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 1);
    let shown = "SELECT name FROM project_view WHERE project_id = $1";
    let shown: String = sqlx::query_scalar(shown).bind(&project.id).fetch_one(&pool).await.unwrap();
    assert_eq!(shown, "Looms");
    // Nobody is a member who could be asked: nobody finds it.
    let bob = service.person("bob").await;
    asked(&bob.client, "GET", &project.path).await.problem(404, "not-found");
    asked(&bob.client, "GET", &format!("/v1/organizations/{organization}")).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_an_organization_with_an_owner() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    set_role(&owner, &organization, &admin, "owner").await.expect(200);
    let (first, second) = tokio::join!(delete(&owner), delete(&admin));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{first:?} {second:?}");
    let left = if first.status == 204 { role("admin", "owner") } else { role("owner", "owner") };
    let mut expected = [role("member", "member"), left];
    expected.sort();
    await_roles(&member, &organization, &expected).await;
    service.unharmed().await;
}
