//! `/settings/projects/{id}/secret`: seeing the API secret. Each time is recorded, and all owners are told.

use axum::http::Method;
use axum::response::Response;
use domain::ProjectId;
use maud::html;

use super::pair::{Shown, once};
use super::{name_of, owned};
use crate::extract::Id;
use crate::routes::projects::Revealed;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

/// Asks whether it is to be seen.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    page(&visit, id, &Errors::default()).await
}

/// Shows it.
pub(in crate::settings) async fn reveal(
    visit: Visit,
    Id(id): Id<ProjectId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let path = format!("/v1/projects/{id}/credentials/reveal");
    match visit.v1.send::<Revealed>(Method::POST, &path, None, sent.key()).await {
        Ok(pair) => {
            let name = name_of(&visit, id).await;
            let text = visit.text();
            let shown = Shown {
                title: text.say("projects-secret-title"),
                lead: html! { p { (text.say("projects-revealed")) } },
                token: None,
                api_key: pair.api_key.as_deref(),
                api_secret: &pair.api_secret,
            };
            Ok(once(&visit, &id.to_string(), name, &shown))
        }
        Err(refusal) => page(&visit, id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: ProjectId, errors: &Errors) -> Result<Response, Refusal> {
    let project = owned(visit, id).await?.project;
    let text = visit.text();
    let body = html! {
        p { (text.say("projects-reveal-lead")) }
        (Form::new(visit, errors).around(&html! {}, &text.say("projects-reveal-button")))
    };
    Ok(Page::new(text.say("projects-reveal-title"), body)
        .of(Section::Projects)
        .below(format!("/settings/projects/{id}"), project.name)
        .with_errors(errors)
        .show(visit))
}
