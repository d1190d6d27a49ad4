//! Personal columns of accounts: sealed with the person's key when a fact is folded, opened when they are shown.
//!
//! # What always holds
//! - A table of this release's form holds no personal value in plain text. What its columns are sealed with dies with the
//!   account, so they are unreadable in every copy of the table, backups included, without the master key.
//! - One that the release before has filled ([`Form::Plain`]) is left in its form until it is rebuilt: that release may
//!   still read it and write to it.
//!   Language and time zone came later: they are sealed in either form, and that release passes over them.
//! - A value whose key is gone reads as erased: `None`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use event_store::StoreError;
use event_store::encryption::{Column, DataKey, column_key_id, open_column};
use event_store::log::subscription::LogRecord;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::{REVISION, TABLE};
use crate::engine::projection::ApplyError;
use crate::views::Views;

/// A personal value of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Email,
    Name,
    BillingEmail,
    EmailPending,
    Phone,
    Language,
    TimeZone,
}

impl Field {
    /// Its column in plain text, of the form before, where that has one.
    fn plain_column(self) -> Option<&'static str> {
        match self {
            Self::Email => Some("email"),
            Self::Name => Some("name"),
            Self::BillingEmail => Some("billing_email"),
            Self::EmailPending => Some("email_pending"),
            Self::Phone => Some("phone"),
            Self::Language | Self::TimeZone => None,
        }
    }

    /// Its sealed column.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Email => "email_sealed",
            Self::Name => "name_sealed",
            Self::BillingEmail => "billing_email_sealed",
            Self::EmailPending => "email_pending_sealed",
            Self::Phone => "phone_sealed",
            Self::Language => "language_sealed",
            Self::TimeZone => "time_zone_sealed",
        }
    }

    fn place(self, account: &str) -> Column<'_> {
        Column { table: TABLE, row: account, name: self.column() }
    }
}

/// How personal values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As the release before reads and writes them.
    Plain,
    /// Sealed.
    Sealed,
}

impl Form {
    /// The form of a table that was filled in this revision.
    pub(crate) fn of(revision: i32) -> Self {
        if revision < REVISION { Self::Plain } else { Self::Sealed }
    }
}

/// A personal value as it lies in its row: in one of two columns, or in neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) plain: Option<String>,
    pub(crate) sealed: Option<Vec<u8>>,
}

impl Value {
    /// What a fact says, for its row.
    pub(crate) fn of(
        field: Field,
        text: Option<&str>,
        fact: &LogRecord,
        form: Form,
    ) -> Result<Self, ApplyError> {
        let Some(text) = text else { return Ok(Self::default()) };
        if form == Form::Plain && field.plain_column().is_some() {
            return Ok(Self { plain: Some(text.to_owned()), sealed: None });
        }
        let reason = "its personal values are not sealed with one key";
        let refused = || ApplyError::Refused { position: fact.position, reason };
        let key = fact.key.as_ref().ok_or_else(refused)?;
        let sealed = key.seal(text, field.place(&fact.aggregate_id)).map_err(StoreError::from)?;
        Ok(Self { plain: None, sealed: Some(sealed) })
    }

    pub(crate) fn read(row: &PgRow, field: Field) -> Result<Self, sqlx::Error> {
        let plain = field.plain_column().map(|column| row.try_get(column)).transpose()?.flatten();
        Ok(Self { plain, sealed: row.try_get(field.column())? })
    }
}

/// The keys that the personal values of some rows are opened with.
pub(crate) struct Opening(HashMap<Uuid, Arc<DataKey>>);

impl Opening {
    /// Has the keys of these values at hand.
    pub(crate) async fn of<'a>(
        views: &Views,
        values: impl IntoIterator<Item = &'a Value>,
    ) -> Result<Self, StoreError> {
        let mut ids = BTreeSet::new();
        for sealed in values.into_iter().filter_map(|value| value.sealed.as_deref()) {
            ids.insert(column_key_id(sealed)?);
        }
        if ids.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let keys = views.keys().ok_or_else(|| {
            StoreError::Unreadable("personal values, by a reader that has no master key".to_owned())
        })?;
        Ok(Self(keys.keys_by_id(&ids).await?))
    }

    /// What a value of an account says; `None` once it was erased.
    pub(crate) fn open(
        &self,
        account: &str,
        field: Field,
        value: Value,
    ) -> Result<Option<String>, StoreError> {
        match value {
            Value { plain: Some(plain), .. } => Ok(Some(plain)),
            Value { sealed: Some(sealed), .. } => Ok(open_column(&sealed, field.place(account), &self.0)?),
            Value { plain: None, sealed: None } => Ok(None),
        }
    }
}

/// The columns by which others know an account, of `account_view a`.
pub(crate) const NAMED: &str = "a.email, a.email_sealed, a.name, a.name_sealed";

/// An account as others of its organizations see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAccount {
    /// Its id.
    pub account_id: String,
    /// The sign-in address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// The accounts in `rows`, in the same order: each has the columns `account_id` and [`NAMED`].
pub(crate) async fn named(views: &Views, rows: &[PgRow]) -> Result<Vec<NamedAccount>, StoreError> {
    let read = |row: &PgRow| {
        let (email, name) = (Value::read(row, Field::Email)?, Value::read(row, Field::Name)?);
        Ok((row.try_get("account_id")?, email, name))
    };
    let values: Vec<(String, Value, Value)> = rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?;
    let opening = Opening::of(views, values.iter().flat_map(|(_, email, name)| [email, name])).await?;
    let open = |(account_id, email, name): (String, Value, Value)| {
        let email = opening.open(&account_id, Field::Email, email)?;
        let name = opening.open(&account_id, Field::Name, name)?;
        Ok(NamedAccount { account_id, email, name })
    };
    values.into_iter().map(open).collect()
}
