//! Nobody finds out who has an account: not from the answer, and not from how long it takes.

use std::time::{Duration, Instant};

use serde_json::json;

use super::service::{credentials, sent};
use super::{Answer, Service};
use crate::support::OPERATOR_TOKEN;

const TRIES: usize = 15;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What stays of an answer when its date and its id are left out.
fn without_ids(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id" && *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.text().to_owned())
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_wrong_password() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let operator = client.with_token(OPERATOR_TOKEN);
    // Nobody can sign in to this one.
    operator.post("/v1/admin/accounts", json!({"email": "mute@example.com", "name": "Mute"})).await;
    let bodies = [
        json!({"email": "nobody@example.com", "password": "wrong"}),
        json!({"email": ada.email, "password": "wrong"}),
        json!({"email": "mute@example.com", "password": "wrong"}),
    ];
    let mut times = [const { Vec::new() }; 3];
    let mut answers = Vec::new();
    for _ in 0..TRIES {
        for (body, times) in bodies.iter().zip(&mut times) {
            let began = Instant::now();
            let answer = sent(&client, "POST", "/v1/sessions", body).await;
            times.push(began.elapsed());
            answer.problem(401, "wrong-credentials");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            answers.push(without_ids(&answer));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let [unknown, wrong, mute] = times.map(median);
    for (one, other) in [(unknown, wrong), (wrong, unknown), (mute, wrong), (wrong, mute)] {
        assert!(one < other * 2, "unknown {unknown:?}, wrong password {wrong:?}, no password {mute:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn signing_in_tells_who_one_is() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let answer =
        sent(&service.client(), "POST", "/v1/sessions", &credentials("ADA@Example.COM")).await.expect(201);
    let told = answer.json();
    assert_eq!(told["account_id"], ada.account.as_str());
    assert_eq!(told["second_factor"], json!(null));
    let token = told["token"].as_str().unwrap();
    assert!(token.starts_with("pss_") && token.len() == 53, "{token}");
    assert_ne!(Some(token), ada.client.token().as_deref());
    let session = told["session_id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/v1/sessions/{session}"));
    let me = service.client().with_token(token).get("/v1/me").await;
    assert_eq!((&me["account_id"], &me["email"]), (&told["account_id"], &json!("ada@example.com")));
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_that_is_almost_right_opens_nothing() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = ada.client.token().unwrap();
    let mut last = token.clone();
    let end = if last.pop() == Some('a') { 'b' } else { 'a' };
    last.push(end);
    for almost in
        [last, token.to_uppercase(), token[..52].to_owned(), format!("{token}a"), token[4..].to_owned()]
    {
        let client = service.client().with_token(&almost);
        sent(&client, "GET", "/v1/me", &json!(null)).await.problem(401, "unauthenticated");
    }
    ada.client.get("/v1/me").await;
    // Nor does what is stored of it.
    let pool = service.pool().await;
    let hash: String =
        sqlx::query_scalar("SELECT encode(token_hash, 'hex') FROM session").fetch_one(&pool).await.unwrap();
    let client = service.client().with_token(&hash);
    sent(&client, "GET", "/v1/me", &json!(null)).await.problem(401, "unauthenticated");
    service.unharmed().await;
}

#[tokio::test]
async fn a_password_is_the_same_however_its_letters_are_composed() {
    let service = Service::api().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let account = json!({"email": "zoe@example.com", "name": "Zoë", "password": "cafe\u{301} cre\u{300}me"});
    operator.post("/v1/admin/accounts", account).await;
    for password in ["caf\u{e9} cr\u{e8}me", "cafe\u{301} cr\u{e8}me"] {
        let body = json!({"email": "zoe@example.com", "password": password});
        sent(&service.client(), "POST", "/v1/sessions", &body).await.expect(201);
    }
    service.unharmed().await;
}
