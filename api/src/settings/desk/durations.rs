//! How long something took, as people say it.

use catalogue::{Text, id};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration in the largest unit of which it has two, rounded.
pub(super) fn in_words(text: &Text, seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (id, unit) = if seconds < 2 * MINUTE {
        (id!("desk-seconds"), 1)
    } else if seconds < 2 * HOUR {
        (id!("desk-minutes"), MINUTE)
    } else if seconds < 2 * DAY {
        (id!("desk-hours"), HOUR)
    } else {
        (id!("desk-days"), DAY)
    };
    let count = (seconds + unit / 2) / unit;
    text.say_with(id, [("count", count.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};

    #[test]
    fn a_duration_is_told_in_a_unit_that_says_enough() {
        let text = Catalogue::built_in().text(Language::En);
        for (seconds, words) in [
            (0, "less than a second"),
            (1, "1 second"),
            (119, "119 seconds"),
            (150, "3 minutes"),
            (7_199, "120 minutes"),
            (7_200, "2 hours"),
            (172_800, "2 days"),
            (30 * 86_400, "30 days"),
        ] {
            assert_eq!(in_words(&text, seconds), words);
        }
    }
}
