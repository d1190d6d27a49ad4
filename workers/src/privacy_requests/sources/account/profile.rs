//! Who the person is, and where they are signed in: what `GET /v1/me`, `/v1/me/gdpr-token` and `/v1/sessions` show, under the
//! same names, and what they show in part in full.

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::account::{Account, Holder, Preferences};
use domain::{EmailAddress, Personal, PhoneNumber};
use event_store::records::session_device::SessionDevice;
use event_store::records::{authenticator_app, credential, passkey, session};
use projections::account::NAME;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountSource, Parts, SourceError, caught_up};

/// Your profile and settings.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Profile {
    /// The id of your account.
    account_id: String,
    /// The address you sign in with.
    email: Option<String>,
    /// Your name.
    name: Option<String>,
    /// Where bills go, if not to the address you sign in with.
    billing_email: Option<String>,
    /// The language you chose: `en` or `de`. Null where you follow your browser.
    language: Option<String>,
    /// The time zone you chose, by its IANA name. Null where you follow your browser.
    time_zone: Option<String>,
    /// A new sign-in address that waits to be confirmed.
    email_pending: Option<String>,
    /// Until when it can be confirmed.
    email_pending_until: Option<DateTime<Utc>>,
    /// Addresses you signed in with before, to which you can still go back.
    former_emails: Vec<FormerEmail>,
    /// Your two switches.
    preferences: Switches,
    /// Which second factors you have; null where you have none.
    two_factor: Option<TwoFactor>,
    /// Your second factors, one by one.
    factors: Factors,
    /// A phone that waits to be verified.
    two_factor_pending: Option<Phone>,
    /// Your token for the GDPR APIs, without its value, of which only a hash is kept; null where you have none.
    gdpr_token: Option<GdprToken>,
    /// When your account was opened.
    registered_at: DateTime<Utc>,
}

/// An address you signed in with before.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FormerEmail {
    /// The address.
    email: Option<String>,
    /// Until when you can go back to it.
    undo_until: DateTime<Utc>,
}

/// The two switches of *Activity*.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Switches {
    /// Cookies that personalise the experience may be set.
    personalization: bool,
    /// Usage of the product may be logged and stored.
    usage_logging: bool,
}

/// A phone that receives codes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Phone {
    /// Its number.
    phone: Option<String>,
    /// How codes come: `sms` or `call`.
    channel: String,
}

/// Which second factors there are.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TwoFactor {
    /// The number of the phone that receives codes; null where there is none.
    phone: Option<String>,
    /// How codes come to it: `sms` or `call`.
    channel: Option<String>,
    /// Whether there is an authenticator app.
    app: bool,
    /// How many passkeys there are.
    passkeys: usize,
    /// Recovery codes that are left. Of the codes themselves only hashes are kept.
    recovery_codes_left: u32,
}

/// The second factors.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Factors {
    /// Passkeys. Of each only the public half of its key is kept.
    passkeys: Vec<Passkey>,
    /// The authenticator app; null where there is none. The secret that it shares is no part of this copy: who had it could
    /// sign in.
    app: Option<App>,
    /// The phone; null where there is none.
    phone: Option<Phone>,
    /// Recovery codes that are left.
    recovery_codes_left: u32,
}

/// A passkey.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Passkey {
    /// Its id.
    id: String,
    /// What you call it.
    name: Option<String>,
    /// When it was added.
    made_at: DateTime<Utc>,
    /// When it was last used; null where it never was.
    last_used_at: Option<DateTime<Utc>>,
}

/// An authenticator app.
#[derive(Serialize, JsonSchema)]
pub(crate) struct App {
    /// When it was set up.
    added_at: DateTime<Utc>,
    /// When a code of it last counted.
    last_used_at: DateTime<Utc>,
}

/// A token for the GDPR APIs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct GdprToken {
    /// What it can be recognised by.
    fingerprint: String,
    /// When it was made.
    issued_at: DateTime<Utc>,
    /// Until when it holds.
    expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
}

/// A session: a place where you are signed in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Session {
    /// Its id.
    id: String,
    /// When you signed in.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: DateTime<Utc>,
    /// When it ends however much it is used.
    expires_at: DateTime<Utc>,
    /// The kind of program and system it was begun with. Null where it is not known, or was erased.
    device: Option<String>,
    /// The network it was begun from. Null where it is not known, or was erased.
    network: Option<String>,
}

fn text(email: &Personal<EmailAddress>) -> Option<String> {
    email.known().map(|email| email.as_str().to_owned())
}

impl Phone {
    fn new(number: &Personal<PhoneNumber>, channel: &str) -> Self {
        Self { phone: number.known().map(|number| number.as_str().to_owned()), channel: channel.to_owned() }
    }
}

