//! `/settings/desk/sign-in`: with an operator's token.

use axum::http::header::SET_COOKIE;
use axum::response::Response;
use catalogue::id;
use event_store::records::operator_session::LONGEST_LIFE;
use maud::html;
use secrecy::SecretString;

use super::context::DeskContext;
use super::{HOME, SIGN_IN};
use crate::problem::Kind;
use crate::security_log::SecurityEvent;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::next::Next;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

/// The field with the token. By its name no page shows it again.
const TOKEN: &str = "operator_token";

const DONE: &[(&str, &str)] = &[("signed-out", id!("desk-sign-in-done-out"))];
const FIELDS: &[FieldError] = &[
    (Cause::Kind(Kind::WrongCredentials), TOKEN, id!("desk-sign-in-wrong")),
    (Cause::Kind(Kind::InsufficientScope), TOKEN, id!("desk-sign-in-scope")),
];

/// Asks for the token; who is signed in goes on.
pub(in crate::settings) async fn show(visit: Visit) -> Response {
    let next = next(visit.parameter("next").as_deref());
    if visit.operator().await.is_ok() {
        return see(&next);
    }
    page(&visit, &next, &Errors::default())
}

/// Signs in.
pub(in crate::settings) async fn sign_in(
    visit: Visit,
    context: DeskContext,
    sent: Sent,
) -> Result<Response, Refusal> {
    let next = next(Some(sent.text("next")));
    let shown = SecretString::from(sent.text(TOKEN));
    if sent.text(TOKEN).is_empty() {
        return Ok(page(&visit, &next, &Errors::at(TOKEN, visit.text().say("desk-sign-in-missing"))));
    }
    match context.sign_in(&shown).await.map_err(Refusal::from) {
        Ok(session) => {
            let mut response = see(&next);
            let cookie = visit.pages.state.cookie.desk(&session, LONGEST_LIFE.num_seconds());
            cookie.map(|cookie| response.headers_mut().append(SET_COOKIE, cookie));
            response.extensions_mut().insert(SecurityEvent::SignInOk);
            Ok(response)
        }
        Err(refusal) => {
            let kind = refusal.kind;
            let mut response = page(&visit, &next, &Errors::of(refusal, visit.text(), FIELDS)?);
            // For the security log.
            response.extensions_mut().insert(kind);
            Ok(response)
        }
    }
}

/// A page of the desk, or the first.
fn next(named: Option<&str>) -> String {
    let next = named.and_then(Next::parse).map(|next| next.path().to_owned());
    next.filter(|path| path.starts_with("/settings/desk/") && !path.starts_with("/settings/desk/sign-"))
        .unwrap_or_else(|| HOME.to_owned())
}

fn page(visit: &Visit, next: &str, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors).to(SIGN_IN).hidden("next", next);
    let token = Field::password(TOKEN, text.say("desk-sign-in-token"), "off")
        .hint(text.say("desk-sign-in-token-hint"));
    let body = html! {
        p { (text.say("desk-sign-in-lead")) }
        (form.around(&form.field(&token), &text.say("sign-in-button")))
        p class="quiet" { (text.say("desk-sign-in-record")) }
    };
    Page::new(text.say("desk-sign-in-title"), body).telling(visit.done(DONE)).with_errors(errors).show(visit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_at_the_desk_and_nowhere_else() {
        assert_eq!(next(Some("/settings/desk/log?x=1")), "/settings/desk/log?x=1");
        for path in
            ["/settings/profile", "/settings/desk/sign-out", "/settings/desk/sign-in", "//evil.test", ""]
        {
            assert_eq!(next(Some(path)), HOME, "{path}");
        }
        assert_eq!(next(None), HOME);
    }
}
