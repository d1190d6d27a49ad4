//! Nothing global on a public surface: no counter, position or metric tells what others do, or who has an account.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::{Value, json};

use super::service::{action, asked, sent};
use super::teams::organization_of;
use super::{Answer, Service, send};
use crate::support::{OPERATOR_TOKEN, Person};

const HISTORY: &str = "/v1/me/history";

/// Every number in an answer: in its headers, its JSON, its lines and its cells.
fn numbers(answer: &Answer) -> Vec<i64> {
    let cursor = answer.header("link").split("cursor=").nth(1).and_then(|rest| rest.split(['&', '>']).next());
    let headers = [answer.header("event-position"), answer.header("etag").trim_matches('"')];
    let words = headers.into_iter().chain(cursor);
    let mut found: Vec<i64> = words.filter_map(|word| word.parse().ok()).collect();
    found.extend(numbers_in(answer.text()));
    found
}

fn numbers_in(text: &str) -> Vec<i64> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(text) {
        collect(&value, &mut found);
        return found;
    }
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(value) => collect(&value, &mut found),
            Err(_) => found.extend(line.split(',').filter_map(|cell| cell.trim().parse::<i64>().ok())),
        }
    }
    found
}

fn collect(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Number(number) => found.extend(number.as_i64()),
        Value::String(text) => found.extend(text.parse::<i64>().ok()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        // How long a file is depends on the ids in it.
        Value::Object(members) => {
            for (_, member) in members.iter().filter(|(name, _)| *name != "bytes") {
                collect(member, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

async fn switch(person: &Person, on: bool) -> Answer {
    sent(&person.client, "PUT", "/v1/me/preferences", &json!({"personalization": on})).await.expect(200)
}

/// What a holder reads.
const READ: [&str; 10] = [
    "/v1/me",
    "/v1/me/consents",
    "/v1/me/preferences",
    "/v1/me/privacy-requests",
    "/v1/organizations",
    HISTORY,
    "/v1/me/history?limit=2",
    "/v1/me/history?format=ndjson",
    "/v1/me/history?format=csv",
    "/v1/me/history?at=2100-01-01",
];

#[tokio::test]
async fn no_number_that_a_holder_sees_counts_what_others_do() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    // What others do lies between all that she does.
    for round in 0..60 {
        switch(&bob, round % 2 == 0).await;
    }
    let mut answers = vec![switch(&ada, false).await];
    for round in 0..60 {
        switch(&bob, round % 2 == 0).await;
    }
    let organization = organization_of(&ada).await;
    let organization = asked(&ada.client, "GET", &format!("/v1/organizations/{organization}")).await;
    assert_eq!(organization.header("etag").len(), 24, "a tag that counts nothing: {organization:?}");
    answers.push(sent(&ada.client, "POST", "/v1/me/privacy-requests", &action("export")).await.expect(202));
    for path in READ {
        answers.push(asked(&ada.client, "GET", path).await.expect(200));
    }
    let positions: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM account_history WHERE account_id = $1 AND position > 60")
            .bind(&ada.account)
            .fetch_all(&service.pool().await)
            .await
            .unwrap();
    assert!(positions.len() >= 3, "{positions:?}");
    let positions: BTreeSet<i64> = positions.into_iter().collect();
    for answer in &answers {
        let mut told = numbers(answer);
        told.retain(|number| positions.contains(number));
        assert!(told.is_empty(), "{told:?} in {answer:?}");
        assert!(!answer.text().contains("\"position\""), "{answer:?}");
    }
    // The next page begins at an event that was shown.
    let page = answers[8].json();
    assert_eq!(page["next_cursor"], page["items"][1]["id"]);
    service.unharmed().await;
}

/// A name for what was asked, and every number that was answered.
type Told = Vec<(String, Vec<i64>)>;

/// What a person sees of a few acts of theirs, `between` which others may do what they like.
async fn seen(person: &Person, between: impl AsyncFn()) -> Told {
    let mut told = Told::new();
    let mut keep = |what: &str, answer: &Answer| told.push((what.to_owned(), numbers(answer)));
    keep("a switch", &switch(person, false).await);
    between().await;
    let organization = organization_of(person).await;
    between().await;
    let path = format!("/v1/organizations/{organization}");
    keep("an organization", &asked(&person.client, "GET", &path).await.expect(200));
    keep("a name", &sent(&person.client, "PATCH", &path, &json!({"name": "Babbage"})).await);
    between().await;
    let export = person.ask_for("export").await;
    person.completed(&export).await;
    between().await;
    for path in READ.into_iter().chain(["/v1/sessions"]) {
        keep(path, &asked(&person.client, "GET", path).await.expect(200));
    }
    let archive = person.fetch_archive(&export).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let (name, mut text) = (file.name().unwrap().into_owned(), String::new());
        file.read_to_string(&mut text).unwrap();
        told.push((name, numbers_in(&text)));
    }
    told
}

/// How many events others bring about each time.
const CROWD: i64 = 20;

#[tokio::test]
async fn who_does_the_same_sees_the_same_numbers_whatever_others_do_in_between() {
    let service = Service::whole().await;
    let [ada, eve, bob] =
        [service.person("ada").await, service.person("eve").await, service.person("bob").await];
    let alone = seen(&ada, async || {}).await;
    let in_a_crowd = seen(&eve, async || {
        for round in 0..CROWD {
            switch(&bob, round % 2 == 0).await;
        }
    })
    .await;
    let numbers: usize = alone.iter().map(|(_, numbers)| numbers.len()).sum();
    assert!(numbers > 50 && alone.iter().any(|(name, _)| name == "account/history.csv"), "{alone:?}");
    let names = |told: &Told| told.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&alone), names(&in_a_crowd));
    for ((name, quiet), (_, busy)) in alone.iter().zip(&in_a_crowd) {
        // An archive holds one event of its own request more or less, as its parts are done in any order. What others
        // have done would be a crowd more.
        let largest = |numbers: &[i64]| numbers.iter().copied().max().unwrap_or_default();
        let (quiet, busy) = (largest(quiet), largest(busy));
        assert!((busy - quiet).abs() < CROWD / 2, "{name}: {quiet}, and {busy} in a crowd");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_sealed_position_tells_nothing_and_opens_for_its_account_alone() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    switch(&ada, false).await;
    // Nothing happens any more, so the position is the same; what is told of it is not.
    let told: BTreeSet<String> = {
        let mut told = BTreeSet::new();
        for _ in 0..5 {
            told.insert(switch(&ada, false).await.header("event-position").to_owned());
        }
        told
    };
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told.iter().all(|text| text.len() == 64), "{told:?}");
    // Another's is worth as much as none.
    for text in &told {
        let read = bob.client.request("GET", "/v1/me").header("Event-Position", text);
        send(read).await.expect(200);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn those_who_run_the_service_see_positions() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/history", ada.account);
    let page = asked(&operator, "GET", &path).await.expect(200);
    let looked: i64 = page.header("event-position").parse().unwrap();
    assert_eq!(page.json()["items"][0]["position"], looked);
    let table = asked(&operator, "GET", &format!("{path}?format=csv")).await.expect(200);
    assert!(table.text().starts_with("position,"), "{table:?}");
    let body = json!({"email": "eve@example.com", "name": "Eve"});
    let made = sent(&operator, "POST", "/v1/admin/accounts", &body).await.expect(201);
    assert!(made.header("event-position").parse::<i64>().unwrap() > looked);
    service.unharmed().await;
}

#[tokio::test]
async fn metrics_and_what_does_not_work_are_told_on_a_listener_of_their_own() {
    let service = Service::api().await;
    let client = service.client();
    asked(&client, "GET", "/metrics").await.problem(404, "not-found");
    assert_eq!(asked(&client, "GET", "/readyz").await.expect(200).text(), r#"{"status":"ready"}"#);
    let document = client.get("/openapi.json").await;
    assert!(document["paths"].get("/metrics").is_none());
    let vitals = service.program.vitals();
    let ready = vitals.get("/readyz").await;
    assert!(ready["checks"].as_array().is_some_and(|checks| checks.len() >= 4), "{ready}");
    assert!(service.metrics().await.contains("personal_settings_http_requests_total"));
    for path in ["/v1/me", "/track", "/openapi.json", "/"] {
        assert_eq!(vitals.ask("GET", path, Value::Null).await.0, 404, "{path}");
    }
    // Where no address was chosen, it is a free one of this machine alone, which is printed.
    let other = service.start_of("api").without("PERSONAL_SETTINGS_METRICS_LISTEN").ready().await;
    let told = other.told("How the process is: ").unwrap();
    let address = told.split("/readyz").next().unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{told}");
    let metrics = client.http.get(format!("{address}/metrics")).send().await.unwrap();
    assert_eq!(metrics.status(), 200);
    service.unharmed().await;
}
