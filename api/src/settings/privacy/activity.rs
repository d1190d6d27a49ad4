//! *Activity*: the two switches. Each is a form of its own, and is saved as it is turned.

use catalogue::{Text, id};
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
                (switch("personalization", &consents.personalization, personalization, &form, text))
                (switch("usage_logging", &consents.usage_logging, usage, &form, text))
            }
        }
    }
}

fn switch(
    name: &'static str,
    consent: &Consent,
    (title, about): (&'static str, &'static str),
    form: &Form<'_>,
    text: &Text,
) -> Markup {
    let word = text.say(if consent.given { id!("privacy-on") } else { id!("privacy-off") });
    html! {
        li class="turned" {
            div {
                h3 id=(name) { (text.say(title)) }
                p id={ (name) "-about" } { (text.say(about)) }
                @if let (Some(at), Some(policy)) = (consent.decided_at, &consent.policy_version) {
                    p class="quiet" {
                        (text.say_with("privacy-decided", [("at", text.moment(at).into()), ("policy", policy.into())]))
                    }
                }
            }
            (form.switch(name, consent.given, &word))
        }
    }
}
