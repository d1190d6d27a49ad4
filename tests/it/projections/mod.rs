//! Read models: every event has its effect once, whatever crashes, and whatever an event is like.

mod crashes;
mod erasures;
mod expand;
mod ledger;
mod parked;
mod positions;
mod rebuild;
mod replay;
mod sealed;
mod upcast;

use domain::account::AccountCommand;
use domain::{AccountId, SessionId};
use event_store::log;
use projections::{account, cursor, history, privacy_request};
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{TestApp, eventually};

const TABLES: [&str; 4] =
    ["account_view", "privacy_request_view", "account_history", "account_history_owner"];
const NAMES: [&str; 3] = [account::NAME, history::NAME, privacy_request::NAME];

/// All rows of all read models, in an order of their own.
async fn dump(pool: &PgPool) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let statement = format!("SELECT '{table} ' || t::text FROM {table} t ORDER BY 1");
        rows.extend(sqlx::query_scalar::<_, String>(&statement).fetch_all(pool).await.unwrap());
    }
    rows
}

/// Waits until every event has its position and these readers have read it.
async fn await_read(pool: &PgPool, names: &[&str]) {
    eventually("everything is read", || async {
        // The events first: what is stored after the head was read would be missed.
        let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await.unwrap();
        let head = log::newest_position(pool).await.unwrap();
        let mut all = head > 0 && head == stored;
        for name in names {
            all = all && cursor::position(pool, *name).await.unwrap() == head;
        }
        all.then_some(())
    })
    .await;
}

async fn await_caught_up(app: &TestApp) {
    await_read(app.foundation.store.pool(), &NAMES).await;
}

async fn sign_in(app: &TestApp, account: AccountId) {
    let session_id = SessionId::generate(app.foundation.store.services());
    app.command(account, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await.unwrap();
}

async fn switch(app: &TestApp, account: AccountId, usage_logging: bool) {
    let command = AccountCommand::ChangePreferences {
        personalization: None,
        usage_logging: Some(usage_logging),
        policy_version: "1".to_owned(),
    };
    app.command(account, command).await.unwrap();
}

/// Stores an event that no command leads to, at the end of its stream.
async fn store_raw(pool: &PgPool, account: AccountId, event_type: &str, version: &str, payload: &Value) {
    let mut db = pool.acquire().await.unwrap().detach();
    sqlx::query("SET application_name = 'personal-settings'").execute(&mut db).await.unwrap();
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
         SELECT 'account', $1, max(sequence) + 1, $2, $3, $4::json, '{\"actor\": \"service\"}', gen_random_uuid()
         FROM events WHERE aggregate_type = 'account' AND aggregate_id = $1",
    )
    .bind(account.to_string())
    .bind(event_type)
    .bind(version)
    .bind(payload.to_string())
    .execute(&mut db)
    .await
    .unwrap();
}

/// Parked events as `(projection, position, stream, error)`.
async fn parked(app: &TestApp) -> Vec<(String, i64, String, Option<String>)> {
    let list = app.foundation.views.parked_list(None, 1_000).await.unwrap();
    list.into_iter().map(|one| (one.projection, one.position, one.aggregate_id, one.error)).collect()
}
