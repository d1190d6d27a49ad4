//! `/settings/mailbox/`: what went out, newest first; with `to`, to one address.

use axum::response::Response;
use catalogue::Text;
use maud::{Markup, html};

use super::parsed::Head;
use super::{PATH, newest};
use crate::mailbox::MessageFile;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Messages that are shown.
const SHOWN: usize = 100;
/// Messages among which those to one address are looked for.
const SEARCHED: usize = 500;

/// Shows the newest.
pub(super) async fn show(visit: Visit) -> Result<Response, Refusal> {
    // For the language, where somebody is signed in; it is shown to everybody.
    let _ = visit.me().await;
    let to = visit.parameter("to").map(|to| to.trim().to_owned()).filter(|to| !to.is_empty());
    let files = newest(&visit.pages, if to.is_some() { SEARCHED } else { SHOWN }).await?;
    let mut messages: Vec<(MessageFile, Head)> =
        files.into_iter().map(|file| (Head::of(&file), file)).map(|(head, file)| (file, head)).collect();
    if let Some(to) = &to {
        messages.retain(|(_, head)| head.to.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(to)));
    }
    messages.truncate(SHOWN);
    let text = visit.text();
    let body = html! {
        p { (text.say("mailbox-lead")) }
        (filter(text, to.as_deref()))
        @if messages.is_empty() {
            p { (if to.is_some() { text.say("mailbox-empty-to") } else { text.say("mailbox-empty") }) }
        } @else {
            (table(text, &messages))
        }
        p class="quiet" { (text.say("mailbox-newest")) }
    };
    Ok(Page::new(text.say("mailbox-title"), body).wide().show(&visit))
}

fn filter(text: &Text, to: Option<&str>) -> Markup {
    html! {
        form method="get" action=(PATH) class="search" {
            label for="to" { (text.say("mailbox-filter")) }
            input type="email" id="to" name="to" value=[to] autocomplete="off" spellcheck="false";
            div class="actions" {
                button type="submit" class="button" { (text.say("mailbox-show")) }
                @if to.is_some() { a class="button plain" href=(PATH) { (text.say("mailbox-show-all")) } }
            }
        }
    }
}

fn table(text: &Text, messages: &[(MessageFile, Head)]) -> Markup {
    html! {
        div class="table" role="region" tabindex="0" aria-label=(text.say("mailbox-title")) {
            table class="mails" {
                caption class="unseen" { (text.say("mailbox-caption")) }
                thead {
                    tr {
                        th scope="col" { (text.say("mailbox-subject")) }
                        th scope="col" { (text.say("mailbox-to")) }
                        th scope="col" { (text.say("mailbox-when")) }
                    }
                }
                tbody {
                    @for (file, head) in messages {
                        tr {
                            td { a href={ (PATH) (file.name) } { (subject(text, head)) } }
                            td { @if let Some(to) = &head.to { (sent_to(to)) } @else { (text.say(head.way.name())) } }
                            td { time datetime=(file.written_at.to_rfc3339()) { (text.moment(file.written_at)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The subject; of what has none, how it went out.
pub(super) fn subject(text: &Text, head: &Head) -> String {
    head.subject.clone().unwrap_or_else(|| text.say(head.way.name()))
}

/// An address, leading to all that went there.
pub(super) fn sent_to(to: &str) -> Markup {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
    html! { a href={ (PATH) "?" (query) } { (to) } }
}
