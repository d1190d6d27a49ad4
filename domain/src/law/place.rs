//! Where the controller is: the days there, and which of them are working days.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveTime, Offset, TimeZone as _, Utc, Weekday,
};
use chrono_tz::{GapInfo, Tz};

use crate::TimeZone;

/// Public holidays of the controller's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<NaiveDate>);

impl FromIterator<NaiveDate> for Holidays {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(days: I) -> Self {
        Self(days.into_iter().collect())
    }
}

/// The controller's place: its time zone and its holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    zone: Tz,
    holidays: Holidays,
}

impl Default for Place {
    /// UTC, without holidays.
    fn default() -> Self {
        Self { zone: Tz::UTC, holidays: Holidays::default() }
    }
}

const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

impl Place {
    /// The place with this time zone and these holidays. A zone that the database has no more counts as UTC.
    pub fn new(zone: &TimeZone, holidays: Holidays) -> Self {
        Self { zone: zone.rules().unwrap_or(Tz::UTC), holidays }
    }

    /// The day on which `at` lies there.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        // Near the ends of time a day has no local form.
        let local = self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        at.naive_utc().checked_add_offset(local).unwrap_or(at.naive_utc()).date()
    }

    /// Whether work is done there on that day: Monday to Friday, no holidays.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.0.contains(&day)
    }

    /// The day itself, or the next on which work is done.
    pub(super) fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        std::iter::successors(Some(day), NaiveDate::succ_opt)
            .find(|day| self.is_working_day(*day))
            .unwrap_or(NaiveDate::MAX)
    }

    /// The day that is the `count`th after `day` on which work is done.
    pub(super) fn working_days_after(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let days = std::iter::successors(day.succ_opt(), NaiveDate::succ_opt);
        let nth = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        days.filter(|day| self.is_working_day(*day)).nth(nth).unwrap_or(NaiveDate::MAX)
    }

    /// The last second of the day there. Where the clocks go back over it, it comes twice, and the later is the last. Where they
    /// go forward over it, it does not come, and the last second before the gap is the last.
    pub fn last_second(&self, day: NaiveDate) -> DateTime<Utc> {
        let local = day.and_time(LAST_SECOND);
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(_, at) => at.to_utc(),
            LocalResult::None => {
                let gap = GapInfo::new(&local, &self.zone).and_then(|gap| gap.begin);
                let begins = gap.and_then(|(begin, before)| begin.checked_sub_offset(before.fix()));
                begins.map_or(local.and_utc(), |begins| begins.and_utc() - Duration::seconds(1))
            }
        }
    }
}
