//! A removal of the second factor that an operator began: told above all else, with the button that stops it.

use maud::{Markup, html};

use crate::routes::me::WaitingRemoval;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::visit::Visit;

/// What waits, and how to object.
pub(super) fn card(visit: &Visit, errors: &Errors, waiting: &WaitingRemoval) -> Markup {
    let text = visit.text();
    let due = text.moment(waiting.due_at);
    html! {
        section class="card" aria-labelledby="removal" {
            h2 id="removal" { (text.say("security-removal")) }
            p class="note warning" {
                (text.say_with("security-removal-lead", [("due", due.into()), ("proof", (&waiting.proof).into())]))
            }
            p { (text.say("security-removal-object")) }
            (Form::new(visit, errors).hidden("object", "true").around_danger(&html! {}, &text.say("security-object-button")))
        }
    }
}
