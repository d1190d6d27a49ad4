//! A second factor that another has set is taken back by who reads the account's mail.

use serde_json::{Value, json};

use super::{RECOVERY, Service, answer, ask_for_phone, begin, give_phone, sign_in_with_both, verify};
use crate::http::Answer;
use crate::http::service::{asked, credentials, sent};
use crate::support::{Client, sign_in};

async fn undo(client: &Client, token: &str) -> Answer {
    sent(client, "POST", "/v1/factor-undos", &json!({"token": token})).await
}

async fn choose_password(service: &Service, token: &str, password: &str) {
    let body = json!({"token": token, "password": password});
    sent(&service.client(), "PUT", "/v1/password-resets", &body).await.expect(204);
}

#[tokio::test]
async fn an_intruders_phone_is_taken_back_for_a_week_whatever_the_intruder_does() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let thief = sign_in(&service.client(), &ada.email).await;
    ask_for_phone(&thief, "+442079460991", "sms").await.expect(202);
    verify(&thief, &service.take_code().await.code).await.expect(200);
    let link = service.take_mail("phone_verified", &ada.email).await.token().to_owned();
    // The owner is out; the intruder makes new codes, another phone, and asks for another address.
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    sent(&thief, "POST", RECOVERY, &json!({"confirm": true})).await.expect(200);
    ask_for_phone(&thief, "+442079460992", "sms").await.expect(202);
    verify(&thief, &service.take_code().await.code).await.expect(200);
    sent(&thief, "PUT", "/v1/me/email", &json!({"email": "thief@example.com"})).await.expect(202);
    let confirm = service.take_mail("email_confirmation", "thief@example.com").await.token().to_owned();

    undo(&service.client(), &link).await.expect(204);
    asked(&thief, "GET", "/v1/me").await.problem(401, "unauthenticated");
    let confirm = json!({"token": confirm});
    sent(&service.client(), "POST", "/v1/email-confirmations", &confirm).await.problem(410, "link-dead");
    service.take_mail("second_factor_undone", &ada.email).await;
    let reset = service.take_mail("password_reset_link", &ada.email).await;
    choose_password(&service, reset.token(), "another horse entirely 9").await;
    let body = json!({"email": ada.email, "password": "another horse entirely 9"});
    let begun = sent(&service.client(), "POST", "/v1/sessions", &body).await.expect(201).json();
    assert_eq!(begun["second_factor"], Value::Null);
    let owner = service.client().with_token(begun["token"].as_str().unwrap());
    assert_eq!(owner.get("/v1/me").await["two_factor"], Value::Null);
    assert!(owner.get("/v1/me/history?limit=100").await.to_string().contains("account.second_factor_undone"));
    undo(&service.client(), &link).await.problem(410, "link-dead");
    service.unharmed().await;
}

#[tokio::test]
async fn a_phone_set_after_the_address_was_changed_is_told_to_the_address_from_before() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let thief = sign_in(&service.client(), &ada.email).await;
    sent(&thief, "PUT", "/v1/me/email", &json!({"email": "thief@example.com"})).await.expect(202);
    let confirm = service.take_mail("email_confirmation", "thief@example.com").await.token().to_owned();
    let confirm = json!({"token": confirm});
    sent(&service.client(), "POST", "/v1/email-confirmations", &confirm).await.expect(204);
    ask_for_phone(&thief, "+442079460991", "sms").await.expect(202);
    verify(&thief, &service.take_code().await.code).await.expect(200);
    // With both links the owner is back: the address, and then the phone.
    let phone = service.take_mail("phone_verified", &ada.email).await.token().to_owned();
    let email = service.take_mail("email_change", &ada.email).await.token().to_owned();
    sent(&service.client(), "POST", "/v1/email-undos", &json!({"token": email})).await.expect(204);
    undo(&service.client(), &phone).await.expect(204);
    sent(&service.client(), "POST", "/v1/sessions", &credentials("thief@example.com"))
        .await
        .problem(401, "wrong-credentials");
    let begun =
        sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201).json();
    assert_eq!(begun["second_factor"], Value::Null);
    service.unharmed().await;
}

#[tokio::test]
async fn recovery_codes_are_taken_back_and_the_phone_stays() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let made = sent(&ada.client, "POST", RECOVERY, &json!({"confirm": true})).await.expect(200).json();
    let link = service.take_mail("recovery_codes_issued", &ada.email).await.token().to_owned();
    undo(&service.client(), &link).await.expect(204);
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    let question = begin(&service.client(), &ada).await;
    let stolen = made["recovery_codes"][0].as_str().unwrap();
    answer(&service.client(), &question, stolen).await.problem(403, "wrong-code");
    service.take_code().await;
    let back = sign_in_with_both(&service, &ada).await;
    let expected =
        json!({"phone": "•••42", "channel": "sms", "app": false, "passkeys": 0, "recovery_codes_left": 0});
    assert_eq!(back.get("/v1/me").await["two_factor"], expected);
    service.unharmed().await;
}

#[tokio::test]
async fn the_link_works_for_a_week_and_where_something_is_left_to_take_back() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let link = service.take_mail("phone_verified", &ada.email).await.token().to_owned();
    let age = async |by: &str| {
        let sql = format!("UPDATE link SET expires_at = expires_at - interval '{by}'");
        sqlx::query(&sql).execute(&service.pool().await).await.unwrap();
    };
    age("7 days").await;
    undo(&service.client(), &link).await.problem(410, "link-dead");
    age("-1 hours").await;
    asked(&ada.client, "DELETE", super::PHONE).await.expect(204);
    undo(&service.client(), &link).await.problem(410, "link-dead");
    // Nothing has ended by that.
    ada.client.get("/v1/me").await;
    service.unharmed().await;
}
