//! Which part of a history is wanted: by topic, and by days in the person's zone.

use catalogue::{Text, Tz, id};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use domain::Topic;
use maud::{Markup, html};

use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::visit::Visit;

/// What was asked for, as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    topic: Option<Topic>,
    from: String,
    to: String,
}

/// The name of a topic.
fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::SignIns => id!("history-topic-sign-ins"),
        Topic::Security => id!("history-topic-security"),
        Topic::Profile => id!("history-topic-profile"),
        Topic::Privacy => id!("history-topic-privacy"),
        Topic::Organizations => id!("history-topic-organizations"),
        Topic::Messages => id!("history-topic-messages"),
        Topic::Looks => id!("history-topic-looks"),
    }
}

impl Filter {
    /// What the query of a page asks for.
    pub(super) fn of(visit: &Visit) -> Self {
        let given = |name| visit.parameter(name).unwrap_or_default().trim().to_owned();
        Self { topic: Topic::named(&given("topic")), from: given("from"), to: given("to") }
    }

    /// Whether anything is left out.
    pub(super) fn is_narrow(&self) -> bool {
        *self != Self::default()
    }

    /// The parameters with which `/v1` is asked, each after an `&`; or what is wrong with a day.
    pub(super) fn parameters(&self, text: &Text) -> Result<String, Errors> {
        let zone = text.zone();
        let wrong = |field| Errors::at(field, text.say("history-day-wrong"));
        let from = day(&self.from).map_err(|()| wrong("from"))?;
        let to = day(&self.to).map_err(|()| wrong("to"))?;
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return Err(Errors::at("to", text.say("history-days-swapped")));
        }
        let end = |day: NaiveDate| {
            Some(beginning(zone, day.checked_add_days(Days::new(1))?)? - TimeDelta::microseconds(1))
        };
        let from = from.map(|day| beginning(zone, day).ok_or_else(|| wrong("from"))).transpose()?;
        let to = to.map(|day| end(day).ok_or_else(|| wrong("to"))).transpose()?;
        let topic = self.topic.map(|topic| format!("&topic={}", topic.as_str()));
        let instants = [("from", from), ("to", to)].into_iter().filter_map(|(name, at)| {
            Some(format!("&{name}={}", at?.to_rfc3339_opts(SecondsFormat::Micros, true)))
        });
        Ok(topic.into_iter().chain(instants).collect())
    }

    /// The page with this part of the history, from `cursor` on.
    pub(super) fn page(&self, cursor: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let topic = self.topic.map(Topic::as_str).unwrap_or_default();
        let given = [
            ("topic", topic),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", cursor.unwrap_or_default()),
        ];
        query.extend_pairs(given.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/settings/history{mark}{query}")
    }

    /// The form that asks for a part.
    pub(super) fn form(&self, visit: &Visit, errors: &Errors) -> Markup {
        let text = visit.text();
        let fields = Form::new(visit, errors);
        let chosen = |topic: Topic| self.topic == Some(topic);
        html! {
            form class="filter" method="get" action="/settings/history" novalidate {
                div class="field" {
                    label for="topic" { (text.say("history-topic")) }
                    select id="topic" name="topic" {
                        option value="" selected[self.topic.is_none()] { (text.say("history-topic-all")) }
                        @for topic in Topic::ALL {
                            option value=(topic.as_str()) selected[chosen(topic)] { (text.say(name(topic))) }
                        }
                    }
                }
                (fields.field(&Field::date("from", text.say("history-from")).value(&self.from).optional()))
                (fields.field(&Field::date("to", text.say("history-to")).value(&self.to).optional()))
                div class="actions" {
                    button type="submit" class="button" { (text.say("history-show")) }
                    @if self.is_narrow() {
                        a class="button plain" href="/settings/history" { (text.say("history-show-all")) }
                    }
                }
            }
        }
    }
}

/// A day; none where nothing was given.
fn day(given: &str) -> Result<Option<NaiveDate>, ()> {
    if given.is_empty() {
        return Ok(None);
    }
    let day: NaiveDate = given.parse().map_err(|_| ())?;
    // No clock of ours has shown another year.
    if (1970..9999).contains(&day.year()) { Ok(Some(day)) } else { Err(()) }
}

/// When a day begins where the person is: at midnight, or with the first instant after it that there is.
pub(super) fn beginning(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    let there_is = |hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest();
    (0..3).find_map(there_is).map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};

    fn filter(topic: Option<Topic>, from: &str, to: &str) -> Filter {
        Filter { topic, from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn days_are_those_of_the_persons_zone() {
        let text = Catalogue::built_in().text(Language::En).in_zone(Some(Tz::Europe__Berlin));
        let asked = filter(Some(Topic::SignIns), "2026-05-03", "2026-05-03").parameters(&text).unwrap();
        assert_eq!(asked, "&topic=sign_ins&from=2026-05-02T22:00:00.000000Z&to=2026-05-03T21:59:59.999999Z");
        assert_eq!(Filter::default().parameters(&text).unwrap(), "");
        for (from, to) in
            [("yesterday", ""), ("", "2026-02-30"), ("2026-05-04", "2026-05-03"), ("", "+99999-01-01")]
        {
            assert!(filter(None, from, to).parameters(&text).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn a_day_without_midnight_begins_with_its_first_hour() {
        // The clocks went forward at midnight.
        let day = "2018-11-04".parse().unwrap();
        assert_eq!(beginning(Tz::America__Sao_Paulo, day).unwrap().to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn a_page_is_named_by_what_it_shows() {
        assert_eq!(Filter::default().page(None), "/settings/history");
        let narrow = filter(Some(Topic::Looks), "2026-05-03", "");
        assert_eq!(narrow.page(Some("evt_1")), "/settings/history?topic=looks&from=2026-05-03&cursor=evt_1");
    }
}
