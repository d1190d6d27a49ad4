//! The list of all requests: in the order in which they are due, filtered, page by page.

use std::collections::BTreeMap;

use domain::privacy_request::{Kind, PrivacyRequestCommand as Command};
use serde_json::{Value, json};

use super::{Desk, REQUESTS, days, ids};
use crate::support::OPERATOR_TOKEN;

/// Under the CCPA a request is due at the end of the 45th day.
const DUE: i64 = 45;

#[tokio::test]
async fn open_requests_stand_in_the_order_in_which_they_are_due_with_the_days_left() {
    let desk = Desk::open().await;
    let mut requests = Vec::new();
    for (kind, ago) in [(Kind::Export, 0), (Kind::Erasure, 47), (Kind::Export, 40), (Kind::Erasure, 20)] {
        requests.push(desk.receive(kind, days(ago)).await);
    }
    let closed = desk.receive(Kind::Erasure, days(60)).await;
    desk.complete(closed, Kind::Erasure, days(50)).await;
    desk.settle().await;
    let items = desk.items(REQUESTS).await;
    let told: Vec<(Value, Value)> =
        items.iter().map(|item| (item["days_left"].clone(), item["at_risk"].clone())).collect();
    let left = |ago: i64| json!(DUE - ago);
    let expected = [
        // The day on which it was due is over for one day and a part of another.
        (left(47), json!(true)),
        (left(40), json!(true)),
        (left(20), json!(false)),
        (left(0), json!(false)),
    ];
    assert_eq!(told, expected, "{items:?}");
    let [first, late, risky, calm] = requests[..] else { unreachable!() };
    assert_eq!(desk.found("").await, ids(&[late, risky, calm, first]));
    assert_eq!(desk.found("at_risk=true").await, ids(&[late, risky]));
    assert_eq!(desk.found("kind=erasure").await, ids(&[late, calm]));
    assert_eq!(desk.found("kind=erasure&at_risk=true").await, ids(&[late]));
    assert_eq!(desk.found("state=closed").await, ids(&[closed]));
    assert_eq!(desk.found("state=completed").await, ids(&[closed]));
    assert!(desk.found("state=running").await.is_empty());
    assert!(desk.found("state=closed&at_risk=true").await.is_empty());
    assert_eq!(desk.found(&format!("account={}", risky.0)).await, ids(&[risky]));
    let tomorrow = (desk.now + days(1)).date_naive();
    assert_eq!(desk.found(&format!("due_before={tomorrow}")).await, ids(&[late]));
    let closed = &desk.items(&format!("{REQUESTS}?state=closed")).await[0];
    assert_eq!((&closed["days_left"], &closed["at_risk"]), (&Value::Null, &json!(false)));
    let closed_at: chrono::DateTime<chrono::Utc> = closed["closed_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(closed_at, desk.now - days(50));
    desk.service.unharmed().await;
}

#[tokio::test]
async fn pages_show_each_request_once_also_where_many_are_due_at_one_instant() {
    let desk = Desk::open().await;
    let mut open = Vec::new();
    let mut closed = Vec::new();
    for n in 0..12 {
        let kind = if n % 2 == 0 { Kind::Export } else { Kind::Erasure };
        // Three of each day: they are due in the same second.
        open.push(desk.receive(kind, days(n / 3)).await);
        let request = desk.receive(kind, days(30 + n / 3)).await;
        desk.complete(request, kind, days(20)).await;
        closed.push(request);
    }
    desk.settle().await;
    for (state, requests) in [("open", &open), ("closed", &closed)] {
        for limit in [1, 5, 12, 200] {
            let mut seen = Vec::new();
            let mut path = Some(format!("{REQUESTS}?state={state}&limit={limit}"));
            while let Some(next) = path.take() {
                let page = desk.ask(&next).await.expect(200);
                let body = page.json();
                seen.extend(body["items"].as_array().unwrap().clone());
                let link = page.header("link");
                assert_eq!(link.is_empty(), body["next_cursor"].is_null(), "{page:?}");
                let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
                path = next.map(str::to_owned);
            }
            let key = |item: &Value| {
                (item["due_at"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().to_owned())
            };
            let told: Vec<(String, String)> = seen.iter().map(key).collect();
            let mut sorted = told.clone();
            sorted.sort();
            if state == "closed" {
                sorted.reverse();
            }
            assert_eq!(told, sorted, "{state}, {limit} a page");
            let mut expected = ids(requests);
            expected.sort();
            let mut there: Vec<String> = told.into_iter().map(|(_, id)| id).collect();
            there.sort();
            assert_eq!(there, expected, "{state}, {limit} a page");
        }
    }
    desk.ask(&format!("{REQUESTS}?cursor=7")).await.problem(400, "invalid-parameters");
    desk.service.unharmed().await;
}

#[tokio::test]
async fn a_request_is_stalled_since_the_first_time_and_until_it_moves() {
    let desk = Desk::open().await;
    let stalled = desk.receive(Kind::Erasure, days(10)).await;
    let calm = desk.receive(Kind::Export, days(10)).await;
    for (ago, reason) in [(9, "no mail server"), (8, "no object store")] {
        desk.go_back(days(ago));
        desk.command(stalled.0, stalled.1, Command::RecordStall { reason: reason.to_owned() }).await;
        desk.settle().await;
    }
    assert_eq!(desk.found("stalled=true").await, ids(&[stalled]));
    let since: BTreeMap<String, Value> = desk
        .items(REQUESTS)
        .await
        .iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item["stalled_since"].clone()))
        .collect();
    let stalled_since: chrono::DateTime<chrono::Utc> =
        since[&stalled.1.to_string()].as_str().unwrap().parse().unwrap();
    assert_eq!(stalled_since, desk.now - days(9));
    assert_eq!(since[&calm.1.to_string()], Value::Null);
    desk.go_back(days(7));
    desk.command(stalled.0, stalled.1, Command::Start).await;
    desk.settle().await;
    assert!(desk.found("stalled=true").await.is_empty());
    desk.service.unharmed().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_each_look_is_on_record() {
    let desk = Desk::open().await;
    for query in [
        "state=late",
        "kind=access",
        "account=ada",
        "due_before=soon",
        "at_risk=maybe",
        "stalled=1",
        "limit=0",
        "source=usage",
    ] {
        desk.ask(&format!("{REQUESTS}?{query}")).await.problem(400, "invalid-parameters");
    }
    assert!(desk.looks().await.is_empty(), "what was refused was not shown");
    desk.ask(REQUESTS).await.expect(200);
    desk.ask(&format!("{REQUESTS}?state=closed&at_risk=true")).await.expect(200);
    assert_eq!(desk.looks().await, ["privacy_requests", "privacy_requests"]);
    let nothing = desk.ask(REQUESTS).await.expect(200).json();
    assert_eq!(nothing, json!({"items": [], "next_cursor": null}));
    // An operator who may do everything may do this.
    let admin = desk.service.client().with_token(OPERATOR_TOKEN);
    assert_eq!(admin.get(REQUESTS).await["items"], json!([]));
    desk.service.unharmed().await;
}
