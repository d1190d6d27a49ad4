//! `/track` as it is really sent: by SDKs of browsers, phones and servers, with events among them that are odd.

use serde_json::{Value, json};

use super::track::{counted, event, track};
use super::{Answer, Service, send};
use crate::support::{Client, HOUSE_TOKEN};

const JSON: &str = "application/json";
const PREFLIGHT: [(&str, &str); 3] = [
    ("Origin", "https://product.example.com"),
    ("Access-Control-Request-Method", "POST"),
    ("Access-Control-Request-Headers", "content-type,authorization"),
];

fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

async fn asked(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers
        .iter()
        .fold(client.request(method, path), |request, (name, value)| request.header(*name, *value));
    send(request).await
}

async fn names(service: &Service) -> Vec<String> {
    let pool = service.pool().await;
    sqlx::query_scalar("SELECT name FROM usage_event ORDER BY name").fetch_all(&pool).await.unwrap()
}

#[tokio::test]
async fn usage_comes_in_with_a_slash_behind_the_path_and_without_a_body() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let data = |n: &str| encoded(&event(&ada.account, n).to_string());
    for (n, path) in [("a", "/track?ip=0&verbose=0&_=1700000000000&data="), ("b", "/track/?ip=1&data=")] {
        let answer = asked(&client, "GET", &format!("{path}{}", data(n)), &[]).await.expect(200);
        assert_eq!((answer.text(), answer.header("cache-control")), ("1", "no-store"), "{path}");
    }
    let request = client.request("POST", "/track/?verbose=1").header("Content-Type", JSON);
    let answer = send(request.body(event(&ada.account, "c").to_string())).await.expect(200);
    assert_eq!(answer.json(), json!({"status": 1, "error": null}));
    // As some do: a POST whose form stands in the address.
    let answer = asked(&client, "POST", &format!("/track?data={}", data("d")), &[]).await.expect(200);
    assert_eq!(answer.text(), "1");
    // A page that counts its readers by an image.
    let answer = asked(&client, "GET", &format!("/track/?img=1&data={}", data("e")), &[]).await.expect(200);
    assert_eq!(answer.header("content-type"), "image/gif");
    assert_eq!(counted(&service).await, [5, 0, 0]);
    for path in ["/track", "/track/", "/track?verbose=1", "/track?data=", "/track?data=%5B"] {
        asked(&client, "GET", path, &[]).await.expect(400);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn pages_of_every_origin_may_send_usage_and_reach_nothing_else() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    for path in ["/track", "/track/", "/engage/", "/groups", "/import"] {
        let answer = asked(&client, "OPTIONS", path, &PREFLIGHT).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.header("access-control-allow-methods").contains("POST"), "{path}");
        assert!(answer.header("access-control-allow-headers").contains("content-type"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
    let from_a_page = async |body: String| {
        let request = client.request("POST", "/track/?verbose=1").header("Origin", PREFLIGHT[0].1);
        send(request.header("Content-Type", "text/plain").body(body)).await
    };
    for (body, status) in [(event(&ada.account, "a").to_string(), 200), ("{".to_owned(), 400)] {
        let answer = from_a_page(body).await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "a refusal can be read, too");
    }
    for path in
        ["/v1/me", "/v1/sessions", "/openapi.json", "/healthz", "/docs", "/links/email-undo", "/nothing"]
    {
        for method in ["OPTIONS", "GET", "POST"] {
            let answer = asked(&ada.client, method, path, &PREFLIGHT).await;
            let allowed: Vec<&str> = answer
                .headers
                .keys()
                .map(reqwest::header::HeaderName::as_str)
                .filter(|name| name.starts_with("access-control-"))
                .collect();
            assert!(allowed.is_empty(), "{method} {path}: {allowed:?}");
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_costs_no_other() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let good = |n: usize| {
        let mut event = event(&ada.account, "same");
        event["event"] = json!(format!("good {n:02}"));
        event.to_string()
    };
    let with = |member: &str, value: Value| {
        let mut event = event(&ada.account, "odd");
        event["properties"][member] = value;
        event.to_string()
    };
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let odd = [
        ("7".to_owned(), "send an object"),
        ("{}".to_owned(), "set event"),
        (with("distinct_id", json!("")), "distinct_id"),
        (with("distinct_id", json!("x".repeat(256))), "at most 255 bytes"),
        (with("token", json!("another project's")), "later release"),
        (with("token", json!(null)), "set properties.token"),
        (with("x", json!(vec![0; 10_000])), "10000 values"),
        (with("x", json!(7)).replace(":7", ":NaN"), "not JSON"),
        (with("x", json!(7)).replace(":7", ":1e999"), "not JSON"),
        (with("x", json!(7)).replace(":7", &format!(":{deep}")), "nested"),
    ];
    for (n, (odd, why)) in odd.iter().enumerate() {
        let batch = format!("[{},{odd},{}]", good(2 * n), good(2 * n + 1));
        let answer = track(&client, "?verbose=1", JSON, batch.clone()).await.expect(200);
        assert_eq!(answer.json()["status"], 1, "{odd}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(
            error.starts_with("1 of 3 events left out. event 1: ") && error.contains(why),
            "{odd}: {error}"
        );
        assert_eq!(track(&client, "", JSON, batch).await.text(), "1", "{odd}");
    }
    let expected: Vec<String> = (0..2 * odd.len()).map(|n| format!("good {n:02}")).collect();
    assert_eq!(names(&service).await, expected);
    service.unharmed().await;
}

#[tokio::test]
async fn what_json_can_write_and_nothing_can_store_is_replaced() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let text = event(&ada.account, "a").to_string();
    let with = |name: &str| text.replace("Opened", name);
    let odd = [
        (br"half \ud83d".to_vec(), "half \u{fffd}"),
        (br"nul \u0000".to_vec(), "nul \u{fffd}"),
        (b"Z\xfcrich".to_vec(), "Z?rich"),
    ];
    for (name, stored) in odd {
        let mut body = with("X").into_bytes();
        let at = body.iter().position(|byte| *byte == b'X').unwrap();
        body.splice(at..=at, name);
        track(
            &client,
            "",
            JSON,
            [b"[", &body[..], b",", with(&format!("beside {stored}")).as_bytes(), b"]"].concat(),
        )
        .await
        .expect(200);
        let names = names(&service).await;
        assert!(names.contains(&stored.to_owned()), "{names:?}");
        assert!(names.contains(&format!("beside {stored}")), "{names:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_repeat_of_a_clock_that_is_wrong_is_still_a_repeat() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let at = |time: Value| {
        let mut event = event(&ada.account, "a");
        event["properties"]["time"] = time;
        event
    };
    let wrong = [json!(-1), json!(4_102_444_800_u64), json!("soon"), json!(null)];
    for _ in 0..3 {
        for time in &wrong {
            track(&client, "", JSON, at(time.clone()).to_string()).await.expect(200);
        }
    }
    // `null` and none are the same: neither says anything.
    let mut timeless = at(json!(null));
    timeless["properties"].as_object_mut().unwrap().remove("time");
    track(&client, "", JSON, timeless.to_string()).await.expect(200);
    assert_eq!(counted(&service).await, [4, 0, 9]);
    // Many at once, in another order.
    let batch = |ids: Vec<usize>| {
        let events: Vec<Value> = ids
            .iter()
            .map(|id| {
                let mut event = at(if id % 2 == 0 { json!(-1) } else { json!(1_700_000_000) });
                event["properties"]["$insert_id"] = json!(format!("n{id}"));
                event
            })
            .collect();
        json!(events).to_string()
    };
    let (forth, back) = (batch((0..500).collect()), batch((0..500).rev().collect()));
    let all = [&forth, &back, &forth, &back].map(|body| track(&client, "", JSON, body.clone()));
    for answer in futures::future::join_all(all).await {
        answer.expect(200);
    }
    assert_eq!(counted(&service).await, [504, 0, 1_509]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_other_routes_of_the_dialect_keep_nothing_and_say_so_in_its_words() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let profile =
        json!([{"$token": HOUSE_TOKEN, "$distinct_id": ada.account, "$set": {"plan": "pro"}}]).to_string();
    let form = format!("verbose=1&ip=0&data={}", encoded(&profile));
    for path in ["/engage", "/engage/", "/groups", "/groups/", "/import", "/import/"] {
        let get = asked(&client, "GET", &format!("{path}?data={}", encoded(&profile)), &[]).await.expect(400);
        assert_eq!(get.text(), "0", "{path}");
        let request =
            client.request("POST", path).header("Content-Type", "application/x-www-form-urlencoded");
        let told = send(request.body(form.clone())).await.expect(400).json();
        assert_eq!(told["status"], 0, "{path}");
        let error = told["error"].as_str().unwrap();
        assert!(
            error.starts_with("nothing of this call was kept: ") && error.contains("/track"),
            "{path}: {error}"
        );
    }
    let request = client.request("POST", "/import?strict=1&project_id=1").header("Content-Type", JSON);
    let told = send(request.body(json!([event(&ada.account, "a")]).to_string())).await.expect(400).json();
    assert_eq!((&told["code"], &told["num_records_imported"]), (&json!(400), &json!(0)));
    assert_eq!((&told["status"], &told["failed_records"]), (&json!("Bad Request"), &json!([])));
    assert_eq!(counted(&service).await, [0, 0, 0]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_token_of_a_customers_project_is_refused_with_the_reason() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (_, organization) = ada.client.ask("POST", "/v1/organizations", json!({"name": "Example"})).await;
    let projects = format!("/v1/organizations/{}/projects", organization["id"].as_str().unwrap());
    let (status, project) = ada.client.ask("POST", &projects, json!({"name": "Web"})).await;
    assert_eq!(status, 201, "{project}");
    let mut event = event(&ada.account, "a");
    event["properties"]["token"] = project["token"].clone();
    let answer = track(&service.client(), "?verbose=1", JSON, event.to_string()).await.expect(401);
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("house project") && error.contains("later release"), "{error}");
    service.unharmed().await;
}