impl TwoFactor {
    fn of(holder: &Holder) -> Option<Self> {
        let phone = holder.phone.as_ref();
        holder.has_second_factor().then(|| Self {
            phone: phone.and_then(|phone| Some(phone.number.known()?.as_str().to_owned())),
            channel: phone.map(|phone| phone.channel.as_str().to_owned()),
            app: holder.authenticator_app,
            passkeys: holder.passkeys.len(),
            recovery_codes_left: holder.recovery_codes,
        })
    }
}

impl From<Preferences> for Switches {
    fn from(preferences: Preferences) -> Self {
        Self { personalization: preferences.personalization, usage_logging: preferences.usage_logging }
    }
}

impl Profile {
    fn new(
        holder: &Holder,
        factors: Factors,
        gdpr_token: Option<GdprToken>,
        registered_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let pending = holder.email_change.as_ref().filter(|change| now < change.confirm_by);
        let former = holder.former_emails.iter();
        let language = holder.language.as_ref().and_then(Personal::known);
        let time_zone = holder.time_zone.as_ref().and_then(Personal::known);
        Self {
            account_id: holder.account_id.to_string(),
            email: text(&holder.email),
            name: holder.name.known().cloned(),
            billing_email: holder.billing_email.as_ref().and_then(text),
            language: language.copied().map(|language| language.as_str().to_owned()),
            time_zone: time_zone.map(|zone| zone.as_str().to_owned()),
            email_pending: pending.and_then(|change| text(&change.email)),
            email_pending_until: pending.map(|change| change.confirm_by),
            former_emails: former
                .map(|former| FormerEmail { email: text(&former.email), undo_until: former.undo_until })
                .collect(),
            preferences: holder.preferences.into(),
            two_factor: TwoFactor::of(holder),
            factors,
            two_factor_pending: holder
                .phone_change
                .as_ref()
                .map(|phone| Phone::new(&phone.number, phone.channel.as_str())),
            gdpr_token,
            registered_at,
        }
    }
}

impl AccountSource {
    pub(super) async fn export_profile(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        caught_up(&self.store, &self.views, NAME).await?;
        let gone = SourceError::Unready("the account is not there");
        let (aggregate, _) = self.store.load::<Account>(&account.to_string()).await?;
        let Some(holder) = aggregate.holder else { return Err(gone) };
        let Some(view) = self.views.account_fetch(account).await? else { return Err(gone) };
        let token = self.gdpr_token(&holder).await?;
        let factors = self.factors(&holder).await?;
        let profile = Profile::new(&holder, factors, token, view.registered_at, self.store.services().now());
        parts.json("account/profile.json", "Your profile and settings", &profile).await
    }

    async fn factors(&self, holder: &Holder) -> Result<Factors, SourceError> {
        let (pool, account) = (self.store.pool(), holder.account_id);
        let app = authenticator_app::dates(pool, account).await?.filter(|_| holder.authenticator_app);
        let passkeys = passkey::dates(pool, account).await?;
        let known = passkeys.into_iter().filter_map(|dates| Some((holder.passkeys.get(&dates.id)?, dates)));
        Ok(Factors {
            passkeys: known
                .map(|(passkey, dates)| Passkey {
                    id: dates.id.to_string(),
                    name: passkey.name.known().cloned(),
                    made_at: dates.made_at,
                    last_used_at: dates.used_at,
                })
                .collect(),
            app: app.map(|dates| App { added_at: dates.made_at, last_used_at: dates.used_at }),
            phone: holder.phone.as_ref().map(|phone| Phone::new(&phone.number, phone.channel.as_str())),
            recovery_codes_left: holder.recovery_codes,
        })
    }

    /// The token, while it lives.
    async fn gdpr_token(&self, holder: &Holder) -> Result<Option<GdprToken>, SourceError> {
        let Some(token) = &holder.gdpr_token else { return Ok(None) };
        let kept = credential::fetch(self.store.pool(), token.credential_id).await?;
        let kept = kept.filter(|kept| kept.ended(self.store.services().now()).is_none());
        Ok(kept.map(|kept| GdprToken {
            fingerprint: token.fingerprint.clone(),
            issued_at: kept.issued_at,
            expires_at: kept.expires_at.unwrap_or(token.expires_at),
            last_used_at: kept.last_used_at,
        }))
    }

    pub(super) async fn export_sessions(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        let now = self.store.services().now();
        // Few: an account has a limited number of them.
        let found = session::page(self.store.pool(), account, now, None, i64::MAX).await?;
        let (sessions, sealed): (Vec<_>, Vec<_>) =
            found.into_iter().map(|(session, sealed)| (session, (session.id, sealed))).unzip();
        let devices = SessionDevice::open_all(self.store.records(), account, &sealed).await?;
        let mut part = parts.begin("account/sessions.ndjson", "Where you are signed in").await?;
        for (session, device) in sessions.into_iter().zip(devices) {
            part.line(&Session {
                id: session.id.to_string(),
                created_at: session.created_at,
                last_used_at: session.seen_at,
                expires_at: session.expires_at,
                device: device.program,
                network: device.network,
            })
            .await?;
        }
        Ok(parts.end_list(part).await?)
    }
}
