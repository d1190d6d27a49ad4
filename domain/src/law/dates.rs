//! The dates that follow from a law.
//!
//! Each is the last instant at which a thing is in time: the last second of a day at the controller's place, in UTC. The day on
//! which a period starts does not count (Regulation (EEC, Euratom) No 1182/71, Article 3(1), and everywhere else as well).

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::place::Place;
use super::row::{End, Law, Period, Unit};

impl Law {
    /// By when a request is answered whose period starts at `start`: when it was received, or where [`Answer::starts`] or a
    /// pause that restarts the period says so, when it became sure who asks.
    ///
    /// [`Answer::starts`]: super::Answer::starts
    pub fn due_at(&self, start: DateTime<Utc>, place: &Place) -> DateTime<Utc> {
        self.end(self.answer.period, start, place)
    }

    /// By when receipt is confirmed; `None` where the law does not demand it.
    pub fn acknowledge_by(&self, received_at: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        let acknowledgement = self.acknowledgement.as_ref()?;
        Some(self.end(acknowledgement.period, received_at, place))
    }

    /// By when a person is told that the answer takes longer: the end of the first period. `None` where it may not.
    pub fn extension_told_by(&self, start: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        self.extension.as_ref().map(|_| self.due_at(start, place))
    }

    /// By when a request is answered that was put off as far as the law allows: the first period and the extension are one,
    /// from the same start. `None` where it may not be put off, or the controller names the day.
    pub fn extended_due_at(&self, start: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        let by = self.extension.as_ref()?.by?;
        Some(self.end(longer(self.answer.period, by), start, place))
    }

    /// Until when a person can appeal to the controller against a refusal; `None` where the law sets no period.
    pub fn appeal_by(&self, refused_at: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        Some(self.end(self.appeal.as_ref()?.file_within?, refused_at, place))
    }

    /// By when an appeal is answered; `None` where the law knows none.
    pub fn appeal_due_at(&self, appealed_at: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        Some(self.end(self.appeal.as_ref()?.answer_within, appealed_at, place))
    }

    /// By when an appeal is answered whose answer was put off; `None` where it may not be.
    pub fn extended_appeal_due_at(&self, appealed_at: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        let appeal = self.appeal.as_ref()?;
        Some(self.end(longer(appeal.answer_within, appeal.extension?), appealed_at, place))
    }

    /// Until when a person can complain about an answer; `None` where the law sets no period.
    pub fn complain_by(&self, answered_at: DateTime<Utc>, place: &Place) -> Option<DateTime<Utc>> {
        Some(self.end(self.complaint.within?, answered_at, place))
    }

    /// By when the controller confirms that a complaint reached it; `None` where complaints do not go to it.
    pub fn acknowledge_complaint_by(
        &self,
        complained_at: DateTime<Utc>,
        place: &Place,
    ) -> Option<DateTime<Utc>> {
        Some(self.end(self.complaint.acknowledged_within?, complained_at, place))
    }

    /// Until when the record of a request is kept that was answered at `answered_at`. It does not move off a weekend.
    pub fn record_kept_until(&self, answered_at: DateTime<Utc>, place: &Place) -> DateTime<Utc> {
        place.last_second(months_after(place.day(answered_at), self.record.months.get()))
    }

    fn end(&self, period: Period, start: DateTime<Utc>, place: &Place) -> DateTime<Utc> {
        let (from, count) = (place.day(start), period.count.get());
        let day = match period.unit {
            Unit::EuMonths => place.working_day_from(months_after(from, count)),
            Unit::Months => self.moved(months_after(from, count), place),
            Unit::Days => self.moved(days_after(from, count), place),
            Unit::BusinessDays => place.working_days_after(from, count),
        };
        place.last_second(day)
    }

    fn moved(&self, day: NaiveDate, place: &Place) -> NaiveDate {
        match self.end_on_non_working_day {
            End::NextWorkingDay => place.working_day_from(day),
            End::Stays => day,
        }
    }
}

/// Both periods as one, of the unit of the first. The table has no extension of another unit.
fn longer(first: Period, by: Period) -> Period {
    Period { count: first.count.saturating_add(by.count.get()), unit: first.unit }
}

fn months_after(day: NaiveDate, count: u32) -> NaiveDate {
    day.checked_add_months(Months::new(count)).unwrap_or(NaiveDate::MAX)
}

fn days_after(day: NaiveDate, count: u32) -> NaiveDate {
    day.checked_add_days(Days::new(count.into())).unwrap_or(NaiveDate::MAX)
}
