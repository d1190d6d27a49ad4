//! A proof counts for what it proved, as long as the account stands as it did then.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{
    PHONE, RECOVERY, Service, again, answer, ask_for_phone, begin, challenge, give_phone, sign_in_with_both,
    verify,
};
use crate::http::service::{asked, credentials, sent};
use crate::support::{PASSWORD, sign_in};

const GDPR_TOKEN: &str = "/v1/me/gdpr-token";
const PASSWORD_CHANGE: &str = "/v1/me/password";
const OTHER_PASSWORD: &str = "another horse entirely 9";

/// The reasons for which sessions ended, as the history tells them.
async fn ends(client: &crate::support::Client) -> Vec<String> {
    let history = client.get("/v1/me/history?limit=200").await;
    let events = history["items"].as_array().unwrap().iter();
    let ended = events.filter(|event| event["type"] == "account.signed_out");
    ended.map(|event| event["data"]["reason"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_session_that_gave_the_password_alone_does_nothing_once_a_phone_is_set() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let by_password = sign_in(&service.client(), &ada.email).await;
    asked(&by_password, "GET", "/v1/me/deletion").await.expect(200);
    give_phone(&service, &ada).await;
    for (method, path, body) in [
        ("DELETE", PHONE, Value::Null),
        ("POST", GDPR_TOKEN, json!({"confirm": true})),
        ("POST", RECOVERY, json!({"confirm": true})),
    ] {
        sent(&by_password, method, path, &body).await.problem(401, "unauthenticated");
    }
    // The session in which the phone answered has proved both.
    sent(&ada.client, "POST", GDPR_TOKEN, &json!({"confirm": true})).await.expect(201);
    assert_eq!(ends(&ada.client).await, ["phone_verified"]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_sent_to_the_phone_from_before_opens_nothing_after_it_changed() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let elsewhere = sign_in_with_both(&service, &ada).await;
    service.forget_tries().await;
    let question = begin(&service.client(), &ada).await;
    let to_old_phone = service.take_code().await.code;
    again(&elsewhere, None).await.problem(403, "second-factor-required");
    let to_elevate = service.take_code().await.code;

    ask_for_phone(&ada.client, "+442079460991", "sms").await.expect(202);
    verify(&ada.client, &service.take_code().await.code).await.expect(200);
    answer(&service.client(), &question, &to_old_phone).await.problem(403, "wrong-code");
    again(&elsewhere, Some(&to_elevate)).await.problem(401, "unauthenticated");
    asked(&elsewhere, "DELETE", PHONE).await.problem(401, "unauthenticated");
    assert_eq!(ada.client.get("/v1/me").await["two_factor"]["phone"], "•••91");
    service.unharmed().await;
}

#[tokio::test]
async fn recovery_codes_made_anew_end_what_the_old_ones_could_answer() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let old = give_phone(&service, &ada).await;
    let elsewhere = sign_in_with_both(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let code = service.take_code().await.code;
    sent(&ada.client, "POST", RECOVERY, &json!({"confirm": true})).await.expect(200);
    for typed in [&code, &old[0]] {
        answer(&service.client(), &question, typed).await.problem(403, "wrong-code");
    }
    asked(&elsewhere, "GET", "/v1/me").await.problem(401, "unauthenticated");
    assert!(ends(&ada.client).await.contains(&"recovery_codes_issued".to_owned()));
    service.unharmed().await;
}

#[tokio::test]
async fn a_phone_asked_for_before_the_password_changed_is_verified_by_nobody() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ask_for_phone(&ada.client, "+14155550142", "sms").await.expect(202);
    let code = service.take_code().await.code;
    let change = json!({"current": PASSWORD, "new": OTHER_PASSWORD});
    sent(&ada.client, "PUT", PASSWORD_CHANGE, &change).await.expect(204);
    verify(&ada.client, &code).await.problem(403, "wrong-code");
    assert_eq!(ada.client.get("/v1/me").await["two_factor"], Value::Null);
    service.unharmed().await;
}

#[tokio::test]
async fn of_two_changes_by_one_password_one_holds() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let thief = sign_in(&elsewhere.client(), &ada.email).await;
    let passwords = [OTHER_PASSWORD, "a third horse altogether 5"];
    let changes = [&ada.client, &thief].into_iter().zip(passwords).map(|(client, new)| async move {
        let change = json!({"current": PASSWORD, "new": new});
        sent(client, "PUT", PASSWORD_CHANGE, &change).await.status
    });
    let statuses = join_all(changes).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    for (status, password) in statuses.iter().zip(passwords) {
        let body = json!({"email": ada.email, "password": password});
        let expected = if *status == 204 { 201 } else { 401 };
        sent(&service.client(), "POST", "/v1/sessions", &body).await.expect(expected);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn no_session_that_began_meanwhile_outlives_a_change_of_the_password() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let clients = [service.client(), elsewhere.client()];
    for (from, to) in [(PASSWORD, OTHER_PASSWORD), (OTHER_PASSWORD, PASSWORD)] {
        service.forget_tries().await;
        let body = json!({"email": ada.email, "password": from});
        let signing_in = (0..6).map(|n| {
            let client = clients[n % 2].clone();
            let body = body.clone();
            async move {
                let begun = sent(&client, "POST", "/v1/sessions", &body).await;
                (begun.status == 201).then(|| client.with_token(begun.json()["token"].as_str().unwrap()))
            }
        });
        let change = json!({"current": from, "new": to});
        let (begun, changed) =
            tokio::join!(join_all(signing_in), sent(&ada.client, "PUT", PASSWORD_CHANGE, &change));
        changed.expect(204);
        for client in begun.into_iter().flatten() {
            asked(&client, "GET", "/v1/me").await.problem(401, "unauthenticated");
        }
    }
    let older: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM session JOIN authentication a USING (account_id)
         WHERE session.generation IS DISTINCT FROM a.generation",
    )
    .fetch_one(&service.pool().await)
    .await
    .unwrap();
    assert_eq!(older, 0);
    service.unharmed().await;
}

#[tokio::test]
async fn a_session_of_an_earlier_release_goes_on_and_proves_anew_what_is_grave() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let sql = "UPDATE session SET generation = NULL, factors = NULL";
    sqlx::query(sql).execute(&service.pool().await).await.unwrap();
    ada.client.get("/v1/me").await;
    asked(&ada.client, "GET", "/v1/me/deletion").await.problem(403, "reauthentication-required");
    let token = again(&ada.client, None).await.expect(200).json()["token"].clone();
    ada.client.go_on_with(token.as_str().unwrap());
    asked(&ada.client, "GET", "/v1/me/deletion").await.expect(200);
    // A question that it asked is asked anew.
    give_phone(&service, &ada).await;
    let asked = sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201);
    let code = service.take_code().await.code;
    sqlx::query("UPDATE challenge SET generation = NULL").execute(&service.pool().await).await.unwrap();
    let question = challenge(&asked.json()["second_factor"]);
    answer(&service.client(), &question, &code).await.problem(403, "wrong-code");
    service.unharmed().await;
}
