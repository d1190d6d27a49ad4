//! What wants the password given lately, and what giving it again does.

use serde_json::json;

use super::Service;
use super::service::{action, asked, keyed, sent};
use crate::support::{PASSWORD, sign_in};

const REQUESTS: &str = "/v1/me/privacy-requests";
const AGAIN: &str = "/v1/sessions/reauthenticate";

#[tokio::test]
async fn what_is_grave_wants_the_password_again() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let export = ada.ask_for("export").await;
    ada.completed(&export).await;
    let archive = format!("{REQUESTS}/{export}/archive");
    asked(&ada.client, "GET", &archive).await.expect(200);

    service.let_sudo_pass().await;
    for _ in 0..2 {
        sent(&ada.client, "POST", REQUESTS, &action("erasure"))
            .await
            .problem(403, "reauthentication-required");
        keyed(&ada.client, REQUESTS, "one", &action("erasure"))
            .await
            .problem(403, "reauthentication-required");
        asked(&ada.client, "GET", &archive).await.problem(403, "reauthentication-required");
        assert_eq!(asked(&ada.client, "HEAD", &archive).await.status, 403);
        let other =
            asked(&ada.client, "GET", &format!("{REQUESTS}/req_00000000000000000000000001/archive")).await;
        other.problem(403, "reauthentication-required");
        // A wrong password elevates nothing, and costs nobody their session.
        for wrong in ["", "wrong", "correct horse battery staple 8"] {
            sent(&ada.client, "POST", AGAIN, &json!({"password": wrong}))
                .await
                .problem(403, "wrong-password");
        }
        asked(&ada.client, "GET", "/v1/me").await.expect(200);
    }
    // What is not grave goes on.
    asked(&ada.client, "GET", REQUESTS).await.expect(200);
    asked(&ada.client, "GET", &format!("{REQUESTS}/{export}")).await.expect(200);
    sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"personalization": false})).await.expect(200);

    ada.client.reauthenticate().await;
    asked(&ada.client, "GET", &archive).await.expect(200);
    // The refusals were not kept as the answer to the key.
    keyed(&ada.client, REQUESTS, "one", &action("erasure")).await.expect(202);
    service.unharmed().await;
}

#[tokio::test]
async fn giving_it_in_one_session_counts_in_that_one() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let other = sign_in(&service.client(), &ada.email).await;
    service.let_sudo_pass().await;
    let before = service.client().with_token(&other.token().unwrap());
    other.reauthenticate().await;
    // The token from before opens nothing any more.
    asked(&before, "GET", "/v1/me").await.problem(401, "unauthenticated");
    sent(&ada.client, "POST", REQUESTS, &action("export")).await.problem(403, "reauthentication-required");
    sent(&other, "POST", REQUESTS, &action("export")).await.expect(202);
    // Nor does it come back with a repeat of the answer.
    let first = keyed(&ada.client, AGAIN, "k", &json!({"password": PASSWORD})).await.expect(200);
    ada.client.go_on_with(first.json()["token"].as_str().unwrap());
    service.let_sudo_pass().await;
    keyed(&ada.client, AGAIN, "k", &json!({"password": PASSWORD}))
        .await
        .problem(409, "answer-not-repeatable");
    sent(&ada.client, "POST", REQUESTS, &action("erasure")).await.problem(403, "reauthentication-required");
    service.unharmed().await;
}

#[tokio::test]
async fn a_moment_before_its_time_it_still_counts() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let pool = service.pool().await;
    let given = async |ago: &str| {
        let sql = format!("UPDATE session SET sudo_at = clock_timestamp() - interval '{ago}'");
        sqlx::query(&sql).execute(&pool).await.unwrap();
        asked(&ada.client, "GET", &format!("{REQUESTS}/req_00000000000000000000000001/archive")).await.status
    };
    assert_eq!(given("9 minutes 30 seconds").await, 404);
    assert_eq!(given("10 minutes").await, 403);
    // A clock that was set back does not make it count for longer.
    assert_eq!(given("-1 minutes").await, 403);
    service.unharmed().await;
}
