//! Floods of what would be kept for ever, or sent to others: each as fast as it is answered, from several addresses.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::sleep;

use super::Field;
use super::floods::{from, pause};
use crate::support::{Client, HOUSE_TOKEN};

/// Wrong passwords for an address without an account, each with an Idempotency-Key of its own.
pub(super) async fn keys_of_strangers(field: Arc<Field>) {
    let body = json!({"email": "no-account@example.com", "password": "wrong"});
    again(&field, 60..64, |client, n| {
        let request = client.request("POST", "/v1/sessions").header("Idempotency-Key", n.to_string());
        request.json(&body)
    })
    .await;
}

/// One session renames its account.
pub(super) async fn commands_of_one_session(field: Arc<Field>) {
    let token = field.mallory.client.token().unwrap();
    again(&field, 70..78, |client, n| {
        let name = json!({"name": format!("Renamed {n}")});
        client.with_token(&token).request("PATCH", "/v1/me").json(&name)
    })
    .await;
}

/// Usage about another person, with the token that every page of the project shows.
pub(super) async fn usage_about_another(field: Arc<Field>) {
    let filler = "x".repeat(10_000);
    let event = |id: String| {
        let properties = json!({"token": HOUSE_TOKEN, "distinct_id": field.victim.account, "time": 1_700_000_000,
            "$insert_id": id, "filler": filler});
        json!({"event": "Made up", "properties": properties})
    };
    again(&field, 80..84, |client, n| {
        let batch: Value = (0..50).map(|i| event(format!("{n}/{i}"))).collect();
        client.request("POST", "/track").json(&batch)
    })
    .await;
}

/// Links to choose a new password, asked for with another person's address.
pub(super) async fn mails_to_another(field: Arc<Field>) {
    let body = json!({"email": field.victim.email});
    again(&field, 90..98, |client, _| client.request("POST", "/v1/password-resets").json(&body)).await;
}

/// Sends from each of some addresses what `request` makes, with a number of its own, and pauses where it is refused.
async fn again(
    field: &Field,
    addresses: Range<u8>,
    request: impl Fn(&Client, u64) -> reqwest::RequestBuilder,
) {
    let request = &request;
    join_all(addresses.map(|address| async move {
        let client = from(&field.base, address);
        for n in u64::from(address) * 1_000_000.. {
            let answer = request(&client, n).send().await;
            let served = answer.is_ok_and(|answer| answer.status().is_success());
            sleep(if served { Duration::ZERO } else { pause() }).await;
        }
    }))
    .await;
}

/// What all of it has left in the database.
#[derive(Debug)]
pub(super) struct Left {
    keys: i64,
    events: i64,
    usage: i64,
    mails: i64,
}

impl Left {
    pub(super) async fn count(pool: &PgPool) -> Self {
        let count = async |sql: &str| -> i64 { sqlx::query_scalar(sql).fetch_one(pool).await.unwrap() };
        Self {
            keys: count("SELECT count(*) FROM idempotency").await,
            events: count("SELECT count(*) FROM events").await,
            usage: count("SELECT count(*) FROM usage_event").await,
            mails: count("SELECT count(*) FROM outgoing").await,
        }
    }

    /// As much as one session, one person and one mailbox are granted, and what the accounts themselves left.
    pub(super) fn assert_bounded(&self) {
        assert!(self.keys < 10 && self.events < 400, "{self:?}");
        // 32 MiB about one person, in events of ten kilobytes.
        assert!(self.usage < 4_000 && self.mails < 20, "{self:?}");
    }
}
