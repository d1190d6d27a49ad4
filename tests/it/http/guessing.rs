//! Strangers who guess at an account: they are slowed, and the holder who knows the password is never kept out.

use futures::future::{join, join_all};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::service::{credentials, sent};
use super::{Answer, Service, send};
use crate::support::{Client, PASSWORD};

const SESSIONS: &str = "/v1/sessions";
const NEW: &str = "another horse entirely 9";
/// Where ada signs in from.
const HOME: &str = "203.0.113.9";

/// The whole program behind a proxy whose word is taken.
async fn behind_proxy() -> Service {
    Service::start("serve", &[("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.1/32")]).await
}

fn from(client: &Client, address: &str) -> RequestBuilder {
    client.request("POST", SESSIONS).header("X-Forwarded-For", address.to_owned())
}

async fn try_from(client: &Client, address: &str, password: &str) -> Answer {
    let body = json!({"email": "ada@example.com", "password": password});
    send(from(client, address).json(&body)).await
}

/// How many of so many wrong passwords, each from the address that `address` names, are looked at.
async fn looked_at(client: &Client, times: usize, address: impl Fn(usize) -> String) -> usize {
    let mut looked_at = 0;
    for start in (0..times).step_by(10) {
        let crowd = (start..times.min(start + 10)).map(|n| {
            let address = address(n);
            async move { try_from(client, &address, "wrong").await.status }
        });
        looked_at += join_all(crowd).await.into_iter().filter(|status| *status == 401).count();
    }
    looked_at
}

/// An address in a provider's network of its own.
fn somewhere(n: usize) -> String {
    format!("{}.{}.0.1", 20 + n / 200, n % 200)
}

/// As many guess as make the account one that is guessed at: five addresses at once, then 120 networks.
async fn besiege(client: &Client) {
    let neighbours = |n: usize| format!("198.51.100.{}", n % 5);
    assert_eq!(looked_at(client, 60, neighbours).await, 40, "a block of addresses counts together");
    // The first 60 of these find room for strangers; each of the others has a share of its own.
    assert_eq!(looked_at(client, 120, somewhere).await, 120);
}

