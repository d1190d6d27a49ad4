//! Accounts as they are now.

mod fold;
mod row;
pub(crate) mod sealed;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::Event;
use domain::account::{Account, AccountEvent, Preferences};
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use row::Row;
use sealed::Form;

pub use sealed::NamedAccount;
pub use shown::{MOST_MEMBERSHIPS, MembershipView};
pub(crate) use shown::{SealedAccount, loader};

/// The name of its cursor.
pub const NAME: &str = "account";
/// Its table.
pub(crate) const TABLE: &str = "account_view";
/// Its form. Since 2 personal columns are sealed.
const REVISION: i32 = 2;

/// Events that change nothing in it but the version. What is not named here is read: a later release
/// may have added it.
const NO_CHANGE: [&str; 15] = [
    "account.signed_in",
    "account.signed_out",
    "account.second_factor_asked",
    "account.second_step_asked",
    "account.passkey_renamed",
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
    /// The language that was chosen, if one was. It was never in plain text, and lies in a sealed column alone.
    #[sqlx(skip)]
    pub language: Option<String>,
    /// The time zone that was chosen, likewise.
    #[sqlx(skip)]
    pub time_zone: Option<String>,
    /// An address that waits to be confirmed.
    pub email_pending: Option<String>,
    /// Until when it does.
    pub email_pending_until: Option<DateTime<Utc>>,
    /// The number that receives codes.
    pub phone: Option<String>,
    /// How they come.
    pub phone_channel: Option<String>,
    /// Whether an authenticator app is a second factor.
    pub authenticator_app: bool,
    /// How many passkeys there are.
    pub passkeys: i32,
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
    /// When the switches were last turned; of what was before this was kept, nothing.
    pub decisions: Option<Json<Decisions>>,
}

/// When each of the two switches was last turned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// The one for cookies that personalise.
    #[serde(default)]
    pub personalization: Option<Decision>,
    /// The one for usage.
    #[serde(default)]
    pub usage_logging: Option<Decision>,
}

/// When something was decided, and what had been said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// The privacy policy that was in force.
    pub policy_version: String,
}

impl AccountView {
    /// The two switches.
    pub fn preferences(&self) -> Preferences {
        Preferences { personalization: self.personalization, usage_logging: self.usage_logging }
    }
}

/// The reducer.
pub struct AccountProjection;

#[async_trait]
impl Projection for AccountProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn revision(&self) -> i32 {
        REVISION
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: TABLE, writing: Writing::ByKey }]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Account::TYPE],
            payloads: Payloads::AllBut(&NO_CHANGE),
            decrypt: true,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        self.project_into(db, facts, REVISION).await
    }

    async fn project_into(
        &self,
        db: &mut PgConnection,
        facts: &[&LogRecord],
        revision: i32,
    ) -> Result<(), ApplyError> {
        let form = Form::of(revision);
        let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.aggregate_id.as_str()).collect();
        let known = row::fetch(db, ids).await?;
        let mut rows: BTreeMap<String, Row> =
            known.into_iter().map(|row| (row.view.account_id.clone(), row)).collect();
        let mut deleted = BTreeSet::new();
        for fact in facts {
            if let Some(Event::Account(AccountEvent::Deleted { .. })) = fact.event() {
                rows.remove(&fact.aggregate_id);
                deleted.insert(fact.aggregate_id.as_str());
            } else if let Some(row) = rows.get_mut(&fact.aggregate_id) {
                row.apply(fact, form)?;
            } else if let Some(row) = Row::registered(fact, form)? {
                rows.insert(row.view.account_id.clone(), row);
            }
        }
        row::delete(db, deleted).await?;
        Ok(row::write(db, &rows.into_values().collect::<Vec<_>>()).await?)
    }
}
