//! What one account can make the service keep or send: so much at a stretch, and then slowly. What ends an intrusion goes
//! on all the same.

use futures::future::join_all;
use serde_json::{Value, json};

use super::Service;
use super::service::{asked, sent};
use crate::support::{Client, PASSWORD, sign_in};

/// How many of so many commands at once are granted; the others must be told when to come back.
async fn flood(
    client: &Client,
    times: usize,
    method: &str,
    path: &str,
    body: impl Fn(usize) -> Value,
) -> usize {
    let mut granted = 0;
    for start in (0..times).step_by(40) {
        let crowd = (start..times.min(start + 40)).map(|n| {
            let body = body(n);
            async move { sent(client, method, path, &body).await }
        });
        for answer in join_all(crowd).await {
            if answer.status == 429 {
                answer.problem(429, "too-many-tries");
                assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{answer:?}");
            } else {
                assert!(answer.status < 500, "{answer:?}");
                granted += 1;
            }
        }
    }
    granted
}

/// 1,127 events of one session came in fifteen seconds, and they are for ever.
#[tokio::test]
async fn a_session_sends_so_many_commands_and_then_slowly() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let intruder = sign_in(&service.client(), &ada.email).await;
    let rename = |n: usize| json!({"name": format!("Renamed {n}")});
    let granted = flood(&intruder, 600, "PATCH", "/v1/me", rename).await;
    assert!((200..400).contains(&granted), "{granted}");
    // Another session goes on, and the account as a whole has an end too.
    let switch = |n: usize| json!({"personalization": n.is_multiple_of(2)});
    let granted = flood(&ada.client, 20, "PUT", "/v1/me/preferences", switch).await;
    assert_eq!(granted, 20);
    // What ends an intrusion is counted apart.
    let change = json!({"current": PASSWORD, "new": "another horse entirely 9"});
    sent(&ada.client, "PUT", "/v1/me/password", &change).await.expect(204);
    asked(&intruder, "GET", "/v1/me").await.problem(401, "unauthenticated");
    service.unharmed().await;
}

#[tokio::test]
async fn what_leaves_something_for_ever_has_a_limit_of_its_own_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let twin = Client { base: elsewhere.base.clone(), ..ada.client.clone() };
    let confirm = |_| json!({"confirm": true});
    let here = flood(&ada.client, 40, "POST", "/v1/me/gdpr-token", confirm).await;
    let there = flood(&twin, 40, "POST", "/v1/me/gdpr-token", confirm).await;
    assert_eq!(here + there, 50);
    // Of another kind there is as much as before, and it can be revoked.
    asked(&twin, "DELETE", "/v1/me/gdpr-token").await.expect(204);
    sent(&twin, "POST", "/v1/organizations", &json!({"name": "Engines"})).await.expect(201);
    service.unharmed().await;
}
