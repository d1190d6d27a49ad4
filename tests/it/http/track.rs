//! `/track`: usage in every form in which it is sent, counted once.

use serde_json::{Value, json};

use super::{Answer, Service, send};
use crate::support::{Client, HOUSE_TOKEN};

/// An event of `who`.
pub(super) fn event(who: &str, insert_id: &str) -> Value {
    json!({"event": "Opened", "properties": {
        "token": HOUSE_TOKEN, "distinct_id": who, "time": 1_700_000_000, "$insert_id": insert_id,
    }})
}

/// Sends a body of `kind`.
pub(super) async fn track(
    client: &Client,
    query: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let request = client.request("POST", &format!("/track{query}")).header("Content-Type", kind);
    send(request.body(body)).await
}

/// How many events were stored, dropped and repeated.
pub(super) async fn counted(service: &Service) -> [u64; 3] {
    let metrics = service.metrics().await;
    ["stored", "dropped", "repeated"].map(|outcome| {
        let name = format!("personal_settings_usage_events_total{{outcome=\"{outcome}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
    })
}

async fn stored(service: &Service) -> Vec<String> {
    let pool = service.pool().await;
    let sql = "SELECT insert_id FROM usage_event ORDER BY insert_id";
    sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap()
}

fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn usage_comes_in_in_every_form() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let one = |n: &str| event(&ada.account, n).to_string();
    let pool = service.pool().await;
    let base64 = async |text: String| -> String {
        let sql = "SELECT replace(encode($1, 'base64'), E'\\n', '')";
        sqlx::query_scalar(sql).bind(text.into_bytes()).fetch_one(&pool).await.unwrap()
    };
    let list = format!("[{},{}]", one("a"), one("b"));
    let bodies = [
        (JSON, list),
        (JSON, one("c")),
        (JSON, format!("  [{}]\n", one("d"))),
        (FORM, format!("data={}", encoded(&one("e")))),
        (FORM, format!("ip=1&data={}", encoded(&format!("[{}]", one("f"))))),
        (FORM, format!("data={}", encoded(&base64(one("g")).await))),
        // As some SDKs do: nothing escaped, no padding, another type.
        (FORM, format!("data={}", base64(one("h")).await.trim_end_matches('='))),
        ("text/plain", one("i")),
        ("text/plain", format!("data={}", encoded(&one("j")))),
    ];
    for (kind, body) in bodies {
        let answer = track(&client, "", kind, body.clone()).await;
        assert_eq!((answer.status, answer.text()), (200, "1"), "{body}");
    }
    let verbose = track(&client, "?verbose=1", JSON, one("k")).await.expect(200);
    assert_eq!(verbose.json(), json!({"status": 1, "error": null}));
    assert!(verbose.header("content-type").starts_with("application/json"));
    let form = format!("verbose=1&data={}", encoded(&one("l")));
    assert_eq!(track(&client, "", FORM, form).await.json(), json!({"status": 1, "error": null}));
    assert_eq!(stored(&service).await.concat(), "abcdefghijkl");
    assert_eq!(counted(&service).await, [12, 0, 0]);
    let properties: Vec<Value> =
        sqlx::query_scalar("SELECT properties FROM usage_event").fetch_all(&pool).await.unwrap();
    assert!(properties.iter().all(|properties| properties.get("token").is_none()), "the token is not kept");
    service.unharmed().await;
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_is_sent() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let batch =
        |ids: &[&str]| json!(ids.iter().map(|id| event(&ada.account, id)).collect::<Vec<_>>()).to_string();
    track(&client, "", JSON, batch(&["a", "b"])).await.expect(200);
    track(&client, "", JSON, batch(&["a", "b", "c"])).await.expect(200);
    // Twice in one call.
    track(&client, "", JSON, batch(&["d", "d", "a"])).await.expect(200);
    assert_eq!(counted(&service).await, [4, 0, 4]);
    // Another name or time is another event; no insert id is never a repeat.
    let mut other = event(&ada.account, "a");
    other["event"] = json!("Closed");
    track(&client, "", JSON, other.to_string()).await.expect(200);
    other["properties"]["time"] = json!(1_700_000_001);
    track(&client, "", JSON, other.to_string()).await.expect(200);
    other["properties"].as_object_mut().unwrap().remove("$insert_id");
    for _ in 0..2 {
        track(&client, "", JSON, other.to_string()).await.expect(200);
    }
    assert_eq!(counted(&service).await, [8, 0, 4]);
    // Many at once.
    let same = (0..20).map(|_| track(&client, "", JSON, batch(&["x", "y", "z"])));
    let answers = futures::future::join_all(same).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(counted(&service).await, [11, 0, 4 + 57]);
    service.unharmed().await;
}

