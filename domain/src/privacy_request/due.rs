//! By when a request must be answered.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Calendar days to answer a consumer request (Cal. Code Regs. tit. 11, § 7021(b)).
const CCPA_DAYS: u64 = 45;

/// The law a request is made under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regulation {
    /// Regulation (EU) 2016/679.
    #[default]
    Gdpr,
    /// California Consumer Privacy Act.
    Ccpa,
}

impl Regulation {
    /// The name under which the law is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gdpr => "gdpr",
            Self::Ccpa => "ccpa",
        }
    }
}

/// Public holidays of the controller's place, on which no period ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<NaiveDate>);

impl FromIterator<NaiveDate> for Holidays {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(days: I) -> Self {
        Self(days.into_iter().collect())
    }
}

impl Holidays {
    fn is_working_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.0.contains(&day)
    }
}

/// The last second in which a request received at `received_at` is answered in time, in UTC.
///
/// GDPR: one month (Art. 12(3)), counted by Regulation 1182/71: the day of receipt does not count
/// (Art. 3(1)); the period ends with the last hour of the same-numbered day of the next month, or of
/// that month's last day (Art. 3(2)(c)); an end on a weekend or a holiday moves to the end of the
/// next working day (Art. 3(4)). CCPA: 45 calendar days, which no weekend moves.
pub fn due_at(regulation: Regulation, received_at: DateTime<Utc>, holidays: &Holidays) -> DateTime<Utc> {
    let received_on = received_at.date_naive();
    let day = match regulation {
        Regulation::Gdpr => next_working_day(received_on.checked_add_months(Months::new(1)), holidays),
        Regulation::Ccpa => received_on.checked_add_days(Days::new(CCPA_DAYS)),
    };
    day.unwrap_or(NaiveDate::MAX).and_time(LAST_SECOND).and_utc()
}

const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

fn next_working_day(day: Option<NaiveDate>, holidays: &Holidays) -> Option<NaiveDate> {
    std::iter::successors(day, NaiveDate::succ_opt).find(|day| holidays.is_working_day(*day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gdpr(received: &str) -> String {
        let holidays = Holidays::from_iter([NaiveDate::from_ymd_opt(2026, 12, 25).unwrap()]);
        due_at(Regulation::Gdpr, received.parse().unwrap(), &holidays).to_rfc3339()
    }

    #[test]
    fn a_month_ends_on_the_same_numbered_day() {
        assert_eq!(gdpr("2026-03-10T00:00:00Z"), "2026-04-10T23:59:59+00:00");
        assert_eq!(gdpr("2026-03-10T23:59:59Z"), "2026-04-10T23:59:59+00:00");
    }

    #[test]
    fn or_on_the_last_day_of_a_shorter_month() {
        assert_eq!(gdpr("2027-08-31T08:00:00Z"), "2027-09-30T23:59:59+00:00");
        // 28 February 2027 is a Sunday.
        assert_eq!(gdpr("2027-01-31T08:00:00Z"), "2027-03-01T23:59:59+00:00");
    }

    #[test]
    fn weekends_and_holidays_move_it_on() {
        // Christmas 2026 is a Friday: the end moves over the weekend to Monday.
        assert_eq!(gdpr("2026-11-25T08:00:00Z"), "2026-12-28T23:59:59+00:00");
    }

    #[test]
    fn ccpa_counts_calendar_days() {
        let due = due_at(Regulation::Ccpa, "2026-01-01T12:00:00Z".parse().unwrap(), &Holidays::default());
        assert_eq!(due.to_rfc3339(), "2026-02-15T23:59:59+00:00");
    }

    proptest! {
        #[test]
        fn a_due_date_is_a_working_day_four_weeks_to_five_away(days in 0u64..40_000, seconds in 0i64..86_400) {
            let received = DateTime::UNIX_EPOCH + Days::new(days) + chrono::Duration::seconds(seconds);
            let due = due_at(Regulation::Gdpr, received, &Holidays::default());
            prop_assert!(Holidays::default().is_working_day(due.date_naive()));
            let distance = (due.date_naive() - received.date_naive()).num_days();
            prop_assert!((28..=33).contains(&distance), "{distance} days");
        }
    }
}
