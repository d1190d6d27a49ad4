//! Secrets of an owner: hashed where they are only compared, sealed where they are shown again.

use sqlx::{PgConnection, PgExecutor};

use crate::error::StoreError;

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The hash of an account's password, in PHC form.
    PasswordHash,
}

impl SecretKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::PasswordHash => "password_hash",
        }
    }
}

pub(super) async fn put(
    db: &mut PgConnection,
    kind: SecretKind,
    owner: &str,
    value: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secret (kind, owner, value) VALUES ($1, $2, $3)
         ON CONFLICT (kind, owner) DO UPDATE SET value = excluded.value, changed_at = clock_timestamp()",
    )
    .bind(kind.as_str())
    .bind(owner)
    .bind(value)
    .execute(db)
    .await?;
    Ok(())
}

/// The secret of this kind that `owner` has.
pub async fn fetch(
    db: impl PgExecutor<'_>,
    kind: SecretKind,
    owner: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM secret WHERE kind = $1 AND owner = $2")
        .bind(kind.as_str())
        .bind(owner)
        .fetch_optional(db)
        .await?)
}
