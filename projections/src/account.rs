//! Accounts as they are now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::account::{Account, AccountEvent, Preferences};
use domain::{AccountId, EmailAddress, Event, Personal};
use event_store::tail::{Fact, Payloads, Selection};
use event_store::{Gather, Kept, StoreError};
use futures::FutureExt;
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, Row};
use uuid::Uuid;

use crate::projection::{Failure, Projection, Table, Writing};
use crate::views::Views;

/// The name of its checkpoint.
pub const NAME: &str = "account";
/// Its table.
pub(crate) const TABLE: &str = "account_view";
/// An account, by name: a later release may add columns while this one runs.
const SELECT: &str = "
SELECT account_id, email, name, personalization, usage_logging, registered_at, changed_at, version,
       billing_email, email_pending, email_pending_until, phone, phone_channel, recovery_codes,
       gdpr_token_id, gdpr_token_fingerprint, gdpr_token_issued_at, gdpr_token_expires_at
FROM account_view WHERE account_id = ";

/// Events that change nothing in it but the version. What is not named here is read: a later release
/// may have added it.
const NO_CHANGE: [&str; 13] = [
    "account.signed_in",
    "account.signed_out",
    "account.second_factor_asked",
    "account.reauthenticated",
    "account.password_changed",
    "account.password_reset_asked",
    "account.password_reset",
    "account.organization_joined",
    "account.organization_left",
    "account.notice_sent",
    "account.notice_undeliverable",
    "account.history_viewed",
    "account.personal_data_erased",
];

/// An account as it is now. Personal values are `None` once erased.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountView {
    /// Its id.
    pub account_id: String,
    /// The sign-in address.
    pub email: Option<String>,
    /// The name to greet with.
    pub name: Option<String>,
    /// Cookies that personalise may be set.
    pub personalization: bool,
    /// Usage may be stored.
    pub usage_logging: bool,
    /// When it was opened.
    pub registered_at: DateTime<Utc>,
    /// When anything in it last changed.
    pub changed_at: DateTime<Utc>,
    /// Sequence of the newest event folded in.
    pub version: i64,
    /// Where bills go, if not to the sign-in address.
    pub billing_email: Option<String>,
    /// An address that waits to be confirmed.
    pub email_pending: Option<String>,
    /// Until when it does.
    pub email_pending_until: Option<DateTime<Utc>>,
    /// The number that receives codes.
    pub phone: Option<String>,
    /// How they come.
    pub phone_channel: Option<String>,
    /// Recovery codes that are left.
    pub recovery_codes: i32,
    /// The token for the GDPR APIs.
    pub gdpr_token_id: Option<Uuid>,
    /// What it can be recognised by.
    pub gdpr_token_fingerprint: Option<String>,
    /// When it was issued.
    pub gdpr_token_issued_at: Option<DateTime<Utc>>,
    /// When it expires.
    pub gdpr_token_expires_at: Option<DateTime<Utc>>,
}

impl AccountView {
    /// The two switches.
    pub fn preferences(&self) -> Preferences {
        Preferences { personalization: self.personalization, usage_logging: self.usage_logging }
    }

    fn registered(fact: &Fact) -> Option<Self> {
        let Some(Event::Account(event)) = fact.event() else { return None };
        let AccountEvent::Registered { account_id, email, name, preferences, .. } = event else {
            return None;
        };
        Some(Self {
            account_id: account_id.to_string(),
            email: address(email),
            name: name.known().cloned(),
            personalization: preferences.personalization,
            usage_logging: preferences.usage_logging,
            registered_at: fact.recorded_at,
            changed_at: fact.recorded_at,
            version: fact.sequence,
            billing_email: None,
            email_pending: None,
            email_pending_until: None,
            phone: None,
            phone_channel: None,
            recovery_codes: 0,
            gdpr_token_id: None,
            gdpr_token_fingerprint: None,
            gdpr_token_issued_at: None,
            gdpr_token_expires_at: None,
        })
    }

    fn apply(&mut self, fact: &Fact) {
        self.version = fact.sequence;
        let Some(Event::Account(event)) = fact.event() else { return };
        self.changed_at = fact.recorded_at;
        self.apply_event(event, fact.recorded_at);
    }

