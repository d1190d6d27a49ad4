//! Days and their last seconds.

use chrono::NaiveDate;

use super::{at, place};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_day_is_the_day_at_the_place() {
    let instant = at("2026-03-10T23:30:00Z");
    for (zone, expected) in [
        ("UTC", "2026-03-10"),
        ("Europe/Berlin", "2026-03-11"),
        ("America/Los_Angeles", "2026-03-10"),
        ("Pacific/Kiritimati", "2026-03-11"),
        ("Pacific/Pago_Pago", "2026-03-10"),
    ] {
        assert_eq!(place(zone, &[]).day(instant), day(expected), "{zone}");
    }
}

#[test]
fn the_last_second_of_a_day_is_the_last_there() {
    for (zone, on, expected, why) in [
        ("Europe/Berlin", "2026-03-29", "2026-03-29T21:59:59Z", "the clocks went forward that morning"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T22:59:59Z", "the clocks went back that morning"),
        ("America/New_York", "2026-03-08", "2026-03-09T03:59:59Z", "west, forward"),
        ("America/Nuuk", "2027-03-27", "2027-03-28T00:59:59Z", "forward over the last hour"),
        ("America/Nuuk", "2027-10-30", "2027-10-31T01:59:59Z", "back over the last hour"),
        ("America/St_Johns", "2006-10-28", "2006-10-29T03:29:59Z", "back at a minute past midnight"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T09:59:59Z", "a day that was left out"),
        ("Pacific/Apia", "2011-12-31", "2011-12-31T09:59:59Z", "the day after it"),
    ] {
        assert_eq!(place(zone, &[]).last_second(day(on)), at(expected), "{zone}, {on}: {why}");
    }
}

#[test]
fn weekends_and_holidays_are_no_working_days() {
    let place = place("UTC", &["2026-12-25"]);
    let working: Vec<bool> = (21..=27)
        .map(|of_december| place.is_working_day(NaiveDate::from_ymd_opt(2026, 12, of_december).unwrap()))
        .collect();
    assert_eq!(working, [true, true, true, true, false, false, false]);
    assert_eq!(place.working_day_from(day("2026-12-25")), day("2026-12-28"));
    assert_eq!(place.working_days_after(day("2026-12-24"), 1), day("2026-12-28"));
    assert_eq!(place.working_days_after(day("2026-12-26"), 5), day("2027-01-01"));
}
