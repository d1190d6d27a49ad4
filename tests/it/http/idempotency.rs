//! One key, one effect, one answer.

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::Row;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::service::{action, asked, credentials, keyed, sent};
use super::{Service, send};
use crate::support::{OPERATOR_TOKEN, eventually, sign_in};

const REQUESTS: &str = "/v1/me/privacy-requests";
const ACCOUNTS: &str = "/v1/admin/accounts";
const SESSIONS: &str = "/v1/sessions";

/// Sends a request as bytes; the connection is cut when the stream is dropped.
async fn write(service: &Service, path: &str, token: Option<&str>, key: &str, body: &Value) -> TcpStream {
    let address = service.program.base.strip_prefix("http://").unwrap();
    let body = body.to_string();
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let text = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{bearer}Content-Type: application/json\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn fifty_at_once_have_one_effect_and_one_answer() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let mut twin = ada.client.clone();
    twin.base.clone_from(&elsewhere.base);
    // Half of them through another process.
    let all = (0..50).map(|n| {
        let client = if n % 2 == 0 { ada.client.clone() } else { twin.clone() };
        async move { keyed(&client, REQUESTS, "one", &action("export")).await }
    });
    let answers = join_all(all).await;
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (202, answers[0].text()));
        for header in ["location", "event-position", "content-type"] {
            assert_eq!(answer.header(header), answers[0].header(header), "{header}");
            assert!(!answer.header(header).is_empty(), "{header}");
        }
    }
    let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1);
    let pool = service.pool().await;
    let received = "SELECT count(*) FROM events WHERE event_type = 'privacy_request.received'";
    let effects: i64 = sqlx::query_scalar(received).fetch_one(&pool).await.unwrap();
    assert_eq!(effects, 1);
    assert_eq!(ada.client.get(REQUESTS).await["items"].as_array().unwrap().len(), 1);
    service.unharmed().await;
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_its_route_and_its_body() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let first = keyed(&ada.client, REQUESTS, "k", &action("export")).await.expect(202);
    for body in
        [action("erasure"), json!({"kind": "export", "regulation": "gdpr", "confirm": true}), json!({})]
    {
        keyed(&ada.client, REQUESTS, "k", &body).await.problem(422, "idempotency-key-reused");
    }
    let other_route = keyed(&ada.client, "/v1/organizations", "k", &action("export")).await;
    other_route.problem(422, "idempotency-key-reused");
    // Another person's key of the same name is another key.
    let bobs = keyed(&bob.client, REQUESTS, "k", &action("export")).await.expect(202);
    assert_ne!(bobs.json()["id"], first.json()["id"]);
    assert_eq!(bobs.header("idempotency-replayed"), "");
    // Nobody sees an answer without being let in.
    keyed(&service.client(), REQUESTS, "k", &action("export")).await.problem(401, "unauthenticated");
    let repeat = keyed(&ada.client, REQUESTS, "k", &action("export")).await.expect(202);
    assert_eq!(repeat.text(), first.text());
    assert_eq!(repeat.header("idempotency-replayed"), "true");
    assert_ne!(repeat.header("x-request-id"), first.header("x-request-id"));
    // Nor in another session of the same person: there it is another key.
    let other = sign_in(&service.client(), &ada.email).await;
    keyed(&other, REQUESTS, "k", &action("export")).await.problem(409, "request-open");
    // Nor without what the route asks for, or in a session that has ended.
    service.let_sudo_pass().await;
    keyed(&ada.client, REQUESTS, "k", &action("export")).await.problem(403, "reauthentication-required");
    ada.client.reauthenticate().await;
    assert_eq!(
        keyed(&ada.client, REQUESTS, "k", &action("export")).await.header("idempotency-replayed"),
        "true"
    );
    asked(&ada.client, "DELETE", "/v1/sessions/current").await.expect(204);
    keyed(&ada.client, REQUESTS, "k", &action("export")).await.problem(401, "unauthenticated");
    service.unharmed().await;
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_not_kept_and_one_that_will_not_is() {
    let service = Service::api().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let ada = service.person("ada").await;
    let taken = json!({"email": ada.email, "name": "A"});
    let first = keyed(&operator, ACCOUNTS, "taken", &taken).await;
    first.problem(409, "email-taken");
    let again = keyed(&operator, ACCOUNTS, "taken", &taken).await;
    assert_eq!((again.text(), again.header("idempotency-replayed")), (first.text(), "true"));
    for key in ["", " ", "a b", &"x".repeat(256)] {
        keyed(&operator, ACCOUNTS, key, &taken).await.problem(400, "invalid-idempotency-key");
    }
    let two =
        operator.request("POST", ACCOUNTS).header("Idempotency-Key", "a").header("Idempotency-Key", "b");
    send(two.json(&taken)).await.problem(400, "invalid-idempotency-key");
    keyed(&operator, ACCOUNTS, &"x".repeat(255), &taken).await.problem(409, "email-taken");
    service.unharmed().await;
}

