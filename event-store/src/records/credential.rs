//! What machines show: tokens for the GDPR APIs, and pairs of API key and secret.
//!
//! A token is kept as SHA-256; an API secret, which its owner may see again, sealed, and found by a keyed hash.
//! What has ended keeps its hash and how it ended, so that a caller that still shows it (and no other) learns what
//! became of it. When something ends by itself is written with it, so it ends then, whatever is down.

use chrono::{DateTime, Duration, Utc};
use domain::{CredentialId, OrganizationId};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use super::Records;
use crate::error::StoreError;

/// When something was last used is written at most this often.
const USED_EVERY: Duration = Duration::minutes(1);

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// An account's token for the GDPR APIs.
    GdprToken,
    /// A project's API key and secret.
    ApiPair,
}

impl CredentialKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::GdprToken => "gdpr_token",
            Self::ApiPair => "api_pair",
        }
    }
}

/// How a credential ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialEnd {
    /// Its life was over.
    Expired,
    /// It was revoked, or another was put in its place at once.
    Revoked,
    /// It was kept alive beside a newer one, and that time is over.
    Retired,
}

impl CredentialEnd {
    /// The name under which it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Retired => "retired",
        }
    }
}

/// A credential to keep.
#[derive(Clone)]
pub struct NewCredential {
    /// Its id.
    pub id: CredentialId,
    /// What it is.
    pub kind: CredentialKind,
    /// What it is found by.
    pub lookup: Vec<u8>,
    /// The account or the project it belongs to.
    pub owner: String,
    /// The organization of the project.
    pub organization: Option<OrganizationId>,
    /// The public half of a pair.
    pub api_key: Option<String>,
    /// The API secret, sealed.
    pub sealed: Option<Vec<u8>>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A credential as it is kept.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// What it is.
    pub kind: CredentialKind,
    /// The account or the project it belongs to.
    pub owner: String,
    /// The public half of a pair.
    pub api_key: Option<String>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    ended_as: Option<String>,
    is_barred: bool,
    sealed: Option<Vec<u8>>,
}

const SELECT: &str =
    "SELECT credential_id, kind, owner, api_key, issued_at, expires_at, last_used_at, ended_as,
         barred_at IS NOT NULL AS is_barred, sealed
     FROM credential WHERE";

impl Credential {
    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let kind = match row.try_get("kind")? {
            "gdpr_token" => CredentialKind::GdprToken,
            "api_pair" => CredentialKind::ApiPair,
            _ => return Err(StoreError::Unreadable("a credential's kind".to_owned())),
        };
        Ok(Self {
            id: CredentialId::from_uuid(row.try_get("credential_id")?),
            kind,
            owner: row.try_get("owner")?,
            api_key: row.try_get("api_key")?,
            issued_at: row.try_get("issued_at")?,
            expires_at: row.try_get("expires_at")?,
            last_used_at: row.try_get("last_used_at")?,
            ended_as: row.try_get("ended_as")?,
            is_barred: row.try_get("is_barred")?,
            sealed: row.try_get("sealed")?,
        })
    }

    /// How it has ended at `now`, if it has.
    pub fn ended(&self, now: DateTime<Utc>) -> Option<CredentialEnd> {
        match self.ended_as.as_deref() {
            Some("expired") => return Some(CredentialEnd::Expired),
            Some("retired") => return Some(CredentialEnd::Retired),
            Some(_) => return Some(CredentialEnd::Revoked),
            // It is about to be.
            None if self.is_barred => return Some(CredentialEnd::Revoked),
            None => {}
        }
        let over = self.expires_at.is_some_and(|at| at <= now);
        over.then_some(match self.kind {
            CredentialKind::GdprToken => CredentialEnd::Expired,
            CredentialKind::ApiPair => CredentialEnd::Retired,
        })
    }

    /// The API secret, as long as it is kept.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn secret(&self, records: &Records) -> Result<Option<SecretString>, StoreError> {
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let opened =
            records.keys.service_key("credential").await?.open(sealed, self.id.to_string().as_bytes())?;
        let text =
            std::str::from_utf8(&opened).map_err(|_| StoreError::Unreadable("an API secret".to_owned()))?;
        Ok(Some(SecretString::from(text)))
    }
}

/// Seals an API secret.
pub async fn seal(records: &Records, id: CredentialId, secret: &SecretString) -> Result<Vec<u8>, StoreError> {
    let key = records.keys.service_key("credential").await?;
    Ok(key.seal(secret.expose_secret().as_bytes(), id.to_string().as_bytes())?)
}

