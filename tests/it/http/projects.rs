//! Projects: who sees them, who owns them, and what they are called.

use serde_json::{Value, json};

use super::queue::{drain, told};
use super::service::{asked, opened, sent};
use super::teams::{Project, each, invite, items, join, organization_of, remove, set_role, team, worth};
use super::{Service, send};
use crate::support::{Client, Person};

const PATH: &str = "/v1/projects";
const UNKNOWN: &str = "/v1/projects/prj_00000000000000000000000001";

/// Whether a token lets usage in.
async fn is_open(service: &Service, token: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT FROM usage_project WHERE token = $1 AND closed_at IS NULL)";
    sqlx::query_scalar(sql).bind(token).fetch_one(&service.pool().await).await.unwrap()
}

#[tokio::test]
async fn a_project_has_a_token_that_lets_usage_in_and_a_secret_that_is_masked() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let stranger = service.person("stranger").await;
    let create = format!("/v1/organizations/{organization}/projects");
    let name = json!({"name": "Looms"});
    sent(&member.client, "POST", &create, &name).await.problem(403, "insufficient-role");
    sent(&stranger.client, "POST", &create, &name).await.problem(404, "not-found");
    assert_eq!(sent(&owner.client, "POST", &create, &json!({"name": ""})).await.pointers(), ["/name"]);
    let answer = sent(&admin.client, "POST", &create, &json!({"name": " Looms "})).await.expect(201);
    let created = answer.json();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    let (id, token, secret) = (text("id"), text("token"), text("api_secret"));
    assert_eq!(answer.header("location"), format!("{PATH}/{id}"));
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    assert!(text("api_key").starts_with("psk_") && secret.starts_with("psx_"), "{created}");

    for person in [&owner, &admin, &member] {
        let shown = asked(&person.client, "GET", &format!("{PATH}/{id}")).await.expect(200);
        assert!(!shown.text().contains(&secret), "{shown:?}");
        let shown = shown.json();
        for name in ["id", "organization_id", "name", "token", "api_key", "fingerprint"] {
            assert_eq!(shown[name], created[name], "{name}");
        }
        assert_eq!(shown["api_secret"], "psx_••••••••");
        assert_eq!((&shown["previous"], &shown["reset_at"]), (&Value::Null, &Value::Null));
        assert_eq!(shown["owners"], json!([{"account_id": admin.account, "name": "Ada Example"}]));
        assert_eq!(shown["you_own"], person.account != member.account);
        let list = person.client.get(PATH).await;
        assert_eq!(each(&list, "id"), [id.as_str()]);
        assert_eq!(items(&list)[0]["api_key"], created["api_key"]);
        assert!(!list.to_string().contains(&secret));
    }
    assert!(items(&stranger.client.get(PATH).await).is_empty());
    let known = asked(&stranger.client, "GET", &format!("{PATH}/{id}")).await;
    known.problem(404, "not-found");
    assert_eq!(known.text(), asked(&stranger.client, "GET", UNKNOWN).await.text());

    assert!(is_open(&service, &token).await);
    service.unharmed().await;
}

#[tokio::test]
async fn no_stranger_finds_a_project_whatever_they_ask() {
    let service = Service::api().await;
    let (ada, eve) = (service.person("ada").await, service.person("eve").await);
    let organization = organization_of(&ada).await;
    let project = Project::create(&ada, &organization).await;
    // Who has organizations of their own is no less a stranger.
    organization_of(&eve).await;
    let owner = format!("owners/{}", eve.account);
    let confirmed = json!({"confirm": true});
    for (method, below, body) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({"name": "Mine"})),
        ("PUT", owner.as_str(), Value::Null),
        ("DELETE", owner.as_str(), Value::Null),
        ("POST", "credentials/reveal", Value::Null),
        ("POST", "credentials/reset", confirmed),
        ("POST", "credentials/retire-previous", Value::Null),
    ] {
        let ask = async |path: &str| {
            let path = format!("{path}/{below}");
            sent(&eve.client, method, path.trim_end_matches('/'), &body).await
        };
        let (known, unknown) = (ask(&project.path).await, ask(UNKNOWN).await);
        known.problem(404, "not-found");
        assert_eq!(known.text(), unknown.text(), "{method} {below}");
    }
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    service.unharmed().await;
}

