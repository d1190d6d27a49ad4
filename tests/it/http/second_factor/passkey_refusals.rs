//! What a passkey does not prove: for another page, for another service, twice, or without the person.

use serde_json::{Value, json};

use super::{AGAIN, PASSKEY, PASSKEYS, add_passkey, give_passkey, options, show_passkey, with_passkeys};
use crate::http::service::sent;
use crate::http::{Answer, send};
use crate::support::{Authenticator, Client};

const SIGN_IN: &str = "/v1/sessions/passkey/options";
const IN_SESSION: &str = "/v1/sessions/reauthenticate/options";

async fn shown(client: &Client, credential: &Value) -> Answer {
    sent(client, "POST", PASSKEY, &json!({"credential": credential})).await
}

#[tokio::test]
async fn a_relaying_page_of_another_origin_gets_no_session() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    // It hands on what we ask, word for word; the browser tells under which address it did.
    for origin in [
        "http://localhost:8081",
        "https://localhost:8080",
        "http://localhost.evil.test:8080",
        "http://evil.test",
    ] {
        key.origin = origin.to_owned();
        show_passkey(&service.client(), &mut key).await.problem(403, "wrong-passkey");
        let mut relayed = Authenticator::new();
        relayed.origin = origin.to_owned();
        add_passkey(&ada.client, &mut relayed).await.problem(403, "wrong-passkey");
    }
    key.origin = Authenticator::new().origin;
    // One that speaks of another service gets a signature for that one.
    key.rp_id = Some("evil.test".to_owned());
    show_passkey(&service.client(), &mut key).await.problem(403, "wrong-passkey");
    let mut relayed = Authenticator::new();
    relayed.rp_id = key.rp_id.take();
    add_passkey(&ada.client, &mut relayed).await.problem(403, "wrong-passkey");
    // What the browser itself says of the page is looked at as well.
    let credential = key.show(&options(&service.client(), SIGN_IN).await);
    let relayed = service.client().request("POST", PASSKEY).header("Origin", "http://evil.test");
    send(relayed.json(&json!({"credential": credential}))).await.problem(403, "cross-site-request");
    assert_eq!(ada.client.get("/v1/sessions").await["items"].as_array().unwrap().len(), 1);
    show_passkey(&service.client(), &mut key).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn an_answer_counts_once_for_five_minutes_and_for_what_was_asked() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let client = service.client();
    let credential = key.show(&options(&client, SIGN_IN).await);
    shown(&client, &credential).await.expect(201);
    shown(&client, &credential).await.problem(403, "wrong-passkey");
    // A wrong answer uses the question up as well.
    let question = options(&client, SIGN_IN).await;
    let mut relayed = key.clone();
    relayed.origin = "http://evil.test".to_owned();
    shown(&client, &relayed.show(&question)).await.problem(403, "wrong-passkey");
    shown(&client, &key.show(&question)).await.problem(403, "wrong-passkey");
    let question = options(&client, SIGN_IN).await;
    let late = "UPDATE passkey_challenge SET expires_at = expires_at - interval '5 minutes'";
    sqlx::query(late).execute(&service.pool().await).await.unwrap();
    shown(&client, &key.show(&question)).await.problem(403, "wrong-passkey");
    // What signs in is no proof in a session, and the other way round.
    let body = json!({"credential": key.show(&options(&client, SIGN_IN).await)});
    sent(&ada.client, "POST", AGAIN, &body).await.problem(403, "wrong-passkey");
    let question = options(&ada.client, IN_SESSION).await;
    shown(&client, &key.show(&question)).await.problem(403, "wrong-passkey");
    // Nobody asked.
    let unasked = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "localhost"});
    shown(&client, &key.show(&unasked)).await.problem(403, "wrong-passkey");
    shown(&client, &json!({"id": "x"})).await.problem(422, "invalid-input");
    service.unharmed().await;
}

#[tokio::test]
async fn anothers_passkey_and_anothers_question_prove_nothing() {
    let service = with_passkeys().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let (key, _) = give_passkey(&ada).await;
    let (mut key_of_bob, _) = give_passkey(&bob).await;
    let body = json!({"credential": key_of_bob.show(&options(&ada.client, IN_SESSION).await)});
    sent(&ada.client, "POST", AGAIN, &body).await.problem(403, "wrong-passkey");
    // What one was asked for a new passkey, another cannot answer.
    let question = options(&ada.client, "/v1/me/passkeys/options").await;
    let body = json!({"name": "Key", "credential": Authenticator::new().make(&question)});
    sent(&bob.client, "POST", PASSKEYS, &body).await.problem(403, "wrong-passkey");
    // An authenticator that says it is another account's, and one that nobody knows.
    let mut posing = key.clone();
    posing.make(&options(&bob.client, "/v1/me/passkeys/options").await);
    for mut authenticator in [posing, Authenticator::new()] {
        show_passkey(&service.client(), &mut authenticator).await.problem(403, "wrong-passkey");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn without_the_person_it_proves_nothing_and_counting_backwards_it_is_a_copy() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let mut unverified = Authenticator::new();
    unverified.verifies = false;
    add_passkey(&ada.client, &mut unverified).await.problem(403, "wrong-passkey");
    let mut key = Authenticator::new();
    key.counter = 7;
    add_passkey(&ada.client, &mut key).await.expect(201);
    show_passkey(&service.client(), &mut key).await.expect(201);
    key.verifies = false;
    show_passkey(&service.client(), &mut key).await.problem(403, "wrong-passkey");
    key.verifies = true;
    let copy = key.clone();
    show_passkey(&service.client(), &mut key).await.expect(201);
    // It has signed more often by now than the copy knows.
    let question = options(&service.client(), SIGN_IN).await;
    shown(&service.client(), &copy.show_without_counting(&question)).await.problem(403, "wrong-passkey");
    show_passkey(&service.client(), &mut key).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_answers_of_a_passkey_at_once_one_signs_in() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let credential = key.show(&options(&service.client(), SIGN_IN).await);
    let clients = [service.client(), service.client(), service.client(), service.client()];
    let tries = clients.iter().map(|client| shown(client, &credential));
    let mut statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403, 403, 403]);
    service.unharmed().await;
}
