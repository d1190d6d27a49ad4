//! Which requests can be asked for, and where a page of them begins.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use domain::AccountId;
use domain::privacy_request::{AT_RISK, Kind, Request, State};
use projections::privacy_request::{DeskFilter, DeskPlace};
use utoipa::IntoParams;

use crate::page::Page;
use crate::problem::{InputError, Problem};
use crate::query::parameters;
use crate::schemas;
use crate::state::AppState;

/// The parameters of the list of all requests, besides those of its pages.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeskQuery {
    #[param(ignore)]
    pub(super) page: Page,
    /// `open` (if left out), `closed`, or one state.
    #[param(value_type = Option<String>, example = "open")]
    state: States,
    /// Requests of this kind.
    #[param(value_type = Option<schemas::RequestKind>)]
    kind: Option<Kind>,
    /// Requests of this account.
    #[param(value_type = Option<String>, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account: Option<AccountId>,
    /// Requests that are due before this instant: RFC 3339, or a date for the beginning of that day in UTC.
    #[param(value_type = Option<String>, example = "2026-05-03")]
    due_before: Option<DateTime<Utc>>,
    /// `true`: open requests that are late, or due within seven days.
    #[param(value_type = Option<bool>, example = true)]
    at_risk: bool,
    /// `true`: requests whose work is stalled.
    #[param(value_type = Option<bool>, example = true)]
    stalled: bool,
}

/// In which states requests are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum States {
    Open,
    Closed,
    One(State),
}

impl States {
    fn named(value: &str) -> Result<Self, InputError> {
        let all = || State::OPEN.into_iter().chain(State::CLOSED);
        match value {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => all().find(|state| state.as_str() == value).map(Self::One).ok_or_else(|| {
                let names: Vec<&str> = all().map(State::as_str).collect();
                InputError::parameter(
                    "state",
                    format!("expected open, closed or one of {}", names.join(", ")),
                )
            }),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::One(state) => state.as_str(),
        }
    }

    fn all(self) -> Vec<State> {
        match self {
            Self::Open => State::OPEN.to_vec(),
            Self::Closed => State::CLOSED.to_vec(),
            Self::One(state) => vec![state],
        }
    }
}

fn kind(value: &str) -> Result<Kind, InputError> {
    let kinds = [Kind::Export, Kind::Erasure];
    let found = kinds.into_iter().find(|kind| kind.as_str() == value);
    found.ok_or_else(|| InputError::parameter("kind", "expected export or erasure"))
}

fn account(value: &str) -> Result<AccountId, InputError> {
    value.parse().map_err(|_| InputError::parameter("account", "expected the id of an account, acc_…"))
}

/// An instant; a date stands for its beginning.
fn beginning(value: &str) -> Result<DateTime<Utc>, InputError> {
    if let Ok(day) = value.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let wrong = "expected an instant such as 2026-05-03T10:00:00Z, or a date such as 2026-05-03 for the beginning of that day (UTC)";
    let at = DateTime::parse_from_rfc3339(value);
    Ok(at.map_err(|_| InputError::parameter("due_before", wrong))?.to_utc())
}

fn only(name: &'static str, value: &str) -> Result<bool, InputError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(InputError::parameter(name, "expected true, or false as if it were left out")),
    }
}

impl DeskQuery {
    /// Which requests are wanted at `now`; `None` where there can be none.
    pub(super) fn filter(&self, now: DateTime<Utc>) -> Option<DeskFilter> {
        let mut states = self.state.all();
        let mut due_before = self.due_before;
        if self.at_risk {
            states.retain(|state| !state.is_closed());
            // Who is due at that very instant is at risk as well.
            let end = now + AT_RISK + TimeDelta::microseconds(1);
            due_before = Some(due_before.map_or(end, |before| before.min(end)));
        }
        let Self { kind, account, stalled, .. } = *self;
        (!states.is_empty()).then_some(DeskFilter { states, kind, account, due_before, stalled })
    }

    /// The parameters that a link to the next page must repeat.
    pub(super) fn as_given(&self) -> String {
        let state = (self.state != States::Open).then(|| format!("&state={}", self.state.as_str()));
        let kind = self.kind.map(|kind| format!("&kind={}", kind.as_str()));
        let account = self.account.map(|account| format!("&account={account}"));
        let due_before = self
            .due_before
            .map(|at| format!("&due_before={}", at.to_rfc3339_opts(SecondsFormat::Micros, true)));
        let at_risk = self.at_risk.then(|| "&at_risk=true".to_owned());
        let stalled = self.stalled.then(|| "&stalled=true".to_owned());
        [state, kind, account, due_before, at_risk, stalled].into_iter().flatten().collect()
    }

