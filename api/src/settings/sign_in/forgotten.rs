//! `/settings/sign-in/forgotten`: asking for a link to choose a new password with.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::next::Next;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const PATH: &str = "/settings/sign-in/forgotten";
const FIELDS: &[FieldError] = &[(Cause::Pointer("/email"), "email", id!("form-email-wrong"))];

/// Asks for the address, or says that the link is on its way.
pub(in crate::settings) async fn show(visit: Visit) -> Response {
    match visit.done(&[("sent", id!("forgotten-sent"))]) {
        Some(sent) => {
            let text = visit.text();
            let back = Next::default().after("/settings/sign-in");
            let body = html! {
                p { (sent) }
                p { (text.say("forgotten-no-mail")) }
                p { a href=(back) { (text.say("forgotten-back")) } }
            };
            Page::new(text.say("forgotten-sent-title"), body).show(&visit)
        }
        None => page(&visit, "", &Errors::default()),
    }
}

/// Has the link sent. Whether the address has an account is not told.
pub(in crate::settings) async fn ask(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let email = sent.text("email");
    let asked =
        visit.v1.command(Method::POST, "/v1/password-resets", Some(json!({"email": email})), None).await;
    match asked {
        Ok(()) => Ok(done(PATH, "sent")),
        Err(refusal) => Ok(page(&visit, email, &Errors::of(refusal, visit.text(), FIELDS)?)),
    }
}

fn page(visit: &Visit, email: &str, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let address = Field::email("email", text.say("sign-in-email")).autocomplete("username").value(email);
    let body = html! {
        p { (text.say("forgotten-lead")) }
        (form.around(&form.field(&address), &text.say("forgotten-button")))
    };
    Page::new(text.say("forgotten-title"), body)
        .below("/settings/sign-in", text.say("forgotten-back"))
        .with_errors(errors)
        .show(visit)
}
