//! What the privacy desk sees of the service itself, and has tried again: parked events, messages, the log, operators.

use event_store::proof::verified::Extent;
use event_store::proof::{CheckpointSigner, SigningKey};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use workers::Verifications;

use super::Service;
use super::queue::foundation_of;
use super::service::{action, asked, sent};
use crate::support::{Client, OPERATOR_TOKEN, Person, eventually};

const RETRY_PARKED: &str = "/v1/admin/parked-events/retry";
const MESSAGES: &str = "/v1/admin/messages";
const RETRY_MESSAGES: &str = "/v1/admin/messages/retry";
const HEALTH: &str = "/v1/admin/log/health";
const OPERATORS: &str = "/v1/admin/operators";

/// An operator with these scopes: their id, and a client with their token.
pub(super) fn operator(service: &Service, scopes: &str) -> (String, Client) {
    let ran = service.run(&["operators", "create", "Grace", "--scope", scopes, "--expires", "1day"]);
    let told = |label: &str| {
        let line = ran.said.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("{ran:?}")).trim().to_owned()
    };
    (told("Operator:"), service.client().with_token(&told("Token (shown this once):")))
}

fn desk(service: &Service) -> Client {
    operator(service, "privacy").1
}

async fn post(client: &Client, path: &str, body: Value) -> Value {
    let answer = sent(client, "POST", path, &body).await.expect(200);
    assert!(answer.header("event-position").parse::<i64>().unwrap() > 0, "{answer:?}");
    answer.json()
}

async fn run(pool: &PgPool, sql: &str) -> u64 {
    sqlx::query(sql).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
}

#[tokio::test]
async fn the_desk_is_for_operators_of_its_scope_and_each_look_and_act_is_on_record_first() {
    let service = Service::api().await;
    let others = operator(&service, "audit,introspect").1;
    let (id, privacy) = operator(&service, "privacy");
    let ada = service.person("ada").await;
    for (method, path, what) in [
        ("POST", RETRY_PARKED, "parked_events"),
        ("GET", MESSAGES, "messages"),
        ("POST", RETRY_MESSAGES, "messages"),
        ("GET", HEALTH, "log_health"),
        ("GET", OPERATORS, "operators"),
    ] {
        sent(&others, method, path, &json!({})).await.problem(403, "insufficient-scope");
        sent(&ada.client, method, path, &json!({})).await.problem(401, "unauthenticated");
        sent(&service.client().with_token(OPERATOR_TOKEN), method, path, &json!({})).await.expect(200);
        sent(&privacy, method, path, &json!({})).await.expect(200);
        let newest: (String, String) = sqlx::query_as(
            "SELECT event_type, payload->>'what' FROM events WHERE aggregate_id = $1 ORDER BY sequence DESC LIMIT 1",
        )
        .bind(&id)
        .fetch_one(&service.pool().await)
        .await
        .unwrap();
        let event_type = if method == "GET" { "operator.viewed" } else { "operator.retried" };
        assert_eq!(newest, (event_type.to_owned(), what.to_owned()), "{method} {path}");
    }
    service.unharmed().await;
}

/// Stores a turn of the usage switch that no read model can take, with one behind it that any can.
pub(super) async fn store_unreadable(pool: &PgPool, ada: &Person) {
    for (sequence, payload) in [(3, json!({"broken": true})), (4, turned(&ada.account, false))] {
        sqlx::query(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
             VALUES ('account', $1, $2, 'account.preferences_changed', '1', $3::json, '{\"actor\": \"service\"}', gen_random_uuid())",
        )
        .bind(&ada.account)
        .bind(sequence)
        .bind(payload.to_string())
        .execute(pool)
        .await
        .unwrap();
    }
}

fn turned(account: &str, on: bool) -> Value {
    json!({
        "event": "preferences_changed", "account_id": account, "personalization": null,
        "usage_logging": {"from": !on, "to": on}, "policy_version": "1",
    })
}

/// Mends the event: what a release does that reads what the one before could not.
pub(super) async fn mend(pool: &PgPool, ada: &Person) {
    let mut owner = pool.acquire().await.unwrap();
    for (sql, payload) in [
        ("ALTER TABLE events DISABLE TRIGGER USER", None),
        (
            "UPDATE events SET payload = $1::json WHERE aggregate_id = $2 AND sequence = 3",
            Some(turned(&ada.account, true)),
        ),
        ("ALTER TABLE events ENABLE TRIGGER USER", None),
    ] {
        let query = sqlx::query(sql);
        let query = match payload {
            Some(payload) => query.bind(payload.to_string()).bind(&ada.account),
            None => query,
        };
        query.execute(&mut *owner).await.unwrap();
    }
}

