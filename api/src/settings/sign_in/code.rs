//! `/settings/sign-in/code`: the second step, by a code of the app or the phone, a recovery code, or a passkey; and
//! `/settings/sign-in/code/send`: having a code sent to the phone.

use axum::http::Method;
use axum::response::Response;
use catalogue::{Text, id};
use domain::account::Channel;
use maud::html;
use serde_json::json;

use super::PASSKEY_PATH;
use crate::problem::{Kind, Method as Factor, SecondFactor};
use crate::routes::sessions::new_session::SignedIn;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::next::Next;
use crate::settings::page::Page;
use crate::settings::passkey::{FIELD, Wanted, section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

/// Where one begins again once the time is over.
const OVER: &str = "/settings/sign-in?done=code-over";

const FIELDS: &[FieldError] = &[
    (Cause::Kind(Kind::WrongCode), "code", id!("problem-wrong-code")),
    (Cause::Pointer("/code"), "code", id!("problem-wrong-code")),
];

/// There is no code to ask for without the first step.
pub(in crate::settings) async fn show() -> Response {
    see("/settings/sign-in")
}

/// Answers with the code.
pub(in crate::settings) async fn answer(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let next = Next::or_first(Some(sent.text("next")));
    let Some(asked) = asked_before(&sent) else { return Ok(see(OVER)) };
    let body = json!({"challenge_id": asked.challenge_id, "code": sent.text("code")});
    match visit.v1.send::<SignedIn>(Method::POST, "/v1/sessions/second-factor", Some(body), None).await {
        Ok(_) => Ok(see(next.path())),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            Ok(page(&visit, &next, &asked, &errors))
        }
    }
}

/// Has a code sent to the phone.
pub(in crate::settings) async fn send(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let next = Next::or_first(Some(sent.text("next")));
    let Some(asked) = asked_before(&sent) else { return Ok(see(OVER)) };
    let body = Some(json!({"challenge_id": asked.challenge_id}));
    let path = "/v1/sessions/second-factor/code";
    match visit.v1.send::<SecondFactor>(Method::POST, path, body, None).await {
        Ok(asked) => Ok(page(&visit, &next, &asked, &Errors::default())),
        Err(refusal) if refusal.kind == Kind::WrongCode => Ok(see(OVER)),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            Ok(page(&visit, &next, &asked, &errors))
        }
    }
}

/// The question, as the form holds it. What it says of the phone is only shown again to who sent it.
fn asked_before(sent: &Sent) -> Option<SecondFactor> {
    serde_json::from_str(sent.text("asked")).ok()
}

/// Asks for the code, or for what else can be given.
pub(super) fn page(visit: &Visit, next: &Next, asked: &SecondFactor, errors: &Errors) -> Response {
    let text = visit.text();
    let can = |method| asked.methods.contains(&method);
    let question = serde_json::to_string(asked).unwrap_or_default();
    let form = |path| {
        Form::new(visit, errors).to(path).hidden("next", next.path()).hidden("asked", question.clone())
    };
    let code_form = form("/settings/sign-in/code");
    let code = code_form.field(&field(text, asked));
    // A passkey comes first, unless a code is on its way.
    let passkey_first = can(Factor::Passkey) && visit.takes_passkeys() && asked.channel.is_none();
    let body = html! {
        p { (lead(text, asked)) }
        @if passkey_first {
            (section(text, Wanted::SignIn, form(PASSKEY_PATH), (FIELD, &html! {}), &text.say("passkey-sign-in")))
            h2 { (text.say("sign-in-code-instead")) }
            (code_form.around_plain(&code, &text.say("sign-in-button")))
        } @else {
            (code_form.around(&code, &text.say("sign-in-button")))
        }
        @if can(Factor::Phone) {
            @let button = if asked.channel.is_some() { id!("code-send-again") } else { id!("code-send") };
            (form("/settings/sign-in/code/send").around_plain(&html! {}, &text.say(button)))
        }
        p { a href=(next.after("/settings/sign-in")) { (text.say("sign-in-again")) } }
    };
    let title = if passkey_first { id!("sign-in-passkey-title") } else { id!("sign-in-code-title") };
    Page::new(text.say(title), body).with_errors(errors).show(visit)
}

/// What is asked for, and where a code was sent.
pub(in crate::settings) fn lead(text: &Text, asked: &SecondFactor) -> String {
    let phone = || asked.sent_to.clone().unwrap_or_default().into();
    match asked.channel {
        Some(Channel::Sms) => text.say_with("sign-in-code-sent", [("phone", phone())]),
        Some(Channel::Call) => text.say_with("sign-in-code-called", [("phone", phone())]),
        None if asked.methods.contains(&Factor::Passkey) => text.say("sign-in-code-of-passkey"),
        None => text.say("sign-in-code-of-app"),
    }
}

fn field(text: &Text, asked: &SecondFactor) -> Field {
    let can = |method| asked.methods.contains(&method);
    let field = |label| Field::code("code", text.say(label));
    match asked.channel {
        Some(_) => field(id!("sign-in-code")).hint(text.say("sign-in-code-hint")),
        None if can(Factor::App) => field(id!("sign-in-code")).hint(text.say("code-hint-app")),
        None => field(id!("sign-in-code-recovery")).hint(text.say("code-hint-recovery")),
    }
}
