//! `PATCH /v1/me`: the name, where bills go, the language and the time zone.
//!
//! Where bills go is a grave thing: it wants the password again, and the holder, the address from before and the new one
//! are told, the holder with a link to take it back.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use chrono::Duration;
use domain::account::{Account, AccountCommand, Holder};
use domain::message::{MessageBody, Recipient};
use domain::{Actor, EmailAddress, Language, TimeZone};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::{NewLink, Purpose};
use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::account::{self, Known, Profile};
use crate::conditional;
use crate::extract::{Body, CurrentSession, RequestContext, Sudo};
use crate::limits;
use crate::names;
use crate::problem::{InputError, Problem};
use crate::schemas;
use crate::state::AppState;
use crate::token;

/// How long another billing address can be taken back.
const UNDO_LIFE: Duration = Duration::days(7);

/// What to change. What is left out stays as it is; at least one is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileChange {
    /// The name to greet with.
    #[schema(min_length = 1, max_length = 200, example = "Ada Lovelace")]
    #[serde(default, deserialize_with = "name")]
    name: Option<String>,
    /// An additional address for bills; null takes it away.
    #[schema(value_type = Option<String>, format = Email, example = "bills@example.com")]
    #[serde(default, deserialize_with = "given")]
    billing_email: Option<Option<EmailAddress>>,
    /// The language to be spoken to in; null follows the browser.
    #[schema(value_type = Option<schemas::Language>)]
    #[serde(default, deserialize_with = "given")]
    language: Option<Option<Language>>,
    /// The time zone in which times are told, by its IANA name; null follows the browser.
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    #[serde(default, deserialize_with = "given")]
    time_zone: Option<Option<TimeZone>>,
}

/// A name that was given: no account is without one, so it is not null.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// A member that was given, null or not.
fn given<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose().map(Some)
}

/// Changes the name, where bills go, the language or the time zone.
///
/// Where bills go takes the password, given in the last ten minutes. The address one signs in with, the billing address
/// from before and the new one are told by mail; the first with a link that takes the new one back, for a week.
#[utoipa::path(
    patch, path = "/v1/me", tag = "Me", operation_id = "changeMe", request_body = ProfileChange,
    params(("If-Match" = Option<String>, Header, description = "Change only what has this `ETag`")),
    responses(
        (status = 200, description = "The profile as it stands now", body = Profile,
            headers(("ETag" = String, description = "How it stands"))),
        (status = 403, description = "Where bills go is to change, and the password was not given lately: `reauthentication-required`"),
    )
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    current: CurrentSession,
    sudo: Result<Sudo, Problem>,
    headers: HeaderMap,
    context: RequestContext,
    Body(change): Body<ProfileChange>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let id = account.to_string();
    if change.billing_email.is_some() {
        sudo?;
        state.limit(limits::MAILS, &id).await?;
    }
    let commands = commands(change)?;
    // They have events of their own.
    let (_, organizations) = account::fetch_with_organizations(&state, account, None).await?;
    let now = state.store.services().now();
    let etag = |holder: &Holder| account::etag(&Known::of(holder, now), &organizations);
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let before: Account = unit.load(&id).await?;
            conditional::check(&headers, &etag(before.holder()?))?;
            for command in commands.clone() {
                unit.execute::<Account>(&id, command).await?;
            }
            let after: Account = unit.load(&id).await?;
            let mut extras = CommitExtras::default();
            tell_of_bills(&state, &mut extras, before.holder()?, after.holder()?).await?;
            Ok::<_, Problem>((unit, extras, after))
        })
        .await?;
    let holder = done.answer.holder()?;
    let position = state.position(account, &done.events).await;
    Ok((position, [(ETAG, etag(holder))], Json(Profile::of(holder))))
}

/// Tells of another billing address all whom it concerns.
async fn tell_of_bills(
    state: &AppState,
    extras: &mut CommitExtras,
    before: &Holder,
    after: &Holder,
) -> Result<(), Problem> {
    if before.billing_email == after.billing_email {
        return Ok(());
    }
    let (account, at) = (after.account_id, state.store.services().now());
    let (undo_until, set) = (at + UNDO_LIFE, after.billing_email.is_some());
    let token = token::generate(token::Kind::Link);
    // Of several changes the last can be taken back: the table ends the link of the one before.
    if set {
        let purpose = Purpose::BillingEmailUndo;
        let (token_hash, subject) = (token::hash(&token).to_vec(), String::new());
        let link = NewLink { token_hash, purpose, account, subject, expires_at: undo_until };
        extras.records.push(RecordWrite::PutLink(link));
    }
    let says = |of_reader, token| MessageBody::BillingEmailChanged { at, set, of_reader, token, undo_until };
    let token = set.then(|| token.expose_secret().to_owned());
    state.notify(extras, account, says(true, token)).await?;
    let addresses = [&before.billing_email, &after.billing_email].into_iter().flatten();
    for email in addresses.filter_map(|address| address.known()) {
        let to = Recipient::Address { email: email.clone(), name: None };
        state.notify_address(extras, account, to, says(false, None)).await?;
    }
    Ok(())
}

fn commands(change: ProfileChange) -> Result<Vec<AccountCommand>, Problem> {
    let mut commands = Vec::new();
    if let Some(name) = change.name {
        let name = names::check(&name, "/name").map_err(|error| Problem::invalid(vec![error]))?;
        commands.push(AccountCommand::ChangeName { name });
    }
    if let Some(billing_email) = change.billing_email {
        commands.push(AccountCommand::ChangeBillingEmail { billing_email });
    }
    let (language, time_zone) = (change.language, change.time_zone);
    if language.is_some() || time_zone.is_some() {
        commands.push(AccountCommand::ChangeLocale { language, time_zone });
    }
    if commands.is_empty() {
        let wanted = "name at least one of name, billing_email, language and time_zone";
        return Err(Problem::invalid(vec![InputError::at("", wanted)]));
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    fn read(body: &str) -> ProfileChange {
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn null_is_told_apart_from_left_out() {
        assert!(read(r#"{"name": "A"}"#).billing_email.is_none());
        assert_eq!(read(r#"{"billing_email": null}"#).billing_email, Some(None));
        let given = read(r#"{"billing_email": "a@example.com"}"#).billing_email.flatten().unwrap();
        assert_eq!(given.as_str(), "a@example.com");
        assert!(serde_json::from_str::<ProfileChange>(r#"{"billing_email": "nobody"}"#).is_err());
    }

    #[test]
    fn a_language_and_a_time_zone_are_read_as_what_they_are() {
        let change = read(r#"{"language": "de", "time_zone": "Europe/Berlin"}"#);
        assert_eq!(change.language, Some(Some(Language::De)));
        assert_eq!(change.time_zone.flatten().as_ref().map(TimeZone::as_str), Some("Europe/Berlin"));
        assert_eq!(read(r#"{"language": null}"#).language, Some(None));
        for unknown in [r#"{"language": "xx"}"#, r#"{"language": 1}"#, r#"{"time_zone": "Mars/Olympus"}"#] {
            assert!(serde_json::from_str::<ProfileChange>(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn nothing_to_change_is_refused() {
        assert_eq!(commands(read("{}")).err().map(|problem| problem.kind()), Some(Kind::InvalidInput));
        assert_eq!(commands(read(r#"{"name": " "}"#)).err().map(|p| p.kind()), Some(Kind::InvalidInput));
    }
}
