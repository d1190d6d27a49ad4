//! Giving the password again takes both as well: one factor is never counted as two.

use serde_json::json;

use super::{
    AGAIN, SECOND, Service, VERIFY, again, another_than, answer, ask_for_phone, begin, challenge, give_phone,
    sign_in_with_both,
};
use crate::http::service::{asked, sent};
use crate::support::{Client, PASSWORD};

/// A route that wants the password given lately.
const GRAVE: &str = "/v1/me/deletion";

async fn is_elevated(client: &Client) -> bool {
    let answer = asked(client, "GET", GRAVE).await;
    if answer.status == 403 {
        answer.problem(403, "reauthentication-required");
    }
    answer.status == 200
}

#[tokio::test]
async fn the_password_alone_elevates_nothing() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    service.let_sudo_pass().await;
    assert!(!is_elevated(&ada.client).await);
    let refused = again(&ada.client, None).await;
    let second = refused.problem(403, "second-factor-required")["second_factor"].clone();
    assert_eq!((&second["channel"], &second["sent_to"]), (&json!("sms"), &json!("•••42")));
    let code = service.take_code().await.code;
    assert!(!is_elevated(&ada.client).await);
    // Nor does the code alone, nor a wrong one.
    let guess = json!({"password": "wrong", "code": code});
    sent(&ada.client, "POST", AGAIN, &guess).await.problem(403, "wrong-password");
    again(&ada.client, Some(&another_than(&code))).await.problem(403, "wrong-code");
    assert!(!is_elevated(&ada.client).await);

    let before = service.client().with_token(&ada.client.token().unwrap());
    let done = again(&ada.client, Some(&code)).await.expect(200);
    let token = done.json()["token"].as_str().unwrap().to_owned();
    assert!(done.header("set-cookie").starts_with(&format!("session={token};")), "{done:?}");
    asked(&before, "GET", "/v1/me").await.problem(401, "unauthenticated");
    ada.client.go_on_with(&token);
    assert!(is_elevated(&ada.client).await);
    // Once.
    service.let_sudo_pass().await;
    again(&ada.client, Some(&code)).await.problem(403, "wrong-code");
    assert!(!is_elevated(&ada.client).await);
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_elevates_the_session_in_which_it_was_asked_for() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let other = sign_in_with_both(&service, &ada).await;
    service.let_sudo_pass().await;
    again(&ada.client, None).await.problem(403, "second-factor-required");
    let code = service.take_code().await.code;
    // In the other there is no question, or another one.
    again(&other, Some(&code)).await.problem(403, "wrong-code");
    again(&other, None).await.problem(403, "second-factor-required");
    let code_of_other = service.take_code().await.code;
    assert_ne!(code, code_of_other);
    again(&other, Some(&code)).await.problem(403, "wrong-code");
    again(&ada.client, Some(&code_of_other)).await.problem(403, "wrong-code");
    assert!(!is_elevated(&other).await && !is_elevated(&ada.client).await);
    let token = again(&ada.client, Some(&code)).await.expect(200).json()["token"].clone();
    ada.client.go_on_with(token.as_str().unwrap());
    assert!(!is_elevated(&other).await && is_elevated(&ada.client).await);
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_is_good_for_what_it_was_sent_for_and_nothing_else() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    service.forget_tries().await;
    let anonymous = service.client();
    // Three questions of one account: signing in, giving the password again, a new phone.
    let signing_in = begin(&anonymous, &ada).await;
    let to_sign_in = service.take_code().await.code;
    let refused = again(&ada.client, None).await;
    let elevating = challenge(&refused.problem(403, "second-factor-required")["second_factor"]);
    let to_elevate = service.take_code().await.code;
    let asked_phone = ask_for_phone(&ada.client, "+442079460991", "sms").await.expect(202).json();
    let verifying = challenge(&asked_phone);
    let to_verify = service.take_code().await.code;
    assert!(to_sign_in != to_elevate && to_elevate != to_verify && to_verify != to_sign_in);

    for (question, code) in [
        (&signing_in, &to_elevate),
        (&signing_in, &to_verify),
        (&elevating, &to_elevate),
        (&elevating, &to_sign_in),
        (&verifying, &to_verify),
    ] {
        let body = json!({"challenge_id": question, "code": code});
        sent(&anonymous, "POST", SECOND, &body).await.problem(403, "wrong-code");
    }
    for code in [&to_sign_in, &to_verify] {
        again(&ada.client, Some(code)).await.problem(403, "wrong-code");
    }
    for code in [&to_sign_in, &to_elevate] {
        sent(&ada.client, "POST", VERIFY, &json!({"code": code})).await.problem(403, "wrong-code");
    }
    // Each is still good for its own.
    answer(&anonymous, &signing_in, &to_sign_in).await.expect(201);
    let token = again(&ada.client, Some(&to_elevate)).await.expect(200).json()["token"].clone();
    ada.client.go_on_with(token.as_str().unwrap());
    sent(&ada.client, "POST", VERIFY, &json!({"code": to_verify})).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn without_a_phone_a_code_is_not_asked_for_and_not_looked_at() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let body = json!({"password": PASSWORD, "code": "123456"});
    let done = sent(&ada.client, "POST", AGAIN, &body).await.expect(200);
    ada.client.go_on_with(done.json()["token"].as_str().unwrap());
    assert!(is_elevated(&ada.client).await);
    service.unharmed().await;
}
