//! `/settings/organizations/{id}/history`: what happened to an organization, and who did it.

use axum::response::Response;
use domain::OrganizationId;

use crate::extract::Id;
use crate::routes::organizations::OrganizationItem;
use crate::settings::history::shared::Shared;
use crate::settings::page::Section;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<OrganizationId>) -> Result<Response, Refusal> {
    visit.me().await?;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    of(&organization).show(&visit).await
}

pub(super) fn of(organization: &OrganizationItem) -> Shared {
    let id = &organization.id;
    Shared {
        v1: format!("/v1/organizations/{id}"),
        path: format!("/settings/organizations/{id}"),
        name: organization.name.clone(),
        section: Section::Organizations,
    }
}
