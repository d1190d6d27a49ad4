//! Invitations: the address of the invited person, as long as the invitation is open.
//!
//! The address is no part of an event: the person has no account yet by which it could be erased. So it
//! lies here, sealed with a key of the service, and is really deleted when the invitation ends.

use chrono::{DateTime, Utc};
use domain::{EmailAddress, InvitationId, OrganizationId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::RecordError;
use super::Records;
use crate::error::StoreError;

/// An invitation to keep.
#[derive(Clone)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Into which organization.
    pub organization: OrganizationId,
    /// The hash of the token in its link.
    pub token_hash: Vec<u8>,
    /// The address, sealed, and its keyed hash.
    pub email: SealedEmail,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// An address as it is kept.
#[derive(Clone)]
pub struct SealedEmail {
    hash: Vec<u8>,
    /// The hashes of all names of the mailbox: an earlier release may have kept it under another.
    all_hashes: Vec<Vec<u8>>,
    sealed: Vec<u8>,
}

/// An open invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Into which organization.
    pub organization: OrganizationId,
    /// The address of the invited person.
    pub email: EmailAddress,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Seals the address of the invited person.
pub async fn seal(
    records: &Records,
    id: InvitationId,
    email: &EmailAddress,
) -> Result<SealedEmail, StoreError> {
    let hash = records.keys.hasher("lookup").await?.hash(&email.canonical());
    let all_hashes = hashes(records, email).await?;
    let key = records.keys.service_key("invitation").await?;
    let sealed = key.seal(email.as_str().as_bytes(), id.to_string().as_bytes())?;
    Ok(SealedEmail { hash, all_hashes, sealed })
}

async fn hashes(records: &Records, email: &EmailAddress) -> Result<Vec<Vec<u8>>, StoreError> {
    let hasher = records.keys.hasher("lookup").await?;
    Ok(email.names_sought().iter().map(|name| hasher.hash(name)).collect())
}

/// Keeps it. One of the same address into the same organization ends: its link opens nothing any more.
pub(super) async fn put(db: &mut PgConnection, new: &NewInvitation) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM invitation WHERE organization_id = $1 AND email_hash = ANY($2)")
        .bind(new.organization.to_string())
        .bind(&new.email.all_hashes)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO invitation (invitation_id, organization_id, token_hash, email_hash, sealed_email, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.id.uuid())
    .bind(new.organization.to_string())
    .bind(&new.token_hash)
    .bind(&new.email.hash)
    .bind(&new.email.sealed)
    .bind(new.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends it, with what comes of it: a second caller finds it used.
pub(super) async fn take(db: &mut PgConnection, id: InvitationId) -> Result<(), RecordError> {
    let taken = sqlx::query("DELETE FROM invitation WHERE invitation_id = $1")
        .bind(id.uuid())
        .execute(db)
        .await
        .map_err(StoreError::from)?;
    super::spent_unless(taken.rows_affected() == 1)
}

/// Ends it, if it is there.
pub(super) async fn forget(db: &mut PgConnection, id: InvitationId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM invitation WHERE invitation_id = $1").bind(id.uuid()).execute(db).await?;
    Ok(())
}

/// Ends all of an organization.
pub(super) async fn forget_all(
    db: &mut PgConnection,
    organization: OrganizationId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM invitation WHERE organization_id = $1")
        .bind(organization.to_string())
        .execute(db)
        .await?;
    Ok(())
}

/// The open invitation into `organization` of an address, if there is one.
pub async fn of_address(
    records: &Records,
    organization: OrganizationId,
    email: &EmailAddress,
) -> Result<Option<InvitationId>, StoreError> {
    let hashes = hashes(records, email).await?;
    let found: Option<uuid::Uuid> = sqlx::query_scalar(
        "SELECT invitation_id FROM invitation WHERE organization_id = $1 AND email_hash = ANY($2)",
    )
    .bind(organization.to_string())
    .bind(hashes)
    .fetch_optional(&records.pool)
    .await?;
    Ok(found.map(InvitationId::from_uuid))
}

/// The invitation that a token opens at `now`.
pub async fn find(
    records: &Records,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, StoreError> {
    let row = sqlx::query(
        "SELECT invitation_id, organization_id, sealed_email, expires_at FROM invitation
         WHERE token_hash = $1 AND expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(&records.pool)
    .await?;
    match row {
        Some(row) => Ok(Some(open(records, &row).await?)),
        None => Ok(None),
    }
}

/// The open invitations of these ids.
pub async fn list(records: &Records, ids: &[InvitationId]) -> Result<Vec<Invitation>, StoreError> {
    let rows = sqlx::query(
        "SELECT invitation_id, organization_id, sealed_email, expires_at FROM invitation
         WHERE invitation_id = ANY($1)",
    )
    .bind(ids.iter().map(InvitationId::uuid).collect::<Vec<_>>())
    .fetch_all(&records.pool)
    .await?;
    let mut invitations = Vec::with_capacity(rows.len());
    for row in &rows {
        invitations.push(open(records, row).await?);
    }
    Ok(invitations)
}

async fn open(records: &Records, row: &PgRow) -> Result<Invitation, StoreError> {
    let unreadable = |what: &str| StoreError::Unreadable(format!("an invitation's {what}"));
    let id = InvitationId::from_uuid(row.try_get("invitation_id")?);
    let organization: String = row.try_get("organization_id")?;
    let key = records.keys.service_key("invitation").await?;
    let email = key.open(row.try_get("sealed_email")?, id.to_string().as_bytes())?;
    let email = std::str::from_utf8(&email).ok().and_then(|email| email.parse().ok());
    Ok(Invitation {
        id,
        organization: organization.parse().map_err(|_| unreadable("organization"))?,
        email: email.ok_or_else(|| unreadable("address"))?,
        expires_at: row.try_get("expires_at")?,
    })
}
