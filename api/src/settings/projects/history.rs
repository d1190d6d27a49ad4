//! `/settings/projects/{id}/history`: what happened to a project, and who did it.

use axum::response::Response;
use domain::ProjectId;

use crate::extract::Id;
use crate::routes::projects::ProjectShown;
use crate::settings::history::shared::Shared;
use crate::settings::page::Section;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    visit.me().await?;
    let shown: ProjectShown = visit.v1.get(&format!("/v1/projects/{id}")).await?;
    of(&shown).show(&visit).await
}

pub(super) fn of(shown: &ProjectShown) -> Shared {
    let id = &shown.project.id;
    Shared {
        v1: format!("/v1/projects/{id}"),
        path: format!("/settings/projects/{id}"),
        name: shown.project.name.clone(),
        section: Section::Projects,
    }
}
