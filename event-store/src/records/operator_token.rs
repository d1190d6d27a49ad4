//! Operator tokens: kept as hashes, with what they allow and until when.
//!
//! At most one of them is *the configured one*: the token of the configuration. Another value ends it in the statement
//! that stores the new one, and a value that has ended never opens anything again.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
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
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an operator token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Made on the command line, one of many.
    Created,
    /// Made at the first start, only if there is no other yet: of many processes that start at once, one makes it.
    First,
    /// Named by the configuration: ends the one that was named before.
    Configured,
}

/// What the token of the configuration is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Configured {
    /// It is not kept yet.
    Unknown,
    /// It is the configured token, and holds.
    Holds,
    /// It was replaced, revoked or has expired.
    Ended,
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
    /// Whether it is, or was, the token of the configuration.
    pub configured: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token, column by column.
pub(super) const COLUMNS: &str =
    "operator_id, name, scopes, configured, created_at, used_at, expires_at, revoked_at";

/// `used_at` is written at most this often.
const USED_EVERY: Duration = Duration::minutes(1);

/// One process at a time sees to the first operator, or the configured one.
const LOCK: &str = "LOCK TABLE operator_token IN SHARE ROW EXCLUSIVE MODE";

impl OperatorToken {
    /// It was shown, itself or by a session that rests on it.
    pub(super) async fn used(&self, pool: &PgPool, token_hash: &[u8], now: DateTime<Utc>) {
        if self.used_at.is_none_or(|at| at <= now - USED_EVERY) {
            note_use(pool, token_hash, now).await;
        }
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, StoreError> {
        let id: String = row.try_get("operator_id")?;
        let scopes: Vec<String> = row.try_get("scopes")?;
        Ok(Self {
            operator_id: id.parse().map_err(|_| StoreError::Unreadable("an operator's id".to_owned()))?,
            name: row.try_get("name")?,
            // A scope that this release does not know allows nothing here.
            scopes: scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            configured: row.try_get("configured")?,
            created_at: row.try_get("created_at")?,
            used_at: row.try_get("used_at")?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}

/// The token of this hash, if it is valid at `now`. The use of it is noted.
pub async fn authenticate(
    pool: &PgPool,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OperatorToken>, StoreError> {
    let row = sqlx::query(&format!(
        "SELECT {COLUMNS} FROM operator_token
         WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
    ))
    .bind(token_hash)
    .bind(now)
    .fetch_optional(pool)
    .await?;
    let token = row.as_ref().map(OperatorToken::read).transpose()?;
    if let Some(token) = &token {
        token.used(pool, token_hash, now).await;
    }
    Ok(token)
}

/// A note that fails takes nothing from the request.
async fn note_use(pool: &PgPool, token_hash: &[u8], now: DateTime<Utc>) {
    let noted = sqlx::query(
        "UPDATE operator_token SET used_at = $2 WHERE token_hash = $1 AND (used_at IS NULL OR used_at <= $3)",
    )
    .bind(token_hash)
    .bind(now)
    .bind(now - USED_EVERY)
    .execute(pool)
    .await;
    if let Err(error) = noted {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "recording the use of an operator token failed");
    }
}

/// Every token there ever was, oldest first.
pub async fn list(pool: &PgPool) -> Result<Vec<OperatorToken>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM operator_token ORDER BY created_at, operator_id");
    let rows = sqlx::query(&query).fetch_all(pool).await?;
    rows.iter().map(OperatorToken::read).collect()
}

/// Whether there is any.
pub async fn any(pool: &PgPool) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM operator_token)").fetch_one(pool).await?)
}

/// Makes the token of this hash the configured one, if it holds at `now`: another that was configured ends. `None` says
/// that no token is configured any more. What ended is still to be put on record ([`ended_unrecorded`]).
pub async fn configure(
    pool: &PgPool,
    token_hash: Option<&[u8]>,
    now: DateTime<Utc>,
) -> Result<Configured, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query(LOCK).execute(&mut *transaction).await?;
    let holds: Option<bool> = sqlx::query_scalar(
        "UPDATE operator_token SET configured = true WHERE token_hash = $1
         RETURNING revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(&mut *transaction)
    .await?;
    // A process that still has a value which was replaced must not end the one that replaced it.
    if token_hash.is_none() || holds == Some(true) {
        end_configured(&mut transaction, token_hash, now).await?;
    }
    transaction.commit().await?;
    Ok(match holds {
        None => Configured::Unknown,
        Some(true) => Configured::Holds,
        Some(false) => Configured::Ended,
    })
}

/// Ends every configured token but that of this hash.
async fn end_configured(
    db: &mut PgConnection,
    except: Option<&[u8]>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE operator_token SET revoked_at = $2
         WHERE configured AND revoked_at IS NULL AND token_hash IS DISTINCT FROM $1",
    )
    .bind(except)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Operators whose configured token has ended, which their events do not tell yet.
pub async fn ended_unrecorded(pool: &PgPool) -> Result<Vec<OperatorId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT operator_id FROM operator_token o WHERE configured AND revoked_at IS NOT NULL AND NOT EXISTS (
             SELECT FROM events WHERE aggregate_type = 'operator' AND aggregate_id = o.operator_id
                                AND event_type = 'operator.revoked')",
    )
    .fetch_all(pool)
    .await?;
    let parse = |id: String| id.parse().map_err(|_| StoreError::Unreadable("an operator's id".to_owned()));
    ids.into_iter().map(parse).collect()
}

pub(super) async fn add(db: &mut PgConnection, new: &NewOperator) -> Result<(), super::RecordError> {
    if new.origin != Origin::Created {
        sqlx::query(LOCK).execute(&mut *db).await.map_err(StoreError::from)?;
    }
    let added: Option<DateTime<Utc>> = sqlx::query_scalar(
        "INSERT INTO operator_token (token_hash, operator_id, name, scopes, expires_at, configured)
         SELECT $1, $2, $3, $4, $5, $7 WHERE NOT ($6 AND EXISTS (SELECT FROM operator_token)) ON CONFLICT DO NOTHING
         RETURNING created_at",
    )
    .bind(&new.token_hash)
    .bind(new.id.to_string())
    .bind(&new.name)
    .bind(new.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>())
    .bind(new.expires_at)
    .bind(new.origin == Origin::First)
    .bind(new.origin == Origin::Configured)
    .fetch_optional(&mut *db)
    .await
    .map_err(StoreError::from)?;
    super::spent_unless(added.is_some())?;
    match added.filter(|_| new.origin == Origin::Configured) {
        Some(at) => Ok(end_configured(db, Some(&new.token_hash), at).await?),
        None => Ok(()),
    }
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
