//! What operators see of an account: its history and its state. Whoever looks is in the history themselves.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::service::{asked, sent};
use super::{Service, send};
use crate::support::{Client, OPERATOR_TOKEN, Person};

fn operator(service: &Service) -> Client {
    service.client().with_token(OPERATOR_TOKEN)
}

fn path(person: &Person, what: &str) -> String {
    format!("/v1/admin/accounts/{}/{what}", person.account)
}

async fn turn(person: &Person, on: bool) -> DateTime<Utc> {
    sent(&person.client, "PUT", "/v1/me/preferences", &json!({"usage_logging": on})).await.expect(200);
    let newest = person.client.get("/v1/me/history?limit=1").await;
    newest["items"][0]["at"].as_str().unwrap().parse().unwrap()
}

/// An instant as a parameter.
fn at(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn types(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_history_is_shown_in_every_form_and_each_look_is_recorded_first() {
    let service = Service::api().await;
    let (ada, operator) = (service.person("ada").await, operator(&service));
    turn(&ada, false).await;
    let page = asked(&operator, "GET", &path(&ada, "history")).await.expect(200);
    assert!(page.header("event-position").parse::<i64>().unwrap() >= 4, "{page:?}");
    let items = page.json()["items"].clone();
    let look = "account.history_viewed";
    let expected = [look, "account.preferences_changed", "account.signed_in", "account.registered"];
    assert_eq!(types(&items), expected);
    assert!(items[0]["actor"].as_str().unwrap().starts_with("opr_"), "{items}");
    assert_eq!(items[0]["what"], "The history was viewed");
    assert_eq!(items[3]["data"]["email"], "ada@example.com");

    for (form, media_type) in
        [("ndjson", "application/x-ndjson"), ("csv", "text/csv"), ("text", "text/plain")]
    {
        for by_name in [true, false] {
            let request = match by_name {
                true => operator.request("GET", &format!("{}?format={form}", path(&ada, "history"))),
                false => operator.request("GET", &path(&ada, "history")).header("Accept", media_type),
            };
            let all = send(request).await.expect(200);
            assert!(all.header("content-type").starts_with(media_type), "{all:?}");
            assert!(all.text().contains("The history was viewed"), "{form}: the look is in what it shows");
            assert!(all.text().contains("Usage logging was switched off"), "{form}");
        }
    }
    // The holder sees that, and who: seven looks.
    let seen = ada.client.get("/v1/me/history?limit=50").await;
    assert_eq!(types(&seen["items"]).iter().filter(|kind| **kind == look).count(), 7);
    let look = seen["items"].as_array().unwrap().iter().find(|item| item["type"] == look).unwrap();
    assert_eq!(look["ip_address"], Value::Null, "where an operator sits is the operator's own");
    service.unharmed().await;
}

#[tokio::test]
async fn a_state_is_that_of_the_instant() {
    let service = Service::api().await;
    let (ada, operator) = (service.person("ada").await, operator(&service));
    let off = turn(&ada, false).await;
    let on = turn(&ada, true).await;
    let before = off - chrono::Duration::microseconds(1);
    for (instant, expected, events) in [(before, true, 2), (off, false, 3), (on, true, 4)] {
        let answer =
            asked(&operator, "GET", &format!("{}?at={}", path(&ada, "state"), at(instant))).await.expect(200);
        let state = answer.json();
        assert_eq!(state["account"]["preferences"]["usage_logging"], expected, "{state}");
        assert_eq!(
            (state["events"].as_i64(), &state["account"]["email"]),
            (Some(events), &json!("ada@example.com"))
        );
    }
    let text = asked(&operator, "GET", &format!("{}?format=text", path(&ada, "state"))).await.expect(200);
    assert!(text.text().contains("  preferences.usage_logging: true\n"), "{}", text.text());
    let newest = asked(&operator, "GET", &path(&ada, "history?limit=2")).await.expect(200).json();
    let what: Vec<&str> =
        newest["items"].as_array().unwrap().iter().map(|item| item["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["The history was viewed", "The state of the account was viewed"]);

    // History up to then, page by page, for both; the link keeps the instant.
    let until = format!("{}?at={}&limit=2", path(&ada, "history"), at(off));
    let first = asked(&operator, "GET", &until).await.expect(200);
    assert_eq!(types(&first.json()["items"]), ["account.preferences_changed", "account.signed_in"]);
    let link = first.header("link");
    let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    let second = asked(&operator, "GET", next).await.expect(200);
    assert_eq!(types(&second.json()["items"]), ["account.registered"]);
    let own = asked(&ada.client, "GET", &format!("/v1/me/history?at={}", at(off))).await.expect(200).json();
    assert_eq!(own["items"].as_array().unwrap().len(), 3);
    assert_eq!(own["state"]["account"]["preferences"]["usage_logging"], false);
    let never = asked(&ada.client, "GET", "/v1/me/history?at=2020-01-01").await.expect(200).json();
    assert_eq!((never["items"].clone(), never["state"].clone()), (json!([]), Value::Null));
    assert!(ada.client.get("/v1/me/history").await.get("state").is_none());
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_not_there_or_makes_no_sense_is_told_and_not_recorded() {
    let service = Service::api().await;
    let (ada, operator) = (service.person("ada").await, operator(&service));
    for parameter in ["limit=3", "cursor=7", "format=csv"] {
        let path = format!("{}?{parameter}", path(&ada, "state"));
        asked(&operator, "GET", &path).await.expect(400);
    }
    let stranger = "/v1/admin/accounts/acc_00000000000000000000000001";
    for what in ["history", "state"] {
        asked(&operator, "GET", &format!("{stranger}/{what}")).await.problem(404, "not-found");
        for query in ["at=yesterday", "at=2026-05-03T10:00", "format=xml", "colour=red", "limit=0"] {
            let answer = asked(&operator, "GET", &format!("{}?{query}", path(&ada, what))).await;
            answer.problem(400, "invalid-parameters");
        }
    }
    asked(&ada.client, "GET", &path(&ada, "history")).await.problem(401, "unauthenticated");
    let seen = ada.client.get("/v1/me/history").await;
    assert_eq!(types(&seen["items"]), ["account.signed_in", "account.registered"]);
    // Who asks for a time when there was none has looked all the same.
    let never = format!("{}?at=2020-01-01", path(&ada, "state"));
    asked(&operator, "GET", &never).await.problem(404, "not-found");
    assert_eq!(types(&ada.client.get("/v1/me/history").await["items"])[0], "account.history_viewed");
    service.unharmed().await;
}

#[tokio::test]
async fn parked_events_are_listed_page_by_page_without_what_they_hold() {
    let service = Service::api().await;
    let (ada, operator) = (service.person("ada").await, operator(&service));
    let none = operator.get("/v1/admin/parked-events").await;
    assert_eq!(none, json!({"items": [], "next_cursor": null}));
    let pool = service.pool().await;
    for sequence in 3..6 {
        sqlx::query(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
             VALUES ('account', $1, $2, 'account.preferences_changed', '1', '{\"secret\": \"ada@secret.example\"}', '{}', gen_random_uuid())",
        )
        .bind(&ada.account)
        .bind(sequence)
        .execute(&pool)
        .await
        .unwrap();
    }
    let listed = crate::support::eventually("they are parked", || async {
        let page = operator.get("/v1/admin/parked-events").await;
        (page["items"].as_array().unwrap().len() == 3).then_some(page)
    })
    .await;
    assert!(!listed.to_string().contains("secret"), "{listed}");
    let items = listed["items"].as_array().unwrap();
    assert_eq!((&items[0]["projection"], &items[0]["attempts"]), (&json!("account"), &json!(1)));
    assert_eq!((&items[0]["aggregate_id"], &items[1]["error"]), (&json!(ada.account), &Value::Null));
    assert!(items[0]["error"].as_str().unwrap().contains("account.preferences_changed"), "{listed}");

    let first = asked(&operator, "GET", "/v1/admin/parked-events?limit=2").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = operator.get(&format!("/v1/admin/parked-events?limit=2&cursor={cursor}")).await;
    assert_eq!((rest["items"][0].clone(), rest["next_cursor"].clone()), (items[2].clone(), Value::Null));
    asked(&operator, "GET", "/v1/admin/parked-events?cursor=7").await.problem(400, "invalid-parameters");

    // And counted, with how late every reader is.
    crate::support::eventually("the gauges tell", || async {
        let metrics = service.metrics().await;
        let parked = metrics.contains("personal_settings_projection_parked_events{projection=\"account\"} 3");
        let late = metrics.contains("personal_settings_projection_lag_events{projection=\"history\"} 0");
        (parked
            && late
            && metrics.contains("personal_settings_projection_lag_seconds{projection=\"account\"}"))
        .then_some(())
    })
    .await;
}
