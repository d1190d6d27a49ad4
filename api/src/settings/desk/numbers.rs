//! How many requests there are, and how long they took: above their list.

use catalogue::{Text, id};
use maud::{Markup, html};

use super::{HOME, charts};
use crate::routes::admin::RequestStatisticsBody;

/// The numbers and their charts.
pub(super) fn card(text: &Text, statistics: &RequestStatisticsBody) -> Markup {
    let always = [
        (statistics.open, id!("desk-number-open"), ""),
        (statistics.at_risk, id!("desk-number-at-risk"), "?at_risk=true"),
        (statistics.late, id!("desk-number-late"), "?at_risk=true"),
        (statistics.stalled, id!("desk-number-stalled"), "?stalled=true"),
    ];
    let after = statistics.stalled_after_closing;
    let after =
        (after > 0).then_some((after, id!("desk-number-stalled-after"), "?state=closed&stalled=true"));
    html! {
        section class="card" aria-labelledby="numbers" {
            h2 id="numbers" { (text.say("desk-numbers")) }
            ul class="numbers" {
                @for (count, name, query) in always.into_iter().chain(after) {
                    li { a href={ (HOME) (query) } { strong { (count) } span { (text.say(name)) } } }
                }
            }
            div class="charts" {
                (charts::by_week(text, &statistics.days))
                (charts::times(text, &statistics.time_to_completion))
            }
        }
    }
}
