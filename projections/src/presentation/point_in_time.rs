//! An instant as people give it: what did it look like *then*?

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// An instant, given as RFC 3339 has it or as a date, which stands for the end of that day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointInTime(pub DateTime<Utc>);

/// A text that names no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an instant such as 2026-05-03T10:00:00Z, or a date such as 2026-05-03 for the end of that day (UTC)"
)]
pub struct InvalidPointInTime;

impl FromStr for PointInTime {
    type Err = InvalidPointInTime;

    fn from_str(text: &str) -> Result<Self, InvalidPointInTime> {
        if let Ok(date) = text.parse::<NaiveDate>() {
            let next = date.checked_add_days(Days::new(1)).ok_or(InvalidPointInTime)?;
            // Times are stored in microseconds: nothing is between this one and midnight.
            return Ok(Self(next.and_time(NaiveTime::MIN).and_utc() - TimeDelta::microseconds(1)));
        }
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.to_utc())).map_err(|_| InvalidPointInTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_given_to_the_second_or_as_a_day() {
        let at = |text: &str| text.parse::<PointInTime>().map(|PointInTime(at)| at.to_rfc3339());
        assert_eq!(at("2026-05-03T10:00:00Z").unwrap(), "2026-05-03T10:00:00+00:00");
        assert_eq!(at("2026-05-03T12:00:00+02:00").unwrap(), "2026-05-03T10:00:00+00:00");
        assert_eq!(at("2026-05-03").unwrap(), "2026-05-03T23:59:59.999999+00:00");
        for text in ["", "yesterday", "2026-05", "2026-02-30", "10:00", "2026-05-03T10:00:00"] {
            assert_eq!(at(text), Err(InvalidPointInTime), "{text}");
        }
    }
}
