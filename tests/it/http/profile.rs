//! The profile: what a change changes, and what it leaves as it is.

use serde_json::{Value, json};

use super::service::{asked, sent};
use super::teams::organization_of;
use super::{Answer, Service, send};
use crate::support::{OPERATOR_TOKEN, Person};

const ME: &str = "/v1/me";

async fn patch(person: &Person, body: Value) -> Answer {
    sent(&person.client, "PATCH", ME, &body).await
}

async fn patch_if(person: &Person, tag: &str, body: Value) -> Answer {
    send(person.client.request("PATCH", ME).header("If-Match", tag).json(&body)).await
}

async fn tag(person: &Person) -> String {
    asked(&person.client, "GET", ME).await.expect(200).header("etag").to_owned()
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_takes_away() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let changed = patch(&ada, json!({"name": "  Ada Lovelace "})).await.expect(200);
    let expected = json!({
        "email": "ada@example.com", "name": "Ada Lovelace", "billing_email": null, "language": null, "time_zone": null,
    });
    assert_eq!(changed.json(), expected);
    patch(&ada, json!({"billing_email": "Bills@Example.com"})).await.expect(200);
    let me = ada.client.get(ME).await;
    assert_eq!((&me["name"], &me["billing_email"]), (&json!("Ada Lovelace"), &json!("Bills@Example.com")));
    // Where bills go is nobody's sign-in address: others may have it as well.
    let bob = service.person("bills").await;
    patch(&bob, json!({"billing_email": "bills@example.com"})).await.expect(200);
    let both = patch(&ada, json!({"name": "Ada King", "billing_email": null})).await.expect(200);
    assert_eq!(both.json()["billing_email"], Value::Null);
    let me = ada.client.get(ME).await;
    assert_eq!((&me["name"], &me["billing_email"]), (&json!("Ada King"), &Value::Null));
    assert_eq!(patch(&ada, json!({})).await.pointers(), [""]);
    assert_eq!(patch(&ada, json!({"name": null})).await.pointers(), ["/name"]);
    assert_eq!(patch(&ada, json!({"email": "x@example.com"})).await.pointers(), ["/email"]);

    let history = ada.client.get("/v1/me/history?limit=50").await;
    let of = |kind: &str| {
        let items = history["items"].as_array().unwrap().iter();
        items.filter(|item| item["type"] == kind).count()
    };
    assert_eq!((of("account.name_changed"), of("account.billing_email_changed")), (2, 2), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_so_already_leaves_no_trace() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    patch(&ada, json!({"name": "Ada", "billing_email": "bills@example.com"})).await.expect(200);
    let newest = async || ada.client.get("/v1/me/history?limit=1").await["items"][0]["sequence"].clone();
    let before = newest().await;
    let same = patch(&ada, json!({"name": "Ada", "billing_email": "bills@example.com"})).await.expect(200);
    assert_eq!(same.json()["name"], "Ada");
    assert_eq!(newest().await, before);
    service.unharmed().await;
}

#[tokio::test]
async fn a_language_and_a_time_zone_are_chosen_and_given_back_to_the_browser() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let shown = async || {
        let me = ada.client.get(ME).await;
        (me["language"].clone(), me["time_zone"].clone())
    };
    assert_eq!(shown().await, (Value::Null, Value::Null));
    let seen = tag(&ada).await;
    let changed = patch(&ada, json!({"language": "de", "time_zone": "Europe/Berlin"})).await.expect(200);
    assert_eq!(shown().await, (json!("de"), json!("Europe/Berlin")));
    patch_if(&ada, &seen, json!({"language": "en"})).await.problem(412, "precondition-failed");
    assert_eq!(tag(&ada).await, changed.header("etag"));
    // What is left out stays, and what is so already leaves no trace.
    patch(&ada, json!({"language": null})).await.expect(200);
    patch(&ada, json!({"language": null, "time_zone": "Europe/Berlin"})).await.expect(200);
    assert_eq!(shown().await, (Value::Null, json!("Europe/Berlin")));

    let told = "expected a language that the service speaks: en or de";
    let refused = patch(&ada, json!({"language": "fr"})).await;
    assert_eq!(refused.pointers(), ["/language"]);
    let message = refused.problem(422, "invalid-input")["errors"][0]["message"].clone();
    assert!(message.as_str().unwrap().contains(told), "{message}");
    for zone in [json!("Europe/Atlantis"), json!("+01:00"), json!(""), json!(1)] {
        assert_eq!(patch(&ada, json!({"time_zone": zone})).await.pointers(), ["/time_zone"], "{zone}");
    }

    let history = ada.client.get("/v1/me/history?limit=50").await;
    let items = history["items"].as_array().unwrap().iter();
    let told: Vec<&Value> =
        items.filter(|item| item["type"] == "account.locale_changed").map(|item| &item["what"]).collect();
    let words = [
        "The time zone was set; the language is that of the browser",
        "The language and the time zone were set",
    ];
    assert_eq!(told, words);
    // As it stood when the first of them was recorded.
    let first =
        history["items"].as_array().unwrap().iter().rfind(|item| item["type"] == "account.locale_changed");
    let then = format!("/v1/me/history?at={}", first.unwrap()["at"].as_str().unwrap());
    let state = ada.client.get(&then).await["state"]["account"].clone();
    assert_eq!((&state["language"], &state["time_zone"]), (&json!("de"), &json!("Europe/Berlin")), "{state}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_change_is_not_made_over_anothers() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    // Whether or not one is in organizations: they are part of what is shown.
    for round in 0..2 {
        let seen = tag(&ada).await;
        let changed = patch_if(&ada, &seen, json!({"name": format!("One {round}")})).await.expect(200);
        patch_if(&ada, &seen, json!({"name": "Two"})).await.problem(412, "precondition-failed");
        assert_eq!(ada.client.get(ME).await["name"], format!("One {round}"));
        assert_eq!(tag(&ada).await, changed.header("etag"));
        patch_if(&ada, changed.header("etag"), json!({"billing_email": "b@example.com"})).await.expect(200);
        patch_if(&ada, "*", json!({"billing_email": null})).await.expect(200);
        patch_if(&ada, "\"nonsense\"", json!({"name": "Two"})).await.problem(412, "precondition-failed");
        // Of many who have seen the same, one gets their wish.
        let seen = tag(&ada).await;
        let wishes = (0..8).map(|n| patch_if(&ada, &seen, json!({"name": format!("Wish {round} {n}")})));
        let answers = futures::future::join_all(wishes).await;
        let granted = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(granted, 1, "{answers:#?}");
        organization_of(&ada).await;
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_not_shown_is_no_change_of_what_is() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let seen = tag(&ada).await;
    // Somebody signs in elsewhere, and out again.
    let other = crate::support::sign_in(&service.client(), &ada.email).await;
    asked(&other, "DELETE", "/v1/sessions/current").await.expect(204);
    send(ada.client.request("GET", ME).header("If-None-Match", &seen)).await.expect(304);
    patch_if(&ada, &seen, json!({"name": "Ada King"})).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn a_name_that_poses_as_something_else_is_refused_wherever_it_is_chosen() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let link = "See evil.example";
    for name in [link, "Ada\u{202e}King", "\u{405}ettings Team", &"x".repeat(201)] {
        for (client, method, path) in [
            (&ada.client, "PATCH", ME),
            (&ada.client, "POST", "/v1/organizations"),
            (&operator, "POST", "/v1/admin/accounts"),
        ] {
            let mut body = json!({"name": name});
            if path.contains("admin") {
                body["email"] = "new@example.com".into();
            }
            let refused = sent(client, method, path, &body).await;
            assert_eq!(refused.pointers(), ["/name"], "{path} {name:?}");
        }
    }
    let told = patch(&ada, json!({"name": link})).await.problem(422, "invalid-input")["errors"][0].clone();
    let message = "“evil.example” reads as a web address: leave it out, or put a space after each dot";
    assert_eq!(told["message"], message);
    // Composed, and as long as it is seen.
    let name = format!("Zoe\u{308} {}", "👩\u{200d}🚀".repeat(150));
    let kept = patch(&ada, json!({"name": name})).await.expect(200).json();
    assert!(kept["name"].as_str().unwrap().starts_with("Zo\u{eb} "), "{kept}");
    service.unharmed().await;
}
