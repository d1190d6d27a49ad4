//! Privacy requests: asked for, followed, cancelled and listed.

use std::time::Duration;

use serde_json::{Value, json};

use super::service::{action, asked, sent};
use super::{Service, send};
use crate::support::{Client, eventually};

const REQUESTS: &str = "/v1/me/privacy-requests";

async fn ask(client: &Client, kind: &str) -> String {
    client.post(REQUESTS, action(kind)).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_of_a_kind_is_open_at_a_time() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let answer = sent(&ada.client, "POST", REQUESTS, &action("export")).await.expect(202);
    let export = answer.json();
    let id = export["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("{REQUESTS}/{id}"));
    assert!(id.starts_with("req_"), "{export}");
    assert_eq!(export["cancellable_until"], Value::Null);
    let due: chrono::DateTime<chrono::Utc> = export["due_at"].as_str().unwrap().parse().unwrap();
    let received: chrono::DateTime<chrono::Utc> = export["received_at"].as_str().unwrap().parse().unwrap();
    assert!((28..=40).contains(&(due - received).num_days()), "{export}");

    let refused = sent(&ada.client, "POST", REQUESTS, &action("export")).await;
    assert_eq!(refused.problem(409, "request-open")["request_id"], id);
    let erasure = sent(&ada.client, "POST", REQUESTS, &action("erasure")).await.expect(202).json();
    let until: chrono::DateTime<chrono::Utc> =
        erasure["cancellable_until"].as_str().unwrap().parse().unwrap();
    assert!((until - received).num_hours() >= 23, "{erasure}");
    let refused = sent(&ada.client, "POST", REQUESTS, &action("erasure")).await;
    assert_eq!(refused.problem(409, "request-open")["request_id"], erasure["id"]);
    sent(&bob.client, "POST", REQUESTS, &action("export")).await.expect(202);

    // Of many at once one gets in.
    asked(&ada.client, "DELETE", &format!("{REQUESTS}/{id}")).await.expect(204);
    let body = action("export");
    let many = (0..20).map(|_| async { sent(&ada.client, "POST", REQUESTS, &body).await.status });
    let mut statuses = futures::future::join_all(many).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 202);
    assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_request_is_made_under_a_law_of_the_table() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let under = |law: &str| json!({"kind": "export", "regulation": law, "confirm": true});
    for unknown in ["hipaa", "GDPR", "us", ""] {
        let refused = sent(&ada.client, "POST", REQUESTS, &under(unknown)).await;
        assert_eq!(refused.pointers(), ["/regulation"], "{unknown}");
        let told = refused.problem(422, "invalid-input")["errors"][0].to_string();
        assert!(told.contains("use one of gdpr, uk_gdpr,") && told.contains(", us_va,"), "{told}");
    }
    let received = sent(&ada.client, "POST", REQUESTS, &under("us_va")).await.expect(202).json();
    assert_eq!(received["regulation"], "us_va");
    let at =
        |name: &str| -> chrono::DateTime<chrono::Utc> { received[name].as_str().unwrap().parse().unwrap() };
    assert_eq!((at("due_at").date_naive() - at("received_at").date_naive()).num_days(), 45, "{received}");
    let description = ada.client.get("/openapi.json").await;
    let ids = description["components"]["schemas"]["Regulation"]["enum"].to_string();
    assert!(ids.contains("\"br_lgpd\""), "{ids}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_request_can_be_cancelled_in_time() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for kind in ["erasure", "export"] {
        let id = ask(&ada.client, kind).await;
        let path = format!("{REQUESTS}/{id}");
        asked(&ada.client, "DELETE", &path).await.expect(204);
        let shown = ada.client.get(&path).await;
        assert_eq!(shown["state"], "cancelled");
        assert!(shown["closed_at"].is_string(), "{shown}");
        // Again changes nothing.
        asked(&ada.client, "DELETE", &path).await.expect(204);
        // And another may be asked for.
        let other = ask(&ada.client, kind).await;
        assert_ne!(other, id);
        let late = asked(&ada.client, "GET", &format!("{path}/archive")).await;
        match kind {
            "export" => late.problem(410, "archive-gone"),
            _ => late.problem(404, "not-found"),
        };
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_done_cannot_be_cancelled() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ada.use_product(30).await;
    for kind in ["export", "erasure"] {
        let id = ada.ask_for(kind).await;
        let done = ada.completed(&id).await;
        let late = asked(&ada.client, "DELETE", &format!("{REQUESTS}/{id}")).await;
        assert_eq!(late.problem(409, "too-late")["state"], "completed");
        assert!(done["sources"].as_array().unwrap().iter().all(|source| source["state"] == "done"), "{done}");
    }
    // The account goes on.
    assert_eq!(ada.client.get("/v1/me").await["email"], ada.email.as_str());
    service.unharmed().await;
}

#[tokio::test]
async fn the_list_is_read_page_by_page() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let mut made = Vec::new();
    for n in 0..7 {
        let id = ask(&ada.client, if n % 2 == 0 { "export" } else { "erasure" }).await;
        asked(&ada.client, "DELETE", &format!("{REQUESTS}/{id}")).await.expect(204);
        made.insert(0, id);
    }
    let ids = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&ada.client.get(REQUESTS).await), made);
    let (mut next, mut seen, mut pages) = (format!("{REQUESTS}?limit=3"), Vec::new(), 0);
    loop {
        let page = asked(&ada.client, "GET", &next).await.expect(200);
        seen.extend(ids(&page.json()));
        pages += 1;
        // What is added meanwhile shifts nothing.
        if pages == 1 {
            ask(&ada.client, "export").await;
        }
        let link = page.header("link");
        let Some(target) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""))
        else {
            assert_eq!((link, &page.json()["next_cursor"]), ("", &Value::Null));
            break;
        };
        assert!(target.ends_with(page.json()["next_cursor"].as_str().unwrap()), "{link}");
        next = target.to_owned();
    }
    assert_eq!((seen, pages), (made, 3));
    service.unharmed().await;
}

