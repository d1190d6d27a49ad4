//! A code has six digits: what guards it is that it can be tried a few times only.

use futures::StreamExt;
use serde_json::json;

use super::{SECOND, Service, another_than, answer, begin, give_phone, verify};
use crate::http::{Answer, send};
use crate::support::Client;

/// Guesses that are under way at once.
const AT_ONCE: usize = 100;

/// A program whose guessers have an address each.
async fn service_behind_proxy() -> Service {
    let trusted = [("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.1/32")];
    Service::start("serve", &trusted).await
}

/// A thousand guesses of the same code, from a thousand addresses, through two processes; how many got in.
async fn guess(clients: &[Client], question: &str, code: &str) -> usize {
    let one = |n: usize| {
        let client = clients[n % clients.len()].clone();
        let body = json!({"challenge_id": question, "code": code});
        async move {
            let from = format!("198.51.{}.{}", n / 250, n % 250);
            send(client.request("POST", SECOND).header("X-Forwarded-For", from).json(&body)).await
        }
    };
    let answers: Vec<Answer> =
        futures::stream::iter((0..1_000).map(one)).buffer_unordered(AT_ONCE).collect().await;
    let (right, wrong): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    for answer in wrong {
        answer.problem(403, "wrong-code");
    }
    right.len()
}

async fn tries_left(service: &Service) -> i32 {
    sqlx::query_scalar("SELECT tries_left FROM challenge WHERE purpose = 'sign_in'")
        .fetch_one(&service.pool().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_thousand_guesses_at_once_get_the_tries_there_are() {
    let service = service_behind_proxy().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let clients = [service.client(), elsewhere.client()];
    let ask = async || (begin(&service.client(), &ada).await, service.take_code().await.code);

    // Whoever has used up all tries does not get in with the right code.
    let (question, code) = ask().await;
    assert_eq!(guess(&clients, &question, &another_than(&code)).await, 0);
    assert_eq!(tries_left(&service).await, 0);
    assert_eq!(guess(&clients, &question, &code).await, 0);
    // Whoever has one left gets in once.
    let (question, code) = ask().await;
    for _ in 0..4 {
        answer(&service.client(), &question, &another_than(&code)).await.problem(403, "wrong-code");
    }
    assert_eq!(tries_left(&service).await, 1);
    assert_eq!(guess(&clients, &question, &code).await, 1);
    service.unharmed().await;
}

#[tokio::test]
async fn after_five_wrong_tries_a_code_is_dead() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let code = service.take_code().await.code;
    // What can be no code at all is a try like others.
    for typed in
        [another_than(&code), "nonsense".to_owned(), String::new(), another_than(&code), "1".to_owned()]
    {
        answer(&service.client(), &question, &typed).await.problem(403, "wrong-code");
    }
    answer(&service.client(), &question, &code).await.problem(403, "wrong-code");
    // A new phone's code as well; the holder asks for another one.
    super::ask_for_phone(&ada.client, "+442079460991", "sms").await.expect(202);
    let code = service.take_code().await.code;
    for _ in 0..5 {
        verify(&ada.client, &another_than(&code)).await.problem(403, "wrong-code");
    }
    verify(&ada.client, &code).await.problem(403, "wrong-code");
    service.forget_tries().await;
    super::ask_for_phone(&ada.client, "+442079460991", "sms").await.expect(202);
    let code = service.take_code().await.code;
    verify(&ada.client, &code).await.expect(200);
    service.unharmed().await;
}