/// What an API secret is found by.
pub async fn secret_lookup(records: &Records, secret: &SecretString) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("credential").await?.hash(secret.expose_secret()))
}

pub(super) async fn issue(db: &mut PgConnection, new: &NewCredential) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO credential
             (credential_id, kind, lookup, owner, organization_id, api_key, sealed, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id.uuid())
    .bind(new.kind.as_str())
    .bind(&new.lookup)
    .bind(&new.owner)
    .bind(new.organization.map(|id| id.to_string()))
    .bind(&new.api_key)
    .bind(&new.sealed)
    .bind(new.issued_at)
    .bind(new.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends it, unless it has ended. Its secret is gone then.
pub(super) async fn end(
    db: &mut PgConnection,
    id: CredentialId,
    at: DateTime<Utc>,
    end: CredentialEnd,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE credential SET ended_at = $2, ended_as = $3, sealed = NULL
         WHERE credential_id = $1 AND ended_at IS NULL",
    )
    .bind(id.uuid())
    .bind(at)
    .bind(end.as_str())
    .execute(db)
    .await?;
    Ok(())
}

/// Ends all that belong to an account, a project or an organization.
pub(super) async fn end_all(db: &mut PgConnection, of: &Owner, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (owner, organization) = match of {
        Owner::Account(account) => (Some(account.to_string()), None),
        Owner::Organization(organization) => (None, Some(organization.to_string())),
    };
    sqlx::query(
        "UPDATE credential SET ended_at = $3, ended_as = 'revoked', sealed = NULL
         WHERE ended_at IS NULL AND (owner = $1 OR organization_id = $2)",
    )
    .bind(owner)
    .bind(organization)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// The credentials of an account are worth nothing until they are [lifted](lift) or end.
pub(crate) async fn bar(
    db: &mut PgConnection,
    account: domain::AccountId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE credential SET barred_at = $2 WHERE owner = $1 AND ended_at IS NULL AND barred_at IS NULL",
    )
    .bind(account.to_string())
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// What was barred at `at` works again.
pub(crate) async fn lift(
    db: &mut PgConnection,
    account: domain::AccountId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE credential SET barred_at = NULL WHERE owner = $1 AND barred_at = $2")
        .bind(account.to_string())
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

/// Whose credentials.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// Those of an account.
    Account(domain::AccountId),
    /// Those of all projects of an organization.
    Organization(OrganizationId),
}

/// Sets the time when it ends by itself.
pub(super) async fn limit(
    db: &mut PgConnection,
    id: CredentialId,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE credential SET expires_at = $2 WHERE credential_id = $1")
        .bind(id.uuid())
        .bind(expires_at)
        .execute(db)
        .await?;
    Ok(())
}

/// The credential that is found by `lookup`, ended or not.
pub async fn find(pool: &PgPool, lookup: &[u8]) -> Result<Option<Credential>, StoreError> {
    let row = sqlx::query(&format!("{SELECT} lookup = $1")).bind(lookup).fetch_optional(pool).await?;
    row.as_ref().map(Credential::read).transpose()
}

/// The credential of an id, ended or not.
pub async fn fetch(pool: &PgPool, id: CredentialId) -> Result<Option<Credential>, StoreError> {
    let row =
        sqlx::query(&format!("{SELECT} credential_id = $1")).bind(id.uuid()).fetch_optional(pool).await?;
    row.as_ref().map(Credential::read).transpose()
}

/// The credentials of these ids, ended or not, in no order.
pub async fn list(pool: &PgPool, ids: &[CredentialId]) -> Result<Vec<Credential>, StoreError> {
    let rows = sqlx::query(&format!("{SELECT} credential_id = ANY($1)"))
        .bind(ids.iter().map(CredentialId::uuid).collect::<Vec<_>>())
        .fetch_all(pool)
        .await?;
    rows.iter().map(Credential::read).collect()
}

/// Notes that a credential was used at `now`, once a minute at most.
pub async fn record_use(pool: &PgPool, used: &Credential, now: DateTime<Utc>) -> Result<(), StoreError> {
    if used.last_used_at.is_some_and(|last| last > now - USED_EVERY) {
        return Ok(());
    }
    sqlx::query(
        "UPDATE credential SET last_used_at = $2
         WHERE credential_id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)",
    )
    .bind(used.id.uuid())
    .bind(now)
    .bind(now - USED_EVERY)
    .execute(pool)
    .await?;
    Ok(())
}
