//! Removing from read models what an erasure has made unreadable in the log.
//!
//! What an erased key has sealed does not open in a read model either. Emptied it is all the same: a process may have the
//! key in memory for a while, and a table of the form before is not sealed. No read
//! model holds anything of scope `activity`; what is of scope `profile` is the account's own row: in the
//! live table, and in that of a rebuild, which may have been broken off long ago.
//!
//! What always holds: nothing that was opened before comes back. All of it happens in one transaction that
//! locks the cursors, so that nothing is folded meanwhile; and it raises their `purges`, so a page that was
//! opened before is not folded afterwards but read again, when the key is gone (`engine::apply`).
//! After a crash nothing of it is done, and the erasure does it again.

use async_trait::async_trait;
use domain::Scope;
use event_store::erasure::Purge;
use event_store::{KeyName, StoreError};
use sqlx::PgConnection;

use super::account;
use crate::engine::cursor::{self, CursorName};
use crate::engine::rebuild;
use crate::views::Views;

#[async_trait]
impl Purge for Views {
    async fn purge(&self, names: &[KeyName]) -> Result<(), StoreError> {
        let profiles = names.iter().filter(|name| name.scope == Scope::Profile.as_str());
        let accounts: Vec<&str> = profiles.map(|name| name.subject.as_str()).collect();
        if accounts.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool().begin().await?;
        // In this order, as the swap of a rebuild locks them. Where there is none, nothing was read yet.
        let live = CursorName::from(account::NAME);
        cursor::lock_for_erasure(&mut transaction, live).await?;
        empty(&mut transaction, live, account::TABLE, &accounts).await?;
        let of_rebuild = CursorName::of_rebuild(account::NAME);
        if cursor::lock_for_erasure(&mut transaction, of_rebuild).await? {
            empty(&mut transaction, of_rebuild, &rebuild::table(account::TABLE), &accounts).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn empty(
    db: &mut PgConnection,
    name: CursorName<'_>,
    table: &str,
    accounts: &[&str],
) -> Result<(), StoreError> {
    let empty = format!(
        "UPDATE {table} SET email = NULL, name = NULL, billing_email = NULL, email_pending = NULL, phone = NULL,
             email_sealed = NULL, name_sealed = NULL, billing_email_sealed = NULL,
             email_pending_sealed = NULL, phone_sealed = NULL, language_sealed = NULL, time_zone_sealed = NULL
         WHERE account_id = ANY($1)"
    );
    sqlx::query(&empty).bind(accounts).execute(&mut *db).await?;
    cursor::count_purge(db, name).await
}
