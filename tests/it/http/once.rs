//! One Idempotency-Key, many at once: where several aggregates change together.

use futures::future::join_all;
use serde_json::json;

use super::Service;
use super::service::keyed;

#[tokio::test]
async fn fifty_at_once_create_one_organization() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let mut twin = ada.client.clone();
    twin.base.clone_from(&elsewhere.base);
    let body = json!({"name": "Engines"});
    // Half of them through another process.
    let all = (0..50).map(|n| {
        let (client, body) = (if n % 2 == 0 { &ada.client } else { &twin }, &body);
        async move { keyed(client, "/v1/organizations", "one", body).await }
    });
    let answers = join_all(all).await;
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (201, answers[0].text()));
        for header in ["location", "event-position", "content-type"] {
            assert_eq!(answer.header(header), answers[0].header(header), "{header}");
        }
    }
    let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1);
    let list = ada.client.get("/v1/organizations").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let created = "SELECT count(*) FROM events WHERE event_type IN ('organization.created', 'account.organization_joined')";
    let created: i64 = sqlx::query_scalar(created).fetch_one(&service.pool().await).await.unwrap();
    assert_eq!(created, 2);
    service.unharmed().await;
}

#[tokio::test]
async fn whoever_repeats_what_was_done_but_never_answered_is_told_so() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let body = json!({"name": "Engines"});
    keyed(&ada.client, "/v1/organizations", "lost", &body).await.expect(201);
    // As if the process had died before it kept its answer.
    sqlx::query("UPDATE idempotency SET answer = NULL, started_at = started_at - interval '2 minutes'")
        .execute(&service.pool().await)
        .await
        .unwrap();
    keyed(&ada.client, "/v1/organizations", "lost", &body).await.problem(409, "answer-lost");
    assert_eq!(ada.client.get("/v1/organizations").await["items"].as_array().unwrap().len(), 1);
    service.unharmed().await;
}
