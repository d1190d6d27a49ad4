//! *Activity*: the two switches. Each is a form of its own, and is saved as it is turned.

use catalogue::id;
use maud::{Markup, html};

use crate::routes::me::{Consent, Consents};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::visit::Visit;

/// Both, as they stand.
pub(super) fn card(visit: &Visit, consents: &Consents, errors: &Errors) -> Markup {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let personalization = (id!("privacy-personalization"), id!("privacy-personalization-about"));
    let usage = (id!("privacy-usage"), id!("privacy-usage-about"));
    html! {
        section class="card" aria-labelledby="activity" {
            h2 id="activity" { (text.say("privacy-activity")) }
            p { (text.say("privacy-activity-lead")) }
            ul class="list" {
                (switch("personalization", &consents.personalization, personalization, &form, visit))
                (switch("usage_logging", &consents.usage_logging, usage, &form, visit))
            }
        }
    }
}

/// Since when it stands as it does: since it was turned, or since the account was opened.
fn decided(visit: &Visit, consent: &Consent) -> Option<String> {
    let (at, policy) = (consent.decided_at?, consent.policy_version.as_ref()?.into());
    let text = visit.text();
    let opened_at = visit.known().map(|me| me.registered_at);
    Some(if opened_at == Some(at) {
        text.say_with("privacy-decided-at-opening", [("policy", policy)])
    } else {
        text.say_with("privacy-decided", [("at", text.moment(at).into()), ("policy", policy)])
    })
}

fn switch(
    name: &'static str,
    consent: &Consent,
    (title, about): (&'static str, &'static str),
    form: &Form<'_>,
    visit: &Visit,
) -> Markup {
    let text = visit.text();
    let word = text.say(if consent.given { id!("privacy-on") } else { id!("privacy-off") });
    html! {
        li class="turned" {
            div {
                h3 id=(name) { (text.say(title)) }
                p id={ (name) "-about" } { (text.say(about)) }
                @if let Some(decided) = decided(visit, consent) { p class="quiet" { (decided) } }
            }
            (form.switch(name, consent.given, &word))
        }
    }
}
