//! Accounts as they are now.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::account::{Account, AccountEvent, Preferences};
use domain::{AccountId, Event};
use event_store::StoreError;
use event_store::tail::{Fact, Payloads, Selection};
use sqlx::PgConnection;

use crate::projection::{Failure, Projection, Table, Writing};
use crate::views::Views;

/// The name of its checkpoint.
pub const NAME: &str = "account";
/// Its table.
pub(crate) const TABLE: &str = "account_view";
/// An account, by name: a later release may add columns while this one runs.
const SELECT: &str = "
SELECT account_id, email, name, personalization, usage_logging, registered_at, changed_at, version
FROM account_view WHERE account_id = ";

/// Events that change nothing in it but the version. What is not named here is read: a later release
/// may have added it.
const NO_CHANGE: [&str; 5] = [
    "account.signed_in",
    "account.signed_out",
    "account.reauthenticated",
    "account.password_changed",
    "account.history_viewed",
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
}

impl AccountView {
    /// The two switches.
    pub fn preferences(&self) -> Preferences {
        Preferences { personalization: self.personalization, usage_logging: self.usage_logging }
    }

    fn apply(&mut self, fact: &Fact) {
        self.version = fact.sequence;
        let Some(Event::Account(event)) = fact.event() else { return };
        if let AccountEvent::PreferencesChanged { personalization, usage_logging, .. } = event {
            self.personalization = personalization.map_or(self.personalization, |change| change.to);
            self.usage_logging = usage_logging.map_or(self.usage_logging, |change| change.to);
            self.changed_at = fact.recorded_at;
        }
    }

    fn registered(fact: &Fact) -> Option<Self> {
        let Some(Event::Account(event)) = fact.event() else { return None };
        let AccountEvent::Registered { account_id, email, name, preferences, .. } = event else {
            return None;
        };
        Some(Self {
            account_id: account_id.to_string(),
            email: email.known().map(|email| email.as_str().to_owned()),
            name: name.known().cloned(),
            personalization: preferences.personalization,
            usage_logging: preferences.usage_logging,
            registered_at: fact.recorded_at,
            changed_at: fact.recorded_at,
            version: fact.sequence,
        })
    }
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
        Selection { aggregate_types: &[Account::TYPE], payloads: Payloads::AllBut(&NO_CHANGE), opened: true }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&Fact]) -> Result<(), Failure> {
        let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.aggregate_id.as_str()).collect();
        let known: Vec<AccountView> = sqlx::query_as(&format!("{SELECT} ANY($1)"))
            .bind(ids.into_iter().collect::<Vec<_>>())
            .fetch_all(&mut *db)
            .await?;
        let mut views: BTreeMap<String, AccountView> =
            known.into_iter().map(|view| (view.account_id.clone(), view)).collect();
        for fact in facts {
            match views.get_mut(&fact.aggregate_id) {
                Some(view) => view.apply(fact),
                None => {
                    if let Some(view) = AccountView::registered(fact) {
                        views.insert(view.account_id.clone(), view);
                    }
                }
            }
        }
        Ok(write(db, &views.into_values().collect::<Vec<_>>()).await?)
    }
}

/// No event changes the address or the name, and an erasure takes them away: a row that is there keeps what
/// it has of them.
async fn write(db: &mut PgConnection, views: &[AccountView]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account_view
             (account_id, email, name, personalization, usage_logging, registered_at, changed_at, version)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[],
                              $6::timestamptz[], $7::timestamptz[], $8::bigint[])
         ON CONFLICT (account_id) DO UPDATE SET
             personalization = excluded.personalization, usage_logging = excluded.usage_logging,
             changed_at = excluded.changed_at, version = excluded.version",
    )
    .bind(views.iter().map(|view| view.account_id.as_str()).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.email.as_deref()).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.name.as_deref()).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.personalization).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.usage_logging).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.registered_at).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.changed_at).collect::<Vec<_>>())
    .bind(views.iter().map(|view| view.version).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
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
}
