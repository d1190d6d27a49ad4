//! Accounts as they are shown: looked up, and opened.

use std::collections::HashMap;

use domain::{AccountId, Scope};
use event_store::encryption::WrappedKey;
use event_store::{BatchLoader, KeyName, PinnedPool, StoreError};
use futures::FutureExt;
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row as _};

use super::AccountView;
use super::row::{COLUMNS, Row, SealedColumns};
use super::sealed::{Field, NAMED, NamedAccount, Opening, Value, named};
use crate::views::Views;

/// Memberships that are shown with an account.
pub const MOST_MEMBERSHIPS: usize = 200;

/// An organization, and what an account is in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MembershipView {
    /// The organization.
    pub organization_id: String,
    /// Its name.
    pub name: String,
    /// The role.
    pub role: String,
}

/// An account's row with its memberships and its key, before it is opened.
#[derive(Clone)]
pub(crate) struct SealedAccount {
    row: Row,
    memberships: Vec<MembershipView>,
    key: Option<(KeyName, WrappedKey)>,
}

/// Accounts with their memberships, looked up for many at once. Their keys come along, so that opening them asks nothing
/// more of the database; each is unwrapped by the task that asked for it, so that a key service that is slow holds
/// up no other.
pub(crate) fn loader(lookups: PinnedPool) -> BatchLoader<String, SealedAccount> {
    BatchLoader::new(move |ids| with_memberships(lookups.clone(), ids).boxed())
}

async fn with_memberships(
    lookups: PinnedPool,
    ids: Vec<String>,
) -> Result<HashMap<String, SealedAccount>, StoreError> {
    let select = format!(
        "SELECT {COLUMNS},
            (SELECT coalesce(json_agg(m ORDER BY m.organization_id), '[]')
             FROM (SELECT m.organization_id, o.name, m.role
                   FROM member_view m JOIN organization_view o USING (organization_id)
                   WHERE m.account_id = account_view.account_id AND NOT o.closed
                   ORDER BY m.organization_id LIMIT {MOST_MEMBERSHIPS}) m) AS memberships,
            k.key_id, k.wrapped, k.master_id
         FROM account_view LEFT JOIN subject_key k
              ON k.subject = account_id AND k.scope = $2 AND k.destroyed_at IS NULL
         WHERE account_id = ANY($1)"
    );
    let mut db = lookups.take().await?;
    let rows = sqlx::query(&select).bind(ids).bind(Scope::Profile.as_str()).fetch_all(&mut *db).await?;
    db.release();
    let read = |row: &PgRow| {
        let Json(memberships) = row.try_get("memberships")?;
        let (key, row) = (key(row)?, Row::from_row(row)?);
        Ok((row.view.account_id.clone(), SealedAccount { row, memberships, key }))
    };
    rows.iter().map(read).collect()
}

/// The key of an account's profile, if it lives.
fn key(row: &PgRow) -> Result<Option<(KeyName, WrappedKey)>, sqlx::Error> {
    let Some(id) = row.try_get("key_id")? else { return Ok(None) };
    let name = KeyName::new(row.try_get::<String, _>("account_id")?, Scope::Profile.as_str());
    let wrapped = WrappedKey { id, master_id: row.try_get("master_id")?, bytes: row.try_get("wrapped")? };
    Ok(Some((name, wrapped)))
}

impl Row {
    /// The account, its personal values opened.
    async fn open(self, views: &Views) -> Result<AccountView, StoreError> {
        let Self { view, sealed } = self;
        let SealedColumns {
            email_sealed,
            name_sealed,
            billing_email_sealed,
            email_pending_sealed,
            phone_sealed,
            language_sealed,
            time_zone_sealed,
        } = sealed;
        let value = |plain, sealed| Value { plain, sealed };
        let values = [
            value(view.email, email_sealed),
            value(view.name, name_sealed),
            value(view.billing_email, billing_email_sealed),
            value(view.email_pending, email_pending_sealed),
            value(view.phone, phone_sealed),
            value(None, language_sealed),
            value(None, time_zone_sealed),
        ];
        let opening = Opening::of(views, &values).await?;
        let [email, name, billing_email, email_pending, phone, language, time_zone] = values;
        let open = |field, value| opening.open(&view.account_id, field, value);
        let (email, name) = (open(Field::Email, email)?, open(Field::Name, name)?);
        let billing_email = open(Field::BillingEmail, billing_email)?;
        let email_pending = open(Field::EmailPending, email_pending)?;
        let phone = open(Field::Phone, phone)?;
        let (language, time_zone) = (open(Field::Language, language)?, open(Field::TimeZone, time_zone)?);
        Ok(AccountView { email, name, billing_email, email_pending, phone, language, time_zone, ..view })
    }
}

impl Views {
    /// An account as it is now.
    pub async fn account_fetch(&self, account: AccountId) -> Result<Option<AccountView>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as(&format!("SELECT {COLUMNS} FROM account_view WHERE account_id = $1"))
                .bind(account.to_string())
                .fetch_optional(self.pool())
                .await?;
        match row {
            Some(row) => Ok(Some(row.open(self).await?)),
            None => Ok(None),
        }
    }

    /// An account as it is now, and the organizations it is a member of: the first [`MOST_MEMBERSHIPS`].
    pub async fn account_fetch_with_memberships(
        &self,
        account: AccountId,
    ) -> Result<Option<(AccountView, Vec<MembershipView>)>, StoreError> {
        let closed = self.accounts().get(account.to_string()).await?;
        let Some(SealedAccount { row, memberships, key }) = closed else { return Ok(None) };
        if let (Some(keys), Some(key)) = (self.keys(), key) {
            keys.preload(vec![key]).await;
        }
        Ok(Some((row.open(self).await?, memberships)))
    }

    /// The names and addresses of accounts, in no order; those that are there.
    pub async fn account_list_named(&self, accounts: &[AccountId]) -> Result<Vec<NamedAccount>, StoreError> {
        let rows = sqlx::query(&format!(
            "SELECT a.account_id, {NAMED} FROM account_view a WHERE a.account_id = ANY($1)"
        ))
        .bind(accounts.iter().map(ToString::to_string).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await?;
        named(self, &rows).await
    }
}
