//! The token of a link in a form: taken from the address by the script, or pasted.

use maud::{Markup, html};

use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

/// The field with the link, or with its token.
pub(super) const LINK: &str = "link";
/// Whether a form is sent by the script, since it only shows something.
pub(super) const AT_ONCE: &str = "at-once";

/// The token that a form brings; none where it brings nothing. Of a whole link it is what stands behind the `#`.
pub(super) fn of(sent: &Sent) -> Option<&str> {
    let link = sent.text(LINK);
    let token = link.rsplit('#').next().unwrap_or_default().trim();
    (!token.is_empty()).then_some(token)
}

/// Where the link is pasted; the script fills it in and hides it. `how` tells whether it sends the form as well.
pub(super) fn field(visit: &Visit, form: &Form<'_>, how: &'static str) -> Markup {
    let text = visit.text();
    let field = Field::text(LINK, text.say("links-link")).hint(text.say("links-link-hint"));
    html! { div data-link=(how) { (form.field(&field)) } }
}

/// That the link is missing.
pub(super) fn missing(visit: &Visit) -> Errors {
    Errors::at(LINK, visit.text().say("links-link-missing"))
}