#[tokio::test]
async fn whatever_strangers_try_the_right_password_gets_in_from_a_familiar_place_and_from_elsewhere() {
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    let client = service.client();
    try_from(&client, HOME, PASSWORD).await.expect(201);
    besiege(&client).await;
    for _ in 0..3 {
        try_from(&client, HOME, "mistyped").await.problem(401, "wrong-credentials");
        try_from(&client, HOME, PASSWORD).await.expect(201);
    }
    // Nor is a new place shut, unless strangers guess from there.
    try_from(&client, "192.0.2.1", PASSWORD).await.expect(201);
    assert_eq!(looked_at(&client, 8, |n| format!("20.7.0.{}", 10 + n)).await, 3);
    // Another block of the same provider has a try left; the guessers' own has none.
    try_from(&client, "20.7.1.1", PASSWORD).await.expect(201);
    let refused = try_from(&client, "20.7.0.99", PASSWORD).await;
    let told = refused.problem(429, "too-many-tries")["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("signed in from before") && told.contains("link"), "{told}");
    // A session that is open goes on.
    ada.client.get("/v1/me").await;
    ada.client.reauthenticate().await;
    service.unharmed().await;
}

#[tokio::test]
async fn a_password_reset_forgives_what_strangers_tried_and_makes_the_place_familiar() {
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    let client = service.client();
    besiege(&client).await;
    let here = "20.7.0.99";
    assert_eq!(looked_at(&client, 8, |_| here.to_owned()).await, 2);
    try_from(&client, here, PASSWORD).await.problem(429, "too-many-tries");

    sent(&client, "POST", "/v1/password-resets", &json!({"email": ada.email})).await.expect(202);
    let mail = service.take_mail("password_reset_link", &ada.email).await;
    let choice = client.request("PUT", "/v1/password-resets").header("X-Forwarded-For", here);
    // While they go on.
    let guesses = looked_at(&client, 30, |n| format!("21.{}.0.1", n % 5));
    let (chosen, _) =
        join(send(choice.json(&json!({"token": mail.token(), "password": NEW}))), guesses).await;
    chosen.expect(204);
    try_from(&client, here, NEW).await.expect(201);
    // Of what was counted nothing is left, for the neighbours neither.
    assert_eq!(looked_at(&client, 22, |_| "20.7.0.98".to_owned()).await, 20);
    // From here it is still a place of its own when they begin again.
    besiege(&client).await;
    try_from(&client, here, NEW).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn from_many_networks_at_once_each_has_a_few_guesses_a_day() {
    let service = behind_proxy().await;
    service.person("ada").await;
    let client = service.client();
    besiege(&client).await;
    // Forty addresses in ten blocks of one provider.
    let provider = |n: usize| format!("100.64.{}.{}", n % 10, n / 10);
    assert_eq!(looked_at(&client, 40, provider).await, 4);
    let households = |n: usize| format!("2001:db8:{:x}:{:x}::1", n / 8, n % 8);
    assert_eq!(looked_at(&client, 32, households).await, 4);
    // An address of nobody is guarded alike.
    let nobody = json!({"email": "nobody@example.com", "password": "wrong"});
    let mut statuses = Vec::new();
    for n in 0..108 {
        statuses.push(send(from(&client, &somewhere(n)).json(&nobody)).await.status);
    }
    for _ in 0..6 {
        statuses.push(send(from(&client, "192.0.2.77").json(&nobody)).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 108 + 2, "{statuses:?}");
    service.unharmed().await;
}

/// The cookie that a browser is known by.
fn browser_cookie(answer: &Answer) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    set.into_iter().find(|value| value.starts_with("browser=")).map(str::to_owned)
}

#[tokio::test]
async fn a_browser_is_known_by_a_cookie_that_opens_nothing() {
    let service = behind_proxy().await;
    service.person("ada").await;
    let client = service.client();
    let page = |address: &str, cookie: Option<&str>, body: &Value| {
        let request = from(&client, address).header("Sec-Fetch-Site", "same-origin").json(body);
        match cookie {
            Some(cookie) => request.header("Cookie", cookie.to_owned()),
            None => request,
        }
    };
    let right = credentials("ada@example.com");
    assert!(
        browser_cookie(&send(page(HOME, None, &json!({"email": "ada@example.com", "password": "no"}))).await)
            .is_none()
    );
    let set = browser_cookie(&send(page(HOME, None, &right)).await.expect(201)).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(set.split("; ").any(|part| part == attribute), "{attribute}: {set}");
    }
    let cookie = set.split(';').next().unwrap();
    let me = client.request("GET", "/v1/me").header("Cookie", cookie);
    send(me).await.problem(401, "unauthenticated");
    // Where strangers have used everything up.
    assert_eq!(looked_at(&client, 25, |_| "198.51.100.1".to_owned()).await, 20);
    send(page("198.51.100.1", None, &right)).await.problem(429, "too-many-tries");
    let made_up = api::token::generate(api::token::Kind::Browser);
    let made_up = format!("browser={}", secrecy::ExposeSecret::expose_secret(&made_up));
    send(page("198.51.100.1", Some(&made_up), &right)).await.problem(429, "too-many-tries");
    let known = send(page("198.51.100.1", Some(cookie), &right)).await.expect(201);
    assert!(browser_cookie(&known).is_none(), "it is kept: {known:?}");
    // It is known to this account alone, and stored as a hash.
    service.person("bob").await;
    let bob = json!({"email": "bob@example.com", "password": "wrong"});
    for _ in 0..25 {
        send(page("198.51.100.1", Some(cookie), &bob)).await;
    }
    send(page("198.51.100.1", Some(cookie), &credentials("bob@example.com")))
        .await
        .problem(429, "too-many-tries");
    let rows: Vec<String> = sqlx::query_scalar("SELECT row_to_json(d)::text FROM device d")
        .fetch_all(&service.pool().await)
        .await
        .unwrap();
    let value = cookie.strip_prefix("browser=").unwrap();
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(rows.iter().all(|row| !row.contains(value) && !row.contains(&hex)), "{rows:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn of_each_kind_the_fifty_places_used_last_are_kept() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let pool = service.pool().await;
    let older = "INSERT INTO device (account_id, device_hash, kind, seen_at)
                 SELECT $1, decode(lpad(to_hex(n), 8, '0'), 'hex'), 'place', now() - interval '1 day'
                 FROM generate_series(1, 60) n";
    sqlx::query(older).bind(&ada.account).execute(&pool).await.unwrap();
    sent(&service.client(), "POST", SESSIONS, &credentials(&ada.email)).await.expect(201);
    let kept = "SELECT count(*), count(*) FILTER (WHERE seen_at > now() - interval '1 hour')
                FROM device WHERE kind = 'place'";
    let kept: (i64, i64) = sqlx::query_as(kept).fetch_one(&pool).await.unwrap();
    assert_eq!(kept, (50, 1));
    service.unharmed().await;
}
