//! *Confirm that it is you*: asking for a passkey, or the password and the code where one is wanted, in the middle of
//! something else.
//!
//! Where `/v1` says `reauthentication-required`, the page that is shown holds what was sent, but for secrets, and sends it
//! to the same place with the proof. So what was asked goes on without being typed again.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use catalogue::{Text, id};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::errors::{Cause, Errors, FieldError};
use super::form::{Field, Form};
use super::next::Next;
use super::page::Page;
use super::passkey::{self, Wanted};
use super::refusal::Refusal;
use super::sent::Sent;
use super::visit::{Instead, Visit};
use crate::problem::{Kind, SecondFactor};
use crate::routes::me::TwoFactor;

/// The field with the passkey.
const PASSKEY: &str = "proof_passkey";
/// The field with the password.
const PASSWORD: &str = "proof_password";
/// The field with the code.
const CODE: &str = "proof_code";
/// The button that has a code sent.
const SEND_CODE: &str = "proof_send_code";
/// Where the proof goes on to a page that only shows something.
const GO_ON: &str = "/settings/confirm";

const FIELDS: &[FieldError] = &[
    (Cause::Kind(Kind::WrongPassword), PASSWORD, id!("problem-wrong-password")),
    (Cause::Kind(Kind::WrongCode), CODE, id!("problem-wrong-code")),
];

/// What a form brings as proof.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A passkey, as the browser answered.
    Passkey(&'a str),
    /// The password.
    Password {
        password: &'a str,
        /// The code; none where none was asked for.
        code: Option<&'a str>,
        /// Whether one shall be sent to the phone.
        sends_code: bool,
    },
}

impl<'a> Proof<'a> {
    /// The one in a form.
    pub(super) fn in_form(sent: &'a Sent) -> Option<Self> {
        if let Some(answer) = sent.raw(PASSKEY) {
            return Some(Self::Passkey(answer));
        }
        let code = sent.raw(CODE).map(str::trim);
        let sends_code = sent.is_ticked(SEND_CODE);
        sent.raw(PASSWORD).map(|password| Self::Password { password, code, sends_code })
    }

    /// As `/v1` takes it.
    async fn body(self, visit: &Visit) -> Result<Value, Refusal> {
        match self {
            Self::Passkey(answer) => {
                let credential = passkey::answered(visit, answer, Wanted::Proof).await?;
                Ok(json!({"credential": credential}))
            }
            Self::Password { password, sends_code: true, .. } => {
                Ok(json!({"password": password, "send_code": true}))
            }
            Self::Password { password, code, sends_code: false } => {
                let code = code.filter(|code| !code.is_empty());
                Ok(code.map_or_else(
                    || json!({"password": password}),
                    |code| json!({"password": password, "code": code}),
                ))
            }
        }
    }

    /// Whether a code was asked for, and not given.
    fn leaves_code_out(self) -> bool {
        matches!(self, Self::Password { code: Some(""), sends_code: false, .. })
    }
}

/// Gives the proof to `/v1`: the session has another token from then on. Where it is not enough, the page that says so.
pub(super) async fn prove(visit: &Visit, proof: Proof<'_>) -> Result<(), Instead> {
    let proved = match proof.body(visit).await {
        Ok(body) => visit.v1.command(Method::POST, "/v1/sessions/reauthenticate", Some(body), None).await,
        Err(refusal) => Err(refusal),
    };
    let Err(refusal) = proved else { return Ok(()) };
    // So that it is said in the language of who is here.
    let _ = visit.me().await;
    let asked = refusal.second_factor.clone();
    let wants_code = asked.is_some() || refusal.kind == Kind::WrongCode;
    let errors = match refusal.kind {
        Kind::SecondFactorRequired if proof.leaves_code_out() => {
            Ok(Errors::at(CODE, visit.text().say("confirm-code-missing")))
        }
        Kind::SecondFactorRequired => Ok(Errors::default()),
        _ => Errors::of(refusal, visit.text(), FIELDS),
    };
    let response = match errors {
        Ok(errors) => page(visit, &errors, wants_code.then_some(asked.as_deref())).await,
        Err(refusal) => refusal.into_response(),
    };
    Err(response.into())
}

/// The page that asks; for a code as well where one is wanted, which was sent or was tried.
pub(super) async fn page(visit: &Visit, errors: &Errors, code: Option<Option<&SecondFactor>>) -> Response {
    // Also for the name at the top; without it the page is the same.
    let set = visit.me().await.ok().and_then(|me| me.two_factor.as_ref());
    let text = visit.text();
    let has_passkey = visit.takes_passkeys() && set.is_some_and(|set| set.passkeys > 0);
    // Where something better than the phone is set nothing is sent by itself, and the code can be given at once.
    let has_better = set.is_some_and(|set| set.app || set.passkeys > 0);
    let asked = code.flatten();
    let wants_code = code.is_some() || has_better;
    let sends_code = has_better && set.is_some_and(|set| set.phone.is_some());
    let form = form(visit, errors);
    let fields = html! {
        (form.field(&Field::password(PASSWORD, text.say("confirm-password"), "current-password")))
        @if wants_code {
            (form.field(&Field::code(CODE, text.say("confirm-code")).hint(hint(text, set, asked))))
        }
    };
    let send = html! {
        @if sends_code {
            button type="submit" class="button plain" name=(SEND_CODE) value="true" {
                (text.say(if asked.is_some_and(|asked| asked.sent_to.is_some()) {
                    id!("code-send-again")
                } else {
                    id!("code-send")
                }))
            }
        }
    };
    let body = html! {
        p { (text.say(lead(has_passkey, wants_code))) }
        @if has_passkey { (by_passkey(visit, errors)) }
        (form.around_with(&fields, &text.say("confirm-button"), &send))
    };
    let page = Page::new(text.say("confirm-title"), body);
    if errors.is_empty() { page.with_status(403).show(visit) } else { page.with_errors(errors).show(visit) }
}

/// A form that holds what was sent.
fn form<'a>(visit: &'a Visit, errors: &'a Errors) -> Form<'a> {
    let form = Form::new(visit, errors);
    if visit.method.is_safe() {
        let next = if visit.path() == GO_ON {
            Next::or_first(visit.parameter("next").as_deref())
        } else {
            visit.here()
        };
        return form.to(GO_ON).hidden("next", next.path());
    }
    let sent = visit.sent.get().map(Vec::as_slice).unwrap_or_default();
    sent.iter().fold(form, |form, (name, value)| form.hidden(name.clone(), value.clone()))
}

fn by_passkey(visit: &Visit, errors: &Errors) -> Markup {
    let text = visit.text();
    let (form, nothing) = (form(visit, errors), html! {});
    passkey::section(text, Wanted::Proof, form, (PASSKEY, &nothing), &text.say("passkey-confirm"))
}

fn lead(has_passkey: bool, wants_code: bool) -> &'static str {
    match (has_passkey, wants_code) {
        (true, _) => id!("confirm-lead-passkey"),
        (false, true) => id!("confirm-lead-code"),
        (false, false) => id!("confirm-lead"),
    }
}

/// Where the code is found.
fn hint(text: &Text, set: Option<&TwoFactor>, asked: Option<&SecondFactor>) -> String {
    if let Some(to) = asked.and_then(|asked| asked.sent_to.as_ref()) {
        return text.say_with("confirm-code-sent", [("phone", to.into())]);
    }
    match set {
        Some(set) if set.app => text.say("code-hint-app"),
        Some(set) if set.phone.is_none() => text.say("code-hint-recovery"),
        Some(_) | None => text.say("confirm-code-hint"),
    }
}
