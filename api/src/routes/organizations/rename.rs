//! `PATCH /v1/organizations/{id}`: another name.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use domain::OrganizationId;
use domain::organization::{Organization, OrganizationWish};
use event_store::{Actor, Attached};

use super::OrganizationNow;
use super::create::Naming;
use super::lookup::{self, etag, wish_of};
use crate::conditional;
use crate::extract::{Body, CurrentSession, Id, RequestContext};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Gives an organization another name. Owners and admins may.
#[utoipa::path(
    patch, path = "/v1/organizations/{id}", tag = "Organizations", operation_id = "renameOrganization",
    request_body = Naming,
    params(
        ("id" = String, Path, description = "The organization", example = "org_01h455vb4pex5vsknk084sn02q"),
        ("If-Match" = Option<String>, Header, description = "Change only what has this `ETag`"),
    ),
    responses(
        (status = 200, description = "The organization as it stands now", body = OrganizationNow,
            headers(("ETag" = String, description = "The version of the organization"))),
        (status = 403, description = "One is neither owner nor admin: `insufficient-role`; or a page of another site sent this: `cross-site-request`"),
        (status = 404, description = "There is none, or one is no member of it: `not-found`"),
        (status = 412, description = "It stands otherwise than `If-Match` says: `precondition-failed`"),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn rename(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<OrganizationId>,
    headers: HeaderMap,
    context: RequestContext,
    Body(body): Body<Naming>,
) -> Result<impl IntoResponse, Problem> {
    let (name, account) = (body.checked()?, current.account());
    let found = lookup::find(&state, account, id).await?;
    if conditional::is_outdated(&headers, &etag(found.version)) {
        return Err(Problem::new(Kind::PreconditionFailed));
    }
    let executed = state
        .execute::<Organization>(
            &id.to_string(),
            wish_of(account, OrganizationWish::Rename { name: name.clone() }),
            &context.command(Actor::Account(account)),
            Attached::default(),
        )
        .await?;
    let position = state.position(account, &executed.events).await;
    let answer = OrganizationNow { id, name, role: found.member.role };
    Ok((position, [(ETAG, etag(executed.version))], Json(answer)))
}
