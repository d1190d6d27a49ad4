//! The page of a link that asks one question.

use axum::response::Response;
use maud::html;
use serde_json::{Value, json};

use super::questions::Question;
use super::token::LINK;
use super::{ended, token};
use crate::problem::Kind;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const PASSWORD: &str = "password";
const FIELDS: &[FieldError] = &[(Cause::Pointer("/password"), PASSWORD, catalogue::id!("password-wrong"))];

/// Asks, or says what was done.
pub(super) async fn show(visit: Visit, question: &'static Question) -> Response {
    // For the language of who is here.
    let _ = visit.me().await;
    match visit.done(&[("yes", question.done)]) {
        Some(done) => ended::well(&visit, &done),
        None => page(&visit, question, None, &Errors::default()),
    }
}

/// Does it.
pub(super) async fn act(visit: Visit, sent: Sent, question: &'static Question) -> Result<Response, Refusal> {
    let Some(token) = token::of(&sent) else {
        return Ok(page(&visit, question, None, &token::missing(&visit)));
    };
    match visit
        .v1
        .command(question.method.clone(), question.v1, Some(body(question, token, &sent)), None)
        .await
    {
        Ok(()) => Ok(done(question.path, "yes")),
        Err(refusal) if refusal.kind == Kind::LinkDead => Ok(ended::dead(&visit, question.dead)),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            Ok(page(&visit, question, Some(token), &errors))
        }
    }
}

fn body(question: &Question, token: &str, sent: &Sent) -> Value {
    if question.wants_password {
        json!({"token": token, "password": sent.secret(PASSWORD)})
    } else {
        json!({"token": token})
    }
}

/// The page that asks; with the token where it is known already.
fn page(visit: &Visit, question: &Question, token: Option<&str>, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let form = token.iter().fold(form, |form, token| form.hidden(LINK, *token));
    let password = Field::password(PASSWORD, text.say("password-new"), "new-password");
    let fields = html! {
        @if token.is_none() { (token::field(visit, &form, "")) }
        @if question.wants_password { (form.field(&password.hint(text.say("password-hint")))) }
    };
    let body = html! {
        p { (text.say(question.lead)) }
        (form.around(&fields, &text.say(question.button)))
    };
    // What the link opens stands in it.
    Page::new(text.say(question.title), body).with_errors(errors).secret().show(visit)
}
