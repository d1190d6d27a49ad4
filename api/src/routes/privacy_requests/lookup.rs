//! Finding a request through the rights of the caller: another's is found as little as one there never was.

use domain::privacy_request::{PrivacyRequest, Request};
use domain::{AccountId, RequestId};
use projections::privacy_request::{NAME, RequestView};

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// A request as the read model shows it, with everything its holder did themselves.
pub(super) async fn find(
    state: &AppState,
    account: AccountId,
    request: RequestId,
    seen: Option<i64>,
) -> Result<RequestView, Problem> {
    let reached = state.catch_up(NAME, account, seen).await?;
    match state.views.request_fetch(account, request).await? {
        Some(view) => Ok(view),
        None if reached => Err(Problem::new(Kind::NotFound)),
        // The read model is late, and the request may be one just made.
        None => owned(state, account, request).await,
    }
}

/// A request as the log itself has it: for what is decided on it.
pub(super) async fn owned(
    state: &AppState,
    account: AccountId,
    request: RequestId,
) -> Result<RequestView, Problem> {
    let (aggregate, version) = state.store.load::<PrivacyRequest>(&request.to_string()).await?;
    let owned = aggregate.request.filter(|request: &Request| request.account_id == account);
    let request = owned.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(RequestView { request, version: version.cast_signed() })
}
