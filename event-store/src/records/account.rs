//! What the records hold of an account, and when it goes: some with *Delete Data*, all of it with the account.

use chrono::{DateTime, Utc};
use domain::AccountId;
use sqlx::{PgConnection, PgPool};

use super::credential::{self, Owner};
use crate::error::StoreError;

/// Ends sessions and credentials; deletes secrets, codes, links, authenticator apps, passkeys, devices, failed tries, answers to Idempotency-Keys, and
/// messages that did not go out.
pub(super) async fn forget(
    db: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const TABLES: [(&str, &str); 14] = [
        ("session", "account_id"),
        ("secret", "owner"),
        ("challenge", "account_id"),
        ("link", "account_id"),
        ("recovery_code", "account_id"),
        ("authenticator_app", "account_id"),
        ("passkey", "account_id"),
        ("passkey_challenge", "account_id"),
        ("device", "account_id"),
        ("failed_try", "account_id"),
        ("outgoing", "account_id"),
        ("authentication", "account_id"),
        ("message_pace", "account_id"),
        ("idempotency", "owner"),
    ];
    for (table, column) in TABLES {
        sqlx::query(&format!("DELETE FROM {table} WHERE {column} = $1"))
            .bind(account.to_string())
            .execute(&mut *db)
            .await?;
    }
    credential::end_all(db, &Owner::Account(account), now).await
}

/// Tables of what was collected about an account's use, with the columns that name the account and the time it was last
/// collected. The wider registry is `.github/PERSONAL_DATA.md`.
const ACTIVITY: [(&str, &str, &str); 2] =
    [("device", "account_id", "seen_at"), ("failed_try", "account_id", "last_at")];

/// Deletes what was collected about an account's use until `until`, or all of it.
pub(crate) async fn forget_activity(
    pool: &PgPool,
    account: &str,
    until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    for (table, owner, collected_at) in ACTIVITY {
        sqlx::query(&format!(
            "DELETE FROM {table} WHERE {owner} = $1 AND {collected_at} <= coalesce($2, 'infinity')"
        ))
        .bind(account)
        .bind(until)
        .execute(pool)
        .await?;
    }
    Ok(())
}
