//! The token for the GDPR APIs: shown once, one at a time, gone at once.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value, json};

use super::later;
use super::service::{asked, assert_quiet, keyed, sent};
use super::{Answer, Service};
use crate::support::{Client, Person};

const TOKEN: &str = "/v1/me/gdpr-token";
const OWN: &str = "/v1/credentials/self";

async fn make(person: &Person) -> Value {
    let made = sent(&person.client, "POST", TOKEN, &json!({"confirm": true})).await.expect(201);
    assert_eq!((made.header("cache-control"), made.header("location")), ("no-store", TOKEN));
    made.json()
}

fn token(made: &Value) -> &str {
    made["token"].as_str().unwrap()
}

/// What a program that shows the token is told.
async fn shown(client: &Client, token: &str) -> Answer {
    asked(&client.with_token(token), "GET", OWN).await
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_facts_afterwards() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    asked(&ada.client, "GET", TOKEN).await.problem(404, "not-found");
    let made = make(&ada).await;
    assert!(token(&made).starts_with("psg_") && token(&made).len() == 53, "{made}");
    let mail = service.take_mail("gdpr_token_issued", &ada.email).await;
    assert!(!mail.raw.contains(&token(&made)[4..]), "{mail:?}");
    let facts = asked(&ada.client, "GET", TOKEN).await.expect(200);
    assert!(!facts.text().contains("psg_"), "{facts:?}");
    let facts = facts.json();
    assert_eq!((&facts["fingerprint"], &facts["expires_at"]), (&made["fingerprint"], &made["expires_at"]));
    let instant = |member: &str| facts[member].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(instant("expires_at") - instant("issued_at"), TimeDelta::days(365));
    assert_eq!(facts["last_used_at"], Value::Null);
    shown(&service.client(), token(&made)).await.expect(200);
    assert!(ada.client.get(TOKEN).await["last_used_at"].is_string());

    // Neither the database nor the history holds it.
    let pool = service.pool().await;
    let kept: String =
        sqlx::query_scalar("SELECT row_to_json(c)::text FROM credential c").fetch_one(&pool).await.unwrap();
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    let hex: String = token(&made).bytes().map(|byte| format!("{byte:02x}")).collect();
    for text in [kept, history] {
        assert!(!text.contains(&token(&made)[4..]) && !text.contains(&hex), "{text}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_new_token_is_the_end_of_the_old_one_in_every_process() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let old = make(&ada).await;
    for client in [service.client(), elsewhere.client()] {
        shown(&client, token(&old)).await.expect(200);
    }
    let new = make(&ada).await;
    for client in [service.client(), elsewhere.client()] {
        shown(&client, token(&old)).await.problem(401, "credential-revoked");
        shown(&client, token(&new)).await.expect(200);
    }
    assert_eq!(ada.client.get(TOKEN).await["fingerprint"], new["fingerprint"]);
    asked(&ada.client, "DELETE", TOKEN).await.expect(204);
    for client in [service.client(), elsewhere.client()] {
        shown(&client, token(&new)).await.problem(401, "credential-revoked");
    }
    asked(&ada.client, "GET", TOKEN).await.problem(404, "not-found");
    asked(&ada.client, "DELETE", TOKEN).await.problem(404, "not-found");
    service.take_mail("gdpr_token_revoked", &ada.email).await;
    // It opens nothing but what it is for.
    let last = make(&ada).await;
    for (method, path) in [("GET", "/v1/me"), ("DELETE", TOKEN), ("GET", "/v1/sessions")] {
        asked(&service.client().with_token(token(&last)), method, path).await.problem(401, "unauthenticated");
    }
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_made_at_once_one_lives() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let made = join_all((0..8).map(|_| make(&ada))).await;
    let mut alive = Vec::new();
    for made in &made {
        let answer = shown(&service.client(), token(made)).await;
        match answer.status {
            200 => alive.push(made),
            _ => drop(answer.problem(401, "credential-revoked")),
        }
    }
    assert_eq!(alive.len(), 1, "{alive:?}");
    assert_eq!(ada.client.get(TOKEN).await["fingerprint"], alive[0]["fingerprint"]);
    // Whoever repeats a request that was answered is told so, gets no token, and ends none.
    let again = async || keyed(&ada.client, TOKEN, "k", &json!({"confirm": true})).await;
    let first = again().await.expect(201);
    let repeat = again().await;
    repeat.problem(409, "answer-not-repeatable");
    assert!(!repeat.text().contains(token(&first.json())), "{repeat:?}");
    shown(&service.client(), token(&first.json())).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_lives_for_a_year_and_its_end_is_told_before() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let made = make(&ada).await;
    // A day less than a month before its end, a day less than a week, and a day after.
    for (days, notice) in [(336, "gdpr_token_expires_in_30_days"), (359, "gdpr_token_expires_in_7_days")] {
        later::attend(&service, days, &ada.account).await;
        service.take_mail(notice, &ada.email).await;
        shown(&service.client(), token(&made)).await.expect(200);
    }
    later::attend(&service, 366, &ada.account).await;
    service.take_mail("gdpr_token_expired", &ada.email).await;
    shown(&service.client(), token(&made)).await.problem(401, "credential-expired");
    asked(&ada.client, "GET", TOKEN).await.problem(404, "not-found");
    // Also where nobody has seen to it yet.
    let next = make(&ada).await;
    sqlx::query("UPDATE credential SET expires_at = clock_timestamp()")
        .execute(&service.pool().await)
        .await
        .unwrap();
    shown(&service.client(), token(&next)).await.problem(401, "credential-expired");
    asked(&ada.client, "GET", TOKEN).await.problem(404, "not-found");
    service.unharmed().await;
}