    fn apply_event(&mut self, event: &AccountEvent, at: DateTime<Utc>) {
        use AccountEvent as E;
        match event {
            E::PreferencesChanged { personalization, usage_logging, .. } => {
                self.personalization = personalization.map_or(self.personalization, |change| change.to);
                self.usage_logging = usage_logging.map_or(self.usage_logging, |change| change.to);
            }
            E::NameChanged { name } => self.name = name.known().cloned(),
            E::BillingEmailChanged { billing_email } => {
                self.billing_email = billing_email.as_ref().and_then(address);
            }
            E::EmailChangeRequested { email, confirm_by, .. } => {
                (self.email_pending, self.email_pending_until) = (address(email), Some(*confirm_by));
            }
            E::EmailChanged { email, .. } | E::EmailChangeUndone { email, .. } => {
                self.email = address(email);
                (self.email_pending, self.email_pending_until) = (None, None);
            }
            E::PhoneVerified { number, channel } => {
                self.phone = number.known().map(|number| number.as_str().to_owned());
                self.phone_channel = Some(channel.as_str().to_owned());
            }
            E::PhoneRemoved {} => {
                (self.phone, self.phone_channel, self.recovery_codes) = (None, None, 0);
            }
            E::RecoveryCodesIssued { count } | E::RecoveryCodeUsed { left: count } => {
                self.recovery_codes = i32::try_from(*count).unwrap_or(i32::MAX);
            }
            E::GdprTokenIssued { credential_id, fingerprint, expires_at, .. } => {
                self.gdpr_token_id = Some(credential_id.uuid());
                self.gdpr_token_fingerprint = Some(fingerprint.clone());
                self.gdpr_token_issued_at = Some(at);
                self.gdpr_token_expires_at = Some(*expires_at);
            }
            E::GdprTokenEnded { .. } => {
                (self.gdpr_token_id, self.gdpr_token_fingerprint) = (None, None);
                (self.gdpr_token_issued_at, self.gdpr_token_expires_at) = (None, None);
            }
            _ => {}
        }
    }
}

fn address(email: &Personal<EmailAddress>) -> Option<String> {
    email.known().map(|email| email.as_str().to_owned())
}

/// The reducer.
pub struct AccountProjection;

#[async_trait]
impl Projection for AccountProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: TABLE, writing: Writing::ByKey }]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Account::TYPE],
            payloads: Payloads::AllBut(&NO_CHANGE),
            opened: true,
            actors_of: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&Fact]) -> Result<(), Failure> {
        let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.aggregate_id.as_str()).collect();
        let known: Vec<AccountView> = sqlx::query_as(&format!("{SELECT} ANY($1)"))
            .bind(ids.into_iter().collect::<Vec<_>>())
            .fetch_all(&mut *db)
            .await?;
        let mut views: BTreeMap<String, AccountView> =
            known.into_iter().map(|view| (view.account_id.clone(), view)).collect();
        let mut deleted = BTreeSet::new();
        for fact in facts {
            if let Some(Event::Account(AccountEvent::Deleted { .. })) = fact.event() {
                views.remove(&fact.aggregate_id);
                deleted.insert(fact.aggregate_id.as_str());
            } else if let Some(view) = views.get_mut(&fact.aggregate_id) {
                view.apply(fact);
            } else if let Some(view) = AccountView::registered(fact) {
                views.insert(view.account_id.clone(), view);
            }
        }
        delete(db, deleted).await?;
        Ok(write(db, &views.into_values().collect::<Vec<_>>()).await?)
    }
}

async fn delete(db: &mut PgConnection, accounts: BTreeSet<&str>) -> Result<(), StoreError> {
    if !accounts.is_empty() {
        sqlx::query("DELETE FROM account_view WHERE account_id = ANY($1)")
            .bind(accounts.into_iter().collect::<Vec<_>>())
            .execute(db)
            .await?;
    }
    Ok(())
}

