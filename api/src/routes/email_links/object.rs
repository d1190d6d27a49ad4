//! `POST /v1/factor-removal-objections`: the second factor stays.

use axum::extract::State;
use axum::response::IntoResponse;
use event_store::records::RecordWrite;
use event_store::records::email_link::Purpose;

use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::routes::me::factor_removal;
use crate::state::AppState;

/// Objects to a removal of the second factor, by the link in the mail that told of it: it stays.
#[utoipa::path(
    post, path = "/v1/factor-removal-objections", tag = "Me", operation_id = "objectToFactorRemovalByLink",
    request_body = OpenedLink,
    responses(
        (status = 204, description = "The second factor stays"),
        (status = 410, description = "The link no longer works, or none waits: `link-dead`"),
    )
)]
pub(crate) async fn object(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let account = state.open_link(Purpose::FactorObjection, &token, &context).await?.account;
    let taken = vec![RecordWrite::TakeLink(token.hash())];
    let kept = factor_removal::keep_factor(&state, account, &context, taken).await;
    kept.map_err(|problem| problem.instead_of(Kind::NotFound, Kind::LinkDead))
}
