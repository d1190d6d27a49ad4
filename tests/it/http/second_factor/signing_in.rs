//! Signing in takes both: the password, and a code.

use serde_json::{Value, json};

use super::{Service, another_than, answer, begin, challenge, give_phone, sign_in_with_both};
use crate::http::service::{asked, credentials, keyed, sent};
use crate::support::PASSWORD;

#[tokio::test]
async fn the_password_alone_begins_no_session() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let client = service.client();
    let half = sent(&client, "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201);
    assert!(!half.headers.contains_key("set-cookie") && !half.headers.contains_key("location"), "{half:?}");
    let told = half.json();
    for member in ["token", "account_id", "session_id", "expires_at"] {
        assert_eq!(told[member], Value::Null, "{told}");
    }
    let second = &told["second_factor"];
    assert_eq!((&second["channel"], &second["sent_to"]), (&json!("sms"), &json!("•••42")));
    let question = challenge(second);
    assert!(question.starts_with("chl_"), "{told}");
    assert_eq!(ada.client.get("/v1/sessions").await["items"].as_array().unwrap().len(), 1);

    let code = service.take_code().await.code;
    answer(&client, &question, &another_than(&code)).await.problem(403, "wrong-code");
    // Typed as people type.
    let typed = format!(" {} {}", &code[..3], &code[3..]);
    let begun = answer(&client, &question, &typed).await.expect(201);
    assert!(begun.header("set-cookie").starts_with("session=pss_"), "{begun:?}");
    let told = begun.json();
    assert_eq!((&told["account_id"], &told["second_factor"]), (&json!(ada.account), &Value::Null));
    assert_eq!(begun.header("location"), format!("/v1/sessions/{}", told["session_id"].as_str().unwrap()));
    let fresh = client.with_token(told["token"].as_str().unwrap());
    assert_eq!(fresh.get("/v1/me").await["account_id"], ada.account.as_str());
    // Both were given just now.
    asked(&fresh, "GET", "/v1/me/deletion").await.expect(200);
    answer(&client, &question, &code).await.problem(403, "wrong-code");
    assert_eq!(ada.client.get("/v1/sessions").await["items"].as_array().unwrap().len(), 2);
    let history = ada.client.get("/v1/me/history?limit=50").await;
    let types: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    let place = |kind: &str| types.iter().position(|known| *known == kind);
    assert!(place("account.signed_in") < place("account.second_factor_asked"), "{types:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_answers_its_own_question_alone() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    give_phone(&service, &ada).await;
    give_phone(&service, &bob).await;
    let client = service.client();
    let adas = begin(&client, &ada).await;
    let code_of_ada = service.take_code().await.code;
    let bobs = begin(&client, &bob).await;
    let code_of_bob = service.take_code().await.code;
    // One in a million times they are the same.
    assert_ne!(code_of_ada, code_of_bob);
    answer(&client, &adas, &code_of_bob).await.problem(403, "wrong-code");
    answer(&client, &bobs, &code_of_ada).await.problem(403, "wrong-code");
    // Beginning anew lets the first question die, and its code.
    let newer = begin(&client, &ada).await;
    let newer_code = service.take_code().await.code;
    assert_ne!(code_of_ada, newer_code);
    answer(&client, &adas, &code_of_ada).await.problem(403, "wrong-code");
    answer(&client, &newer, &code_of_ada).await.problem(403, "wrong-code");
    answer(&client, &newer, &newer_code).await.expect(201);
    let told = answer(&client, &bobs, &code_of_bob).await.expect(201).json();
    assert_eq!(told["account_id"], bob.account.as_str());
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_is_too_old_after_ten_minutes_and_dies_with_the_password() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let client = service.client();
    let question = begin(&client, &ada).await;
    let code = service.take_code().await.code;
    let age = |by: &'static str| {
        let sql = format!("UPDATE challenge SET expires_at = expires_at - interval '{by}'");
        let pool = service.pool();
        async move { sqlx::query(&sql).execute(&pool.await).await.unwrap() }
    };
    age("10 minutes").await;
    answer(&client, &question, &code).await.problem(403, "wrong-code");
    age("-1 minutes").await;
    // Now it would be right; but the password it came with does not hold any more.
    let change = json!({"current": PASSWORD, "new": "another horse entirely 9"});
    sent(&ada.client, "PUT", "/v1/me/password", &change).await.expect(204);
    answer(&client, &question, &code).await.problem(403, "wrong-code");
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_right_answers_at_once_one_signs_in() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let code = service.take_code().await.code;
    let clients = [service.client(), elsewhere.client(), service.client(), elsewhere.client()];
    let tries = clients.iter().map(|client| answer(client, &question, &code));
    let mut statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403, 403, 403]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_repeat_of_the_second_step_gives_no_session_whatever_its_key() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let code = service.take_code().await.code;
    let second = async |code: &str| {
        let body = json!({"challenge_id": question, "code": code});
        keyed(&service.client(), "/v1/sessions/second-factor", "once", &body).await
    };
    let first = second(&code).await.expect(201);
    let repeat = second(&code).await;
    repeat.problem(403, "wrong-code");
    assert!(!repeat.text().contains(first.json()["token"].as_str().unwrap()));
    sign_in_with_both(&service, &ada).await;
    service.unharmed().await;
}
