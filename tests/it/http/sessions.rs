//! Sessions: seen, ended, and dead at once in every process.

use serde_json::{Value, json};

use super::Service;
use super::service::{asked, assert_quiet, credentials, keyed, sent};
use crate::support::{Client, PASSWORD, Person, eventually, sign_in};

const SESSIONS: &str = "/v1/sessions";

/// Signs in; the session's id and a client of it.
async fn begin(client: &Client, person: &Person) -> (String, Client) {
    let told = client.post(SESSIONS, credentials(&person.email)).await;
    let id = told["session_id"].as_str().unwrap().to_owned();
    (id, client.with_token(told["token"].as_str().unwrap()))
}

/// The same client at another process.
fn at(client: &Client, base: &str) -> Client {
    Client { base: base.to_owned(), ..client.clone() }
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn assert_dead(client: &Client) {
    for (method, path) in [("GET", "/v1/me"), ("GET", SESSIONS), ("DELETE", "/v1/sessions/current")] {
        asked(client, method, path).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn sessions_are_listed_newest_first_page_by_page() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let mut expected = ids(&ada.client.get(SESSIONS).await);
    for _ in 0..4 {
        expected.insert(0, begin(&service.client(), &ada).await.0);
    }
    let list = ada.client.get(SESSIONS).await;
    assert_eq!(ids(&list), expected);
    assert_eq!(list["next_cursor"], Value::Null);
    let current: Vec<bool> =
        list["items"].as_array().unwrap().iter().map(|item| item["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, false, false, false, true]);
    assert!(!list.to_string().contains("pss_"), "{list}");

    let (mut next, mut seen) = (format!("{SESSIONS}?limit=2"), Vec::new());
    loop {
        let page = asked(&ada.client, "GET", &next).await.expect(200);
        seen.extend(ids(&page.json()));
        match page.json()["next_cursor"].as_str() {
            Some(cursor) => {
                let link = format!("<{SESSIONS}?limit=2&cursor={cursor}>; rel=\"next\"");
                assert_eq!(page.header("link"), link);
                next = format!("{SESSIONS}?limit=2&cursor={cursor}");
            }
            None => break assert!(!page.headers.contains_key("link")),
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(ids(&bob.client.get(SESSIONS).await).len(), 1, "another's are not listed");
    service.unharmed().await;
}

#[tokio::test]
async fn a_session_that_was_ended_is_dead_at_once_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let (here, there) = (&service.program.base, &elsewhere.base);

    // Another device, ended from here; known to both processes before.
    let (id, device) = begin(&service.client(), &ada).await;
    at(&device, there).get("/v1/me").await;
    asked(&ada.client, "DELETE", &format!("{SESSIONS}/{id}")).await.expect(204);
    assert_dead(&at(&device, there)).await;
    assert_dead(&at(&device, here)).await;
    asked(&ada.client, "DELETE", &format!("{SESSIONS}/{id}")).await.problem(404, "not-found");

    // Signing out, at the other process.
    let (_, device) = begin(&service.client(), &ada).await;
    at(&device, here).get("/v1/me").await;
    asked(&at(&device, there), "DELETE", "/v1/sessions/current").await.expect(204);
    assert_dead(&at(&device, here)).await;
    assert_dead(&at(&device, there)).await;

    // Ending one's own by its id is signing out.
    let (id, device) = begin(&service.client(), &ada).await;
    let answer = asked(&device, "DELETE", &format!("{SESSIONS}/{id}")).await.expect(204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert_dead(&at(&device, there)).await;

    ada.client.get("/v1/me").await;
    let history = ada.client.get("/v1/me/history").await;
    let ended = |item: &&Value| item["type"] == "account.signed_out";
    assert_eq!(history["items"].as_array().unwrap().iter().filter(ended).count(), 3, "{history}");
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn all_others_end_with_one_word_and_the_one_that_asks_goes_on() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let devices = [begin(&service.client(), &ada).await.1, begin(&elsewhere.client(), &ada).await.1];
    for device in &devices {
        device.get("/v1/me").await;
    }
    asked(&ada.client, "DELETE", SESSIONS).await.expect(204);
    for device in &devices {
        assert_dead(&at(device, &elsewhere.base)).await;
        assert_dead(&at(device, &service.program.base)).await;
    }
    assert_eq!(ids(&ada.client.get(SESSIONS).await).len(), 1);
    // Where there is no other, nothing happens.
    asked(&ada.client, "DELETE", SESSIONS).await.expect(204);
    bob.client.get("/v1/me").await;
    let history = ada.client.get("/v1/me/history?topic=sign_ins").await;
    assert_eq!(history.to_string().matches("ended from another session").count(), 2, "{history}");
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn a_new_password_ends_the_others_at_once_and_only_those() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let devices =
        [sign_in(&service.client(), &ada.email).await, sign_in(&elsewhere.client(), &ada.email).await];
    let change = |current: &str, new: &str| json!({"current": current, "new": new});
    let new = "another horse entirely 9";
    let path = "/v1/me/password";
    sent(&ada.client, "PUT", path, &change("wrong", new)).await.problem(403, "wrong-password");
    for device in &devices {
        device.get("/v1/me").await;
    }
    sent(&ada.client, "PUT", path, &change(PASSWORD, new)).await.expect(204);
    for device in &devices {
        assert_dead(&at(device, &elsewhere.base)).await;
        assert_dead(&at(device, &service.program.base)).await;
    }
    ada.client.get("/v1/me").await;
    at(&ada.client, &elsewhere.base).get("/v1/me").await;
    bob.client.get("/v1/me").await;

    for client in [service.client(), elsewhere.client()] {
        let old = credentials(&ada.email);
        sent(&client, "POST", SESSIONS, &old).await.problem(401, "wrong-credentials");
        let fresh = json!({"email": ada.email, "password": new});
        sent(&client, "POST", SESSIONS, &fresh).await.expect(201);
    }
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn signing_in_while_the_password_changes_leaves_no_session_of_the_old_one() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let new = "another horse entirely 9";
    let tries = (0..20).map(|_| {
        let client = service.client();
        let body = credentials(&ada.email);
        async move { sent(&client, "POST", SESSIONS, &body).await }
    });
    let change = json!({"current": PASSWORD, "new": new});
    let changing = sent(&ada.client, "PUT", "/v1/me/password", &change);
    let (answers, changed) = tokio::join!(futures::future::join_all(tries), changing);
    changed.expect(204);
    for answer in answers {
        match answer.status {
            201 => assert_dead(&service.client().with_token(answer.json()["token"].as_str().unwrap())).await,
            _ => drop(answer.problem(401, "wrong-credentials")),
        }
    }
    assert_eq!(ids(&ada.client.get(SESSIONS).await).len(), 1);
    service.unharmed().await;
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let pool = service.pool().await;
    let set = async |what: &str| {
        sqlx::query(&format!("UPDATE session SET {what}")).execute(&pool).await.unwrap();
    };
    // Uses are noted a moment later, many at once.
    let used = async || {
        ada.client.get("/v1/me").await;
        let noted = "SELECT bool_and(seen_at > clock_timestamp() - interval '1 minute') FROM session";
        let is_noted = || async {
            let is_noted: bool = sqlx::query_scalar(noted).fetch_one(&pool).await.unwrap();
            is_noted.then_some(())
        };
        eventually("the use of the session", is_noted).await;
    };
    set("seen_at = clock_timestamp() - interval '6 days 23 hours'").await;
    used().await;
    // It was used, so it is not idle any more.
    set("seen_at = seen_at - interval '6 days 23 hours'").await;
    used().await;
    set("seen_at = clock_timestamp() - interval '7 days 1 second'").await;
    assert_dead(&ada.client).await;
    let (_, device) = begin(&service.client(), &ada).await;
    set("expires_at = clock_timestamp()").await;
    assert_dead(&device).await;
    service.unharmed().await;
}

#[tokio::test]
async fn sessions_and_kept_answers_outlive_the_process() {
    let mut service = Service::api().await;
    let mut ada = service.person("ada").await;
    let organizations = "/v1/organizations";
    let before = keyed(&ada.client, organizations, "kept", &json!({"name": "Engines"})).await.expect(201);
    let (ended, mut gone) = begin(&service.client(), &ada).await;
    asked(&ada.client, "DELETE", &format!("{SESSIONS}/{ended}")).await.expect(204);
    service.restart().await;
    ada.at(&service.client());
    assert_eq!(ada.client.get("/v1/me").await["account_id"], ada.account.as_str());
    assert_eq!(ids(&ada.client.get(SESSIONS).await).len(), 1);
    let after = keyed(&ada.client, organizations, "kept", &json!({"name": "Engines"})).await.expect(201);
    assert_eq!((after.text(), after.header("idempotency-replayed")), (before.text(), "true"));
    gone.base.clone_from(&service.program.base);
    assert_dead(&gone).await;
    service.unharmed().await;
}

/// Sessions of an account that came about in some other way, used longer ago the higher their number.
async fn insert_sessions(service: &Service, person: &Person, count: i32) {
    let sql =
        "INSERT INTO session (session_id, token_hash, account_id, created_at, seen_at, sudo_at, expires_at)
        SELECT gen_random_uuid(), sha256(n::text::bytea), $1, now(), now() - n * interval '1 minute', now(),
            now() + interval '1 day'
        FROM generate_series(1, $2) AS n";
    sqlx::query(sql).bind(&person.account).bind(count).execute(&service.pool().await).await.unwrap();
}

#[tokio::test]
async fn no_session_is_hidden_however_many_there_are() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    insert_sessions(&service, &ada, 1_100).await;
    let (mut next, mut seen) = (format!("{SESSIONS}?limit=200"), Vec::new());
    loop {
        let page = ada.client.get(&next).await;
        seen.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{SESSIONS}?limit=200&cursor={cursor}"),
            None => break,
        }
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (1_101, 1_101));
    // And a new password ends all of them.
    let change = json!({"current": PASSWORD, "new": "another horse entirely 9"});
    sent(&ada.client, "PUT", "/v1/me/password", &change).await.expect(204);
    assert_eq!(ids(&ada.client.get(SESSIONS).await).len(), 1);
    service.unharmed().await;
}

#[tokio::test]
async fn of_more_than_a_hundred_sessions_those_used_least_recently_end() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    insert_sessions(&service, &ada, 99).await;
    let pool = service.pool().await;
    let count = async || {
        let sql =
            "SELECT count(*), count(*) FILTER (WHERE seen_at < now() - interval '98 minutes 30 seconds')
                   FROM session";
        sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(&pool).await.unwrap()
    };
    assert_eq!(count().await, (100, 1));
    let (_, device) = begin(&service.client(), &ada).await;
    assert_eq!(count().await, (100, 0));
    // Also where many begin at once.
    let clients: Vec<Client> = (0..6).map(|_| service.client()).collect();
    futures::future::join_all(clients.iter().map(|client| begin(client, &ada))).await;
    assert_eq!(count().await.0, 100);
    for client in [&ada.client, &device] {
        client.get("/v1/me").await;
    }
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    assert_eq!(history.matches("there were too many").count(), 7, "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_session_is_recognised_by_its_device_until_usage_is_erased() {
    let service = Service::start("serve", &[("PERSONAL_SETTINGS_ERASURE_COOLING_OFF", "0s")]).await;
    let ada = service.person("ada").await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
    let http = crate::support::http().user_agent(firefox).build().unwrap();
    begin(&Client { http, ..service.client() }, &ada).await;
    let newest = async || ada.client.get(SESSIONS).await["items"][0].clone();
    let shown = newest().await;
    assert_eq!((&shown["device"], &shown["network"]), (&json!("Firefox on Linux"), &json!("127.0.0.0/24")));
    let row = "SELECT string_agg(encode(sealed_device, 'escape'), ' ') FROM session";
    let stored: String = sqlx::query_scalar(row).fetch_one(&service.pool().await).await.unwrap();
    assert!(!stored.contains("Firefox") && !stored.contains("127.0"), "{stored}");
    let erasure = ada.ask_for("erasure").await;
    ada.completed(&erasure).await;
    let shown = newest().await;
    assert_eq!((&shown["device"], &shown["network"]), (&Value::Null, &Value::Null), "{shown}");
    service.unharmed().await;
}