#[tokio::test]
async fn parked_events_that_can_be_taken_by_now_are_taken() {
    let service = Service::api().await;
    let (desk, ada) = (desk(&service), service.person("ada").await);
    assert_eq!(post(&desk, RETRY_PARKED, json!({})).await, json!({"tried": 0, "taken": 0, "left": 0}));
    let pool = service.pool().await;
    store_unreadable(&pool, &ada).await;
    let model = eventually("both are parked", || async {
        let health = desk.get(HEALTH).await;
        let models = health["read_models"].as_array().unwrap().clone();
        models.into_iter().find(|model| model["name"] == "account" && model["parked"] == 2)
    })
    .await;
    assert!(model["oldest_parked_at"].is_string(), "{model}");

    // The first is tried in vain, and the second waits behind it.
    let in_vain = json!({"tried": 1, "taken": 0, "left": 2});
    assert_eq!(post(&desk, RETRY_PARKED, json!({"projection": "account"})).await, in_vain);
    let nothing = json!({"tried": 0, "taken": 0, "left": 0});
    assert_eq!(post(&desk, RETRY_PARKED, json!({"projection": "history"})).await, nothing);
    mend(&pool, &ada).await;
    assert_eq!(
        post(&desk, RETRY_PARKED, json!({"projection": null})).await,
        json!({"tried": 2, "taken": 2, "left": 0})
    );
    assert_eq!(ada.client.get("/v1/me/preferences").await["usage_logging"], false, "it is shown");
    let unknown = sent(&desk, "POST", RETRY_PARKED, &json!({"projection": "accounts"})).await;
    assert_eq!(unknown.pointers(), ["/projection"]);
    assert!(unknown.text().contains("there are: account, "), "{unknown:?}");
    service.unharmed().await;
}

/// Two messages that were not taken: a notice of a privacy request, and a link to choose a password by.
pub(super) async fn leave_two_messages(service: &Service, pool: &PgPool, ada: &Person) -> String {
    run(pool, "DELETE FROM outgoing").await;
    let request = ada.client.post("/v1/me/privacy-requests", action("erasure")).await;
    let reset = json!({"email": ada.email});
    sent(&service.client(), "POST", "/v1/password-resets", &reset).await.expect(202);
    eventually("both wait", || async {
        let count = sqlx::query_scalar("SELECT count(*) FROM outgoing").fetch_one(pool).await;
        (count.unwrap_or(0_i64) == 2).then_some(())
    })
    .await;
    assert_eq!(put_off(pool).await, 2);
    request["id"].as_str().unwrap().to_owned()
}

/// All that wait were tried three times in vain, and are tried again in an hour.
pub(super) async fn put_off(pool: &PgPool) -> u64 {
    run(pool, "UPDATE outgoing SET tries = 3, due_at = clock_timestamp() + interval '1 hour'").await
}

