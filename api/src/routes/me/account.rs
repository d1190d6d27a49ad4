//! The account as its holder sees it.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use domain::account::{Account, Holder, Preferences};
use domain::{AccountId, Personal, PhoneNumber};
use projections::account::{AccountView, NAME};
use projections::organization;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::schemas;
use crate::state::AppState;

/// What is known of an account.
pub(super) struct Known {
    pub(super) profile: Profile,
    pub(super) email_pending: Option<String>,
    pub(super) preferences: Preferences,
    pub(super) two_factor: Option<TwoFactor>,
    pub(super) registered_at: DateTime<Utc>,
}

/// Who somebody is.
#[derive(Hash, Serialize, ToSchema)]
pub(crate) struct Profile {
    /// The sign-in address.
    #[schema(format = Email, example = "ada@example.com")]
    pub(super) email: Option<String>,
    /// The name to greet with.
    #[schema(example = "Ada Lovelace")]
    pub(super) name: Option<String>,
    /// An additional address for bills.
    #[schema(format = Email)]
    pub(super) billing_email: Option<String>,
}

/// The phone that receives codes.
#[derive(Hash, Serialize, ToSchema)]
pub(crate) struct TwoFactor {
    /// Its number, masked.
    #[schema(example = "•••42")]
    phone: String,
    /// How codes come.
    #[schema(value_type = schemas::Channel)]
    channel: String,
    /// Recovery codes that are left.
    recovery_codes_left: u32,
}

/// An organization, and what the holder is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyOrganization {
    /// Its id.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    name: String,
    /// The role.
    #[schema(value_type = schemas::Role)]
    role: String,
}

impl Profile {
    /// As the account itself has it.
    pub(super) fn of(holder: &Holder) -> Self {
        Self {
            email: holder.email.known().map(|email| email.as_str().to_owned()),
            name: holder.name.known().cloned(),
            billing_email: holder
                .billing_email
                .as_ref()
                .and_then(Personal::known)
                .map(|email| email.as_str().to_owned()),
        }
    }
}

impl TwoFactor {
    fn new(number: Option<&PhoneNumber>, channel: &str, recovery_codes_left: u32) -> Self {
        let phone = number.map(PhoneNumber::masked).unwrap_or_default();
        Self { phone, channel: channel.to_owned(), recovery_codes_left }
    }
}

/// The account of the caller, with everything they did themselves.
pub(super) async fn fetch(state: &AppState, account: AccountId, seen: Option<i64>) -> Result<Known, Problem> {
    state.catch_up(NAME, account, seen).await?;
    match state.views.account_fetch(account).await? {
        Some(view) => Ok(Known::read(view, state.store.services().now())),
        // A session is there, so the account must be: the read model is late.
        None => load(state, account).await,
    }
}

/// As [`fetch`], with the organizations.
pub(super) async fn fetch_with_organizations(
    state: &AppState,
    account: AccountId,
    seen: Option<i64>,
) -> Result<(Known, Vec<MyOrganization>), Problem> {
    state.catch_up(NAME, account, seen).await?;
    state.catch_up(organization::NAME, account, seen).await?;
    match state.views.account_fetch_with_memberships(account).await? {
        Some((view, memberships)) => {
            let shown = memberships.into_iter().map(|view| MyOrganization {
                id: view.organization_id,
                name: view.name,
                role: view.role,
            });
            Ok((Known::read(view, state.store.services().now()), shown.collect()))
        }
        None => Ok((load(state, account).await?, Vec::new())),
    }
}

/// What is shown of an account and its organizations, as a tag. Whatever else happens to the account leaves it as it is:
/// that a mail went out must not look like a change to a caller that is about to make one.
pub(super) fn etag(known: &Known, organizations: &[MyOrganization]) -> String {
    let Known { profile, email_pending, preferences, two_factor, registered_at: _ } = known;
    let mut hasher = DefaultHasher::new();
    (profile, email_pending, preferences.personalization, preferences.usage_logging, two_factor)
        .hash(&mut hasher);
    for organization in organizations {
        (&organization.id, &organization.name, &organization.role).hash(&mut hasher);
    }
    format!("\"{:016x}\"", hasher.finish())
}

/// The account as the log itself has it.
async fn load(state: &AppState, account: AccountId) -> Result<Known, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder.ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    Ok(Known::of(&holder, state.store.services().now()))
}

/// When the id was made: for an account within a moment of when it was opened.
fn born(account: AccountId) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = account.uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(seconds.try_into().ok()?, nanoseconds)
}

impl Known {
    /// As the account itself has it.
    pub(super) fn of(holder: &Holder, now: DateTime<Utc>) -> Self {
        let pending = holder.email_change.as_ref().filter(|change| now < change.confirm_by);
        Self {
            profile: Profile::of(holder),
            email_pending: pending.and_then(|change| Some(change.email.known()?.as_str().to_owned())),
            preferences: holder.preferences,
            two_factor: holder.phone.as_ref().map(|phone| {
                TwoFactor::new(phone.number.known(), phone.channel.as_str(), holder.recovery_codes)
            }),
            registered_at: born(holder.account_id).unwrap_or(now),
        }
    }

    fn read(view: AccountView, now: DateTime<Utc>) -> Self {
        let pending = view.email_pending_until.is_some_and(|until| now < until);
        let left = u32::try_from(view.recovery_codes).unwrap_or_default();
        let channel = view.phone_channel.as_deref();
        let number = view.phone.as_deref().and_then(|number| number.parse().ok());
        Self {
            preferences: view.preferences(),
            two_factor: channel.map(|channel| TwoFactor::new(number.as_ref(), channel, left)),
            email_pending: view.email_pending.filter(|_| pending),
            profile: Profile { email: view.email, name: view.name, billing_email: view.billing_email },
            registered_at: view.registered_at,
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