#[tokio::test]
async fn what_belongs_to_nobody_or_is_not_wanted_is_dropped_without_a_word() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let nobody = ["acc_00000000000000000000000001", "x", "ada@example.com", "7"];
    let events: Vec<Value> = nobody.iter().map(|who| event(who, "a")).collect();
    let answer = track(&client, "?verbose=1", JSON, json!(events).to_string()).await.expect(200);
    assert_eq!(answer.json(), json!({"status": 1, "error": null}));
    assert_eq!(counted(&service).await, [0, 4, 0]);
    // One that is wanted among those that are not.
    let mixed = json!([event("x", "a"), event(&ada.account, "a")]).to_string();
    assert_eq!(track(&client, "", JSON, mixed).await.text(), "1");
    assert_eq!(counted(&service).await, [1, 5, 0]);

    let switch = async |on: bool| {
        let body = json!({"usage_logging": on});
        let (status, _) = ada.client.ask("PUT", "/v1/me/preferences", body).await;
        assert_eq!(status, 200);
    };
    switch(false).await;
    assert_eq!(track(&client, "", JSON, event(&ada.account, "b").to_string()).await.text(), "1");
    assert_eq!(counted(&service).await, [1, 6, 0]);
    switch(true).await;
    track(&client, "", JSON, event(&ada.account, "c").to_string()).await.expect(200);
    assert_eq!(stored(&service).await, ["a", "c"]);
    service.unharmed().await;
}

#[tokio::test]
async fn off_is_off_from_the_moment_of_the_answer() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let clients = [service.client(), elsewhere.client()];
    for round in 0..10 {
        let on = json!({"usage_logging": true});
        ada.client.ask("PUT", "/v1/me/preferences", on).await;
        let flood = (0..10).map(|n| {
            let client = clients[n % 2].clone();
            let body = event(&ada.account, &format!("{round}-{n}")).to_string();
            async move { track(&client, "", JSON, body).await }
        });
        let off = ada.client.ask("PUT", "/v1/me/preferences", json!({"usage_logging": false}));
        let (_, (status, _)) = tokio::join!(futures::future::join_all(flood), off);
        assert_eq!(status, 200);
        let before = stored(&service).await.len();
        let body = event(&ada.account, &format!("{round}-late")).to_string();
        assert_eq!(track(&clients[1], "", JSON, body).await.text(), "1");
        assert_eq!(stored(&service).await.len(), before, "round {round}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn the_same_usage_in_another_order_at_the_same_time_is_stored_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for round in 0..3 {
        let mut events: Vec<Value> =
            (0..2_000).map(|n| event(&ada.account, &format!("{round}-{n}"))).collect();
        let forth = json!(events).to_string();
        events.reverse();
        let back = json!(events).to_string();
        let client = service.client();
        let all = [&forth, &back, &forth, &back].map(|body| track(&client, "", JSON, body.clone()));
        for answer in futures::future::join_all(all).await {
            assert_eq!(answer.status, 200, "round {round}: {answer:?}");
        }
        assert_eq!(counted(&service).await, [2_000 * (round + 1), 0, 3 * 2_000 * (round + 1)]);
    }
    service.unharmed().await;
}
