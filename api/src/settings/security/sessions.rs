//! The sessions of an account, each with what it can be known by and the way to end it.

use catalogue::Text;
use maud::{Markup, html};

use crate::routes::sessions::SessionItem;
use crate::settings::device_words;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::visit::Visit;

/// All of them, the one that is used here first.
pub(super) fn card(visit: &Visit, errors: &Errors, sessions: &[SessionItem]) -> Markup {
    let text = visit.text();
    let (here, elsewhere): (Vec<_>, Vec<_>) = sessions.iter().partition(|session| session.current);
    html! {
        section class="card" aria-labelledby="sessions" {
            h2 id="sessions" { (text.say("security-sessions")) }
            p { (text.say("security-sessions-lead")) }
            ul class="list" {
                @for session in here.into_iter().chain(elsewhere.iter().copied()) {
                    li class="session" {
                        (known_by(text, session))
                        (way_out(visit, errors, session))
                    }
                }
            }
            @if elsewhere.is_empty() {
                p class="quiet" { (text.say("security-sessions-alone")) }
            } @else {
                (Form::new(visit, errors)
                    .hidden("others", "true")
                    .around(&html! {}, &text.say("security-others-button")))
            }
        }
    }
}

/// What people know a session by.
fn known_by(text: &Text, session: &SessionItem) -> Markup {
    html! {
        div {
            strong { (name(text, session)) }
            @if session.current { " " span class="badge" { (text.say("security-this-device")) } }
            br;
            @match &session.network {
                Some(network) => span { (text.say_with("security-network", [("network", network.into())])) },
                None => span class="quiet" { (text.say("security-network-unknown")) },
            }
            br;
            span class="quiet" {
                (text.say_with("security-since", [("since", text.moment(session.created_at).into())]))
                " · "
                (text.say_with("security-last-used", [("used", text.moment(session.last_used_at).into())]))
            }
        }
    }
}

fn name(text: &Text, session: &SessionItem) -> String {
    match &session.device {
        Some(device) => device_words::in_words(text, device),
        None => text.say("security-device-unknown"),
    }
}

/// The button that ends it; of the one that is used here, by signing out.
fn way_out(visit: &Visit, errors: &Errors, session: &SessionItem) -> Markup {
    let text = visit.text();
    let form = if session.current {
        Form::new(visit, errors).to("/settings/sign-out")
    } else {
        Form::new(visit, errors).hidden("end", session.id.to_string())
    };
    let which = text.say_with(
        "security-end",
        [("device", name(text, session).into()), ("since", text.moment(session.created_at).into())],
    );
    form.about(which).around_plain(&html! {}, &text.say("page-sign-out"))
}
