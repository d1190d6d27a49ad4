//! Choosing a new password by a link that was mailed.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use super::service::{asked, assert_quiet, credentials, keyed, sent};
use super::{Answer, Service};
use crate::support::{Client, OPERATOR_TOKEN, PASSWORD, sign_in};

const RESETS: &str = "/v1/password-resets";
const NEW: &str = "another horse entirely 9";

async fn ask(client: &Client, email: &str) -> Answer {
    sent(client, "POST", RESETS, &json!({"email": email})).await
}

/// Asks, and reads the mail.
async fn link(service: &Service, email: &str) -> String {
    ask(&service.client(), email).await.expect(202);
    service.take_mail("password_reset_link", email).await.token().to_owned()
}

async fn choose(client: &Client, token: &str, password: &str) -> Answer {
    sent(client, "PUT", RESETS, &json!({"token": token, "password": password})).await
}

async fn sign_in_with(service: &Service, email: &str, password: &str) -> Answer {
    sent(&service.client(), "POST", "/v1/sessions", &json!({"email": email, "password": password})).await
}

#[tokio::test]
async fn a_new_password_is_chosen_once_and_ends_all_sessions() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let other = sign_in(&elsewhere.client(), &ada.email).await;
    let token = link(&service, "ADA@example.com").await;
    // What cannot be a password uses nothing up.
    for unfit in ["short", "password", &"x".repeat(129)] {
        assert_eq!(choose(&service.client(), &token, unfit).await.pointers(), ["/password"]);
    }
    let chosen = choose(&service.client(), &token, NEW).await.expect(204);
    assert!(!chosen.headers.contains_key("set-cookie"), "it signs nobody in: {chosen:?}");
    for client in [&ada.client, &other] {
        for base in [&service.program.base, &elsewhere.base] {
            let client = Client { base: base.clone(), ..client.clone() };
            asked(&client, "GET", "/v1/me").await.problem(401, "unauthenticated");
        }
    }
    choose(&service.client(), &token, "yet another horse 5").await.problem(410, "link-dead");
    sign_in_with(&service, &ada.email, PASSWORD).await.problem(401, "wrong-credentials");
    let begun = sign_in_with(&service, &ada.email, NEW).await.expect(201).json();
    service.take_mail("password_changed", &ada.email).await;
    let client = service.client().with_token(begun["token"].as_str().unwrap());
    let history = client.get("/v1/me/history?limit=50").await;
    let items = history["items"].as_array().unwrap();
    let asked_for = items.iter().find(|item| item["type"] == "account.password_reset_asked").unwrap();
    // Nobody had proved who they were: it is nobody's address that is kept.
    assert_eq!((&asked_for["actor"], &asked_for["ip_address"]), (&json!("service"), &Value::Null));
    assert!(items.iter().any(|item| item["type"] == "account.password_reset"), "{history}");
    assert_eq!(items.iter().filter(|item| item["type"] == "account.signed_out").count(), 2, "{history}");
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

/// What stands in a path stands in the logs of proxies, and a link whose password was refused is alive.
#[tokio::test]
async fn a_link_is_opened_by_the_body_of_a_request_and_by_no_address() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let token = link(&service, &ada.email).await;
    for address in [format!("{RESETS}/{token}"), format!("{RESETS}?token={token}")] {
        let answer = sent(&service.client(), "PUT", &address, &json!({"password": NEW})).await;
        assert!([404, 422].contains(&answer.status), "{answer:?}");
    }
    choose(&service.client(), &token, NEW).await.expect(204);
    service.unharmed().await;
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_known_one() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    let client = service.client();
    let mut answers = Vec::new();
    for email in [ada.email.as_str(), "nobody@example.com", "ADA@EXAMPLE.COM", "nobody@elsewhere.example"] {
        answers.push(ask(&client, email).await.expect(202));
    }
    for answer in &answers {
        assert!(answer.body.is_empty(), "{answer:?}");
        assert_eq!(names(answer), names(&answers[0]));
    }
    service.take_mail("password_reset_link", &ada.email).await;
    service.take_mail("password_reset_link", &ada.email).await;

    // What is done for a known one is done after the answer: it comes also while nothing can be written.
    let pool = service.pool().await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE link, events IN EXCLUSIVE MODE").execute(&mut *held).await.unwrap();
    let patience = Duration::from_secs(5);
    let answer =
        tokio::time::timeout(patience, ask(&client, &ada.email)).await.expect("it is not waited for");
    answer.expect(202);
    held.rollback().await.unwrap();
    service.take_mail("password_reset_link", &ada.email).await;
    service.unharmed().await;
}

