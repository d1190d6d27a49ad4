//! Who may do what: every route, asked by everybody.
//!
//! A route without a row here fails the test, so that nobody adds one without saying who may use it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::service::{asked, credentials, sent, wish};
use super::{Service, routes};
use crate::support::{Client, OPERATOR_TOKEN, PASSWORD, Person, sign_in};

/// What a route answers: to nobody, to a made-up token, to another person, to an operator, to who it is for.
struct Row {
    method: &'static str,
    path: &'static str,
    body: Value,
    expected: [u16; 5],
}

const OPEN: [u16; 5] = [200; 5];

/// In the order in which they are asked: what ends something comes last.
fn table() -> Vec<Row> {
    let row = |method, path, body, expected| Row { method, path, body, expected };
    let none = || Value::Null;
    // Routes about oneself: another person gets their own.
    let own = |status| [401, 401, status, 401, status];
    // Routes about a thing: another person does not find it.
    let thing = |status| [401, 401, 404, 401, status];
    let new = json!({"email": "new@example.com", "name": "New"});
    vec![
        row("GET", "/healthz", none(), OPEN),
        row("GET", "/readyz", none(), OPEN),
        row("GET", "/metrics", none(), OPEN),
        row("GET", "/openapi.json", none(), OPEN),
        row("POST", "/track", json!([]), OPEN),
        row("POST", "/v1/sessions", credentials("ada@example.com"), [201; 5]),
        row("POST", "/v1/admin/accounts", new, [401, 401, 401, 201, 401]),
        row("GET", "/v1/admin/accounts/{id}/history", none(), [401, 401, 401, 200, 401]),
        row("GET", "/v1/admin/accounts/{id}/state", none(), [401, 401, 401, 200, 401]),
        row("GET", "/v1/admin/parked-events", none(), [401, 401, 401, 200, 401]),
        // Nobody signs here, so there is none yet.
        row("GET", "/v1/admin/log/checkpoint", none(), [401, 401, 401, 404, 401]),
        row("GET", "/v1/me", none(), own(200)),
        row("GET", "/v1/me/history", none(), own(200)),
        row("GET", "/v1/me/preferences", none(), own(200)),
        row("PUT", "/v1/me/preferences", json!({"usage_logging": true}), own(200)),
        row("PUT", "/v1/me/password", json!({"current": PASSWORD, "new": PASSWORD}), own(204)),
        row("POST", "/v1/sessions/reauthenticate", json!({"password": PASSWORD}), own(204)),
        row("GET", "/v1/sessions", none(), own(200)),
        row("GET", "/v1/me/privacy-requests", none(), own(200)),
        row("POST", "/v1/me/privacy-requests", wish("erasure"), own(202)),
        row("GET", "/v1/me/privacy-requests/{id}", none(), thing(200)),
        row("GET", "/v1/me/privacy-requests/{id}/events", none(), thing(200)),
        row("GET", "/v1/me/privacy-requests/{id}/archive", none(), thing(409)),
        row("DELETE", "/v1/me/privacy-requests/{id}/archive", none(), thing(409)),
        row("DELETE", "/v1/me/privacy-requests/{id}", none(), thing(204)),
        row("DELETE", "/v1/sessions/{id}", none(), thing(204)),
        row("DELETE", "/v1/sessions/current", none(), own(204)),
    ]
}

/// The status only: a stream of events has no end that could be awaited.
async fn status(client: &Client, row: &Row, path: &str) -> u16 {
    let request = client.request(row.method, path);
    let request = if row.body.is_null() { request } else { request.json(&row.body) };
    request.send().await.unwrap().status().as_u16()
}

async fn open_request(person: &Person) -> String {
    let answer = person.client.post("/v1/me/privacy-requests", wish("export")).await;
    answer["id"].as_str().unwrap().to_owned()
}

/// The id of a fresh session.
async fn open_session(client: &Client, email: &str) -> String {
    let answer = client.post("/v1/sessions", credentials(email)).await;
    answer["session_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_route_lets_in_whom_it_is_for_and_nobody_else() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let rows = table();
    let here: BTreeSet<String> = rows.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let there: BTreeSet<String> =
        routes(&service).await.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(here, there, "say who may use it: add a row");

    let request = open_request(&ada).await;
    let anonymous = service.client();
    let garbage = "pss_0000000000000000000000000000000000000000000000000";
    for row in &rows {
        // What the row before it ended is not missed.
        let session = open_session(&anonymous, &ada.email).await;
        let id = match row.path {
            path if path.starts_with("/v1/sessions/") => &session,
            path if path.starts_with("/v1/admin/accounts/") => &ada.account,
            _ => &request,
        };
        let path = row.path.replace("{id}", id);
        let callers = [
            ("nobody", anonymous.clone()),
            ("a made-up token", anonymous.with_token(garbage)),
            ("another person", sign_in(&anonymous, &bob.email).await),
            ("an operator", anonymous.with_token(OPERATOR_TOKEN)),
            ("who it is for", sign_in(&anonymous, &ada.email).await),
        ];
        for ((who, client), expected) in callers.iter().zip(row.expected) {
            let got = status(client, row, &path).await;
            assert_eq!(got, expected, "{} {} asked by {who}", row.method, row.path);
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn anothers_things_are_found_as_little_as_those_there_never_were() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let request = open_request(&ada).await;
    let session = open_session(&service.client(), &ada.email).await;
    // Ids of the same age that name nothing: another's with its last characters changed.
    let unknown =
        |id: &str| format!("{}{}", &id[..id.len() - 3], if id.ends_with("000") { "001" } else { "000" });
    let of_people = |row: &&Row| row.path.contains("{id}") && !row.path.starts_with("/v1/admin/");
    for row in table().iter().filter(of_people) {
        let id = if row.path.starts_with("/v1/sessions/") { &session } else { &request };
        let theirs = asked(&bob.client, row.method, &row.path.replace("{id}", id)).await;
        let never = asked(&bob.client, row.method, &row.path.replace("{id}", &unknown(id))).await;
        theirs.problem(404, "not-found");
        assert_eq!((theirs.status, theirs.text()), (never.status, never.text()), "{}", row.path);
        let names = |headers: &reqwest::header::HeaderMap| -> BTreeSet<String> {
            headers.keys().map(ToString::to_string).collect()
        };
        assert_eq!(names(&theirs.headers), names(&never.headers), "{}", row.path);
    }
    // And all of it is as it was.
    assert_eq!(ada.client.get(&format!("/v1/me/privacy-requests/{request}")).await["id"], request.as_str());
    let sessions = ada.client.get("/v1/sessions").await.to_string();
    assert!(sessions.contains(&session), "{sessions}");
    service.unharmed().await;
}

#[tokio::test]
async fn an_operators_token_can_end() {
    let service = Service::api().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let open = async |n: u32| {
        let body = json!({"email": format!("{n}@example.com"), "name": "N"});
        sent(&operator, "POST", "/v1/admin/accounts", &body).await
    };
    open(1).await.expect(201);
    let pool = service.pool().await;
    let expire = "UPDATE operator_token SET expires_at = clock_timestamp() - interval '1 second'";
    sqlx::query(expire).execute(&pool).await.unwrap();
    open(2).await.problem(401, "unauthenticated");
    sqlx::query("UPDATE operator_token SET expires_at = NULL").execute(&pool).await.unwrap();
    open(3).await.expect(201);
    sqlx::query("UPDATE operator_token SET revoked_at = clock_timestamp()").execute(&pool).await.unwrap();
    open(4).await.problem(401, "unauthenticated");
    service.unharmed().await;
}
