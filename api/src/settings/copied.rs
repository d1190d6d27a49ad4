//! Values that people copy: they can be selected with a press, and where the script runs a button copies them.

use catalogue::Text;
use maud::{Markup, html};

/// A value with the button that copies it; `id` is its own on the page, and `name` says what it is.
pub(crate) fn copied(text: &Text, id: &'static str, name: &str, value: &str) -> Markup {
    html! {
        span class="copied" {
            code id=(id) { (value) }
            (copy_button(text, id, name))
        }
    }
}

/// The button that copies what stands in the element `id`, and says that it did.
pub(crate) fn copy_button(text: &Text, id: &'static str, name: &str) -> Markup {
    html! {
        button type="button" class="button plain" data-copy=(id) data-done=(text.say("copied-done")) hidden {
            (text.say("copied-button"))
            span class="unseen" { " " (name) }
        }
        span class="quiet" role="status" {}
    }
}