#[tokio::test]
async fn owners_name_owners_and_a_name_ends_with_the_stay() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let stranger = service.person("stranger").await;
    let project = Project::create(&owner, &organization).await;
    let named = |person: &Person| format!("{}/owners/{}", project.path, person.account);
    // An admin of the organization owns no project by that.
    asked(&admin.client, "PUT", &named(&admin)).await.problem(403, "insufficient-role");
    project.reveal(&admin).await.problem(403, "insufficient-role");
    sent(&admin.client, "PATCH", &project.path, &json!({"name": "Mine"}))
        .await
        .problem(403, "insufficient-role");
    asked(&owner.client, "PUT", &named(&stranger)).await.problem(409, "not-member");
    asked(&owner.client, "DELETE", &named(&stranger)).await.problem(409, "not-member");
    asked(&owner.client, "DELETE", &named(&member)).await.problem(404, "not-found");

    for _ in 0..2 {
        asked(&owner.client, "PUT", &named(&member)).await.expect(204);
    }
    let shown = owner.client.get(&project.path).await;
    let mut owners: Vec<&str> = shown["owners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|owner| owner["account_id"].as_str().unwrap())
        .collect();
    owners.sort_unstable();
    assert_eq!(owners, [owner.account.as_str(), &member.account]);
    project.reveal(&member).await.expect(200);
    sent(&member.client, "PATCH", &project.path, &json!({"name": "Mills"})).await.expect(200);
    assert_eq!(member.client.get(&project.path).await["name"], "Mills");

    remove(&owner, &organization, &member).await;
    project.reveal(&member).await.problem(404, "not-found");
    drain(&service).await;
    project.reset(&owner, 0).await.expect(200);
    assert_eq!(told(&service).await, [(owner.account.clone(), "credentials_reset".to_owned())]);
    // Who comes back is named no longer.
    join(&service, &owner, &organization, &member, "member").await;
    project.reveal(&member).await.problem(403, "insufficient-role");
    let shown = member.client.get(&project.path).await;
    assert_eq!((shown["you_own"].as_bool(), shown["owners"].as_array().unwrap().len()), (Some(false), 1));

    asked(&owner.client, "PUT", &named(&admin)).await.expect(204);
    asked(&admin.client, "DELETE", &named(&owner)).await.expect(204);
    // An owner of the organization owns its projects all the same.
    project.reveal(&owner).await.expect(200);
    asked(&owner.client, "DELETE", &named(&admin)).await.expect(204);
    project.reveal(&admin).await.problem(403, "insufficient-role");
    service.unharmed().await;
}

#[tokio::test]
async fn who_is_no_owner_any_more_does_nothing_any_more_in_any_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (organization, [owner, admin, _]) = team(&service).await;
    set_role(&owner, &organization, &admin, "owner").await.expect(200);
    let project = Project::create(&owner, &organization).await;
    let there = Person {
        account: admin.account.clone(),
        email: admin.email.clone(),
        client: Client { base: elsewhere.base.clone(), ..admin.client.clone() },
    };
    project.reveal(&there).await.expect(200);
    set_role(&owner, &organization, &admin, "admin").await.expect(200);
    project.reveal(&there).await.problem(403, "insufficient-role");
    project.reset(&there, 0).await.problem(403, "insufficient-role");
    remove(&owner, &organization, &admin).await;
    project.reveal(&there).await.problem(404, "not-found");
    project.reset(&there, 0).await.problem(404, "not-found");
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    super::service::assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn a_name_is_not_changed_over_anothers_change() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    let shown = asked(&ada.client, "GET", &project.path).await.expect(200);
    let rename = |tag: &str, name: &str| {
        let request = ada.client.request("PATCH", &project.path).header("If-Match", tag);
        send(request.json(&json!({"name": name})))
    };
    let renamed = rename(shown.header("etag"), "Mills").await.expect(200);
    let organization = &project.created["organization_id"];
    assert_eq!(renamed.json(), json!({"id": project.id, "organization_id": organization, "name": "Mills"}));
    rename(shown.header("etag"), "Looms").await.problem(412, "precondition-failed");
    let again = asked(&ada.client, "GET", &project.path).await.expect(200);
    assert_eq!((again.header("etag"), &again.json()["name"]), (renamed.header("etag"), &json!("Mills")));
    assert_eq!(sent(&ada.client, "PATCH", &project.path, &json!({"name": "\t"})).await.pointers(), ["/name"]);
    service.unharmed().await;
}

#[tokio::test]
async fn projects_of_all_organizations_come_page_by_page() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let organizations = [organization_of(&ada).await, organization_of(&bob).await];
    join(&service, &bob, &organizations[1], &ada, "admin").await;
    let mut expected = Vec::new();
    for n in 0..5 {
        expected.push(Project::create(&ada, &organizations[n % 2]).await.id);
    }
    let (mut next, mut seen) = (format!("{PATH}?limit=2"), Vec::new());
    loop {
        let page = asked(&ada.client, "GET", &next).await.expect(200).json();
        seen.extend(each(&page, "id").into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{PATH}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(items(&bob.client.get(PATH).await).len(), 2);
    service.unharmed().await;
}

#[tokio::test]
async fn with_the_organization_its_projects_and_invitations_end() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let project = Project::create(&ada, &organization).await;
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let body = json!({"confirm": true, "close": [organization]});
    sent(&ada.client, "DELETE", "/v1/me", &body).await.expect(204);
    opened(&service.client(), "/v1/invitations/lookup", &token).await.problem(410, "link-dead");
    let kept = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM invitation");
    assert_eq!(kept.fetch_one(&service.pool().await).await.unwrap(), 0);
    assert_eq!(worth(&service, project.secret()).await, json!({"active": false, "reason": "revoked"}));
    assert!(!is_open(&service, project.created["token"].as_str().unwrap()).await);
    service.unharmed().await;
}
