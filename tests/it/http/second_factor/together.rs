//! Several second factors beside each other: which of them can be given, and what is left when one goes.

use serde_json::{Value, json};

use super::{
    AGAIN, PHONE, SECOND, Service, TOTP, add_passkey, again, answer, begin, give_app, give_passkey,
    give_phone, rows, show_passkey, two_factor, with_passkeys,
};
use crate::http::service::{asked, credentials, sent};
use crate::support::{Authenticator, OPERATOR_TOKEN, PASSWORD, eventually, sign_in};

const SEND: &str = "/v1/sessions/second-factor/code";

#[tokio::test]
async fn beside_better_factors_a_code_is_sent_when_it_is_asked_for() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    give_passkey(&ada).await;
    give_app(&ada).await;
    let factors = ada.client.get("/v1/me/factors").await;
    assert_eq!(factors["phone"], json!({"phone": "•••42", "channel": "sms"}));
    let half = sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await;
    let second = half.expect(201).json()["second_factor"].clone();
    assert_eq!(second["methods"], json!(["passkey", "app", "phone", "recovery_code"]));
    assert_eq!((&second["channel"], &second["sent_to"]), (&Value::Null, &Value::Null));
    let question = second["challenge_id"].as_str().unwrap();
    let wish = json!({"challenge_id": question});
    let told = sent(&service.client(), "POST", SEND, &wish).await.expect(202).json();
    assert_eq!((&told["sent_to"], &told["challenge_id"]), (&json!("•••42"), &json!(question)));
    let first = service.take_code().await.code;
    // One that is sent later takes its place.
    sent(&service.client(), "POST", SEND, &wish).await.expect(202);
    let later = service.take_code().await.code;
    if first != later {
        answer(&service.client(), question, &first).await.problem(403, "wrong-code");
    }
    answer(&service.client(), question, &later).await.expect(201);
    sent(&service.client(), "POST", SEND, &wish).await.problem(403, "wrong-code");

    // In a session as well.
    let refused = again(&ada.client, None).await;
    let second = refused.problem(403, "second-factor-required")["second_factor"].clone();
    assert_eq!(second["sent_to"], Value::Null);
    let body = json!({"password": PASSWORD, "send_code": true});
    let refused = sent(&ada.client, "POST", AGAIN, &body).await;
    let second = refused.problem(403, "second-factor-required")["second_factor"].clone();
    assert_eq!(second["sent_to"], "•••42");
    again(&ada.client, Some(&service.take_code().await.code)).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn without_a_phone_no_code_can_be_sent() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    give_app(&ada).await;
    let wish = json!({"challenge_id": begin(&service.client(), &ada).await});
    sent(&service.client(), "POST", SEND, &wish).await.problem(409, "no-second-factor");
    let unknown = json!({"challenge_id": "chl_00000000000000000000000001"});
    sent(&service.client(), "POST", SEND, &unknown).await.problem(403, "wrong-code");
    sent(&service.client(), "POST", SECOND, &json!({})).await.problem(422, "invalid-input");
    service.unharmed().await;
}

#[tokio::test]
async fn recovery_codes_go_with_the_last_factor() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let (app, none) = give_app(&ada).await;
    assert_eq!(none, Value::Null);
    asked(&ada.client, "DELETE", PHONE).await.expect(204);
    let left = two_factor(&ada.client).await;
    assert_eq!((&left["phone"], &left["recovery_codes_left"]), (&Value::Null, &json!(10)));
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, &app.code()).await.expect(201);
    asked(&ada.client, "DELETE", TOTP).await.expect(204);
    assert_eq!(two_factor(&ada.client).await, Value::Null);
    assert_eq!(rows(&service, "recovery_code").await, 0);
    service.unharmed().await;
}

#[tokio::test]
async fn an_operator_removes_all_factors_after_proof() {
    let at_once = [
        ("PERSONAL_SETTINGS_PUBLIC_URL", "http://localhost:8080"),
        ("PERSONAL_SETTINGS_FACTOR_REMOVAL_WAIT", "1s"),
    ];
    let service = Service::start("serve", &at_once).await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    give_app(&ada).await;
    let mut key = Authenticator::new();
    add_passkey(&ada.client, &mut key).await.expect(201);
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/factor-removal", ada.account);
    sent(&operator, "POST", &path, &json!({"proof": "document_seen"})).await.expect(202);
    eventually("the factors are removed", || async { (rows(&service, "passkey").await == 0).then_some(()) })
        .await;
    show_passkey(&service.client(), &mut key).await.problem(403, "wrong-passkey");
    for table in ["authenticator_app", "recovery_code"] {
        assert_eq!(rows(&service, table).await, 0, "{table}");
    }
    let back = sign_in(&service.client(), &ada.email).await;
    assert_eq!(two_factor(&back).await, Value::Null);
    service.unharmed().await;
}