/// A server-sent event: its id and its data.
fn event(block: &str) -> (i64, Value) {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} is not in {block}")).trim()
    };
    assert_eq!(field("event:"), "state");
    (field("id:").parse().unwrap(), serde_json::from_str(field("data:")).unwrap())
}

#[tokio::test]
async fn a_request_is_followed_until_it_is_completed() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    ada.use_product(500).await;
    let id = ada.ask_for("export").await;
    let path = format!("{REQUESTS}/{id}/events");
    let stream = send(ada.client.request("GET", &path).timeout(Duration::from_secs(30))).await.expect(200);
    assert_eq!(stream.header("content-type"), "text/event-stream");
    let events: Vec<(i64, Value)> =
        stream.text().split("\n\n").filter(|block| block.contains("data:")).map(event).collect();
    assert!(events.len() > 1, "{}", stream.text());
    assert!(events.windows(2).all(|pair| pair[0].0 < pair[1].0), "{events:?}");
    let (last, shown) = events.last().unwrap();
    assert_eq!((&shown["state"], &shown["id"]), (&json!("completed"), &json!(id)));
    assert_ne!(events[0].1["state"], "completed");
    let closed = events.iter().filter(|(_, data)| data["state"] == "completed").count();
    assert_eq!(closed, 1, "it ends with the first that says so");

    // Who has seen the end is told to stay away; who has not, sees it.
    let seen = |last: &str| send(ada.client.request("GET", &path).header("Last-Event-ID", last));
    let again = seen("0").await.expect(200);
    assert!(again.text().contains("\"state\":\"completed\""), "{again:?}");
    // What came after the end, such as the notice of it, is shown; then there is nothing more to come for.
    let mut last = *last;
    loop {
        let again = seen(&last.to_string()).await;
        if again.status == 204 {
            break assert!(again.body.is_empty());
        }
        let shown = again.text().split("\n\n").filter(|block| block.contains("data:")).map(event).last();
        let (newer, _) = shown.unwrap();
        assert!(newer > last, "{newer} after {last}");
        last = newer;
    }
    asked(&bob.client, "GET", &path).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn who_signs_out_stops_following() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let id = ask(&ada.client, "export").await;
    let path = format!("{REQUESTS}/{id}/events");
    let mut following = ada.client.request("GET", &path).send().await.unwrap();
    let first = following.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("\"state\":\"received\""), "{first:?}");
    asked(&ada.client, "DELETE", "/v1/sessions/current").await.expect(204);
    let ended = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(chunk) = following.chunk().await.unwrap() {
            assert!(!String::from_utf8_lossy(&chunk).contains("data:"), "{chunk:?}");
        }
    });
    ended.await.expect("the stream ends with the session");
    service.unharmed().await;
}

#[tokio::test]
async fn an_account_follows_with_a_few_streams_at_once() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let path = |id: &str| format!("{REQUESTS}/{id}/events");
    let (of_ada, of_bob) = (path(&ask(&ada.client, "export").await), path(&ask(&bob.client, "export").await));
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = ada.client.request("GET", &of_ada).send().await.unwrap();
        assert!(stream.chunk().await.unwrap().is_some());
        streams.push(stream);
    }
    asked(&ada.client, "GET", &of_ada).await.problem(429, "too-much-at-once");
    let csv = ada.client.request("GET", "/v1/me/history").header("Accept", "text/csv");
    send(csv).await.problem(429, "too-much-at-once");
    // Another account has its own, and one that ends makes room.
    let mut other = bob.client.request("GET", &of_bob).send().await.unwrap();
    assert!(other.chunk().await.unwrap().is_some());
    drop(streams.pop());
    eventually("there is room again", || async {
        let stream = ada.client.request("GET", &of_ada).send().await.unwrap();
        stream.status().is_success().then_some(())
    })
    .await;
    service.unharmed().await;
}

#[tokio::test]
async fn an_erasure_leaves_the_account_and_takes_the_rest() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ada.use_product(40).await;
    let export = ada.ask_for("export").await;
    ada.completed(&export).await;
    let erasure = ada.ask_for("erasure").await;
    let done = ada.completed(&erasure).await;
    let usage = done["sources"].as_array().unwrap().iter().find(|source| source["name"] == "usage").unwrap();
    assert_eq!(usage["counts"]["usage_events"], 40, "{done}");
    let pool = service.pool().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM usage_event").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
    // The archive of before holds what was erased.
    eventually("the archive is gone", || async {
        let answer = asked(&ada.client, "GET", &format!("{REQUESTS}/{export}/archive")).await;
        (answer.status == 410).then(|| drop(answer.problem(410, "archive-gone")))
    })
    .await;
    let history = ada.client.get("/v1/me/history?limit=200").await.to_string();
    assert!(history.contains("[erased]"), "{history}");
    asked(&ada.client, "GET", "/v1/me").await.expect(200);
    service.unharmed().await;
}
