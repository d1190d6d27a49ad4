//! How an account stood, in rows: what `/v1` tells as data, in the words of the settings.

use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::personal::ERASED;
use domain::{PhoneNumber, privacy_request};
use maud::{Markup, html};
use serde_json::Value;

use crate::routes::me::Me;
use crate::settings::phone_words::way;

/// A value, as far as it is known.
enum Told {
    /// What it was.
    Words(String),
    /// There was none.
    None,
    /// It was erased since.
    Erased,
}

impl Told {
    /// The value at a place, told by `words`.
    fn at(state: &Value, pointer: &str, words: impl Fn(&Value) -> Option<String>) -> Self {
        match state.pointer(pointer) {
            None | Some(Value::Null) => Self::None,
            Some(Value::Object(members)) if members.contains_key(ERASED) => Self::Erased,
            Some(value) => words(value).map_or(Self::None, Self::Words),
        }
    }

    fn shown(&self, text: &Text) -> Markup {
        match self {
            Self::Words(words) => html! { (words) },
            Self::None => html! { span class="quiet" { (text.say("state-not-set")) } },
            Self::Erased => html! { span class="badge" { (text.say("page-erased")) } },
        }
    }
}

/// The account itself: while it lived, or after its end.
pub(super) fn of_account(text: &Text, account: &Value, me: Option<&Me>) -> Markup {
    if account.get("ended").is_some() {
        let ended = Told::at(account, "/ended/deleted_at", |value| moment(text, value));
        return row(text, id!("state-ended"), &ended);
    }
    let plain = |pointer: &str| Told::at(account, pointer, |value| value.as_str().map(str::to_owned));
    let switch = |pointer: &str| Told::at(account, pointer, |value| Some(on_or_off(text, value.as_bool()?)));
    let until = |pointer: &str| Told::at(account, pointer, |value| moment(text, value));
    let codes = Told::at(account, "/recovery_codes", |value| value.as_u64().map(|left| left.to_string()));
    html! {
        (row(text, id!("state-name"), &plain("/name")))
        (row(text, id!("state-email"), &plain("/email")))
        (row(text, id!("state-email-pending"), &plain("/email_change/email")))
        (row(text, id!("state-billing-email"), &plain("/billing_email")))
        (row(text, id!("state-phone"), &phone(text, account)))
        (row(text, id!("state-recovery-codes"), &codes))
        (row(text, id!("state-factor-removal"), &until("/factor_removal/due_at")))
        (row(text, id!("state-personalization"), &switch("/preferences/personalization")))
        (row(text, id!("state-usage-logging"), &switch("/preferences/usage_logging")))
        (row(text, id!("state-gdpr-token"), &until("/gdpr_token/expires_at")))
        (row(text, id!("state-organizations"), &organizations(account, me)))
    }
}

fn row(text: &Text, name: &'static str, value: &Told) -> Markup {
    html! {
        div class="row" {
            dt { (text.say(name)) }
            dd { (value.shown(text)) }
        }
    }
}

fn moment(text: &Text, value: &Value) -> Option<String> {
    Some(text.moment(value.as_str()?.parse::<DateTime<Utc>>().ok()?))
}

fn on_or_off(text: &Text, on: bool) -> String {
    text.say(if on { id!("state-on") } else { id!("state-off") })
}

/// The number as it is shown elsewhere, and how codes came.
fn phone(text: &Text, account: &Value) -> Told {
    let masked = |value: &Value| value.as_str()?.parse::<PhoneNumber>().ok().map(|number| number.masked());
    let Told::Words(number) = Told::at(account, "/phone/number", masked) else {
        return Told::at(account, "/phone/number", masked);
    };
    let channel = account.pointer("/phone/channel").and_then(Value::as_str);
    Told::Words(way(text, &number, channel))
}

/// Those it was a member of: by name where it still is, else by id.
fn organizations(account: &Value, me: Option<&Me>) -> Told {
    let Some(memberships) = account.pointer("/memberships").and_then(Value::as_object) else {
        return Told::None;
    };
    let known = me.map(|me| me.organizations.as_slice()).unwrap_or_default();
    let named = memberships.keys().map(|id| {
        let found = known.iter().find(|organization| organization.id == *id);
        found.map_or_else(|| id.clone(), |organization| organization.name.clone())
    });
    let names: Vec<String> = named.collect();
    if names.is_empty() { Told::None } else { Told::Words(names.join(", ")) }
}

/// The privacy requests there were, oldest first.
pub(super) fn of_requests(text: &Text, requests: &[Value]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (text.say("state-request-kind")) }
                    th scope="col" { (text.say("state-request-received")) }
                    th scope="col" { (text.say("state-request-state")) }
                    th scope="col" { (text.say("state-request-due")) }
                }
            }
            tbody {
                @for request in requests {
                    tr {
                        th scope="row" { (text.say(kind(request))) }
                        td { (Told::at(request, "/received_at", |value| moment(text, value)).shown(text)) }
                        td { (text.say(stage(request))) }
                        td { (Told::at(request, "/due_at", |value| moment(text, value)).shown(text)) }
                    }
                }
            }
        }
    }
}

fn kind(request: &Value) -> &'static str {
    match request["kind"].as_str() {
        Some(kind) if kind == privacy_request::Kind::Erasure.as_str() => id!("state-request-erasure"),
        _ => id!("state-request-export"),
    }
}

/// Where a request stood.
fn stage(request: &Value) -> &'static str {
    use privacy_request::State;
    match serde_json::from_value::<State>(request["state"].clone()) {
        Ok(State::Received) => id!("state-request-is-received"),
        Ok(State::CoolingOff) => id!("state-request-is-cooling-off"),
        Ok(State::Running) => id!("state-request-is-running"),
        Ok(State::Packaging) => id!("state-request-is-packaging"),
        Ok(State::Verifying) => id!("state-request-is-verifying"),
        Ok(State::Completed) => id!("state-request-is-completed"),
        Ok(State::Expired) => id!("state-request-is-expired"),
        Ok(State::Cancelled) => id!("state-request-is-cancelled"),
        Err(_) => id!("state-request-is-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};
    use serde_json::json;

    #[test]
    fn what_was_erased_reads_as_erased_and_what_was_not_there_as_not_set() {
        let text = Catalogue::built_in().text(Language::En);
        let account = json!({
            "name": {"$erased": true}, "email": "ada@example.com", "billing_email": null,
            "phone": {"number": "+14155550142", "channel": "call"}, "recovery_codes": 9,
            "preferences": {"personalization": true, "usage_logging": false},
            "memberships": {"org_1": "mem_1"}, "gdpr_token": {"expires_at": "2026-05-03T10:00:00Z"},
        });
        let shown = of_account(&text, &account, None).into_string();
        for part in [
            "<dt>Name</dt><dd><span class=\"badge\">erased</span></dd>",
            "<dt>Email address</dt><dd>ada@example.com</dd>",
            "<dt>Billing email</dt><dd><span class=\"quiet\">not set</span></dd>",
            "<dd>Call to •••42</dd>",
            "<dd>9</dd>",
            "<dt>Personalize my experience</dt><dd>On</dd>",
            "<dt>Log my product usage</dt><dd>Off</dd>",
            "<dd>org_1</dd>",
            "<dd>3 May 2026, 10:00 UTC</dd>",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let ended = of_account(&text, &json!({"ended": {"deleted_at": "2026-05-03T10:00:00Z"}}), None);
        assert!(ended.into_string().contains("3 May 2026"));
    }
}
