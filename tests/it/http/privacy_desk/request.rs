//! One request, whosever it is.

use domain::privacy_request::{Kind, PrivacyRequestCommand as Command};
use serde_json::{Value, json};

use super::super::service::action;
use super::{Desk, REQUESTS, days};

#[tokio::test]
async fn a_request_is_shown_as_to_its_holder_with_its_history_and_the_look_is_in_theirs() {
    let desk = Desk::open().await;
    let ada = desk.service.person("ada").await;
    let made = ada.client.post("/v1/me/privacy-requests", action("erasure")).await;
    let id = made["id"].as_str().unwrap();
    let answer = desk.ask(&format!("{REQUESTS}/{id}")).await.expect(200);
    assert!(answer.header("event-position").parse::<i64>().unwrap() > 0, "{answer:?}");
    let shown = answer.json();
    let own = ada.client.get(&format!("/v1/me/privacy-requests/{id}")).await;
    for (name, value) in own.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(shown["account_id"], ada.account.as_str());
    assert!((27..=40).contains(&shown["days_left"].as_i64().unwrap()), "{shown}");
    assert_eq!((&shown["at_risk"], &shown["stalled_since"]), (&json!(false), &Value::Null));
    let history = shown["history"].as_array().unwrap();
    assert_eq!(history.len(), 1, "{shown}");
    assert_eq!(
        (&history[0]["type"], &history[0]["actor"]),
        (&json!("privacy_request.received"), &json!(ada.account))
    );
    // The holder sees that an operator looked, and which.
    let newest = ada.client.get("/v1/me/history?limit=1").await["items"][0].clone();
    assert_eq!(newest["type"], "account.history_viewed");
    assert_eq!(
        (&newest["actor"], &newest["data"]["what"]),
        (&json!(desk.operator), &json!("privacy_request"))
    );
    let never = format!("{REQUESTS}/req_00000000000000000000000001");
    desk.ask(&never).await.problem(404, "not-found");
    desk.ask(&format!("{REQUESTS}/nothing")).await.problem(404, "not-found");
    desk.service.unharmed().await;
}

#[tokio::test]
async fn a_history_is_told_oldest_first_and_says_why_the_work_is_stalled() {
    let desk = Desk::open().await;
    let ada = desk.service.person("ada").await;
    let account = ada.account.parse().unwrap();
    let late = desk.receive_of(account, Kind::Export, days(46)).await;
    desk.go_back(days(45));
    desk.command(account, late, Command::RecordStall { reason: "no object store".to_owned() }).await;
    desk.settle().await;
    let shown = desk.ask(&format!("{REQUESTS}/{late}")).await.expect(200).json();
    let types: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["privacy_request.received", "privacy_request.stalled"]);
    assert_eq!(shown["history"][1]["data"]["reason"], "no object store");
    assert_eq!((&shown["days_left"], &shown["at_risk"]), (&json!(-1), &json!(true)));
    let since: chrono::DateTime<chrono::Utc> = shown["stalled_since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since, desk.now - days(45));
    // A completed export shows what its archive is like, and not where it lies.
    let other = desk.service.person("bob").await.account.parse().unwrap();
    let done = desk.receive_of(other, Kind::Export, days(3)).await;
    desk.complete((other, done), Kind::Export, days(2)).await;
    desk.settle().await;
    let shown = desk.ask(&format!("{REQUESTS}/{done}")).await.expect(200).json();
    assert_eq!((&shown["archive"]["bytes"], &shown["days_left"]), (&json!(1), &Value::Null));
    let mut body = shown.clone();
    body["history"] = Value::Null;
    assert!(!body.to_string().contains("secret-place"), "{body}");
    desk.service.unharmed().await;
}