#[tokio::test]
async fn a_connection_that_is_cut_at_once_costs_nothing() {
    let service = Service::api().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    for n in 0..20 {
        let body =
            json!({"email": format!("{n}@example.com"), "name": "N", "password": crate::support::PASSWORD});
        let key = format!("cut-{n}");
        drop(write(&service, ACCOUNTS, Some(OPERATOR_TOKEN), &key, &body).await);
        // Had the first one been carried out and its answer lost, the address would now be taken.
        let repeat = keyed(&operator, ACCOUNTS, &key, &body).await;
        assert_eq!(repeat.status, 201, "round {n}: {repeat:?}");
        let again = keyed(&operator, ACCOUNTS, &key, &body).await.expect(201);
        assert_eq!(again.text(), repeat.text());
    }
    let pool = service.pool().await;
    let opened = "SELECT count(*) FROM events WHERE event_type = 'account.registered'";
    let effects: i64 = sqlx::query_scalar(opened).fetch_one(&pool).await.unwrap();
    assert_eq!(effects, 20);
    service.unharmed().await;
}

#[tokio::test]
async fn what_was_begun_is_finished_although_the_connection_is_cut() {
    let service = Service::api().await;
    let pool = service.pool().await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let body = json!({"email": "ada@example.com", "name": "Ada", "password": crate::support::PASSWORD});
    let stream = write(&service, ACCOUNTS, Some(OPERATOR_TOKEN), "cut", &body).await;
    // Cut while the password is being hashed.
    eventually("the key is claimed", || async {
        let claimed: i64 =
            sqlx::query_scalar("SELECT count(*) FROM idempotency").fetch_one(&pool).await.unwrap();
        (claimed == 1).then_some(())
    })
    .await;
    drop(stream);
    let repeat = keyed(&operator, ACCOUNTS, "cut", &body).await.expect(201);
    assert_eq!(repeat.header("idempotency-replayed"), "true");
    sent(&service.client(), "POST", SESSIONS, &credentials("ada@example.com")).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn a_secret_is_given_once_and_kept_nowhere() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let key = "a-key-that-would-be-recognised";
    let (path, body) = ("/v1/me/gdpr-token", json!({"confirm": true}));
    let first = keyed(&ada.client, path, key, &body).await.expect(201);
    let token = first.json()["token"].as_str().unwrap().to_owned();
    let again = keyed(&ada.client, path, key, &body).await;
    let problem = again.problem(409, "answer-not-repeatable");
    assert!(problem["detail"].as_str().unwrap().contains("another Idempotency-Key"), "{problem}");
    assert!(!again.text().contains(&token));
    keyed(&ada.client, path, "another", &body).await.expect(201);

    let pool = service.pool().await;
    let rows = sqlx::query("SELECT row_to_json(i)::text, key_hash, body_hash, answer FROM idempotency i")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let mut texts = vec![row.get::<String, _>(0).into_bytes()];
        texts.extend((1..4).map(|column| row.get::<Option<Vec<u8>>, _>(column).unwrap()));
        for secret in [key, &token, &token[4..], crate::support::PASSWORD, &ada.email] {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for text in &texts {
                let holds = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
                assert!(!holds(secret.as_bytes()) && !holds(hex.as_bytes()), "{secret} is in the table");
            }
        }
    }
    service.unharmed().await;
}

/// An answer that was lost is asked for again by who holds the link, which works once.
#[tokio::test]
async fn a_link_that_was_used_gives_its_answer_again_to_the_same_key() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": "ada@new.example.com"})).await.expect(202);
    let token = service.take_mail("email_confirmation", "ada@new.example.com").await.token().to_owned();
    let (client, path, body) = (service.client(), "/v1/email-confirmations", json!({"token": token}));
    keyed(&client, path, "once", &body).await.expect(204);
    let again = keyed(&client, path, "once", &body).await.expect(204);
    assert_eq!(again.header("idempotency-replayed"), "true");
    sent(&client, "POST", path, &body).await.problem(410, "link-dead");
    keyed(&client, path, "another", &body).await.problem(410, "link-dead");
    keyed(&client, "/v1/email-undos", "once", &body).await.problem(422, "idempotency-key-reused");
    // A link that was never mailed has no keys, nor has a body without one.
    let pool = service.pool().await;
    let count = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM idempotency").fetch_one(&pool).await.unwrap()
    };
    let kept = count().await;
    let made_up = json!({"token": format!("psl_{}", "a".repeat(43))});
    for body in [made_up, json!({"token": "psl_1"}), json!({}), json!([])] {
        let answer = keyed(&client, path, "made-up", &body).await;
        assert!([410, 422].contains(&answer.status), "{answer:?}");
    }
    assert_eq!(count().await, kept);
    for n in 0..20 {
        keyed(&client, path, &format!("flood-{n}"), &body).await.problem(410, "link-dead");
    }
    assert_eq!(count().await, 5);
    service.unharmed().await;
}

/// 20,000 rows came in seven seconds from nobody.
#[tokio::test]
async fn a_key_of_nobody_is_kept_nowhere() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let wrong = json!({"email": "nobody@example.com", "password": "wrong"});
    let code = json!({"challenge_id": "chl_00000000000000000000000001", "code": "123456"});
    join_all((0..200).map(|n| {
        let (client, email, wrong, code) = (&client, &ada.email, &wrong, &code);
        async move {
            let key = format!("flood-{n}");
            match n % 3 {
                0 => keyed(client, SESSIONS, &key, wrong).await,
                1 => keyed(client, "/v1/sessions/second-factor", &key, code).await,
                _ => keyed(client, "/v1/password-resets", &key, &json!({"email": email})).await,
            }
        }
    }))
    .await;
    let begun = keyed(&client, SESSIONS, "in", &credentials("nobody@example.com")).await;
    assert!([401, 429].contains(&begun.status), "{begun:?}");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM idempotency")
        .fetch_one(&service.pool().await)
        .await
        .unwrap();
    assert_eq!(kept, 0);
    service.unharmed().await;
}
