//! Guessing is slow: per network, per account and network, and per session, in all processes together. Nobody is locked
//! out of a session that is open; what strangers do to an account is in `guessing`.

use futures::future::join_all;
use serde_json::{Value, json};

use super::service::{credentials, sent};
use super::{Answer, Service, send};
use crate::support::{Client, PASSWORD, Person};

const SESSIONS: &str = "/v1/sessions";

/// Behind a proxy whose word is taken.
async fn behind_proxy() -> Service {
    Service::start("api", &[("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.1/32")]).await
}

async fn sign_in_from(client: &Client, from: &str, body: &Value) -> Answer {
    send(client.request("POST", SESSIONS).header("X-Forwarded-For", from).json(body)).await
}

fn wrong(email: &str) -> Value {
    json!({"email": email, "password": "wrong"})
}

/// Must be sent away, and told for how long: at most so many seconds.
#[track_caller]
fn assert_later(answer: &Answer, at_most: u32) {
    answer.problem(429, "too-many-tries");
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=at_most).contains(&wait), "{answer:?}");
}

/// The statuses of so many wrong tries, each from the address that `from` names.
async fn guess(client: &Client, email: &str, times: usize, from: impl Fn(usize) -> String) -> (usize, usize) {
    let body = wrong(email);
    let (mut refused, mut later) = (0, 0);
    // In small crowds: each password is compared, and that takes its time.
    for start in (0..times).step_by(10) {
        let crowd = (start..times.min(start + 10)).map(|n| {
            let (from, body) = (from(n), &body);
            async move { sign_in_from(client, &from, body).await }
        });
        for answer in join_all(crowd).await {
            match answer.status {
                401 => refused += usize::from(answer.problem(401, "wrong-credentials").is_object()),
                _ => later += usize::from(answer.problem(429, "too-many-tries").is_object()),
            }
        }
    }
    (refused, later)
}

/// Goes on as if nobody guessed.
async fn assert_not_locked_out(person: &Person) {
    person.client.get("/v1/me").await;
    person.client.reauthenticate().await;
    sent(&person.client, "PUT", "/v1/me/preferences", &json!({"usage_logging": true})).await.expect(200);
}