async fn write(db: &mut PgConnection, views: &[AccountView]) -> Result<(), StoreError> {
    fn column<'a, T>(views: &'a [AccountView], of: impl Fn(&'a AccountView) -> T) -> Vec<T> {
        views.iter().map(of).collect()
    }
    sqlx::query(
        "INSERT INTO account_view
             (account_id, email, name, personalization, usage_logging, registered_at, changed_at, version,
              billing_email, email_pending, email_pending_until, phone, phone_channel, recovery_codes,
              gdpr_token_id, gdpr_token_fingerprint, gdpr_token_issued_at, gdpr_token_expires_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[],
                              $6::timestamptz[], $7::timestamptz[], $8::bigint[],
                              $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::integer[],
                              $15::uuid[], $16::text[], $17::timestamptz[], $18::timestamptz[])
         ON CONFLICT (account_id) DO UPDATE SET
             email = excluded.email, name = excluded.name,
             personalization = excluded.personalization, usage_logging = excluded.usage_logging,
             changed_at = excluded.changed_at, version = excluded.version,
             billing_email = excluded.billing_email, email_pending = excluded.email_pending,
             email_pending_until = excluded.email_pending_until,
             phone = excluded.phone, phone_channel = excluded.phone_channel,
             recovery_codes = excluded.recovery_codes, gdpr_token_id = excluded.gdpr_token_id,
             gdpr_token_fingerprint = excluded.gdpr_token_fingerprint,
             gdpr_token_issued_at = excluded.gdpr_token_issued_at,
             gdpr_token_expires_at = excluded.gdpr_token_expires_at",
    )
    .bind(column(views, |view| view.account_id.as_str()))
    .bind(column(views, |view| view.email.as_deref()))
    .bind(column(views, |view| view.name.as_deref()))
    .bind(column(views, |view| view.personalization))
    .bind(column(views, |view| view.usage_logging))
    .bind(column(views, |view| view.registered_at))
    .bind(column(views, |view| view.changed_at))
    .bind(column(views, |view| view.version))
    .bind(column(views, |view| view.billing_email.as_deref()))
    .bind(column(views, |view| view.email_pending.as_deref()))
    .bind(column(views, |view| view.email_pending_until))
    .bind(column(views, |view| view.phone.as_deref()))
    .bind(column(views, |view| view.phone_channel.as_deref()))
    .bind(column(views, |view| view.recovery_codes))
    .bind(column(views, |view| view.gdpr_token_id))
    .bind(column(views, |view| view.gdpr_token_fingerprint.as_deref()))
    .bind(column(views, |view| view.gdpr_token_issued_at))
    .bind(column(views, |view| view.gdpr_token_expires_at))
    .execute(db)
    .await?;
    Ok(())
}

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

/// Accounts with their memberships, looked up for many at once.
pub(crate) fn gather(lookups: Kept) -> Gather<String, (AccountView, Vec<MembershipView>)> {
    Gather::new(move |ids| with_memberships(lookups.clone(), ids).boxed())
}

async fn with_memberships(
    lookups: Kept,
    ids: Vec<String>,
) -> Result<HashMap<String, (AccountView, Vec<MembershipView>)>, StoreError> {
    let select = SELECT.replace(
        "FROM account_view WHERE account_id = ",
        &format!(
            ", (SELECT coalesce(json_agg(m ORDER BY m.organization_id), '[]')
            FROM (SELECT m.organization_id, o.name, m.role
                  FROM member_view m JOIN organization_view o USING (organization_id)
                  WHERE m.account_id = account_view.account_id AND NOT o.closed
                  ORDER BY m.organization_id LIMIT {MOST_MEMBERSHIPS}) m) AS memberships
         FROM account_view WHERE account_id = ANY($1)"
        ),
    );
    let mut db = lookups.take().await?;
    let rows = sqlx::query(&select).bind(ids).fetch_all(&mut *db).await?;
    db.keep();
    let read = |row: &PgRow| {
        let view = AccountView::from_row(row)?;
        let Json(memberships) = row.try_get("memberships")?;
        Ok((view.account_id.clone(), (view, memberships)))
    };
    rows.iter().map(read).collect()
}

impl Views {
    /// An account as it is now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_fetch(&self, account: AccountId) -> Result<Option<AccountView>, StoreError> {
        Ok(sqlx::query_as(&format!("{SELECT} $1"))
            .bind(account.to_string())
            .fetch_optional(self.pool())
            .await?)
    }

    /// The names and addresses of accounts, in no order; those that are there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_list_named(&self, accounts: &[AccountId]) -> Result<Vec<NamedAccount>, StoreError> {
        Ok(sqlx::query_as("SELECT account_id, email, name FROM account_view WHERE account_id = ANY($1)")
            .bind(accounts.iter().map(ToString::to_string).collect::<Vec<_>>())
            .fetch_all(self.pool())
            .await?)
    }
}

/// An account as others of its organizations see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NamedAccount {
    /// Its id.
    pub account_id: String,
    /// The sign-in address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
}
