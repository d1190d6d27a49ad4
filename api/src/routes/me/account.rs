//! The account as its holder sees it.

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::account::{Account, Preferences};
use projections::account::{AccountView, NAME};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// What is known of an account.
pub(super) struct Known {
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) preferences: Preferences,
    pub(super) registered_at: DateTime<Utc>,
    /// The newest event that is shown.
    pub(super) version: i64,
}

/// The account of who is asking, with everything they did themselves.
pub(super) async fn fetch(state: &AppState, account: AccountId, seen: Option<i64>) -> Result<Known, Problem> {
    state.catch_up(NAME, account, seen).await?;
    match state.views.account_fetch(account).await? {
        Some(view) => Ok(view.into()),
        // A session is there, so the account must be: the read model is late.
        None => load(state, account).await,
    }
}

/// The account as the log itself has it.
async fn load(state: &AppState, account: AccountId) -> Result<Known, Problem> {
    let (aggregate, version) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder.ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    Ok(Known {
        email: holder.email.known().map(|email| email.as_str().to_owned()),
        name: holder.name.known().cloned(),
        preferences: holder.preferences,
        registered_at: born(account).unwrap_or_else(|| state.store.services().now()),
        version: version.cast_signed(),
    })
}

/// When the id was made: for an account within a moment of when it was opened.
fn born(account: AccountId) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = account.uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(seconds.try_into().ok()?, nanoseconds)
}

impl From<AccountView> for Known {
    fn from(view: AccountView) -> Self {
        Self {
            preferences: view.preferences(),
            email: view.email,
            name: view.name,
            registered_at: view.registered_at,
            version: view.version,
        }
    }
}

/// The two switches of *Activity*. Off means off from that moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PreferencesBody {
    /// Cookies that personalise the experience may be set.
    personalization: bool,
    /// Usage of the product may be logged and stored.
    usage_logging: bool,
}

impl From<Preferences> for PreferencesBody {
    fn from(preferences: Preferences) -> Self {
        Self { personalization: preferences.personalization, usage_logging: preferences.usage_logging }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_id_tells_when_the_account_was_opened() {
        let id = |text: &str| AccountId::from_uuid(text.parse::<Uuid>().unwrap());
        let opened = born(id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).unwrap();
        assert_eq!(opened.to_rfc3339(), "2022-02-22T19:22:22+00:00");
        assert_eq!(born(AccountId::from_uuid(Uuid::nil())), None);
    }
}
