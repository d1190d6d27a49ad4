//! Who runs the service: let in and out on the command line, with rights of their own, and each act on record.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::queue::store_of;
use super::second_factor::give_phone;
use super::service::{action, asked, assert_quiet, sent, with_form};
use super::teams::{organization_of, project_of};
use super::{Answer, Service, routes, send};
use crate::support::{Client, OPERATOR_TOKEN, Program, eventually};

/// Somebody who was let in.
struct Operator {
    id: String,
    client: Client,
}

impl Operator {
    /// Somebody who may do everything for ninety days.
    fn admin(service: &Service, name: &str) -> Self {
        Self::create(service, &[name, "--scope", "admin", "--expires", "90days"])
    }

    fn create(service: &Service, options: &[&str]) -> Self {
        let ran = service.run(&[&["operators", "create"], options].concat());
        assert!(ran.ok, "{ran:?}");
        let told = |label: &str| {
            let line = ran.said.lines().find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("{ran:?}")).trim().to_owned()
        };
        let token = told("Token (shown this once):");
        assert!(token.starts_with("pso_") && token.len() == 53, "{token}");
        Self { id: told("Operator:"), client: service.client().with_token(&token) }
    }

    /// The line about them.
    fn listed(&self, service: &Service) -> String {
        let ran = service.run(&["operators", "list"]);
        assert!(ran.ok && !ran.said.contains(&self.client.token().unwrap()[4..]), "{ran:?}");
        let line = ran.said.lines().find(|line| line.starts_with(&self.id));
        line.unwrap_or_else(|| panic!("{ran:?}")).to_owned()
    }
}

async fn register(client: &Client, n: u32) -> Answer {
    let body = json!({"email": format!("{n}@example.com"), "name": "N"});
    sent(client, "POST", "/v1/admin/accounts", &body).await
}

async fn parked(client: &Client) -> Answer {
    asked(client, "GET", "/v1/admin/parked-events").await
}

async fn introspect(client: &Client) -> Answer {
    send(with_form(client.request("POST", "/v1/introspect"), &[("token", "nothing")])).await
}

