//! What can be asked of a history.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use domain::Topic;
use projections::PointInTime;
use projections::history::HistoryFilter;
use utoipa::IntoParams;

use crate::page::Page;
use crate::problem::{InputError, Problem};
use crate::query::parameters;
use crate::schemas;
use crate::state::AppState;

/// The parameters of a history, besides those of its pages.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    #[param(ignore)]
    pub(crate) page: Page,
    /// What happened up to this instant: RFC 3339, or a date for the end of that day in UTC.
    #[param(value_type = Option<String>, example = "2026-05-03T10:00:00Z")]
    pub(crate) at: Option<PointInTime>,
    /// What happened from this instant on: RFC 3339, or a date for the beginning of that day in UTC.
    #[param(value_type = Option<String>, example = "2026-05-01")]
    pub(crate) from: Option<DateTime<Utc>>,
    /// What happened up to this instant, without the state of the account: RFC 3339, or a date for the end of that day in
    /// UTC.
    #[param(value_type = Option<String>, example = "2026-05-31")]
    pub(crate) to: Option<PointInTime>,
    /// What happened of this kind alone.
    #[param(value_type = Option<schemas::Topic>, example = "security")]
    pub(crate) topic: Option<Topic>,
    /// `pages`, `ndjson`, `csv` or `text`; by `Accept` if left out.
    #[param(value_type = Option<String>, example = "ndjson")]
    pub(crate) format: Option<Form>,
}

/// The parameters of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StateQuery {
    /// How it stood at this instant: RFC 3339, or a date for the end of that day in UTC.
    #[param(value_type = Option<String>, example = "2026-05-03T10:00:00Z")]
    pub(crate) at: Option<PointInTime>,
    /// `json` or `text`; by `Accept` if left out.
    #[param(value_type = Option<String>, example = "text")]
    pub(crate) format: Option<StateForm>,
}

/// The forms a state has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateForm {
    /// An object.
    Json,
    /// A line for each value.
    Text,
}

impl StateQuery {
    /// The form that was asked for; else the one the client likes best.
    pub(crate) fn form(&self, headers: &HeaderMap) -> StateForm {
        self.format.unwrap_or_else(|| match Form::accepted(headers) {
            Form::Text => StateForm::Text,
            _ => StateForm::Json,
        })
    }

    fn parse(uri: &Uri) -> Result<Self, InputError> {
        let mut query = Self { at: None, format: None };
        for (name, value) in parameters(uri)? {
            match (name.as_str(), value.as_str()) {
                ("at", value) => query.at = Some(instant("at", value)?),
                ("format", "json") => query.format = Some(StateForm::Json),
                ("format", "text") => query.format = Some(StateForm::Text),
                ("format", _) => return Err(InputError::parameter("format", "expected json or text")),
                (other, _) => return Err(InputError::parameter(other, "there is no such parameter here")),
            }
        }
        Ok(query)
    }
}

impl FromRequestParts<AppState> for StateQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::parse(&parts.uri).map_err(Problem::invalid_parameter)
    }
}

fn instant(name: &str, value: &str) -> Result<PointInTime, InputError> {
    value.parse::<PointInTime>().map_err(|error| InputError::parameter(name, error.to_string()))
}

/// An instant; a date stands for its beginning.
fn beginning(value: &str) -> Result<DateTime<Utc>, InputError> {
    if let Ok(day) = value.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let wrong = "expected an instant such as 2026-05-03T10:00:00Z, or a date such as 2026-05-03 for the beginning of that day (UTC)";
    let at = DateTime::parse_from_rfc3339(value).map_err(|_| InputError::parameter("from", wrong))?;
    Ok(at.to_utc())
}

fn topic(value: &str) -> Result<Topic, InputError> {
    let names = || Topic::ALL.map(Topic::as_str).join(", ");
    Topic::named(value).ok_or_else(|| InputError::parameter("topic", format!("expected one of {}", names())))
}

/// The forms a history has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// JSON, page by page, newest first.
    Pages,
    /// An object a line.
    Ndjson,
    /// A row a line.
    Csv,
    /// A sentence a line.
    Text,
}

impl HistoryQuery {
    /// Up to when.
    pub(crate) fn until(&self) -> Option<DateTime<Utc>> {
        self.at.map(|PointInTime(at)| at)
    }

    /// Which events are wanted.
    pub(crate) fn filter(&self) -> HistoryFilter {
        let ends = [self.at, self.to].into_iter().flatten().map(|PointInTime(at)| at);
        HistoryFilter { topic: self.topic, from: self.from, until: ends.min() }
    }

    /// The form that was asked for; else the one the client likes best.
    pub(crate) fn form(&self, headers: &HeaderMap) -> Form {
        self.format.unwrap_or_else(|| Form::accepted(headers))
    }

