//! Everything of an account dies at once, in every process.

use serde_json::{Value, json};

use super::{ME, Service, delete, delete_with};
use crate::http::service::{asked, assert_quiet, credentials, keyed, sent};
use crate::http::teams::{each, team};
use crate::support::{Client, OPERATOR_TOKEN, PASSWORD, Person, eventually};

/// Everything that could open something of the account.
struct Keys {
    sessions: [Client; 2],
    gdpr: String,
    question: Value,
    code: String,
    recovery_code: String,
    links: Vec<(&'static str, String, String)>,
}

async fn keys_of(service: &Service, person: &Person) -> Keys {
    let phone = json!({"number": "+14155550142", "channel": "sms"});
    sent(&person.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
    let code = json!({"code": service.take_code().await.code});
    let verified = person.client.post("/v1/me/two-factor-phone/verify", code).await;
    let question = async || {
        let half =
            sent(&service.client(), "POST", "/v1/sessions", &credentials(&person.email)).await.expect(201);
        (half.json()["second_factor"]["challenge_id"].clone(), service.take_code().await.code)
    };
    let (challenge_id, code) = question().await;
    let answer = json!({"challenge_id": challenge_id, "code": code});
    let begun = service.client().post("/v1/sessions/second-factor", answer).await;
    let other = service.client().with_token(begun["token"].as_str().unwrap());
    let gdpr = person.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await["token"].clone();
    let email = json!({"email": "moved@example.com"});
    sent(&person.client, "PUT", "/v1/me/email", &email).await.expect(202);
    sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": person.email})).await.expect(202);
    let link = async |notice: &str, to: &str| service.take_mail(notice, to).await.token().to_owned();
    let links = vec![
        ("POST", "/v1/email-confirmations".to_owned(), link("email_confirmation", "moved@example.com").await),
        ("POST", "/v1/email-undos".to_owned(), link("email_change", &person.email).await),
        ("PUT", "/v1/password-resets".to_owned(), link("password_reset_link", &person.email).await),
    ];
    let (question, code) = question().await;
    Keys {
        sessions: [person.client.clone(), other],
        gdpr: gdpr.as_str().unwrap().to_owned(),
        question,
        code,
        recovery_code: verified["recovery_codes"][0].as_str().unwrap().to_owned(),
        links,
    }
}

async fn assert_dead(keys: &Keys, at: &Client) {
    for session in &keys.sessions {
        let client = Client { base: at.base.clone(), ..session.clone() };
        asked(&client, "GET", ME).await.problem(401, "unauthenticated");
        let again = json!({"password": PASSWORD});
        sent(&client, "POST", "/v1/sessions/reauthenticate", &again).await.problem(401, "unauthenticated");
    }
    let program = at.with_token(&keys.gdpr);
    asked(&program, "GET", "/v1/credentials/self").await.problem(401, "credential-revoked");
    for code in [&keys.code, &keys.recovery_code] {
        let body = json!({"challenge_id": keys.question, "code": code});
        sent(at, "POST", "/v1/sessions/second-factor", &body).await.problem(403, "wrong-code");
    }
    for (method, path, token) in &keys.links {
        let body = match *method {
            "PUT" => json!({"token": token, "password": "another horse entirely 9"}),
            _ => json!({"token": token}),
        };
        sent(at, method, path, &body).await.problem(410, "link-dead");
    }
}

#[tokio::test]
async fn nothing_opens_an_account_that_has_ended_in_any_process() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let keys = keys_of(&service, &ada).await;
    // Known to the other process before.
    for session in &keys.sessions {
        Client { base: elsewhere.base.clone(), ..session.clone() }.get(ME).await;
    }
    let ended = delete(&ada).await.expect(204);
    let cookies: Vec<&str> =
        ended.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("session=;") && cookie.contains("Max-Age=0")));
    assert_dead(&keys, &elsewhere.client()).await;
    assert_dead(&keys, &service.client()).await;
    // Signing in is answered as if there had never been anybody.
    let client = service.client();
    let gone = sent(&client, "POST", "/v1/sessions", &credentials(&ada.email)).await;
    let never = sent(&client, "POST", "/v1/sessions", &credentials("nobody@example.com")).await;
    gone.problem(401, "wrong-credentials");
    assert_eq!((gone.status, gone.text()), (never.status, never.text()));
    // And no link to choose a password goes out.
    sent(&client, "POST", "/v1/password-resets", &json!({"email": ada.email})).await.expect(202);
    let pool = service.pool().await;
    for table in ["session", "challenge", "link", "recovery_code", "device"] {
        let left = format!("SELECT count(*) FROM {table}");
        let left: i64 = sqlx::query_scalar(&left).fetch_one(&pool).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn who_has_ended_is_a_member_no_more_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let at = Client { base: elsewhere.base.clone(), ..owner.client.clone() };
    at.get(&format!("/v1/organizations/{organization}")).await;
    delete(&admin).await.expect(204);
    delete(&member).await.expect(204);
    for gone in [&admin, &member] {
        let path = format!("/v1/organizations/{organization}/members/{}", gone.account);
        sent(&at, "PUT", &path, &json!({"role": "owner"})).await.problem(404, "not-found");
    }
    eventually("the list is without them", || async {
        let list = at.get(&format!("/v1/organizations/{organization}/members")).await;
        (each(&list, "account_id") == [owner.account.as_str()]).then_some(())
    })
    .await;
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_wishes_to_end_at_once_one_ends_it() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let wishes = (0..6).map(|_| delete(&ada));
    let mut statuses: Vec<u16> =
        futures::future::join_all(wishes).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401, 401, 401, 401, 401]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_address_can_be_registered_again_as_somebody_elses() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    sent(&ada.client, "PATCH", ME, &json!({"billing_email": "bills@example.com"})).await.expect(200);
    ada.use_product(3).await;
    delete(&ada).await.expect(204);
    let stranger = service.person("ada").await;
    assert_ne!(stranger.account, ada.account);
    let me = stranger.client.get(ME).await;
    assert_eq!((&me["billing_email"], &me["two_factor"]), (&Value::Null, &Value::Null));
    let history = stranger.client.get("/v1/me/history?limit=50").await;
    assert_eq!(each(&history, "type"), ["account.signed_in", "account.registered"]);
    assert!(!history.to_string().contains(&ada.account), "{history}");
    // An operator is told of two accounts, too.
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let taken = json!({"email": "ada@example.com", "name": "Third"});
    sent(&operator, "POST", "/v1/admin/accounts", &taken).await.problem(409, "email-taken");
    service.unharmed().await;
}

#[tokio::test]
async fn what_has_ended_does_nothing_and_takes_nothing_in() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    // A key that was used before gives its answer to nobody.
    let made = keyed(&ada.client, "/v1/me/gdpr-token", "k", &json!({"confirm": true})).await.expect(201);
    assert!(made.json()["token"].is_string());
    delete(&ada).await.expect(204);
    let repeat = keyed(&ada.client, "/v1/me/gdpr-token", "k", &json!({"confirm": true})).await;
    repeat.problem(401, "unauthenticated");
    // What its browser still sends is not stored.
    let ended = Person { client: bob.client.clone(), account: ada.account.clone(), email: ada.email.clone() };
    ended.use_product(5).await;
    let pool = service.pool().await;
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM usage_event WHERE distinct_id = $1")
        .bind(&ada.account)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stored, 0);
    delete_with(&ada, json!({})).await.problem(401, "unauthenticated");
    service.unharmed().await;
}
