//! `/settings/sign-in/passkey`: signing in with a passkey, which the browser was asked for on the page before.

use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::password;
use crate::problem::Kind;
use crate::settings::errors::Errors;
use crate::settings::next::Next;
use crate::settings::passkey::{self, Wanted};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

/// There is nothing to see.
pub(in crate::settings) async fn show() -> Response {
    see("/settings/sign-in")
}

/// Signs in.
pub(in crate::settings) async fn sign_in(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let next = Next::or_first(Some(sent.text("next")));
    match show_passkey(&visit, &sent).await {
        Ok(()) => Ok(see(next.path())),
        Err(refusal) if refusal.kind == Kind::CrossSite => Err(refusal),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), &[])?;
            Ok(password::page(&visit, &next, "", &errors))
        }
    }
}

async fn show_passkey(visit: &Visit, sent: &Sent) -> Result<(), Refusal> {
    let credential = passkey::answered(visit, sent.secret(passkey::FIELD), Wanted::SignIn).await?;
    let body = json!({"credential": credential});
    visit.v1.command(Method::POST, "/v1/sessions/passkey", Some(body), None).await
}
