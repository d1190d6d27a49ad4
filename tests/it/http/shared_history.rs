//! What happened to a project and to an organization, as their members are told it.

use serde_json::Value;

use super::Service;
use super::service::asked;
use super::teams::{Project, each, items, join, organization_of, remove, set_role, team};

fn history(path: &str) -> String {
    format!("{path}/history")
}

#[tokio::test]
async fn who_reset_the_key_is_told_by_name_and_from_where_is_not() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let project = Project::create(&owner, &organization).await;
    set_role(&owner, &organization, &admin, "owner").await.expect(200);
    project.reset(&admin, 0).await.expect(200);
    for reader in [&owner, &admin, &member] {
        let told = reader.client.get(&history(&project.path)).await;
        let reset = &items(&told)[0];
        assert_eq!(reset["type"], "project.credentials_reset");
        assert_eq!(
            (&reset["actor"], &reset["actor_name"]),
            (&admin.account.as_str().into(), &"Ada Example".into())
        );
        assert_eq!(reset["ip_address"].is_string(), reader.account == admin.account, "{reset}");
        assert!(reset.get("position").is_none() && reset.get("sequence").is_none(), "{reset}");
    }
    // Who is no member any more is no longer named.
    remove(&owner, &organization, &admin).await;
    let told = owner.client.get(&history(&project.path)).await;
    assert_eq!(items(&told)[0].get("actor_name"), None);
    asked(&admin.client, "GET", &history(&project.path)).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn a_history_that_is_shared_comes_page_by_page_newest_first() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let organization = organization_of(&ada).await;
    join(&service, &ada, &organization, &bob, "member").await;
    let path = history(&format!("/v1/organizations/{organization}"));
    let all = ada.client.get(&path).await;
    let types = each(&all, "type");
    assert_eq!(types.first(), Some(&"organization.member_joined"));
    assert_eq!(types.last(), Some(&"organization.created"));
    let (mut one_by_one, mut next) = (Vec::new(), format!("{path}?limit=1"));
    loop {
        let page = bob.client.get(&next).await;
        one_by_one.push(items(&page)[0]["id"].clone());
        let Value::String(cursor) = &page["next_cursor"] else { break };
        next = format!("{path}?limit=1&cursor={cursor}");
    }
    assert_eq!(one_by_one, each(&all, "id"));
    asked(&ada.client, "GET", &format!("{path}?cursor=x")).await.problem(400, "invalid-parameters");
    // Addresses that were invited stand in no event.
    assert!(!all.to_string().contains(&bob.email), "{all}");
    service.unharmed().await;
}