#[tokio::test]
async fn messages_that_were_not_taken_are_listed_without_what_they_say_and_go_out_when_tried_again() {
    let service = Service::api().await;
    let (desk, ada) = (desk(&service), service.person("ada").await);
    let pool = service.pool().await;
    let request = leave_two_messages(&service, &pool, &ada).await;
    let page = eventually("the request is shown", || async {
        let page = desk.get(MESSAGES).await;
        let items = page["items"].as_array().unwrap().iter();
        (items.filter(|item| item["account_id"] == ada.account.as_str()).count() == 2).then_some(page)
    })
    .await;
    assert!(!page.to_string().contains('@') && page["next_cursor"].is_null(), "{page}");
    let items = page["items"].as_array().unwrap();
    let of_request = items.iter().find(|item| item["request_id"] == request.as_str()).unwrap();
    let of_account = items.iter().find(|item| item["request_id"].is_null()).unwrap();
    assert_eq!(of_request["notice"], "received", "{page}");
    for item in items {
        assert_eq!(
            (&item["medium"], &item["tries"], &item["unsure"]),
            (&json!("mail"), &json!(3), &json!(0))
        );
        assert!(item["waiting_since"].as_str() < item["next_try_at"].as_str(), "{item}");
    }
    let first = desk.get(&format!("{MESSAGES}?limit=1")).await;
    let next = format!("{MESSAGES}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = desk.get(&next).await;
    assert_eq!([&first["items"][0], &second["items"][0]], [&items[0], &items[1]]);
    assert!(second["next_cursor"].is_null(), "{second}");
    asked(&desk, "GET", &format!("{MESSAGES}?cursor=7")).await.problem(400, "invalid-parameters");

    let worker = service.worker();
    let one = json!({"id": of_account["id"]});
    assert_eq!(post(&desk, RETRY_MESSAGES, one.clone()).await, json!({"retried": 1}));
    let left = eventually("it went out, and it alone", || async {
        let page = desk.get(MESSAGES).await;
        (page["items"].as_array().unwrap().len() == 1).then_some(page)
    })
    .await;
    assert_eq!((left["items"][0]["id"].clone(), service.mails().len()), (of_request["id"].clone(), 1));
    assert_eq!(post(&desk, RETRY_MESSAGES, one).await, json!({"retried": 0}), "it is gone");
    assert_eq!(post(&desk, RETRY_MESSAGES, json!({})).await, json!({"retried": 1}));
    eventually("the other went out", || async {
        let none = desk.get(MESSAGES).await["items"] == json!([]);
        (none && service.mails().len() == 2).then_some(())
    })
    .await;
    drop(worker);
    service.unharmed().await;
}

#[tokio::test]
async fn a_message_that_is_being_sent_or_was_never_offered_is_left_alone() {
    let service = Service::api().await;
    let (desk, ada) = (desk(&service), service.person("ada").await);
    let pool = service.pool().await;
    leave_two_messages(&service, &pool, &ada).await;
    // As one has it that was taken to be sent once more.
    run(
        &pool,
        "UPDATE outgoing SET due_at = clock_timestamp() + interval '44 seconds' WHERE request_id IS NULL",
    )
    .await;
    run(&pool, "UPDATE outgoing SET tries = 0 WHERE request_id IS NOT NULL").await;
    assert_eq!(desk.get(MESSAGES).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(post(&desk, RETRY_MESSAGES, json!({})).await, json!({"retried": 0}));
    // It is unknown of the other whether it was taken.
    run(&pool, "UPDATE outgoing SET unsure = 1 WHERE request_id IS NOT NULL").await;
    assert_eq!(desk.get(MESSAGES).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(post(&desk, RETRY_MESSAGES, json!({})).await, json!({"retried": 1}));
    let wrong = sent(&desk, "POST", RETRY_MESSAGES, &json!({"id": ada.account})).await;
    assert_eq!(wrong.pointers(), ["/id"]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_health_of_the_log_is_its_checkpoint_its_verifications_and_the_read_models() {
    let service = Service::api().await;
    let desk = desk(&service);
    service.person("ada").await;
    let health = eventually("the read models have followed", || async {
        let health = desk.get(HEALTH).await;
        let models = health["read_models"].as_array().unwrap().clone();
        (models.len() == 6 && models.iter().all(|model| model["behind"] == 0)).then_some(health)
    })
    .await;
    assert_eq!(health["checkpoint"], Value::Null, "{health}");
    assert_eq!(health["verification"], json!({"whole": null, "recent": null}));
    for model in health["read_models"].as_array().unwrap() {
        assert_eq!((&model["parked"], &model["oldest_parked_at"]), (&json!(0), &Value::Null), "{model}");
        assert!(model["position"].as_i64().unwrap() > 0, "{model}");
    }

    let foundation = foundation_of(&service);
    let key = || SigningKey::from_seed("personal-settings", &[7; 32]);
    let services = foundation.store.services().clone();
    let signer = CheckpointSigner::new(key(), foundation.archives.clone(), services);
    let pool = service.pool().await;
    signer.sign_newest(&mut pool.acquire().await.unwrap()).await.unwrap();
    let (keys, hours) = (vec![key().public().clone()], ("0 23 * * * *", "0 41 3 * * Sun"));
    let verifications =
        Verifications::new(foundation.store.clone(), foundation.archives.clone(), keys, hours).unwrap();
    // The first has nothing to go on from: it is of all.
    verifications.verify(Extent::Since, &CancellationToken::new()).await.unwrap();
    let health = desk.get(HEALTH).await;
    let (size, whole) = (health["checkpoint"]["size"].clone(), &health["verification"]["whole"]);
    assert_eq!(health["checkpoint"]["key"], key().public().name());
    assert!(health["checkpoint"]["signed_at"].is_string() && size.as_i64().unwrap() > 0, "{health}");
    assert_eq!((&whole["up_to"], &health["verification"]["recent"]), (&size, &Value::Null));
    assert!(health["newest_position"].as_i64() > size.as_i64(), "this look came after it: {health}");
    verifications.verify(Extent::Since, &CancellationToken::new()).await.unwrap();
    let again = desk.get(HEALTH).await;
    assert_eq!((&again["verification"]["recent"]["up_to"], &again["verification"]["whole"]), (&size, whole));
    service.unharmed().await;
}

#[tokio::test]
async fn operators_are_listed_with_what_their_tokens_are_worth_and_nothing_of_these() {
    let service = Service::api().await;
    let desk = desk(&service);
    let (id, auditor) = operator(&service, "audit,introspect");
    let list = asked(&desk, "GET", OPERATORS).await.expect(200);
    let find = |list: &Value| {
        let items = list["items"].as_array().unwrap().iter();
        items.clone().find(|item| item["id"] == id.as_str()).unwrap_or_else(|| panic!("{list}")).clone()
    };
    let one = find(&list.json());
    assert_eq!((&one["name"], &one["scopes"]), (&json!("Grace"), &json!(["audit", "introspect"])));
    assert!(one["made_at"].is_string() && one["expires_at"].is_string(), "{one}");
    assert_eq!((&one["last_used_at"], &one["revoked_at"]), (&Value::Null, &Value::Null));
    for client in [&desk, &auditor] {
        assert!(!list.text().contains(&client.token().unwrap()[4..]), "{list:?}");
    }
    asked(&auditor, "GET", "/v1/admin/parked-events").await.expect(200);
    assert!(service.run(&["operators", "revoke", &id]).ok);
    let one = find(&desk.get(OPERATORS).await);
    assert!(one["last_used_at"].is_string() && one["revoked_at"].is_string(), "{one}");
    service.unharmed().await;
}
