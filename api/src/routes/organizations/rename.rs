//! `PATCH /v1/organizations/{id}`: another name.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use domain::organization::{Organization, OrganizationAction};
use domain::{Actor, OrganizationId};
use event_store::CommitExtras;

use super::OrganizationNow;
use super::create::Naming;
use super::lookup;
use crate::conditional;
use crate::extract::{Body, CurrentSession, Id, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// Gives an organization another name. Owners and admins may.
#[utoipa::path(
    patch, path = "/v1/organizations/{id}", tag = "Organizations", operation_id = "renameOrganization", request_body = Naming,
    params(("If-Match" = Option<String>, Header, description = "Change only what has this `ETag`")),
    responses(
        (status = 200, description = "The organization as it stands now", body = OrganizationNow,
            headers(("ETag" = String, description = "The version of the organization"))),
        (status = 403, description = "One is neither owner nor admin: `insufficient-role`"),
    )
)]
pub(crate) async fn rename(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<OrganizationId>,
    headers: HeaderMap,
    context: RequestContext,
    Body(body): Body<Naming>,
) -> Result<impl IntoResponse, Problem> {
    let (name, account, organization_id) = (body.checked()?, current.account(), id.to_string());
    let tags = state.tags().await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            conditional::check(&headers, &tags.of(id, found.version))?;
            let rename = found.action(OrganizationAction::Rename { name: name.clone() });
            unit.execute::<Organization>(&organization_id, rename).await?;
            let (_, version) = unit.load_versioned::<Organization>(&organization_id).await?;
            Ok::<_, Problem>((unit, CommitExtras::default(), (version, found)))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let (version, found) = done.answer;
    let second_factor_demanded = found.organization.second_factor_demanded;
    let answer = OrganizationNow { id, name, role: found.member.role, second_factor_demanded };
    Ok((position, [(ETAG, tags.of(id, version))], Json(answer)))
}
