//! Passkeys in forms. The script asks the browser, and its answer comes in a field of a form that is sent as any other; so
//! guards, limits and cookies are those of every form. Without the script such a form is not seen.

use axum::http::Method;
use catalogue::{Text, id};
use maud::{Markup, html};
use serde_json::Value;

use super::form::Form;
use super::refusal::Refusal;
use super::sent::Sent;
use super::visit::Visit;
use crate::problem::Kind;
use crate::routes::me::AcceptedPasskeys;

/// The field with what the browser answered.
pub(super) const FIELD: &str = "passkey";

/// What a browser is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A passkey to sign in with, on a page that offers it beside the field for the address as well.
    SignInOrAutofill,
    /// A passkey to sign in with.
    SignIn,
    /// A passkey that proves that it is still the same person.
    Proof,
    /// A new one.
    New,
}

impl Wanted {
    /// Where `/v1` says what the browser is asked.
    pub(super) fn options(self) -> &'static str {
        match self {
            Self::SignInOrAutofill | Self::SignIn => "/v1/sessions/passkey/options",
            Self::Proof => "/v1/sessions/reauthenticate/options",
            Self::New => "/v1/me/passkeys/options",
        }
    }
}

/// A form whose button asks the browser for a passkey, in the field `field`. `around` stands with it.
pub(super) fn section(
    text: &Text,
    wanted: Wanted,
    form: Form<'_>,
    (field, fields): (&'static str, &Markup),
    button: &str,
) -> Markup {
    let fields = html! {
        (fields)
        p class="error" role="alert" data-told="refused" hidden { (text.say("passkey-refused")) }
        @if wanted == Wanted::New {
            p class="error" role="alert" data-told="known" hidden { (text.say("problem-passkey-known")) }
        }
    };
    let form = form.hidden(field, "");
    html! {
        div data-passkey=(wanted.options()) data-new[wanted == Wanted::New]
            data-autofill[wanted == Wanted::SignInOrAutofill] hidden {
            @if matches!(wanted, Wanted::New | Wanted::SignIn) {
                (form.around(&fields, button))
            } @else {
                (form.around_plain(&fields, button))
            }
        }
    }
}

/// What the browser answered, as a form brings it; none where it was not asked, or in vain.
pub(super) fn in_form(sent: &Sent) -> Option<Value> {
    read(sent.secret(FIELD))
}

fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_object)
}

/// What the browser answered. Where it was asked in vain, what `/v1` says to that.
pub(super) async fn answered(visit: &Visit, text: &str, wanted: Wanted) -> Result<Value, Refusal> {
    if let Some(answer) = read(text) {
        return Ok(answer);
    }
    visit.v1.command(Method::POST, wanted.options(), None, None).await?;
    Err(Refusal::of(Kind::WrongPasskey))
}

/// Has the script tell the browser which passkeys count, and whose they are, for pages on which that may have changed.
pub(super) async fn accepted(visit: &Visit) -> Markup {
    let told = visit.v1.get::<AcceptedPasskeys>("/v1/me/passkeys/accepted").await;
    let told = told.ok().and_then(|accepted| serde_json::to_string(&accepted).ok());
    html! { @if let Some(told) = told { div data-accepted=(told) hidden {} } }
}

/// What is to be done where no passkey can be used, if that is so.
pub(super) fn unavailable(visit: &Visit) -> Option<&'static str> {
    (!visit.takes_passkeys()).then_some(id!("passkeys-need-domain"))
}
