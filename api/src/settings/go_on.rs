//! `/settings/confirm`: goes on to a page that only shows something, once it was proved who is here.

use axum::response::Response;

use super::confirm;
use super::errors::Errors;
use super::next::Next;
use super::refusal::Refusal;
use super::sent::Sent;
use super::visit::{Visit, see};

/// Asks for the proof.
pub(super) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    Ok(confirm::page(&visit, &Errors::default(), None).await)
}

/// The proof was given with the form.
pub(super) async fn go_on(sent: Sent) -> Response {
    see(Next::or_first(Some(sent.text("next"))).path())
}
