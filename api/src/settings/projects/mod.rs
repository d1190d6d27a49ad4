//! *Projects*: what usage is collected in, its credentials, and who owns it.

mod create;
mod history;
mod list;
mod name;
mod overlap;
mod overview;
mod owner_removal;
mod owners;
mod pair;
mod reset;
mod secret;

use axum::routing::{MethodRouter, get};
use domain::ProjectId;

use super::pages::Pages;
use super::refusal::Refusal;
use super::visit::Visit;
use crate::problem::Kind;
use crate::routes::projects::ProjectShown;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        ("/settings/projects", get(list::show)),
        ("/settings/organizations/{id}/projects/new", get(create::show).post(create::create)),
        ("/settings/projects/{id}", get(overview::show)),
        ("/settings/projects/{id}/name", get(name::show).post(name::change)),
        ("/settings/projects/{id}/history", get(history::show)),
        ("/settings/projects/{id}/secret", get(secret::show).post(secret::reveal)),
        ("/settings/projects/{id}/reset", get(reset::show).post(reset::reset)),
        ("/settings/projects/{id}/overlap", get(overlap::show).post(overlap::end)),
        ("/settings/projects/{id}/owners", get(owners::show).post(owners::add)),
        (
            "/settings/projects/{id}/owners/{account_id}/remove",
            get(owner_removal::show).post(owner_removal::remove),
        ),
    ]
}

/// A project of which who is here is an owner. Others are told that they are not.
async fn owned(visit: &Visit, id: ProjectId) -> Result<ProjectShown, Refusal> {
    visit.me().await?;
    let shown: ProjectShown = visit.v1.get(&format!("/v1/projects/{id}")).await?;
    if shown.you_own { Ok(shown) } else { Err(Refusal::of(Kind::InsufficientRole)) }
}

/// The name of a project, for a page that shows what is shown once: whatever happens to the name, that is shown.
async fn name_of(visit: &Visit, id: ProjectId) -> String {
    let shown = owned(visit, id).await;
    shown.map_or_else(|_| visit.text().say("projects-project"), |shown| shown.project.name)
}