#[tokio::test]
async fn who_is_let_in_may_do_what_their_scopes_say() {
    let service = Service::api().await;
    for (n, scopes, expected) in [
        (1, "admin", [201, 200, 200]),
        (2, "audit", [403, 200, 403]),
        (3, "introspect", [403, 403, 200]),
        (4, "audit,introspect", [403, 200, 200]),
        (5, "privacy", [403, 200, 403]),
    ] {
        let operator = Operator::create(&service, &["Grace Hopper", "--scope", scopes, "--expires", "never"]);
        let answers = [
            register(&operator.client, n).await,
            parked(&operator.client).await,
            introspect(&operator.client).await,
        ];
        assert_eq!(answers.each_ref().map(|answer| answer.status), expected, "{scopes}");
        for answer in answers.iter().filter(|answer| answer.status == 403) {
            answer.problem(403, "insufficient-scope");
        }
        let line = operator.listed(&service);
        assert!(line.contains(scopes) && line.contains("Grace Hopper") && line.contains("never"), "{line}");
    }
    for wrong in [
        &["--scope", "everything", "--expires", "1day"][..],
        &["--scope", "", "--expires", "1day"],
        &["--scope", "audit", "--expires", "soon"],
        // Neither what it may do nor for how long goes without saying.
        &["--scope", "audit"],
        &["--expires", "never"],
        &[],
    ] {
        let ran = service.run(&[&["operators", "create", "Grace"], wrong].concat());
        assert!(!ran.ok && !ran.said.contains("pso_"), "{ran:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn who_is_let_out_is_out_at_once_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let operator = Operator::admin(&service, "Grace");
    let there = Client { base: elsewhere.base.clone(), ..operator.client.clone() };
    register(&operator.client, 1).await.expect(201);
    register(&there, 2).await.expect(201);
    let ran = service.run(&["operators", "revoke", &operator.id]);
    assert!(ran.ok, "{ran:?}");
    for client in [&operator.client, &there] {
        register(client, 3).await.problem(401, "unauthenticated");
        parked(client).await.problem(401, "unauthenticated");
        introspect(client).await.problem(401, "unauthenticated");
    }
    assert!(operator.listed(&service).contains("revoked"));
    // Nobody else is.
    register(&service.client().with_token(OPERATOR_TOKEN), 3).await.expect(201);
    let ran = service.run(&["operators", "revoke", "opr_00000000000000000000000001"]);
    assert!(!ran.ok && ran.complained.contains("was not let out"), "{ran:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_ends_when_it_was_said_to() {
    let service = Service::api().await;
    let operator = Operator::create(&service, &["Grace", "--scope", "admin", "--expires", "90days"]);
    register(&operator.client, 1).await.expect(201);
    assert!(!operator.listed(&service).contains("never"));
    let pool = service.pool().await;
    let lasts: bool = sqlx::query_scalar(
        "SELECT expires_at - clock_timestamp() BETWEEN interval '89 days' AND interval '90 days'
         FROM operator_token WHERE operator_id = $1",
    )
    .bind(&operator.id)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(lasts);
    let sql = "UPDATE operator_token SET expires_at = clock_timestamp() WHERE operator_id = $1";
    sqlx::query(sql).bind(&operator.id).execute(&pool).await.unwrap();
    register(&operator.client, 2).await.problem(401, "unauthenticated");
    assert!(operator.listed(&service).contains("expired"));
    // Neither the tokens nor anything that opens them lies in the database.
    let kept: Vec<String> = sqlx::query_scalar("SELECT row_to_json(t)::text FROM operator_token t")
        .fetch_all(&pool)
        .await
        .unwrap();
    let token = operator.client.token().unwrap();
    assert!(
        kept.iter().all(|row| !row.contains(&token[4..]) && !row.contains(&OPERATOR_TOKEN[4..])),
        "{kept:?}"
    );
    service.unharmed().await;
}

#[tokio::test]
async fn whatever_an_operator_does_is_an_event_with_them_as_actor() {
    let service = Service::whole().await;
    let operator = Operator::admin(&service, "Grace");
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let organization = organization_of(&ada).await;
    let member = format!("/v1/admin/organizations/{organization}/members/{}", bob.account);
    give_phone(&service, &bob).await;
    let account = |what: &str| format!("/v1/admin/accounts/{}/{what}", ada.account);
    let of_bob = |what: &str| format!("/v1/admin/accounts/{}/{what}", bob.account);
    let new_organization = json!({"name": "Engines", "owner": ada.account});
    let project = json!({"name": "Looms", "organization_id": organization});
    let made = ada.client.post("/v1/me/privacy-requests", action("export")).await;
    let request = format!("/v1/admin/privacy-requests/{}", made["id"].as_str().unwrap());
    let statistics = "/v1/admin/privacy-requests/statistics".to_owned();
    let sought = format!("/v1/admin/accounts?id={}", ada.account);
    let acts: Vec<(&str, &str, String, Value)> = vec![
        (
            "POST",
            "/v1/admin/accounts",
            "/v1/admin/accounts".to_owned(),
            json!({"email": "n@example.com", "name": "N"}),
        ),
        ("POST", "/v1/admin/organizations", "/v1/admin/organizations".to_owned(), new_organization),
        ("PUT", "/v1/admin/organizations/{id}/members/{account_id}", member, json!({"role": "admin"})),
        ("POST", "/v1/admin/projects", "/v1/admin/projects".to_owned(), project),
        (
            "POST",
            "/v1/admin/accounts/{id}/factor-removal",
            of_bob("factor-removal"),
            json!({"proof": "document_seen"}),
        ),
        ("POST", "/v1/admin/accounts/{id}/sessions/end", of_bob("sessions/end"), Value::Null),
        ("GET", "/v1/admin/accounts/{id}/history", account("history"), Value::Null),
        ("GET", "/v1/admin/accounts/{id}/state", account("state"), Value::Null),
        ("GET", "/v1/admin/parked-events", "/v1/admin/parked-events".to_owned(), Value::Null),
        ("GET", "/v1/admin/privacy-requests", "/v1/admin/privacy-requests".to_owned(), Value::Null),
        ("GET", "/v1/admin/privacy-requests/{id}", request, Value::Null),
        ("GET", "/v1/admin/privacy-requests/statistics", statistics, Value::Null),
        ("GET", "/v1/admin/accounts", sought, Value::Null),
        ("POST", "/v1/admin/parked-events/retry", "/v1/admin/parked-events/retry".to_owned(), json!({})),
        ("GET", "/v1/admin/messages", "/v1/admin/messages".to_owned(), Value::Null),
        ("POST", "/v1/admin/messages/retry", "/v1/admin/messages/retry".to_owned(), json!({})),
        ("GET", "/v1/admin/log/checkpoint", "/v1/admin/log/checkpoint".to_owned(), Value::Null),
        ("GET", "/v1/admin/log/health", "/v1/admin/log/health".to_owned(), Value::Null),
        ("GET", "/v1/admin/operators", "/v1/admin/operators".to_owned(), Value::Null),
    ];
    let here: BTreeSet<String> = acts.iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    let there: BTreeSet<String> = routes(&service)
        .await
        .iter()
        .filter(|route| route.path.starts_with("/v1/admin/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(here, there, "add an act");
    let pool = service.pool().await;
    let by_operator = async || -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM events WHERE metadata::text LIKE '%' || $1 || '%'")
            .bind(&operator.id)
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    for (method, path, concrete, body) in &acts {
        let before = by_operator().await;
        let answer = sent(&operator.client, method, concrete, body).await;
        assert!([200, 201, 202, 204, 404].contains(&answer.status), "{method} {path}: {answer:?}");
        let after = by_operator().await;
        assert!(after.len() > before.len(), "{method} {path} is on record: {after:?}");
    }
    // So is what a gateway does that changes something.
    let made = ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    let before = by_operator().await.len();
    let revoke = with_form(
        operator.client.request("POST", "/v1/revoke"),
        &[("token", made["token"].as_str().unwrap())],
    );
    send(revoke).await.expect(200);
    assert_eq!(by_operator().await.len(), before + 1);
    service.unharmed().await;
}

#[tokio::test]
async fn letting_in_and_out_is_on_record_as_well() {
    let service = Service::api().await;
    let operator = Operator::create(&service, &["Grace", "--scope", "audit", "--expires", "never"]);
    assert!(service.run(&["operators", "revoke", &operator.id]).ok);
    parked(&operator.client).await.problem(401, "unauthenticated");
    let store = store_of(&service);
    let happened: Vec<String> =
        sqlx::query_scalar("SELECT event_type FROM events WHERE aggregate_id = $1 ORDER BY sequence")
            .bind(&operator.id)
            .fetch_all(store.pool())
            .await
            .unwrap();
    assert_eq!(happened, ["operator.created", "operator.revoked"]);
    // Letting out twice is no other event.
    assert!(service.run(&["operators", "revoke", &operator.id]).ok);
    eventually("nothing more happened", || async {
        let count = sqlx::query_scalar("SELECT count(*) FROM events WHERE aggregate_id = $1");
        let count: i64 = count.bind(&operator.id).fetch_one(store.pool()).await.unwrap();
        (count == 2).then_some(())
    })
    .await;
    service.unharmed().await;
}

#[tokio::test]
async fn what_an_operator_provisions_is_a_team_at_work() {
    let service = Service::api().await;
    let operator = Operator::admin(&service, "Grace").client;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let body = json!({"name": "Engines", "owner": ada.account});
    let made = sent(&operator, "POST", "/v1/admin/organizations", &body).await.expect(201);
    let id = made.json()["organization_id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/v1/organizations/{id}"));
    assert_eq!(ada.client.get(&format!("/v1/organizations/{id}")).await["role"], "owner");
    let member = |account: &str| format!("/v1/admin/organizations/{id}/members/{account}");
    let put = async |account: &str, role: &str| {
        sent(&operator, "PUT", &member(account), &json!({"role": role})).await
    };
    put(&bob.account, "member").await.expect(204);
    put(&bob.account, "admin").await.expect(204);
    assert_eq!(bob.client.get(&format!("/v1/organizations/{id}")).await["role"], "admin");
    put(&ada.account, "member").await.problem(409, "last-owner");
    put("acc_00000000000000000000000001", "member").await.problem(404, "not-found");
    let project = json!({"name": "Looms", "organization_id": id});
    let made = sent(&operator, "POST", "/v1/admin/projects", &project).await.expect(201).json();
    assert!(made["api_secret"].as_str().unwrap().starts_with("psx_"), "{made}");
    // The owners of the organization own it, and nobody else.
    let reveal = format!("/v1/projects/{}/credentials/reveal", made["id"].as_str().unwrap());
    assert_eq!(
        asked(&ada.client, "POST", &reveal).await.expect(200).json()["api_secret"],
        made["api_secret"]
    );
    asked(&bob.client, "POST", &reveal).await.problem(403, "insufficient-role");
    project_of(&bob, &id).await;
    for (path, body, pointer) in [
        (
            "/v1/admin/organizations",
            json!({"name": "E", "owner": "acc_00000000000000000000000001"}),
            "/owner",
        ),
        (
            "/v1/admin/projects",
            json!({"name": "L", "organization_id": "org_00000000000000000000000001"}),
            "/organization_id",
        ),
    ] {
        assert_eq!(sent(&operator, "POST", path, &body).await.pointers(), [pointer]);
    }
    service.unharmed().await;
}

/// Another process with the interface, whose configuration names `token`, or none.
async fn configured_with(service: &Service, token: Option<&str>) -> Program {
    let start = service.start_of("api");
    let start = match token {
        Some(token) => start.env("PERSONAL_SETTINGS_OPERATOR_TOKEN", token),
        None => start.without("PERSONAL_SETTINGS_OPERATOR_TOKEN"),
    };
    start.ready().await
}

#[tokio::test]
async fn another_configured_token_ends_the_one_before_at_once_in_every_process() {
    const NEW: &str = "another-token-of-the-tests-that-is-long-enough";
    let service = Service::api().await;
    let created = Operator::admin(&service, "Grace");
    let old = service.client().with_token(OPERATOR_TOKEN);
    register(&old, 1).await.expect(201);
    let elsewhere = configured_with(&service, Some(NEW)).await;
    let there = elsewhere.client();
    for client in [&old, &there.with_token(OPERATOR_TOKEN)] {
        register(client, 2).await.problem(401, "unauthenticated");
        introspect(client).await.problem(401, "unauthenticated");
    }
    register(&there.with_token(NEW), 2).await.expect(201);
    register(&service.client().with_token(NEW), 3).await.expect(201);
    // One that was made on the command line has nothing to do with it.
    register(&created.client, 4).await.expect(201);
    // The old value opens nothing again, and takes nothing from the new one.
    let late = configured_with(&service, Some(OPERATOR_TOKEN)).await;
    assert!(late.said().contains("the configured operator token is not valid"), "{}", late.said());
    register(&old, 5).await.problem(401, "unauthenticated");
    register(&there.with_token(NEW), 5).await.expect(201);
    // What was ended is on record, once.
    let sql = "SELECT count(*) FROM events e JOIN operator_token o ON o.operator_id = e.aggregate_id
               WHERE e.event_type = 'operator.revoked' AND o.configured";
    let recorded: i64 = sqlx::query_scalar(sql).fetch_one(&service.pool().await).await.unwrap();
    assert_eq!(recorded, 1);
    assert_quiet(&elsewhere);
}

#[tokio::test]
async fn a_configured_token_ends_when_the_configuration_names_none() {
    let service = Service::api().await;
    let old = service.client().with_token(OPERATOR_TOKEN);
    register(&old, 1).await.expect(201);
    let without = configured_with(&service, None).await;
    register(&old, 2).await.problem(401, "unauthenticated");
    // No other one is made: there have been operators.
    assert!(!without.said().contains("Operator token"), "{}", without.said());
    let ran = service.run(&["operators", "list"]);
    assert!(ran.ok && ran.said.contains("revoked") && !ran.said.contains(" configured  "), "{ran:?}");
}

#[tokio::test]
async fn of_processes_that_start_at_once_with_different_tokens_one_token_holds() {
    let service = Service::api().await;
    let tokens: Vec<String> =
        (0..4).map(|n| format!("token-number-{n}-that-is-long-enough-for-us")).collect();
    let started = tokens.iter().map(|token| configured_with(&service, Some(token)));
    let programs = futures::future::join_all(started).await;
    let mut hold = 0;
    for token in &tokens {
        let answer = parked(&programs[0].client().with_token(token)).await;
        hold += usize::from(answer.status == 200);
    }
    assert_eq!(hold, 1);
}

#[tokio::test]
async fn the_list_says_when_a_token_was_made_and_last_used() {
    let service = Service::api().await;
    let operator = Operator::create(&service, &["Grace", "--scope", "audit", "--expires", "never"]);
    // Never used, and never ends.
    assert_eq!(operator.listed(&service).matches("never").count(), 2);
    parked(&operator.client).await.expect(200);
    let line = operator.listed(&service);
    assert_eq!(line.matches("never").count(), 1, "{line}");
    let pool = service.pool().await;
    let age = "SELECT clock_timestamp() - used_at BETWEEN interval '0' AND interval '1 minute'
               FROM operator_token WHERE operator_id = $1";
    let fresh: bool = sqlx::query_scalar(age).bind(&operator.id).fetch_one(&pool).await.unwrap();
    assert!(fresh);
    // A use is noted once a minute, so that a gateway that asks all the time writes nothing all the time.
    let version = "SELECT xmin::text FROM operator_token WHERE operator_id = $1";
    let version =
        async || -> String { sqlx::query_scalar(version).bind(&operator.id).fetch_one(&pool).await.unwrap() };
    let before = version().await;
    parked(&operator.client).await.expect(200);
    assert_eq!(version().await, before);
}