#[tokio::test]
async fn links_are_dead_when_the_password_has_changed() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    // Each works until one was used.
    let (first, second) = (link(&service, &ada.email).await, link(&service, &ada.email).await);
    choose(&service.client(), &second, NEW).await.expect(204);
    choose(&service.client(), &first, PASSWORD).await.problem(410, "link-dead");

    let token = link(&service, &ada.email).await;
    let begun = sign_in_with(&service, &ada.email, NEW).await.expect(201).json();
    let client = service.client().with_token(begun["token"].as_str().unwrap());
    let change = json!({"current": NEW, "new": PASSWORD});
    sent(&client, "PUT", "/v1/me/password", &change).await.expect(204);
    choose(&service.client(), &token, NEW).await.problem(410, "link-dead");
    sign_in(&service.client(), &ada.email).await;
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_works_for_an_hour_and_of_many_at_once_one_works() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let token = link(&service, &ada.email).await;
    let pool = service.pool().await;
    let age = async |by: &str| {
        let sql = format!("UPDATE link SET expires_at = expires_at - interval '{by}'");
        sqlx::query(&sql).execute(&pool).await.unwrap();
    };
    age("1 hour").await;
    choose(&service.client(), &token, NEW).await.problem(410, "link-dead");
    age("-1 minute").await;
    let passwords: Vec<String> = (0..6).map(|n| format!("{NEW} {n}")).collect();
    let client = service.client();
    let answers = join_all(passwords.iter().map(|password| choose(&client, &token, password))).await;
    let worked: Vec<usize> = (0..6).filter(|n| answers[*n].status == 204).collect();
    assert_eq!(worked.len(), 1, "{answers:?}");
    for (n, password) in passwords.iter().enumerate() {
        let status = sign_in_with(&service, &ada.email, password).await.status;
        assert_eq!(status, if n == worked[0] { 201 } else { 401 });
    }
    service.unharmed().await;
}

#[tokio::test]
async fn the_second_factor_is_still_asked_for() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let phone = json!({"number": "+14155550142", "channel": "sms"});
    sent(&ada.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
    let code = json!({"code": service.take_code().await.code});
    sent(&ada.client, "POST", "/v1/me/two-factor-phone/verify", &code).await.expect(200);
    let half = sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201);
    let question = half.json()["second_factor"]["challenge_id"].clone();
    let code = service.take_code().await.code;
    let token = link(&service, &ada.email).await;
    choose(&service.client(), &token, NEW).await.expect(204);
    // What the old password had begun is over.
    let answer = json!({"challenge_id": question, "code": code});
    let second = "/v1/sessions/second-factor";
    sent(&service.client(), "POST", second, &answer).await.problem(403, "wrong-code");
    let told = sign_in_with(&service, &ada.email, NEW).await.expect(201).json();
    assert_eq!(told["token"], Value::Null);
    let answer = json!({"challenge_id": told["second_factor"]["challenge_id"], "code": service.take_code().await.code});
    sent(&service.client(), "POST", second, &answer).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_and_nobody_is_told_so() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let first = ask(&service.client(), &ada.email).await.expect(202);
    for n in 0..11 {
        // However the address is written, and whether or not a key is sent.
        let email = if n % 2 == 0 { ada.email.to_uppercase() } else { ada.email.clone() };
        let client = service.client();
        let answer = keyed(&client, RESETS, &format!("k{n}"), &json!({"email": email})).await.expect(202);
        assert!(answer.body.is_empty() && !answer.headers.contains_key("retry-after"), "{answer:?}");
        assert_eq!(answer.text(), first.text());
    }
    link(&service, &bob.email).await;
    let pool = service.pool().await;
    crate::support::eventually("all are sent", || async {
        let waiting = "SELECT count(*) FROM outgoing";
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&pool).await.unwrap();
        (waiting == 0).then_some(())
    })
    .await;
    assert_eq!(service.mails_of("password_reset_link").len(), 5);
    service.unharmed().await;
}

#[tokio::test]
async fn who_has_no_password_yet_gets_one_this_way() {
    let service = Service::whole().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    operator.post("/v1/admin/accounts", json!({"email": "mute@example.com", "name": "Mute"})).await;
    sign_in_with(&service, "mute@example.com", PASSWORD).await.problem(401, "wrong-credentials");
    let token = link(&service, "mute@example.com").await;
    choose(&service.client(), &token, PASSWORD).await.expect(204);
    sign_in(&service.client(), "mute@example.com").await.get("/v1/me").await;
    service.unharmed().await;
}

#[tokio::test]
async fn a_new_password_is_not_made_of_what_points_to_its_holder() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let token = link(&service, &ada.email).await;
    for (unfit, why) in [
        ("biblioteka", "several words"),
        ("P4ssw0rd2026", "several words"),
        ("ada@example.com", "who knows your name"),
        ("AdaExample1", "who knows your name"),
    ] {
        let refused = choose(&service.client(), &token, unfit).await;
        let errors = refused.problem(422, "invalid-input")["errors"].clone();
        assert_eq!(errors[0]["pointer"], "/password", "{unfit}");
        assert!(errors[0]["message"].as_str().unwrap().contains(why), "{unfit}: {errors}");
    }
    let change = json!({"current": PASSWORD, "new": "personalsettings"});
    assert_eq!(sent(&ada.client, "PUT", "/v1/me/password", &change).await.pointers(), ["/new"]);
    choose(&service.client(), &token, NEW).await.expect(204);
    service.unharmed().await;
}
