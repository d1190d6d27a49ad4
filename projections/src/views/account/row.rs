//! The row of an account: read and written.

use std::collections::BTreeSet;

use event_store::StoreError;
use sqlx::PgConnection;

use super::AccountView;

/// The columns of a [`Row`], by name: a later release may add columns while this one runs.
pub(super) const COLUMNS: &str = "
account_id, email, name, personalization, usage_logging, registered_at, changed_at, version,
billing_email, email_pending, email_pending_until, phone, phone_channel, authenticator_app, passkeys, recovery_codes,
gdpr_token_id, gdpr_token_fingerprint, gdpr_token_issued_at, gdpr_token_expires_at,
email_sealed, name_sealed, billing_email_sealed, email_pending_sealed, phone_sealed,
language_sealed, time_zone_sealed, decisions";

/// An account as it lies in its table. In a table of this form the personal values of `view` are empty.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Row {
    #[sqlx(flatten)]
    pub(super) view: AccountView,
    #[sqlx(flatten)]
    pub(super) sealed: SealedColumns,
}

/// Personal values, sealed.
#[derive(Clone, Default, sqlx::FromRow)]
pub(super) struct SealedColumns {
    pub(super) email_sealed: Option<Vec<u8>>,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) billing_email_sealed: Option<Vec<u8>>,
    pub(super) email_pending_sealed: Option<Vec<u8>>,
    pub(super) phone_sealed: Option<Vec<u8>>,
    pub(super) language_sealed: Option<Vec<u8>>,
    pub(super) time_zone_sealed: Option<Vec<u8>>,
}

/// The rows of these accounts.
pub(super) async fn fetch(db: &mut PgConnection, accounts: BTreeSet<&str>) -> Result<Vec<Row>, StoreError> {
    Ok(sqlx::query_as(&format!("SELECT {COLUMNS} FROM account_view WHERE account_id = ANY($1)"))
        .bind(accounts.into_iter().collect::<Vec<_>>())
        .fetch_all(db)
        .await?)
}

pub(super) async fn delete(db: &mut PgConnection, accounts: BTreeSet<&str>) -> Result<(), StoreError> {
    if !accounts.is_empty() {
        sqlx::query("DELETE FROM account_view WHERE account_id = ANY($1)")
            .bind(accounts.into_iter().collect::<Vec<_>>())
            .execute(db)
            .await?;
    }
    Ok(())
}

const WRITE: &str = "
INSERT INTO account_view
    (account_id, email, name, personalization, usage_logging, registered_at, changed_at, version,
     billing_email, email_pending, email_pending_until, phone, phone_channel, authenticator_app, passkeys, recovery_codes,
     gdpr_token_id, gdpr_token_fingerprint, gdpr_token_issued_at, gdpr_token_expires_at,
     email_sealed, name_sealed, billing_email_sealed, email_pending_sealed, phone_sealed,
     language_sealed, time_zone_sealed, decisions)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[],
                     $6::timestamptz[], $7::timestamptz[], $8::bigint[],
                     $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::text[],
                     $14::boolean[], $15::integer[], $16::integer[],
                     $17::uuid[], $18::text[], $19::timestamptz[], $20::timestamptz[],
                     $21::bytea[], $22::bytea[], $23::bytea[], $24::bytea[], $25::bytea[],
                     $26::bytea[], $27::bytea[], $28::jsonb[])
ON CONFLICT (account_id) DO UPDATE SET
    email = excluded.email, name = excluded.name,
    personalization = excluded.personalization, usage_logging = excluded.usage_logging,
    changed_at = excluded.changed_at, version = excluded.version,
    billing_email = excluded.billing_email, email_pending = excluded.email_pending,
    email_pending_until = excluded.email_pending_until,
    phone = excluded.phone, phone_channel = excluded.phone_channel,
    authenticator_app = excluded.authenticator_app, passkeys = excluded.passkeys,
    recovery_codes = excluded.recovery_codes, gdpr_token_id = excluded.gdpr_token_id,
    gdpr_token_fingerprint = excluded.gdpr_token_fingerprint,
    gdpr_token_issued_at = excluded.gdpr_token_issued_at,
    gdpr_token_expires_at = excluded.gdpr_token_expires_at,
    email_sealed = excluded.email_sealed, name_sealed = excluded.name_sealed,
    billing_email_sealed = excluded.billing_email_sealed,
    email_pending_sealed = excluded.email_pending_sealed, phone_sealed = excluded.phone_sealed,
    language_sealed = excluded.language_sealed, time_zone_sealed = excluded.time_zone_sealed,
    decisions = excluded.decisions";

pub(super) async fn write(db: &mut PgConnection, rows: &[Row]) -> Result<(), StoreError> {
    fn column<'a, T>(rows: &'a [Row], of: impl Fn(&'a AccountView) -> T) -> Vec<T> {
        rows.iter().map(|row| of(&row.view)).collect()
    }
    let sealed = |of: fn(&SealedColumns) -> &Option<Vec<u8>>| {
        rows.iter().map(|row| of(&row.sealed).as_deref()).collect::<Vec<_>>()
    };
    sqlx::query(WRITE)
        .bind(column(rows, |view| view.account_id.as_str()))
        .bind(column(rows, |view| view.email.as_deref()))
        .bind(column(rows, |view| view.name.as_deref()))
        .bind(column(rows, |view| view.personalization))
        .bind(column(rows, |view| view.usage_logging))
        .bind(column(rows, |view| view.registered_at))
        .bind(column(rows, |view| view.changed_at))
        .bind(column(rows, |view| view.version))
        .bind(column(rows, |view| view.billing_email.as_deref()))
        .bind(column(rows, |view| view.email_pending.as_deref()))
        .bind(column(rows, |view| view.email_pending_until))
        .bind(column(rows, |view| view.phone.as_deref()))
        .bind(column(rows, |view| view.phone_channel.as_deref()))
        .bind(column(rows, |view| view.authenticator_app))
        .bind(column(rows, |view| view.passkeys))
        .bind(column(rows, |view| view.recovery_codes))
        .bind(column(rows, |view| view.gdpr_token_id))
        .bind(column(rows, |view| view.gdpr_token_fingerprint.as_deref()))
        .bind(column(rows, |view| view.gdpr_token_issued_at))
        .bind(column(rows, |view| view.gdpr_token_expires_at))
        .bind(sealed(|columns| &columns.email_sealed))
        .bind(sealed(|columns| &columns.name_sealed))
        .bind(sealed(|columns| &columns.billing_email_sealed))
        .bind(sealed(|columns| &columns.email_pending_sealed))
        .bind(sealed(|columns| &columns.phone_sealed))
        .bind(sealed(|columns| &columns.language_sealed))
        .bind(sealed(|columns| &columns.time_zone_sealed))
        .bind(column(rows, |view| view.decisions.as_ref()))
        .execute(db)
        .await?;
    Ok(())
}
