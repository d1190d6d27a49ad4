//! Operator tokens: kept as hashes, with what they allow and until when.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::OperatorId;
use domain::operator::OperatorScope;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use crate::error::StoreError;

/// A token to keep.
#[derive(Clone)]
pub struct NewOperator {
    /// Whose it is.
    pub id: OperatorId,
    /// The hash of the token.
    pub token_hash: Vec<u8>,
    /// What they are called.
    pub name: String,
    /// What it allows.
    pub scopes: BTreeSet<OperatorScope>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// Only if there is no other yet: of many processes that start at once, one makes the first.
    pub first: bool,
}

/// An operator's token, as it is kept.
#[derive(Clone, Debug)]
pub struct OperatorToken {
    /// Whose it is.
    pub operator_id: OperatorId,
    /// What they are called.
    pub name: String,
    /// What it allows.
    pub scopes: BTreeSet<OperatorScope>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it holds.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

const SELECT: &str =
    "SELECT operator_id, name, scopes, created_at, expires_at, revoked_at FROM operator_token";

impl OperatorToken {
    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let id: String = row.try_get("operator_id")?;
        let scopes: Vec<String> = row.try_get("scopes")?;
        Ok(Self {
            operator_id: id.parse().map_err(|_| StoreError::Unreadable("an operator's id".to_owned()))?,
            name: row.try_get("name")?,
            // A scope that this release does not know allows nothing here.
            scopes: scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}

/// The token of this hash, if it is valid at `now`.
///
/// # Errors
/// When the store fails.
pub async fn authenticate(
    pool: &PgPool,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OperatorToken>, StoreError> {
    let row = sqlx::query(&format!(
        "{SELECT} WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
    ))
    .bind(token_hash)
    .bind(now)
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(OperatorToken::read).transpose()
}

/// Every token there ever was, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn list(pool: &PgPool) -> Result<Vec<OperatorToken>, StoreError> {
    let rows = sqlx::query(&format!("{SELECT} ORDER BY created_at, operator_id")).fetch_all(pool).await?;
    rows.iter().map(OperatorToken::read).collect()
}

/// Whether there is any, and whether the one of this hash is there.
///
/// # Errors
/// When the store fails.
pub async fn exists(pool: &PgPool, token_hash: &[u8]) -> Result<(bool, bool), StoreError> {
    Ok(sqlx::query_as(
        "SELECT EXISTS (SELECT FROM operator_token),
                EXISTS (SELECT FROM operator_token WHERE token_hash = $1)",
    )
    .bind(token_hash)
    .fetch_one(pool)
    .await?)
}

pub(super) async fn add(db: &mut PgConnection, new: &NewOperator) -> Result<(), crate::append::AppendError> {
    if new.first {
        sqlx::query("LOCK TABLE operator_token IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *db)
            .await
            .map_err(StoreError::from)?;
    }
    let added = sqlx::query(
        "INSERT INTO operator_token (token_hash, operator_id, name, scopes, expires_at)
         SELECT $1, $2, $3, $4, $5 WHERE NOT ($6 AND EXISTS (SELECT FROM operator_token)) ON CONFLICT DO NOTHING",
    )
    .bind(&new.token_hash)
    .bind(new.id.to_string())
    .bind(&new.name)
    .bind(new.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>())
    .bind(new.expires_at)
    .bind(new.first)
    .execute(db)
    .await
    .map_err(StoreError::from)?;
    super::spent_unless(added.rows_affected() == 1)
}

pub(super) async fn revoke(
    db: &mut PgConnection,
    operator: OperatorId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE operator_token SET revoked_at = $2 WHERE operator_id = $1 AND revoked_at IS NULL")
        .bind(operator.to_string())
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}