    /// The parameters that a link to the next page must repeat.
    pub(crate) fn as_given(&self) -> String {
        let to = self.to.map(|PointInTime(to)| to);
        let instants = [("at", self.until()), ("from", self.from), ("to", to)].into_iter();
        let instants = instants.filter_map(|(name, at)| {
            Some(format!("&{name}={}", at?.to_rfc3339_opts(SecondsFormat::Micros, true)))
        });
        let topic = self.topic.map(|topic| format!("&topic={}", topic.as_str()));
        let format = self.format.map(|_| "&format=pages".to_owned());
        instants.chain(topic).chain(format).collect()
    }

    fn parse(uri: &Uri) -> Result<Self, InputError> {
        let page = Page::parse(uri, &["at", "from", "to", "topic", "format"])?;
        let mut query = Self { page, at: None, from: None, to: None, topic: None, format: None };
        for (name, value) in parameters(uri)? {
            match name.as_str() {
                "at" => query.at = Some(instant("at", &value)?),
                "from" => query.from = Some(beginning(&value)?),
                "to" => query.to = Some(instant("to", &value)?),
                "topic" => query.topic = Some(topic(&value)?),
                "format" => query.format = Some(Form::named(&value)?),
                _ => {}
            }
        }
        Ok(query)
    }
}

impl FromRequestParts<AppState> for HistoryQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::parse(&parts.uri).map_err(Problem::invalid_parameter)
    }
}

impl Form {
    fn named(name: &str) -> Result<Self, InputError> {
        match name {
            "pages" => Ok(Self::Pages),
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            "text" => Ok(Self::Text),
            _ => Err(InputError::parameter("format", "expected pages, ndjson, csv or text")),
        }
    }

    /// The form the client likes best (RFC 9110, section 12.5.1), and pages where it does not mind.
    fn accepted(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut best = (Self::Pages, 0.0_f32);
        for range in values.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let form = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/x-ndjson" | "application/ndjson" => Self::Ndjson,
                "text/csv" => Self::Csv,
                "text/plain" => Self::Text,
                "application/json" | "application/*" | "*/*" => Self::Pages,
                _ => continue,
            };
            let quality =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            if let Some(quality) = quality.filter(|quality| *quality > best.1) {
                best = (form, quality);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_liked_best() {
        for (accept, form) in [
            ("text/csv", Form::Csv),
            ("application/x-ndjson", Form::Ndjson),
            ("application/json", Form::Pages),
            ("*/*", Form::Pages),
            ("image/png", Form::Pages),
            ("text/csv;q=0.5, application/x-ndjson;q=0.9", Form::Ndjson),
            ("text/csv;q=0, */*", Form::Pages),
            ("text/html, text/csv; q=0.1", Form::Csv),
            ("text/plain", Form::Text),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(Form::accepted(&headers), form, "{accept}");
        }
        assert_eq!(Form::accepted(&HeaderMap::new()), Form::Pages);
    }

    #[test]
    fn an_instant_and_a_form_are_asked_for_beside_a_page() {
        let parse = |query: &str| HistoryQuery::parse(&format!("/h?{query}").parse().unwrap());
        let query = parse("limit=3&at=2026-05-03T12:00:00%2B02:00&format=csv").unwrap();
        assert_eq!(query.until().unwrap().to_rfc3339(), "2026-05-03T10:00:00+00:00");
        assert_eq!((query.page.limit_and_one(), query.form(&HeaderMap::new())), (4, Form::Csv));
        let paged = parse("at=2026-05-03&format=pages").unwrap();
        assert_eq!(paged.as_given(), "&at=2026-05-03T23:59:59.999999Z&format=pages");
        assert_eq!(parse("").unwrap().as_given(), "");
        let filtered = parse("topic=sign_ins&from=2026-05-03&to=2026-05-04&at=2026-05-05").unwrap();
        let HistoryFilter { topic, from, until } = filtered.filter();
        assert_eq!(topic, Some(Topic::SignIns));
        let instants = [from, until].map(|at| at.unwrap().to_rfc3339());
        assert_eq!(instants, ["2026-05-03T00:00:00+00:00", "2026-05-04T23:59:59.999999+00:00"]);
        let given = "&at=2026-05-05T23:59:59.999999Z&from=2026-05-03T00:00:00.000000Z&to=2026-05-04T23:59:59.999999Z&topic=sign_ins";
        assert_eq!(filtered.as_given(), given);
        for query in [
            "at=yesterday",
            "at=",
            "from=now",
            "to=now",
            "topic=all",
            "format=xml",
            "limit=0",
            "of=me",
            "at=2026-05-03&at=2026-05-04",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_state_has_no_pages_and_no_rows() {
        let parse = |query: &str| StateQuery::parse(&format!("/s?{query}").parse().unwrap());
        let none = HeaderMap::new();
        assert_eq!(parse("at=2026-05-03&format=text").unwrap().form(&none), StateForm::Text);
        let text = HeaderMap::from_iter([(ACCEPT, "text/plain".parse().unwrap())]);
        assert_eq!(parse("").unwrap().form(&none), StateForm::Json);
        assert_eq!(parse("").unwrap().form(&text), StateForm::Text);
        assert_eq!(parse("format=json").unwrap().form(&text), StateForm::Json);
        for query in ["limit=3", "cursor=7", "format=csv", "format=ndjson", "format=pages", "at=yesterday"] {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
