//! Who has written something reads it, whatever read model is behind.

use serde_json::json;

use super::Service;
use super::send;
use super::service::{action, assert_quiet, sent};
use crate::support::eventually;

#[tokio::test]
async fn a_change_is_seen_by_the_next_read() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let mut last = String::new();
    for round in 0..200 {
        let on = round % 2 == 0;
        let answer =
            sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"personalization": on})).await.expect(200);
        assert_eq!(answer.json()["personalization"], on);
        // Sealed: all of one length, and no two alike.
        let position = answer.header("event-position").to_owned();
        assert!(position.len() == 64 && position != last, "round {round}: {position} after {last}");
        last = position;
        let me = ada.client.get("/v1/me").await;
        assert_eq!(me["preferences"]["personalization"], on, "round {round}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_change_is_seen_at_another_process_by_who_says_what_they_have_seen() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let mut there = ada.client.clone();
    there.base.clone_from(&elsewhere.base);
    for round in 0..100 {
        let on = round % 2 == 0;
        let (one, other) = if round % 3 == 0 { (&there, &ada.client) } else { (&ada.client, &there) };
        let answer = sent(one, "PUT", "/v1/me/preferences", &json!({"usage_logging": on})).await.expect(200);
        let position = answer.header("event-position").to_owned();
        let read = other.request("GET", "/v1/me").header("Event-Position", &position);
        let me = send(read).await.expect(200).json();
        assert_eq!(me["preferences"]["usage_logging"], on, "round {round}");
        let read = other.request("GET", "/v1/me/preferences").header("Event-Position", &position);
        assert_eq!(send(read).await.json()["usage_logging"], on, "round {round}");
    }
    // The same of a privacy request, in its list and by its id, and of the history.
    let made = sent(&ada.client, "POST", "/v1/me/privacy-requests", &action("export")).await.expect(202);
    let (position, id) = (made.header("event-position"), made.json()["id"].as_str().unwrap().to_owned());
    let read = |path: String| send(there.request("GET", &path).header("Event-Position", position));
    let list = read("/v1/me/privacy-requests".to_owned()).await.json();
    assert_eq!(list["items"][0]["id"], id.as_str());
    read(format!("/v1/me/privacy-requests/{id}")).await.expect(200);
    let history = read("/v1/me/history?limit=1".to_owned()).await.json();
    assert_eq!(history["items"][0]["type"], "privacy_request.received", "{history}");
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again_and_what_has_is_not_overwritten() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for path in ["/v1/me", "/v1/me/preferences"] {
        let first = send(ada.client.request("GET", path)).await.expect(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let again =
                send(ada.client.request("GET", path).header("If-None-Match", known)).await.expect(304);
            assert!(again.body.is_empty() && again.header("etag") == tag, "{again:?}");
        }
        send(ada.client.request("GET", path).header("If-None-Match", "\"x\"")).await.expect(200);
    }
    let tag = send(ada.client.request("GET", "/v1/me/preferences")).await.header("etag").to_owned();
    let put = |tag: &str, on: bool| {
        let request = ada.client.request("PUT", "/v1/me/preferences").header("If-Match", tag);
        send(request.json(&json!({"personalization": on})))
    };
    let changed = put(&tag, false).await.expect(200);
    put(&tag, true).await.problem(412, "precondition-failed");
    assert_eq!(ada.client.get("/v1/me/preferences").await["personalization"], false);
    put(changed.header("etag"), true).await.expect(200);
    put("*", false).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn a_program_that_starts_shows_what_was_stored_before_it() {
    let mut service = Service::api().await;
    let mut ada = service.person("ada").await;
    sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"usage_logging": false})).await.expect(200);
    assert_eq!(ada.client.get("/v1/me/preferences").await["usage_logging"], false);
    // What a power cut may take from a read model: the newest event, with the checkpoint.
    let pool = service.pool().await;
    for statement in [
        "UPDATE account_view SET usage_logging = true, version = version - 1",
        "UPDATE projection SET position = position - 1 WHERE name = 'account'",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    // And for a while nobody can put it right. Locked like this, no transaction has an id, which would hold up
    // the events of all other tests.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE projection IN EXCLUSIVE MODE").execute(&mut *held).await.unwrap();
    service.begin_restart();
    let client = service.client();
    eventually("it listens", || async {
        let answer = client.request("GET", "/healthz").send().await;
        answer.is_ok_and(|answer| answer.status() == 200).then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(
        send(client.request("GET", "/readyz")).await.status,
        503,
        "it serves what is not true any more"
    );
    held.rollback().await.unwrap();
    service.program.await_ready().await;
    ada.at(&service.client());
    assert_eq!(ada.client.get("/v1/me/preferences").await["usage_logging"], false);
    service.unharmed().await;
}
