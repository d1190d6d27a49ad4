//! What the vault holds of an account that ends: nothing of it works any more, and none of it stays.

use chrono::{DateTime, Utc};
use domain::AccountId;
use sqlx::PgConnection;

use super::credential::{self, Owner};
use crate::error::StoreError;

/// Ends sessions and credentials; deletes secrets, codes, links, devices, and messages that did not go out.
pub(super) async fn forget(
    db: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const TABLES: [(&str, &str); 7] = [
        ("session", "account_id"),
        ("secret", "owner"),
        ("challenge", "account_id"),
        ("link", "account_id"),
        ("recovery_code", "account_id"),
        ("device", "account_id"),
        ("outgoing", "account_id"),
    ];
    for (table, column) in TABLES {
        sqlx::query(&format!("DELETE FROM {table} WHERE {column} = $1"))
            .bind(account.to_string())
            .execute(&mut *db)
            .await?;
    }
    credential::end_all(db, &Owner::Account(account), now).await
}
