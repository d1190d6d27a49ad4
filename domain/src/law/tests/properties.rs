//! What holds of every law, at every instant and place.

use chrono::{DateTime, Days, Duration, Utc};
use proptest::prelude::*;

use super::super::{Law, Laws, Unit};
use super::place;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/Los_Angeles",
    "America/Nuuk",
    "America/St_Johns",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Pacific/Apia",
];

fn a_law() -> impl Strategy<Value = &'static Law> {
    (0..Laws::built_in().iter().count()).prop_map(|index| Laws::built_in().iter().nth(index).unwrap())
}

fn an_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0u64..40_000, 0i64..86_400)
        .prop_map(|(days, seconds)| DateTime::UNIX_EPOCH + Days::new(days) + Duration::seconds(seconds))
}

proptest! {
    #[test]
    fn a_period_ends_with_the_last_second_of_a_day_at_the_place(
        law in a_law(), received in an_instant(), zone in prop::sample::select(&ZONES[..]),
    ) {
        let place = place(zone, &[]);
        let due = law.due_at(received, &place);
        prop_assert_eq!(due, place.last_second(place.day(due)));
        prop_assert!(place.day(due + Duration::seconds(1)) > place.day(due));
        let days = (place.day(due) - place.day(received)).num_days();
        let count = i64::from(law.answer.period.count.get());
        // A month has 28 to 31 days, and two days of a weekend may follow. In Samoa a day was left out.
        let allowed = match law.answer.period.unit {
            Unit::EuMonths => 28 * count..=31 * count + 2,
            _ => count - 1..=count,
        };
        prop_assert!(allowed.contains(&days), "{} days", days);
        prop_assert!(law.answer.period.unit != Unit::EuMonths || place.is_working_day(place.day(due)));
    }

    #[test]
    fn the_dates_of_a_request_are_in_order(
        law in a_law(), received in an_instant(), zone in prop::sample::select(&ZONES[..]),
    ) {
        let place = place(zone, &[]);
        let due = law.due_at(received, &place);
        prop_assert!(due > received);
        prop_assert!(law.acknowledge_by(received, &place).is_none_or(|by| received < by && by < due));
        prop_assert!(law.extension_told_by(received, &place).is_none_or(|by| by <= due));
        prop_assert!(law.extended_due_at(received, &place).is_none_or(|by| by > due));
        let appeal = law.appeal_due_at(received, &place);
        prop_assert!(law.extended_appeal_due_at(received, &place).is_none_or(|by| Some(by) > appeal));
        let kept = place.day(law.record_kept_until(due, &place)) - place.day(due);
        prop_assert!(kept.num_days() >= 2 * 365);
    }

    #[test]
    fn whoever_asks_later_is_answered_no_earlier(
        law in a_law(), received in an_instant(), later in 0i64..5_000_000, zone in prop::sample::select(&ZONES[..]),
    ) {
        let place = place(zone, &[]);
        let after = received + Duration::seconds(later);
        prop_assert!(law.due_at(received, &place) <= law.due_at(after, &place));
    }
}
