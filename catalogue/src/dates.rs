//! Dates, times and sizes as people write them: months by name, in the person's zone.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{Text, id};

const MONTHS: [&str; 12] = [
    id!("month-1"),
    id!("month-2"),
    id!("month-3"),
    id!("month-4"),
    id!("month-5"),
    id!("month-6"),
    id!("month-7"),
    id!("month-8"),
    id!("month-9"),
    id!("month-10"),
    id!("month-11"),
    id!("month-12"),
];

const SIZES: [&str; 4] =
    [id!("size-kilobytes"), id!("size-megabytes"), id!("size-gigabytes"), id!("size-terabytes")];

impl Text {
    /// A day: `3 May 2026`.
    pub fn day(&self, day: NaiveDate) -> String {
        let month = MONTHS.get(day.month0() as usize).map(|month| self.say(month)).unwrap_or_default();
        let (number, year) = (day.day().to_string(), day.year().to_string());
        self.say_with("date", [("day", number.into()), ("month", month.into()), ("year", year.into())])
    }

    /// The day on which something happens, in the person's zone.
    pub fn date(&self, at: DateTime<Utc>) -> String {
        self.day(at.with_timezone(&self.zone()).date_naive())
    }

    /// A time of the day: `10:00`.
    pub fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone()).format("%H:%M").to_string()
    }

    /// When something happens, to the minute: `3 May 2026, 10:00`. Where the person's zone is not known it says that it is
    /// UTC.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        let (date, time) = (self.date(at), self.time(at));
        match self.zone {
            Some(_) => self.say_with("moment", [("date", date.into()), ("time", time.into())]),
            None => self.say_with("moment-utc", [("date", date.into()), ("time", time.into())]),
        }
    }

    /// The same for what is read elsewhere and later, such as a mail: it always names the zone.
    pub fn moment_with_zone(&self, at: DateTime<Utc>) -> String {
        match self.zone {
            None | Some(Tz::UTC | Tz::Etc__UTC) => self.clone().in_zone(None).moment(at),
            Some(zone) => {
                let (date, time, zone) = (self.date(at), self.time(at), zone.name().replace('_', " "));
                self.say_with(
                    "moment-zone",
                    [("date", date.into()), ("time", time.into()), ("zone", zone.into())],
                )
            }
        }
    }

    /// How large something is: `1.2 MB`.
    pub fn bytes(&self, bytes: u64) -> String {
        let (mut size, mut tenths) = (None, bytes);
        for unit in SIZES {
            if tenths < 1_000 {
                break;
            }
            // Of what is over a unit one digit is told.
            (size, tenths) = (Some((unit, tenths / 100)), tenths / 1_000);
        }
        match size {
            None => self.say_with("size-bytes", [("count", bytes.into())]),
            Some((unit, tenths)) => {
                let number = self.say_with(
                    "decimal",
                    [
                        ("whole", (tenths / 10).to_string().into()),
                        ("tenths", (tenths % 10).to_string().into()),
                    ],
                );
                self.sized(unit, number)
            }
        }
    }

    fn sized(&self, unit: &'static str, number: String) -> String {
        self.say_with(unit, [("number", number.into())])
    }

    /// The zone in which times are told.
    pub fn zone(&self) -> Tz {
        self.zone.unwrap_or(Tz::UTC)
    }
}
