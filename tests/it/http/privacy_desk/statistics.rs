//! Statistics, right to the number.

use chrono::TimeDelta;
use domain::privacy_request::{Kind, PrivacyRequestCommand as Command};
use serde_json::{Value, json};

use super::{Desk, REQUESTS, days};

async fn statistics(desk: &Desk) -> Value {
    desk.ask(&format!("{REQUESTS}/statistics")).await.expect(200).json()
}

#[tokio::test]
async fn without_requests_every_day_is_told_and_no_time() {
    let desk = Desk::open().await;
    let told = statistics(&desk).await;
    let none = json!({"export": 0, "erasure": 0});
    let listed = told["days"].as_array().unwrap();
    assert_eq!(listed.len(), 90);
    for (ago, day) in (0..90).rev().zip(listed) {
        let date = desk.now.date_naive() - days(ago);
        assert_eq!(day, &json!({"date": date, "received": none, "completed": none}));
    }
    let first = listed[0]["date"].as_str().unwrap();
    assert_eq!(told["from"], format!("{first}T00:00:00Z"));
    for count in ["open", "at_risk", "late", "stalled", "stalled_after_closing"] {
        assert_eq!(told[count], 0, "{count}");
    }
    assert_eq!(told["time_to_completion"], json!({"export": null, "erasure": null}));
    assert_eq!(desk.looks().await, ["privacy_statistics"]);
    desk.service.unharmed().await;
}

#[tokio::test]
async fn every_number_is_that_of_the_requests() {
    let desk = Desk::open().await;
    // Open: one late, one at risk and stalled, one calm.
    desk.receive(Kind::Export, days(50)).await;
    let stalled = desk.receive(Kind::Erasure, days(41)).await;
    desk.command(stalled.0, stalled.1, Command::RecordStall { reason: "away".to_owned() }).await;
    desk.receive(Kind::Export, days(10)).await;
    // Exports that took 1, 2, …, 10 hours, completed five days ago.
    for hours in 1..=10 {
        let request = desk.receive(Kind::Export, days(5) + TimeDelta::hours(hours)).await;
        desk.complete(request, Kind::Export, days(5)).await;
    }
    // An erasure that took 21 days; its objects cannot be removed.
    let erasure = desk.receive(Kind::Erasure, days(25)).await;
    desk.complete(erasure, Kind::Erasure, days(4)).await;
    desk.command(erasure.0, erasure.1, Command::RecordStall { reason: "away".to_owned() }).await;
    // A cancelled one, and one from before the days that are told of.
    let cancelled = desk.receive(Kind::Export, days(3)).await;
    desk.command(cancelled.0, cancelled.1, Command::Cancel).await;
    let old = desk.receive(Kind::Erasure, days(120)).await;
    desk.complete(old, Kind::Erasure, days(95)).await;
    desk.settle().await;

    let told = statistics(&desk).await;
    let counts = ["open", "at_risk", "late", "stalled", "stalled_after_closing"].map(|name| &told[name]);
    assert_eq!(counts, [&json!(3), &json!(2), &json!(1), &json!(1), &json!(1)], "{told}");
    let hour = 60 * 60;
    let times = json!({
        "export": {
            "count": 10, "median_seconds": 5 * hour, "p90_seconds": 9 * hour, "longest_seconds": 10 * hour,
        },
        "erasure": {
            "count": 1,
            "median_seconds": 21 * 24 * hour, "p90_seconds": 21 * 24 * hour, "longest_seconds": 21 * 24 * hour,
        },
    });
    assert_eq!(told["time_to_completion"], times);
    let sum = |what: &str, kind: &str| -> i64 {
        told["days"].as_array().unwrap().iter().map(|day| day[what][kind].as_i64().unwrap()).sum()
    };
    let sums =
        [("received", "export"), ("received", "erasure"), ("completed", "export"), ("completed", "erasure")];
    assert_eq!(sums.map(|(what, kind)| sum(what, kind)), [13, 2, 10, 1]);
    let day = |ago: i64| {
        let date = json!((desk.now - days(ago)).date_naive());
        told["days"].as_array().unwrap().iter().find(|day| day["date"] == date).unwrap().clone()
    };
    assert_eq!(day(5)["completed"], json!({"export": 10, "erasure": 0}));
    assert_eq!(day(4)["completed"], json!({"export": 0, "erasure": 1}));
    assert_eq!(day(3)["received"], json!({"export": 1, "erasure": 0}));
    assert_eq!(day(3)["completed"], json!({"export": 0, "erasure": 0}), "it was cancelled");
    // A request that stays stalled after it was closed is found.
    assert_eq!(desk.found("state=closed&stalled=true").await, [erasure.1.to_string()]);
    desk.service.unharmed().await;
}
