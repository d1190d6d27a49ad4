//! Charts, drawn here as SVG: without a script, and without a style of their own. Each has the same numbers in a table.
//!
//! Sizes are those of a narrow screen, and grow with the page up to a bound. What is received is filled and what is completed is
//! outlined, so that the two differ also without their colours.

use catalogue::{Text, id};
use chrono::{Datelike, Days, NaiveDate};
use domain::privacy_request::Kind;
use maud::{Markup, html};

use super::{durations, words};
use crate::routes::admin::{DayBody, KindCount, TimeToCompletionBody, TimesToCompletion};

/// Width of a chart.
const WIDTH: u64 = 280;
/// Height of the chart by weeks.
const HEIGHT: u64 = 124;
/// Where its bars begin, from the left.
const LEFT: u64 = 26;
/// Where its highest bar ends.
const TOP: u64 = 10;
/// Where its bars stand.
const GROUND: u64 = 104;
/// Height of a row of the chart of times.
const ROW: u64 = 36;

/// What was received and completed in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Week {
    /// Its Monday.
    begins: NaiveDate,
    received: KindCount,
    completed: KindCount,
}

/// Days put together by weeks, oldest first.
fn weeks(days: &[DayBody]) -> Vec<Week> {
    let mut weeks: Vec<Week> = Vec::new();
    for day in days {
        let since_monday = Days::new(u64::from(day.date.weekday().num_days_from_monday()));
        let begins = day.date.checked_sub_days(since_monday).unwrap_or(day.date);
        match weeks.last_mut().filter(|week| week.begins == begins) {
            Some(week) => {
                week.received = sum(week.received, day.received);
                week.completed = sum(week.completed, day.completed);
            }
            None => weeks.push(Week { begins, received: day.received, completed: day.completed }),
        }
    }
    weeks
}

fn sum(one: KindCount, other: KindCount) -> KindCount {
    KindCount { export: one.export + other.export, erasure: one.erasure + other.erasure }
}

/// Of both kinds.
fn all(count: KindCount) -> u64 {
    u64::try_from(count.export + count.erasure).unwrap_or_default()
}

/// What was received and completed, week by week.
pub(super) fn by_week(text: &Text, days: &[DayBody]) -> Markup {
    let weeks = weeks(days);
    let counts = weeks.iter().flat_map(|week| [all(week.received), all(week.completed)]);
    let most = counts.max().unwrap_or_default().max(1);
    let slot = (WIDTH - LEFT) / u64::try_from(weeks.len()).unwrap_or(1).max(1);
    let width = (slot.saturating_sub(4) / 2).max(1);
    let height = |count: u64| count * (GROUND - TOP) / most;
    let date = |week: Option<&Week>| week.map(|week| text.day(week.begins)).unwrap_or_default();
    html! {
        figure class="figure" {
            figcaption { strong id="by-week" { (text.say("desk-chart-weeks")) } }
            p class="legend" aria-hidden="true" {
                span class="swatch received" {} (text.say("desk-received"))
                span class="swatch completed" {} (text.say("desk-completed"))
            }
            svg class="chart" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby="by-week" {
                line class="axis" x1=(LEFT) y1=(TOP) x2=(WIDTH) y2=(TOP) {}
                line class="axis" x1=(LEFT) y1=(GROUND) x2=(WIDTH) y2=(GROUND) {}
                text x=(LEFT - 4) y=(TOP + 4) text-anchor="end" { (most) }
                text x=(LEFT - 4) y=(GROUND + 4) text-anchor="end" { "0" }
                @for (place, week) in (0_u64..).zip(&weeks) {
                    @let x = LEFT + place * slot + 2;
                    @let (received, completed) = (height(all(week.received)), height(all(week.completed)));
                    rect class="received" x=(x) y=(GROUND - received) width=(width) height=(received) {}
                    rect class="completed" x=(x + width) y=(GROUND - completed) width=(width) height=(completed) {}
                }
                text x=(LEFT) y=(HEIGHT - 6) { (date(weeks.first())) }
                text x=(WIDTH) y=(HEIGHT - 6) text-anchor="end" { (date(weeks.last())) }
            }
            details {
                summary { (text.say("desk-chart-table")) }
                (words::table(&text.say("desk-chart-weeks"), &weeks_table(text, &weeks)))
            }
        }
    }
}

fn weeks_table(text: &Text, weeks: &[Week]) -> Markup {
    let heads = [
        id!("desk-received-export"),
        id!("desk-received-erasure"),
        id!("desk-completed-export"),
        id!("desk-completed-erasure"),
    ];
    html! {
        table {
            caption class="unseen" { (text.say("desk-chart-weeks")) }
            thead {
                tr {
                    th scope="col" { (text.say("desk-week")) }
                    @for head in heads { th scope="col" { (text.say(head)) } }
                }
            }
            tbody {
                @for week in weeks.iter().rev() {
                    tr {
                        th scope="row" { (text.day(week.begins)) }
                        td { (week.received.export) }
                        td { (week.received.erasure) }
                        td { (week.completed.export) }
                        td { (week.completed.erasure) }
                    }
                }
            }
        }
    }
}