    fn parse(uri: &Uri) -> Result<Self, InputError> {
        let own = ["state", "kind", "account", "due_before", "at_risk", "stalled"];
        let mut query = Self {
            page: Page::parse(uri, &own)?,
            state: States::Open,
            kind: None,
            account: None,
            due_before: None,
            at_risk: false,
            stalled: false,
        };
        for (name, value) in parameters(uri)? {
            match name.as_str() {
                "state" => query.state = States::named(&value)?,
                "kind" => query.kind = Some(kind(&value)?),
                "account" => query.account = Some(account(&value)?),
                "due_before" => query.due_before = Some(beginning(&value)?),
                "at_risk" => query.at_risk = only("at_risk", &value)?,
                "stalled" => query.stalled = only("stalled", &value)?,
                _ => {}
            }
        }
        Ok(query)
    }
}

impl FromRequestParts<AppState> for DeskQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::parse(&parts.uri).map_err(Problem::invalid_parameter)
    }
}

/// The last request of a page, as a cursor: when it is due, in microseconds, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(pub(super) DeskPlace);

impl Place {
    pub(super) fn of(request: &Request) -> Self {
        Self(DeskPlace::of(request))
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(DeskPlace { due_at, request_id }) = self;
        write!(f, "{}.{request_id}", due_at.timestamp_micros())
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (due_at, id) = text.split_once('.').ok_or(())?;
        let due_at = due_at.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(())?;
        Ok(Self(DeskPlace { due_at, request_id: id.parse().map_err(|_| ())? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<DeskQuery, InputError> {
        DeskQuery::parse(&format!("/v1/admin/privacy-requests?{query}").parse().unwrap())
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let place = "1775865599000000.req_01h455vb4pex5vsknk084sn02q";
        let read: Place = place.parse().unwrap();
        assert_eq!((read.to_string().as_str(), read.0.due_at), (place, at("2026-04-10T23:59:59Z")));
        for text in ["", "7", "7.", "x.req_01h455vb4pex5vsknk084sn02q", "7.acc_01h455vb4pex5vsknk084sn02q"] {
            assert_eq!(text.parse::<Place>(), Err(()), "{text}");
        }
    }

    #[test]
    fn open_requests_are_wanted_unless_others_are_named() {
        let now = at("2026-04-01T00:00:00Z");
        let states = |query: &str| parse(query).unwrap().filter(now).unwrap().states;
        assert_eq!(states(""), State::OPEN);
        assert_eq!(states("state=closed"), State::CLOSED);
        assert_eq!(states("state=cooling_off"), [State::CoolingOff]);
        for query in [
            "state=late",
            "state=",
            "kind=access",
            "account=req_01h455vb4pex5vsknk084sn02q",
            "due_before=soon",
            "at_risk=yes",
            "stalled=1",
            "limit=0",
            "source=usage",
            "state=open&state=closed",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn what_is_at_risk_is_open_and_due_within_a_week() {
        let now = at("2026-04-01T00:00:00Z");
        let due_before = |query: &str| parse(query).unwrap().filter(now).unwrap().due_before;
        assert_eq!(due_before("at_risk=true"), Some(at("2026-04-08T00:00:00.000001Z")));
        assert_eq!(due_before("at_risk=true&due_before=2026-04-02"), Some(at("2026-04-02T00:00:00Z")));
        assert_eq!(due_before("at_risk=false"), None);
        assert_eq!(parse("at_risk=true&state=closed").unwrap().filter(now), None);
    }

    #[test]
    fn a_link_to_the_next_page_repeats_what_was_asked() {
        let given = "&state=closed&kind=erasure&account=acc_01h455vb4pex5vsknk084sn02q&due_before=2026-05-03T00:00:00.000000Z&at_risk=true&stalled=true";
        let query = parse(&given[1..]).unwrap();
        assert_eq!(query.as_given(), given);
        let due = "&due_before=2026-05-03T00:00:00.000000Z";
        assert_eq!(parse("state=open&due_before=2026-05-03").unwrap().as_given(), due);
    }
}
