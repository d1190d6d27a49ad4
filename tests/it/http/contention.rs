//! What ends an intrusion wins, however many commands the intruder sends meanwhile: to one process and to another.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};

use super::service::{asked, credentials, sent};
use super::{Answer, Service};
use crate::support::{Client, PASSWORD, Person, sign_in};

/// Connections over which the intruder sends one command after the other.
const CONNECTIONS: usize = 64;
const NEW: &str = "another horse entirely 9";

/// Renames the account in a loop, in every process, until `owner` is done. What the owner was answered, and how many
/// times the intruder renamed.
async fn under_attack<F>(intruders: &[Client], owner: impl FnOnce() -> F) -> (F::Output, usize)
where
    F: Future<Output: Send>,
{
    let (over, renamed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let renaming = join_all((0..CONNECTIONS).map(|n| {
        let (client, over, renamed) = (&intruders[n % intruders.len()], &over, &renamed);
        async move {
            let mut round = 0;
            while !over.load(Ordering::Relaxed) {
                round += 1;
                let body = json!({"name": format!("Renamed {n} {round}")});
                let answer = sent(client, "PATCH", "/v1/me", &body).await;
                assert!([200, 401, 403, 429, 503].contains(&answer.status), "{answer:?}");
                renamed.fetch_add(usize::from(answer.status == 200), Ordering::Relaxed);
                if answer.status == 401 {
                    return;
                }
            }
        }
    }));
    let owner = async {
        while renamed.load(Ordering::Relaxed) < CONNECTIONS {
            tokio::task::yield_now().await;
        }
        let answer = owner().await;
        over.store(true, Ordering::Relaxed);
        answer
    };
    let (_, answer) = tokio::join!(renaming, owner);
    (answer, renamed.into_inner())
}

/// The intruder's session, as clients of each process.
async fn intruders(service: &Service, ada: &Person, elsewhere: &str) -> Vec<Client> {
    let here = sign_in(&service.client(), &ada.email).await;
    vec![here.clone(), Client { base: elsewhere.to_owned(), ..here }]
}

#[tokio::test]
async fn a_password_reset_wins_against_a_flood_of_commands() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let intruders = intruders(&service, &ada, &elsewhere.base).await;
    sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": ada.email})).await.expect(202);
    let token = service.take_mail("password_reset_link", &ada.email).await.token().to_owned();
    let (client, body) = (service.client(), json!({"token": token, "password": NEW}));
    let reset = || async { sent(&client, "PUT", "/v1/password-resets", &body).await };
    let (answer, renamed) = under_attack(&intruders, reset).await;
    answer.expect(204);
    assert!(renamed >= CONNECTIONS, "{renamed}");
    for intruder in &intruders {
        asked(intruder, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_password_change_and_ending_a_session_win_against_a_flood_of_commands() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let first = intruders(&service, &ada, &elsewhere.base).await;
    let sessions = ada.client.get("/v1/sessions").await;
    let foreign = sessions["items"].as_array().unwrap().iter().find(|item| item["current"] == false);
    let path = format!("/v1/sessions/{}", foreign.unwrap()["id"].as_str().unwrap());
    let end = || async { asked(&ada.client, "DELETE", &path).await };
    under_attack(&first, end).await.0.expect(204);
    asked(&first[1], "GET", "/v1/me").await.problem(401, "unauthenticated");

    let second = intruders(&service, &ada, &elsewhere.base).await;
    let change = || async {
        let body = json!({"current": PASSWORD, "new": NEW});
        sent(&ada.client, "PUT", "/v1/me/password", &body).await
    };
    under_attack(&second, change).await.0.expect(204);
    asked(&second[0], "GET", "/v1/me").await.problem(401, "unauthenticated");
    ada.client.get("/v1/me").await;
}

#[tokio::test]
async fn taking_a_change_of_the_address_back_wins_against_a_flood_of_commands() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let intruders = intruders(&service, &ada, &elsewhere.base).await;
    let body = json!({"email": "eve@example.com"});
    sent(&intruders[0], "PUT", "/v1/me/email", &body).await.expect(202);
    let confirm = service.take_mail("email_confirmation", "eve@example.com").await.token().to_owned();
    let undo = service.take_mail("email_change", &ada.email).await.token().to_owned();
    let confirm = json!({"token": confirm});
    sent(&service.client(), "POST", "/v1/email-confirmations", &confirm).await.expect(204);
    let (client, body) = (service.client(), json!({"token": undo}));
    let back = || async { sent(&client, "POST", "/v1/email-undos", &body).await };
    under_attack(&intruders, back).await.0.expect(204);
    sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201);
}

#[tokio::test]
async fn a_flood_of_one_session_does_not_keep_the_account_from_ending() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let intruder = sign_in(&service.client(), &ada.email).await;
    let end = || async { sent(&ada.client, "DELETE", "/v1/me", &json!({"confirm": true})).await };
    let (answer, _): (Answer, usize) = under_attack(&[intruder], end).await;
    answer.expect(204);
    assert_eq!(ada.client.ask("GET", "/v1/me", Value::Null).await.0, 401);
}
