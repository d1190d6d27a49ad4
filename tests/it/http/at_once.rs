//! Many at once: everything is answered, nobody hears of anybody else.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use super::Service;
use super::service::{asked, credentials, sent};

#[tokio::test]
async fn a_crowd_that_signs_in_at_once_is_answered_in_time() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let began = Instant::now();
    let crowd = (0..24).map(|n| {
        let (client, email) = (client.clone(), ada.email.clone());
        async move {
            let body = match n % 3 {
                0 => credentials(&email),
                1 => json!({"email": email, "password": "wrong"}),
                _ => json!({"email": format!("{n}@example.com"), "password": "wrong"}),
            };
            let status = sent(&client, "POST", "/v1/sessions", &body).await.status;
            (n % 3, status)
        }
    });
    for (kind, status) in join_all(crowd).await {
        let expected = if kind == 0 { 201 } else { 401 };
        assert_eq!(status, expected);
    }
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    let sessions = ada.client.get("/v1/sessions?limit=200").await;
    assert_eq!(sessions["items"].as_array().unwrap().len(), 9);
    service.unharmed().await;
}

#[tokio::test]
async fn changes_of_one_account_at_once_are_all_made_one_after_the_other() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let turns = (0..16).map(|n| {
        let body = json!({"personalization": n % 2 == 0});
        let client = ada.client.clone();
        async move { sent(&client, "PUT", "/v1/me/preferences", &body).await }
    });
    let answers = join_all(turns).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
    let page = ada.client.get("/v1/me/history?limit=200").await;
    let entries = page["items"].as_array().unwrap();
    // Newest first: each turned the switch from where the one before had left it.
    let mut state = asked(&ada.client, "GET", "/v1/me/preferences").await.json()["personalization"].clone();
    for change in entries.iter().filter(|entry| entry["type"] == "account.preferences_changed") {
        let turned = &change["data"]["personalization"];
        assert_eq!(turned["to"], state, "{change}");
        assert_ne!(turned["from"], turned["to"], "{change}");
        state = turned["from"].clone();
    }
    assert_eq!(state, true, "an account begins with it on");
    let sequences: Vec<i64> = entries.iter().map(|entry| entry["sequence"].as_i64().unwrap()).collect();
    assert!(sequences.windows(2).all(|pair| pair[0] == pair[1] + 1), "{sequences:?}");
    service.unharmed().await;
}
