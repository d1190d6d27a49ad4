//! `/settings/history/at`: how the account stood at an instant.

use axum::response::Response;
use catalogue::Text;
use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use maud::{Markup, html};

use super::rows;
use crate::routes::history::{AccountStateBody, HistoryPage};
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// As browsers write a day and a time of it.
const WRITTEN: &str = "%Y-%m-%dT%H:%M";

/// Asks for the instant, and shows how the account stood then.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let (text, now) = (visit.text(), visit.now());
    let given = visit.parameter("at").map(|given| given.trim().to_owned());
    let asked = given.as_deref().map(|given| instant(text, given, now)).transpose();
    let (errors, at) = match asked {
        Ok(at) => (Errors::default(), at),
        Err(errors) => (errors, None),
    };
    let found = match at {
        Some(at) => Some((at, fetch(&visit, at).await?)),
        None => None,
    };
    let shown = given.unwrap_or_else(|| now.with_timezone(&text.zone()).format(WRITTEN).to_string());
    let body = html! {
        p { (text.say("state-lead")) }
        section class="card" aria-labelledby="when" {
            h2 id="when" { (text.say("state-when")) }
            (form(&visit, &errors, &shown))
        }
        @if let Some((at, state)) = &found { (stood(&visit, *at, state.as_ref())) }
    };
    Ok(Page::new(text.say("state-title"), body)
        .of(Section::History)
        .below("/settings/history", text.say("history-title"))
        .with_errors(&errors)
        .show(&visit))
}

fn form(visit: &Visit, errors: &Errors, shown: &str) -> Markup {
    let text = visit.text();
    let zone = text.zone().name();
    let field = Field::moment("at", text.say("state-at"))
        .hint(text.say_with("state-at-hint", [("zone", zone.into())]))
        .value(shown);
    html! {
        form method="get" action="/settings/history/at" novalidate {
            (Form::new(visit, errors).field(&field))
            button type="submit" class="button" { (text.say("state-show")) }
        }
    }
}

/// The instant that was given, in the person's zone or as RFC 3339 has it. Of one that the clocks show twice it is the first.
fn instant(text: &Text, given: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Errors> {
    let wrong = || Errors::at("at", text.say("state-at-wrong"));
    let at = match DateTime::parse_from_rfc3339(given) {
        Ok(at) => at.to_utc(),
        Err(_) => {
            let with_seconds = || NaiveDateTime::parse_from_str(given, "%Y-%m-%dT%H:%M:%S");
            let local = NaiveDateTime::parse_from_str(given, WRITTEN).or_else(|_| with_seconds());
            let local = text.zone().from_local_datetime(&local.map_err(|_| wrong())?).earliest();
            local.ok_or_else(wrong)?.to_utc()
        }
    };
    if at < DateTime::UNIX_EPOCH {
        return Err(wrong());
    }
    if at > now { Err(Errors::at("at", text.say("state-at-future"))) } else { Ok(at) }
}

async fn fetch(visit: &Visit, at: DateTime<Utc>) -> Result<Option<AccountStateBody>, Refusal> {
    let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let page: HistoryPage = visit.v1.get(&format!("/v1/me/history?format=pages&limit=1&at={at}")).await?;
    Ok(page.state.flatten())
}

fn stood(visit: &Visit, at: DateTime<Utc>, state: Option<&AccountStateBody>) -> Markup {
    let text = visit.text();
    let moment = text.moment(at);
    html! {
        section class="card" aria-labelledby="stood" {
            h2 id="stood" { (text.say_with("state-stood", [("at", moment.into())])) }
            @match state {
                Some(state) => {
                    dl class="rows" { (rows::of_account(text, &state.account, visit.known())) }
                },
                None => p { (text.say("state-none")) },
            }
        }
        @if let Some(state) = state {
            @if !state.privacy_requests.is_empty() {
                section class="card" aria-labelledby="requests" {
                    h2 id="requests" { (text.say("state-requests")) }
                    div class="table" { (rows::of_requests(text, &state.privacy_requests)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language, Tz};

    #[test]
    fn an_instant_is_one_of_the_persons_zone() {
        let text = Catalogue::built_in().text(Language::En).in_zone(Some(Tz::Europe__Berlin));
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        for (given, at) in [
            ("2026-05-03T10:00", "2026-05-03T08:00:00+00:00"),
            ("2026-05-03T10:00:30", "2026-05-03T08:00:30+00:00"),
            ("2026-05-03T10:00:00Z", "2026-05-03T10:00:00+00:00"),
            // Twice on the clocks.
            ("2025-10-26T02:30", "2025-10-26T00:30:00+00:00"),
        ] {
            assert_eq!(instant(&text, given, now).unwrap().to_rfc3339(), at, "{given}");
        }
        // No day, never on the clocks, and to come.
        for given in ["", "yesterday", "-0044-03-15T10:00", "2026-03-29T02:30", "2026-06-01T10:00"] {
            assert!(instant(&text, given, now).is_err(), "{given}");
        }
    }
}
