//! The words of each refusal: a client may rely on them.

use std::collections::BTreeMap;

use serde_json::json;

use super::service::{asked, sent, unpooled};
use super::{Answer, Service, send};
use crate::support::OPERATOR_TOKEN;

#[tokio::test]
async fn problems_read_the_same_for_ever() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let anonymous = unpooled(&service.client());
    let operator = anonymous.with_token(OPERATOR_TOKEN);
    let requests = "/v1/me/privacy-requests";
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let mut keep = |answer: Answer| {
        let problem = answer.json();
        let mut text = answer.text().to_owned();
        if let Some(id) = problem["request_id"].as_str() {
            text = text.replace(id, "[id]");
        }
        told.insert(problem["type"].as_str().unwrap().to_owned(), text);
    };
    keep(sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"surprise": 1})).await);
    let cut = ada.client.request("PUT", "/v1/me/preferences").header("Content-Type", "application/json");
    keep(send(cut.body("{")).await);
    keep(send(ada.client.request("PUT", "/v1/me/preferences").body("{}")).await);
    keep(asked(&ada.client, "GET", "/v1/sessions?limit=0").await);
    keep(asked(&anonymous, "GET", "/v1/me").await);
    let wrong = json!({"email": "nobody@example.com", "password": "x"});
    keep(sent(&anonymous, "POST", "/v1/sessions", &wrong).await);
    keep(sent(&ada.client, "POST", "/v1/sessions/reauthenticate", &json!({"password": "x"})).await);
    keep(asked(&anonymous, "GET", "/nothing").await);
    keep(asked(&anonymous, "PATCH", "/v1/me").await);
    let taken = json!({"email": ada.email, "name": "A"});
    keep(sent(&operator, "POST", "/v1/admin/accounts", &taken).await);
    let outdated = ada.client.request("PUT", "/v1/me/preferences").header("If-Match", "\"p0u0\"");
    keep(send(outdated.json(&json!({"personalization": true}))).await);
    let key = operator.request("POST", "/v1/admin/accounts").header("Idempotency-Key", "a b");
    keep(send(key.json(&taken)).await);
    for body in [&taken, &wrong] {
        let key = operator.request("POST", "/v1/admin/accounts").header("Idempotency-Key", "k");
        keep(send(key.json(body)).await);
    }
    let large = json!({"surprise": "x".repeat(1024 * 1024)});
    keep(sent(&anonymous, "POST", "/v1/sessions", &large).await);
    let crossed = anonymous.request("POST", "/v1/sessions").header("Sec-Fetch-Site", "cross-site");
    keep(send(crossed.json(&wrong)).await);
    let export = json!({"kind": "export", "confirm": true});
    let id = ada.client.post(requests, export.clone()).await["id"].as_str().unwrap().to_owned();
    keep(sent(&ada.client, "POST", requests, &export).await);
    keep(asked(&ada.client, "GET", &format!("{requests}/{id}/archive")).await);
    asked(&ada.client, "DELETE", &format!("{requests}/{id}")).await.expect(204);
    keep(asked(&ada.client, "GET", &format!("{requests}/{id}/archive")).await);
    service.let_sudo_pass().await;
    keep(sent(&ada.client, "POST", requests, &export).await);
    let all: Vec<String> = told.into_values().collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    {"type":"/problems/archive-gone","title":"The archive can no longer be had.","status":410,"detail":"The archive can no longer be had."}
    {"type":"/problems/archive-not-ready","title":"The archive is not ready yet.","status":409,"detail":"The archive is not ready yet.","state":"received"}
    {"type":"/problems/cross-site-request","title":"The request comes from another site.","status":403,"detail":"The request comes from another site."}
    {"type":"/problems/email-taken","title":"The email address belongs to another account.","status":409,"detail":"The email address belongs to another account."}
    {"type":"/problems/idempotency-key-reused","title":"The Idempotency-Key was used with another request.","status":422,"detail":"The Idempotency-Key was used with another request."}
    {"type":"/problems/invalid-idempotency-key","title":"The Idempotency-Key cannot be used.","status":400,"detail":"Send one Idempotency-Key of 1 to 255 visible ASCII characters."}
    {"type":"/problems/invalid-input","title":"The input is wrong.","status":422,"detail":"Some of the input is missing, unknown or wrong.","errors":[{"pointer":"/surprise","message":"unknown field `surprise`, expected `personalization` or `usage_logging`"}]}
    {"type":"/problems/invalid-parameters","title":"The query cannot be used.","status":400,"detail":"A parameter of the query is unknown or wrong.","errors":[{"parameter":"limit","message":"expected a number from 1 to 200"}]}
    {"type":"/problems/malformed-request","title":"The request cannot be read.","status":400,"detail":"The body is not JSON: see line 1, column 1."}
    {"type":"/problems/method-not-allowed","title":"This cannot be done with what is here.","status":405,"detail":"This route takes the methods that Allow names."}
    {"type":"/problems/not-found","title":"There is nothing here.","status":404,"detail":"There is no such route. See /openapi.json."}
    {"type":"/problems/precondition-failed","title":"It was changed since you last looked.","status":412,"detail":"It was changed since you last looked."}
    {"type":"/problems/reauthentication-required","title":"Give your password again first.","status":403,"detail":"Give your password again first."}
    {"type":"/problems/request-open","title":"A request of this kind is open already.","status":409,"detail":"A request of this kind is open already.","request_id":"[id]"}
    {"type":"/problems/too-large","title":"The body is too large.","status":413,"detail":"The body is larger than this route takes."}
    {"type":"/problems/unauthenticated","title":"Sign in first: a live token or session is needed.","status":401,"detail":"Sign in first: a live token or session is needed."}
    {"type":"/problems/unsupported-media-type","title":"The body must be application/json.","status":415,"detail":"The body must be application/json."}
    {"type":"/problems/wrong-credentials","title":"The email address or the password is wrong.","status":401,"detail":"The email address or the password is wrong."}
    {"type":"/problems/wrong-password","title":"The password is wrong.","status":403,"detail":"The password is wrong."}
    "#);
    service.unharmed().await;
}
