//! `/settings/sign-in`: the first step, by address and password.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use super::{PASSKEY_PATH, code};
use crate::problem::Kind;
use crate::routes::sessions::new_session::SignedIn;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::next::Next;
use crate::settings::page::Page;
use crate::settings::passkey::{FIELD, Wanted, section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

const DONE: &[(&str, &str)] =
    &[("signed-out", id!("sign-in-done-out")), ("code-over", id!("sign-in-done-code-over"))];
const FIELDS: &[FieldError] = &[(Cause::Pointer("/email"), "email", id!("form-email-wrong"))];

/// Asks who signs in; who is signed in goes on.
pub(in crate::settings) async fn show(visit: Visit) -> Response {
    let next = Next::or_first(visit.parameter("next").as_deref());
    if visit.me().await.is_ok() {
        return see(next.path());
    }
    page(&visit, &next, "", &Errors::default())
}

/// Signs in, or asks for the code that was sent.
pub(in crate::settings) async fn sign_in(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let next = Next::or_first(Some(sent.text("next")));
    let email = sent.text("email");
    let body = json!({"email": email, "password": sent.secret("password")});
    match visit.v1.send::<SignedIn>(Method::POST, "/v1/sessions", Some(body), None).await {
        Ok(SignedIn { second_factor: Some(asked), .. }) => {
            Ok(code::page(&visit, &next, &asked, &Errors::default()))
        }
        Ok(_) => Ok(see(next.path())),
        Err(refusal) if refusal.kind == Kind::CrossSite => Err(refusal),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            Ok(page(&visit, &next, email, &errors))
        }
    }
}

/// Asks who signs in.
pub(super) fn page(visit: &Visit, next: &Next, email: &str, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors).to("/settings/sign-in").hidden("next", next.path());
    let takes_passkeys = visit.takes_passkeys();
    let fills = if takes_passkeys { "username webauthn" } else { "username" };
    let address = Field::email("email", text.say("sign-in-email")).autocomplete(fills).value(email);
    let password = Field::password("password", text.say("sign-in-password"), "current-password");
    let fields = html! { (form.field(&address)) (form.field(&password)) };
    let body = html! {
        (form.around(&fields, &text.say("sign-in-button")))
        @if takes_passkeys {
            @let form = Form::new(visit, errors).to(PASSKEY_PATH).hidden("next", next.path());
            (section(text, Wanted::SignInOrAutofill, form, (FIELD, &html! {}), &text.say("passkey-sign-in")))
        }
        p { a href=(next.after("/settings/sign-in/forgotten")) { (text.say("sign-in-forgotten")) } }
    };
    Page::new(text.say("sign-in-title"), body).telling(visit.done(DONE)).with_errors(errors).show(visit)
}