#[tokio::test]
async fn passwords_of_an_account_are_guessed_slowly_from_an_address() {
    let service = behind_proxy().await;
    let elsewhere = service.another().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let attacker = |_| "198.51.100.1".to_owned();
    // However the address is written.
    assert_eq!(guess(&service.client(), "ADA@Example.com", 12, attacker).await, (12, 0));
    assert_eq!(guess(&elsewhere.client(), &ada.email, 12, attacker).await, (8, 4));
    for client in [service.client(), elsewhere.client()] {
        // Even the right one is not looked at.
        assert_later(&sign_in_from(&client, "198.51.100.1", &credentials(&ada.email)).await, 61);
    }
    // From elsewhere, and to another account, it goes on.
    sign_in_from(&service.client(), "198.51.100.2", &credentials(&ada.email)).await.expect(201);
    sign_in_from(&service.client(), "198.51.100.1", &credentials(&bob.email)).await.expect(201);
    assert_not_locked_out(&ada).await;
    // An address of nobody is guessed at like any other.
    assert_eq!(guess(&service.client(), "nobody@example.com", 24, attacker).await, (20, 4));
    // With time it comes back.
    let sql = "UPDATE throttle SET tat = tat - interval '60 seconds'";
    sqlx::query(sql).execute(&service.pool().await).await.unwrap();
    sign_in_from(&service.client(), "198.51.100.1", &credentials(&ada.email)).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn an_address_tries_only_so_much_whatever_on() {
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    let tries = async |n: usize, from: &str| {
        let token = api::token::generate(api::token::Kind::Link);
        let token = secrecy::ExposeSecret::expose_secret(&token);
        let (method, path, body) = match n % 4 {
            0 => ("POST", "/v1/email-confirmations", json!({"token": token})),
            1 => ("POST", "/v1/email-undos", json!({"token": token})),
            2 => ("POST", "/v1/invitations/lookup", json!({"token": token})),
            _ => ("PUT", "/v1/password-resets", json!({"token": token, "password": PASSWORD})),
        };
        let request = service.client().request(method, path).header("X-Forwarded-For", from.to_owned());
        send(request.json(&body)).await.status
    };
    let mut statuses = Vec::new();
    for start in (0..320).step_by(20) {
        let crowd = (start..start + 20).map(|n| tries(n, "198.51.100.1"));
        statuses.extend(join_all(crowd).await);
    }
    let tried = statuses.iter().filter(|status| **status == 410).count();
    assert!((300..=315).contains(&tried), "{tried}");
    assert!(statuses.iter().all(|status| [410, 429].contains(status)), "{statuses:?}");
    // It holds for all that takes a secret, and for that address alone.
    let (client, from) = (service.client(), "198.51.100.1");
    let code = json!({"challenge_id": "chl_00000000000000000000000001", "code": "123456"});
    for (path, body) in [
        (SESSIONS, credentials(&ada.email)),
        ("/v1/sessions/second-factor", code),
        ("/v1/password-resets", json!({"email": ada.email})),
    ] {
        let request = client.request("POST", path).header("X-Forwarded-For", from).json(&body);
        assert_later(&send(request).await, 3);
    }
    assert_eq!(tries(0, "198.51.100.2").await, 410);
    assert_not_locked_out(&ada).await;
    // The addresses of one household count as one.
    let household = |n: usize| format!("2001:db8:1:2::{n:x}");
    assert_eq!(guess(&client, "eve@example.com", 25, household).await, (20, 5));
    sign_in_from(&client, "2001:db8:1:103::1", &wrong("eve@example.com"))
        .await
        .problem(401, "wrong-credentials");
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_right_is_no_guess() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for _ in 0..26 {
        sent(&service.client(), "POST", SESSIONS, &credentials(&ada.email)).await.expect(201);
        ada.client.reauthenticate().await;
    }
    let change = json!({"current": PASSWORD, "new": PASSWORD});
    for _ in 0..13 {
        sent(&ada.client, "PUT", "/v1/me/password", &change).await.expect(204);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_a_stranger_says_of_their_address_is_not_believed() {
    // Nobody is trusted here, so the connection is what counts.
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let claimed = |n: usize| format!("198.51.100.{n}");
    assert_eq!(guess(&service.client(), &ada.email, 25, claimed).await, (20, 5));
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    assert!(!history.contains("198.51.100"), "{history}");

    // And a trusted proxy is believed as far as what it says itself.
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    let claimed = |n: usize| format!("192.0.2.{n}, 198.51.100.7");
    assert_eq!(guess(&service.client(), &ada.email, 25, claimed).await, (20, 5));
    let spoken =
        [("Forwarded", "for=192.0.2.1"), ("X-Real-IP", "192.0.2.1"), ("True-Client-IP", "192.0.2.1")];
    for (name, value) in spoken {
        let request = service.client().request("POST", SESSIONS).header("X-Forwarded-For", "198.51.100.7");
        assert_later(&send(request.header(name, value).json(&credentials(&ada.email))).await, 61);
    }
    // In every form in which proxies write it.
    sign_in_from(&service.client(), "192.0.2.1, \"203.0.113.5:49152\"", &credentials(&ada.email))
        .await
        .expect(201);
    let history = ada.client.get("/v1/me/history?limit=1").await;
    assert_eq!(history["items"][0]["ip_address"], "203.0.113.5", "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn in_a_session_secrets_are_tried_slowly_and_the_session_goes_on() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let other = crate::support::sign_in(&service.client(), &ada.email).await;
    let again = async |client: &Client, password: &str| {
        sent(client, "POST", "/v1/sessions/reauthenticate", &json!({"password": password})).await
    };
    let change = json!({"current": "wrong", "new": "another horse entirely 9"});
    // All that takes a secret counts together.
    for _ in 0..4 {
        again(&ada.client, "wrong").await.problem(403, "wrong-password");
        sent(&ada.client, "PUT", "/v1/me/password", &change).await.problem(403, "wrong-password");
    }
    for _ in 0..2 {
        let code = json!({"code": "123456"});
        sent(&ada.client, "POST", "/v1/me/two-factor-phone/verify", &code).await.problem(403, "wrong-code");
    }
    assert_later(&again(&ada.client, PASSWORD).await, 61);
    assert_later(&sent(&ada.client, "PUT", "/v1/me/password", &change).await, 61);
    ada.client.get("/v1/me").await;
    again(&other, PASSWORD).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_guesses_at_once_as_many_are_looked_at_as_may_be() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    // Ada has signed in from here; nobody else has.
    for (email, limit) in
        [(ada.email.as_str(), "password/familiar"), ("nobody@example.com", "password/account+address")]
    {
        let body = wrong(email);
        let answers = join_all((0..200).map(|_| sent(&client, "POST", SESSIONS, &body))).await;
        let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(looked_at, 20, "{email}");
        for answer in answers.iter().filter(|answer| answer.status != 401) {
            assert_later(answer, 61);
        }
        let metrics = service.metrics().await;
        assert!(
            metrics.contains(&format!("personal_settings_throttled_total{{limit=\"{limit}\"}} 180")),
            "{metrics}"
        );
    }
    service.unharmed().await;
}
