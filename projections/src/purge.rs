//! Removing from read models what an erasure has made unreadable in the log.
//!
//! Read models are made from opened events, so a destroyed key alone does not empty them. No read
//! model holds anything of scope `activity`; what is of scope `profile` is the account's own row.

use async_trait::async_trait;
use domain::Scope;
use event_store::erasure::Purge;
use event_store::{KeyName, StoreError};

use crate::views::Views;

#[async_trait]
impl Purge for Views {
    async fn purge(&self, names: &[KeyName]) -> Result<(), StoreError> {
        let profiles = names.iter().filter(|name| name.scope == Scope::Profile.as_str());
        let accounts: Vec<&str> = profiles.map(|name| name.subject.as_str()).collect();
        if accounts.is_empty() {
            return Ok(());
        }
        sqlx::query("UPDATE account_view SET email = NULL, name = NULL WHERE account_id = ANY($1)")
            .bind(&accounts)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
