//! `/settings/desk/waiting`: events that read models could not take, and messages that were not taken; each can be tried
//! again, one alone or all at once.

use axum::http::Method;
use axum::response::Response;
use catalogue::{Text, id};
use futures::future::try_join;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{Section, words};
use crate::routes::admin::{
    MessageBody, MessagePage, MessagesRetried, ParkedBody, ParkedPage, ParkedRetried,
};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::listing::listing;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

const EVENTS: &str = "/v1/admin/parked-events";
const MESSAGES: &str = "/v1/admin/messages";
/// The field that says what is tried again.
const WHAT: &str = "what";
/// The field that names the one that is; without it all are.
const WHICH: &str = "which";

/// Shows them.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Has one or all tried again.
pub(in crate::settings) async fn retry(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    visit.operator().await?;
    let came = match sent.text(WHAT) {
        "events" => retry_events(&visit, &sent).await,
        _ => retry_messages(&visit, &sent).await,
    };
    match came {
        Ok(query) => Ok(see(&format!("{}?{query}", Section::Waiting.path()))),
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

/// A body that names the one that is meant, or none.
fn naming(member: &str, sent: &Sent) -> Value {
    match sent.text(WHICH) {
        "" => json!({}),
        which => json!({member: which}),
    }
}

async fn retry_events(visit: &Visit, sent: &Sent) -> Result<String, Refusal> {
    let (path, body) = (format!("{EVENTS}/retry"), naming("projection", sent));
    let tried: ParkedRetried = visit.v1.send(Method::POST, &path, Some(body), sent.key()).await?;
    Ok(format!("done=events&taken={}&left={}", tried.taken, tried.left))
}

async fn retry_messages(visit: &Visit, sent: &Sent) -> Result<String, Refusal> {
    let (path, body) = (format!("{MESSAGES}/retry"), naming("id", sent));
    let retried: MessagesRetried = visit.v1.send(Method::POST, &path, Some(body), sent.key()).await?;
    Ok(format!("done=messages&taken={}", retried.retried))
}

/// What came of what was tried again.
fn told(visit: &Visit) -> Option<String> {
    let count = |name| visit.parameter(name)?.parse::<u64>().ok();
    let (done, taken) = (visit.parameter("done")?, count("taken")?);
    match (done.as_str(), count("left")) {
        ("events", Some(left)) => {
            let with = [("taken", taken.into()), ("left", left.into())];
            Some(visit.text().say_with("desk-events-tried", with))
        }
        ("messages", _) => Some(visit.text().say_with("desk-messages-tried", [("count", taken.into())])),
        _ => None,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (events, messages) =
        (listing(visit, EVENTS, "events-from"), listing(visit, MESSAGES, "messages-from"));
    let asked = try_join(visit.v1.get::<ParkedPage>(&events), visit.v1.get::<MessagePage>(&messages));
    let (events, messages) = asked.await?;
    let text = visit.text();
    let body = html! {
        p { (text.say("desk-waiting-lead")) }
        (events_card(visit, &events, errors))
        (messages_card(visit, &messages, errors))
    };
    Ok(Page::new(text.say("desk-waiting"), body)
        .of_desk(Section::Waiting)
        .telling(told(visit))
        .with_errors(errors)
        .show(visit))
}

/// A form that has one tried again, or all.
fn again(visit: &Visit, errors: &Errors, what: &'static str, which: Option<(&str, &str)>) -> Markup {
    let (text, form) = (visit.text(), Form::new(visit, errors).hidden(WHAT, what));
    match which {
        Some((which, about)) => {
            form.hidden(WHICH, which).about(about).around_plain(&html! {}, &text.say("desk-try-again"))
        }
        None => form.around_plain(&html! {}, &text.say("desk-try-all-again")),
    }
}

/// The links to the first and the next page of one of the lists.
fn pages(visit: &Visit, parameter: &str, next: Option<&str>) -> Markup {
    let path = Section::Waiting.path();
    let first = visit.parameter(parameter).map(|_| path);
    let address = |next| {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair(parameter, next).finish();
        format!("{path}?{query}")
    };
    words::pages(visit.text(), first, next.map(address).as_deref())
}

fn events_card(visit: &Visit, page: &ParkedPage, errors: &Errors) -> Markup {
    let text = visit.text();
    let mut models: Vec<&str> = page.items.iter().map(|event| event.projection.as_str()).collect();
    models.dedup();
    models.sort_unstable();
    models.dedup();
    html! {
        section class="card" aria-labelledby="events" {
            h2 id="events" { (text.say("desk-events")) }
            @if page.items.is_empty() {
                p class="quiet" { (text.say("desk-events-none")) }
            } @else {
                p { (text.say("desk-events-lead")) }
                ul class="list" {
                    @for model in &models {
                        li class="between" {
                            strong { (text.say_with("desk-events-of", [("model", (*model).into())])) }
                            (again(visit, errors, "events", Some((model, model))))
                        }
                    }
                }
                (again(visit, errors, "events", None))
                (words::table(&text.say("desk-events"), &events_table(text, &page.items)))
            }
            (pages(visit, "events-from", page.next_cursor.as_deref()))
        }
    }
}

fn events_table(text: &Text, events: &[ParkedBody]) -> Markup {
    let heads = [
        id!("desk-event-position"),
        id!("desk-event-model"),
        id!("desk-event-what"),
        id!("desk-event-why"),
        id!("desk-tries"),
        id!("desk-since"),
        id!("desk-next-try"),
    ];
    html! {
        table {
            caption class="unseen" { (text.say("desk-events")) }
            thead { tr { @for head in heads { th scope="col" { (text.say(head)) } } } }
            tbody {
                @for event in events {
                    tr {
                        th scope="row" { (event.position) }
                        td { (event.projection) }
                        td { code { (event.r#type) } br; span class="quiet" { (event.aggregate_id) } }
                        td {
                            @match &event.error {
                                Some(error) => (error),
                                None => (text.say("desk-event-behind")),
                            }
                        }
                        td { (event.attempts) }
                        td { (text.moment(event.parked_at)) }
                        td { (event.retry_at.map_or_else(|| "–".to_owned(), |at| text.moment(at))) }
                    }
                }
            }
        }
    }
}

fn messages_card(visit: &Visit, page: &MessagePage, errors: &Errors) -> Markup {
    let text = visit.text();
    html! {
        section class="card" aria-labelledby="messages" {
            h2 id="messages" { (text.say("desk-messages")) }
            @if page.items.is_empty() {
                p class="quiet" { (text.say("desk-messages-none")) }
            } @else {
                p { (text.say("desk-messages-lead")) }
                (again(visit, errors, "messages", None))
                ul class="list" { @for message in &page.items { (message_item(visit, message, errors)) } }
            }
            (pages(visit, "messages-from", page.next_cursor.as_deref()))
        }
    }
}

fn message_item(visit: &Visit, message: &MessageBody, errors: &Errors) -> Markup {
    let text = visit.text();
    let what = [("notice", message.notice.as_str().into())];
    let what = match message.request_id {
        Some(_) => text.say_with("history-request-notice", what),
        None => text.say_with("history-notice", what),
    };
    let medium = match message.medium.as_str() {
        "mail" => text.say("desk-medium-mail"),
        "sms" => text.say("desk-medium-sms"),
        "call" => text.say("desk-medium-call"),
        other => other.to_owned(),
    };
    let since = text.moment(message.waiting_since);
    let tries = [("count", (message.tries + message.unsure).into()), ("since", since.into())];
    html! {
        li class="session" {
            div {
                strong { (medium) ": " (what) }
                div class="quiet" {
                    (text.say_with("desk-message-tries", tries))
                    " " (text.say_with("desk-message-next", [("at", text.moment(message.next_try_at).into())]))
                    @if message.unsure > 0 { " " (text.say("desk-message-unsure")) }
                }
                div {
                    @if let Some(request) = &message.request_id {
                        a href={ (super::HOME) "/" (request) } { code { (request) } }
                    } @else if let Some(account) = &message.account_id {
                        a href={ "/settings/desk/accounts/" (account) } { code { (account) } }
                    }
                }
            }
            (again(visit, errors, "messages", Some((&message.id.to_string(), &what))))
        }
    }
}