/// How long requests took that were completed, by their kind.
pub(super) fn times(text: &Text, times: &TimesToCompletion) -> Markup {
    let kinds = [(Kind::Export, &times.export), (Kind::Erasure, &times.erasure)];
    let known: Vec<(Kind, &TimeToCompletionBody)> =
        kinds.into_iter().filter_map(|(kind, taken)| Some((kind, taken.as_ref()?))).collect();
    let title = text.say("desk-chart-times");
    html! {
        figure class="figure" {
            figcaption { strong id="times" { (title) } }
            @if known.is_empty() {
                p class="quiet" { (text.say("desk-chart-times-none")) }
            } @else {
                (bars(text, &known))
                details {
                    summary { (text.say("desk-chart-table")) }
                    (words::table(&title, &times_table(text, &known)))
                }
            }
        }
    }
}

/// A bar for half of each kind, and one for nine of ten.
fn bars(text: &Text, known: &[(Kind, &TimeToCompletionBody)]) -> Markup {
    let rows = known.iter().flat_map(|(kind, taken)| {
        let kind = text.say(words::kind(*kind));
        let label = |id, seconds| {
            let time = durations::in_words(text, seconds);
            text.say_with(id, [("kind", kind.clone().into()), ("time", time.into())])
        };
        [
            ("median", taken.median_seconds, label(id!("desk-bar-median"), taken.median_seconds)),
            ("p90", taken.p90_seconds, label(id!("desk-bar-p90"), taken.p90_seconds)),
        ]
    });
    let rows: Vec<(&str, i64, String)> = rows.collect();
    let longest = rows.iter().map(|(_, seconds, _)| seconds.unsigned_abs()).max().unwrap_or_default().max(1);
    let height = ROW * u64::try_from(rows.len()).unwrap_or_default();
    html! {
        svg class="chart" viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby="times" {
            @for (place, (class, seconds, label)) in (0_u64..).zip(&rows) {
                text x="0" y=(place * ROW + 13) { (label) }
                rect class=(class) x="1" y=(place * ROW + 18) height="11"
                    width=((seconds.unsigned_abs() * (WIDTH - 2) / longest).max(2)) {}
            }
        }
    }
}

fn times_table(text: &Text, known: &[(Kind, &TimeToCompletionBody)]) -> Markup {
    let heads = [
        id!("desk-times-kind"),
        id!("desk-times-count"),
        id!("desk-times-median"),
        id!("desk-times-p90"),
        id!("desk-times-longest"),
    ];
    html! {
        table {
            caption class="unseen" { (text.say("desk-chart-times")) }
            thead { tr { @for head in heads { th scope="col" { (text.say(head)) } } } }
            tbody {
                @for (kind, taken) in known {
                    tr {
                        th scope="row" { (text.say(words::kind(*kind))) }
                        td { (taken.count) }
                        td { (durations::in_words(text, taken.median_seconds)) }
                        td { (durations::in_words(text, taken.p90_seconds)) }
                        td { (durations::in_words(text, taken.longest_seconds)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};

    fn day(date: &str, received: i64, completed: i64) -> DayBody {
        let counts = |export| KindCount { export, erasure: 1 };
        DayBody { date: date.parse().unwrap(), received: counts(received), completed: counts(completed) }
    }

    #[test]
    fn days_are_put_together_by_weeks_that_begin_on_monday() {
        // A Sunday, and the Monday and Tuesday after it.
        let days = [day("2026-03-08", 1, 0), day("2026-03-09", 2, 1), day("2026-03-10", 3, 5)];
        let found = weeks(&days);
        let begins: Vec<String> = found.iter().map(|week| week.begins.to_string()).collect();
        assert_eq!(begins, ["2026-03-02", "2026-03-09"]);
        assert_eq!(found[1].received, KindCount { export: 5, erasure: 2 });
        assert_eq!(all(found[1].completed), 8);
    }

    #[test]
    fn a_chart_says_the_same_in_a_table_and_has_no_style_of_its_own() {
        let text = Catalogue::built_in().text(Language::En);
        let days = [day("2026-03-02", 7, 3), day("2026-03-09", 0, 0)];
        let shown = by_week(&text, &days).into_string();
        assert!(
            shown.contains("<th scope=\"row\">2 March 2026</th><td>7</td><td>1</td><td>3</td><td>1</td>")
        );
        assert_eq!(shown.matches("<rect").count(), 4);
        let taken = TimeToCompletionBody {
            count: 4,
            median_seconds: 3_600,
            p90_seconds: 86_400,
            longest_seconds: 172_800,
        };
        let both = times(&text, &TimesToCompletion { export: Some(taken), erasure: None }).into_string();
        assert!(
            both.contains("60 minutes") && both.contains("24 hours") && both.contains("2 days"),
            "{both}"
        );
        let none = times(&text, &TimesToCompletion { export: None, erasure: None }).into_string();
        assert!(!none.contains("<svg"), "{none}");
        // Nothing at all is drawn as well.
        assert!(by_week(&text, &[]).into_string().contains("<svg"));
        for chart in [shown, both] {
            assert!(!chart.contains("style") && chart.contains("role=\"img\""), "{chart}");
        }
    }
}
