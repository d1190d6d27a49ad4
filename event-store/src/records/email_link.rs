//! Links in mails: a token of 256 random bits opens one thing, once, within its time. Only its hash is kept.

use chrono::{DateTime, Utc};
use domain::AccountId;
use sqlx::{PgConnection, PgPool};

use super::RecordError;
use crate::error::StoreError;

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new address is confirmed.
    EmailConfirmation,
    /// A change of the address is taken back.
    EmailUndo,
    /// A second factor is taken back.
    FactorUndo,
    /// A removal of the second factor is objected to.
    FactorObjection,
    /// A new password is chosen.
    PasswordReset,
    /// Another billing address is taken back.
    BillingEmailUndo,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::EmailConfirmation => "email_confirmation",
            Self::EmailUndo => "email_undo",
            Self::FactorUndo => "factor_undo",
            Self::FactorObjection => "factor_objection",
            Self::PasswordReset => "password_reset",
            Self::BillingEmailUndo => "billing_email_undo",
        }
    }
}

/// A link to send.
#[derive(Clone)]
pub struct NewLink {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// What it opens.
    pub purpose: Purpose,
    /// Whose.
    pub account: AccountId,
    /// What it is about, where that is more than the account.
    pub subject: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A link that was sent, and still works.
#[derive(Clone, Debug)]
pub struct Link {
    /// Whose.
    pub account: AccountId,
    /// What it is about.
    pub subject: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

pub(super) async fn put(db: &mut PgConnection, new: &NewLink) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO link (token_hash, purpose, account_id, subject, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&new.token_hash)
    .bind(new.purpose.as_str())
    .bind(new.account.to_string())
    .bind(&new.subject)
    .bind(new.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// What a token opens at `now`, if anything.
pub async fn find(
    pool: &PgPool,
    purpose: Purpose,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Link>, StoreError> {
    let found = sqlx::query_as(
        "SELECT account_id, subject, expires_at FROM link WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
    )
    .bind(token_hash)
    .bind(purpose.as_str())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    let read = |(account, subject, expires_at): (String, _, _)| {
        let account = account.parse().map_err(|_| StoreError::Unreadable("a link's account".to_owned()))?;
        Ok(Link { account, subject, expires_at })
    };
    found.map(read).transpose()
}

/// Uses a link up, with what it brings about.
pub(super) async fn take(db: &mut PgConnection, token_hash: &[u8]) -> Result<(), RecordError> {
    let taken = sqlx::query("DELETE FROM link WHERE token_hash = $1")
        .bind(token_hash)
        .execute(db)
        .await
        .map_err(StoreError::from)?;
    super::spent_unless(taken.rows_affected() == 1)
}

/// Lets all links of a purpose die.
pub(crate) async fn drop_all(
    db: &mut PgConnection,
    account: AccountId,
    purpose: Purpose,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM link WHERE account_id = $1 AND purpose = $2")
        .bind(account.to_string())
        .bind(purpose.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Lets all links of a purpose die but those that are being used up.
pub(crate) async fn drop_others(
    db: &mut PgConnection,
    account: AccountId,
    purpose: Purpose,
    used: Vec<Vec<u8>>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM link WHERE account_id = $1 AND purpose = $2 AND token_hash <> ALL ($3)")
        .bind(account.to_string())
        .bind(purpose.as_str())
        .bind(used)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes links whose time is over. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM link WHERE token_hash = ANY (ARRAY(
         SELECT token_hash FROM link WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
