//! The account as its holder sees it.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use domain::account::{Account, Holder, Preferences};
use domain::{AccountId, Personal, PhoneNumber};
use projections::account::{AccountView, Decisions, NAME};
use projections::organization;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::schemas;
use crate::state::AppState;

/// What is known of an account.
pub(super) struct Known {
    pub(super) profile: Profile,
    pub(super) email_pending: Option<String>,
    pub(super) preferences: Preferences,
    /// When the switches were last turned, as far as that is known here.
    pub(super) decisions: Decisions,
    pub(super) two_factor: Option<TwoFactor>,
    pub(super) registered_at: DateTime<Utc>,
}

/// Who somebody is.
#[derive(Hash, Deserialize, Serialize, ToSchema)]
pub(crate) struct Profile {
    /// The sign-in address.
    #[schema(format = Email, example = "ada@example.com")]
    pub(crate) email: Option<String>,
    /// The name to greet with.
    #[schema(example = "Ada Lovelace")]
    pub(crate) name: Option<String>,
    /// An additional address for bills.
    #[schema(format = Email)]
    pub(crate) billing_email: Option<String>,
    /// The language that was chosen; null: that of the browser.
    #[schema(value_type = Option<schemas::Language>)]
    pub(crate) language: Option<String>,
    /// The time zone that was chosen, by its IANA name; null: that of the browser.
    #[schema(example = "Europe/Berlin")]
    pub(crate) time_zone: Option<String>,
}

/// The second factors.
#[derive(Hash, Deserialize, Serialize, ToSchema)]
pub(crate) struct TwoFactor {
    /// The number of the phone that receives codes, masked; null where there is none.
    #[schema(example = "•••42")]
    pub(crate) phone: Option<String>,
    /// How codes come to it.
    #[schema(value_type = Option<schemas::Channel>)]
    pub(crate) channel: Option<String>,
    /// Whether there is an authenticator app.
    pub(crate) app: bool,
    /// How many passkeys there are.
    pub(crate) passkeys: u32,
    /// Recovery codes that are left.
    pub(crate) recovery_codes_left: u32,
}

/// An organization, and what the holder is in it.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct MyOrganization {
    /// Its id.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: String,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    pub(crate) name: String,
    /// The role.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: String,
}

impl Profile {
    /// As the account itself has it.
    pub(super) fn of(holder: &Holder) -> Self {
        Self {
            email: holder.email.known().map(|email| email.as_str().to_owned()),
            name: holder.name.known().cloned(),
            billing_email: known(&holder.billing_email).map(|email| email.as_str().to_owned()),
            language: known(&holder.language).copied().map(|language| language.as_str().to_owned()),
            time_zone: known(&holder.time_zone).map(|zone| zone.as_str().to_owned()),
        }
    }
}

/// A value that may not be set, unless it was erased.
fn known<T>(value: &Option<Personal<T>>) -> Option<&T> {
    value.as_ref().and_then(Personal::known)
}

impl TwoFactor {
    /// Nothing where the password is enough.
    fn new(
        phone: Option<(Option<&PhoneNumber>, &str)>,
        (app, passkeys): (bool, u32),
        recovery_codes_left: u32,
    ) -> Option<Self> {
        let (number, channel) = phone.unzip();
        let two_factor = Self {
            phone: number.map(|number| number.map(PhoneNumber::masked).unwrap_or_default()),
            channel: channel.map(str::to_owned),
            app,
            passkeys,
            recovery_codes_left,
        };
        (phone.is_some() || app || passkeys > 0).then_some(two_factor)
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
    let Known { profile, email_pending, preferences, two_factor, registered_at: _, decisions: _ } = known;
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
pub(crate) fn opened_at(account: AccountId) -> Option<DateTime<Utc>> {
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
            decisions: Decisions::default(),
            two_factor: TwoFactor::new(
                holder.phone.as_ref().map(|phone| (phone.number.known(), phone.channel.as_str())),
                (holder.authenticator_app, u32::try_from(holder.passkeys.len()).unwrap_or(u32::MAX)),
                holder.recovery_codes,
            ),
            registered_at: opened_at(holder.account_id).unwrap_or(now),
        }
    }

    fn read(view: AccountView, now: DateTime<Utc>) -> Self {
        let pending = view.email_pending_until.is_some_and(|until| now < until);
        let left = u32::try_from(view.recovery_codes).unwrap_or_default();
        let passkeys = u32::try_from(view.passkeys).unwrap_or_default();
        let channel = view.phone_channel.as_deref();
        let number = view.phone.as_deref().and_then(|number| number.parse().ok());
        Self {
            preferences: view.preferences(),
            decisions: view.decisions.map(|decisions| decisions.0).unwrap_or_default(),
            two_factor: TwoFactor::new(
                channel.map(|channel| (number.as_ref(), channel)),
                (view.authenticator_app, passkeys),
                left,
            ),
            email_pending: view.email_pending.filter(|_| pending),
            profile: Profile {
                email: view.email,
                name: view.name,
                billing_email: view.billing_email,
                language: view.language,
                time_zone: view.time_zone,
            },
            registered_at: view.registered_at,
        }
    }
}

/// The two switches of *Activity*. Off means off from that moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) struct PreferencesBody {
    /// Cookies that personalise the experience may be set.
    pub(crate) personalization: bool,
    /// Usage of the product may be logged and stored.
    pub(crate) usage_logging: bool,
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
        let opened = opened_at(id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).unwrap();
        assert_eq!(opened.to_rfc3339(), "2022-02-22T19:22:22+00:00");
        assert_eq!(opened_at(AccountId::from_uuid(Uuid::nil())), None);
    }
}
