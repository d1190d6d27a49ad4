//! `/settings/projects/{id}`: a project, its credentials, and who owns it.

use axum::response::Response;
use catalogue::{Text, id};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::ProjectId;
use maud::{Markup, html};

use super::{history, owners};
use crate::extract::Id;
use crate::routes::organizations::OrganizationItem;
use crate::routes::projects::{PreviousPair, ProjectItem, ProjectShown};
use crate::settings::copied::copied;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

const DONE: &[(&str, &str)] = &[
    ("name", id!("projects-done-name")),
    ("overlap", id!("projects-done-overlap")),
    ("owner-added", id!("projects-done-owner-added")),
    ("owner-removed", id!("projects-done-owner-removed")),
];

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    visit.me().await?;
    let shown: ProjectShown = visit.v1.get(&format!("/v1/projects/{id}")).await?;
    let path = format!("/v1/organizations/{}", shown.project.organization_id);
    let organization: OrganizationItem = visit.v1.get(&path).await?;
    let text = visit.text();
    let body = html! {
        @if !shown.you_own { p class="note" { (text.say("projects-why-not")) } }
        (about(&shown, &organization, text))
        (credentials(&visit, &shown))
        (owners::section(&visit, &shown))
        (history::of(&shown).newest(&visit).await?)
    };
    Ok(Page::new(shown.project.name.clone(), body)
        .of(Section::Projects)
        .below("/settings/projects", text.say("projects-title"))
        .telling(visit.done(DONE))
        .show(&visit))
}

fn about(shown: &ProjectShown, organization: &OrganizationItem, text: &Text) -> Markup {
    let project = &shown.project;
    html! {
        section class="card" aria-labelledby="about" {
            h2 id="about" { (text.say("projects-about")) }
            dl class="rows" {
                div class="row" {
                    dt { (text.say("projects-name")) }
                    dd { (project.name) }
                    @if shown.you_own {
                        dd class="change" {
                            a href={ "/settings/projects/" (project.id) "/name" } {
                                (text.say("page-change")) span class="unseen" { " " (text.say("projects-name")) }
                            }
                        }
                    }
                }
                div class="row" {
                    dt { (text.say("projects-organization")) }
                    dd { a href={ "/settings/organizations/" (organization.id) } { (organization.name) } }
                }
                div class="row" {
                    dt { (text.say("projects-token")) }
                    dd {
                        (copied(text, "project-token", &text.say("projects-token"), &project.token))
                        p class="note" { (text.say("projects-token-hint")) }
                    }
                }
                div class="row" {
                    dt { (text.say("projects-created")) }
                    dd { (text.date(project.created_at)) }
                }
            }
        }
    }
}

fn credentials(visit: &Visit, shown: &ProjectShown) -> Markup {
    let (text, project) = (visit.text(), &shown.project);
    let here = format!("/settings/projects/{}", project.id);
    let has_some = project.api_key.is_some();
    html! {
        section class="card" aria-labelledby="credentials" {
            h2 id="credentials" { (text.say("projects-credentials")) }
            @if let Some(api_key) = &project.api_key {
                dl class="rows" {
                    div class="row" {
                        dt { (text.say("projects-key")) }
                        dd {
                            (copied(text, "api-key", &text.say("projects-key"), api_key))
                            (last_used(project.last_used_at, text))
                        }
                    }
                    (secret(visit, shown, &here))
                    @if let Some(at) = project.reset_at {
                        div class="row" { dt { (text.say("projects-reset-at")) } dd { (text.moment(at)) } }
                    }
                }
            } @else {
                p class="quiet" { (text.say("projects-no-credentials")) }
            }
            @if let Some(previous) = &project.previous { (overlap(project, previous, shown.you_own, text)) }
            @if shown.you_own {
                p {
                    a class="button plain" href={ (here) "/reset" } {
                        (text.say(if has_some { id!("projects-reset") } else { id!("projects-make") }))
                    }
                }
            }
        }
    }
}

fn secret(visit: &Visit, shown: &ProjectShown, here: &str) -> Markup {
    let text = visit.text();
    let errors = Errors::default();
    html! {
        div class="row" {
            dt { (text.say("projects-secret")) }
            dd {
                code aria-hidden="true" { (shown.project.api_secret.as_deref().unwrap_or_default()) }
                span class="unseen" { (text.say("projects-secret-masked")) }
                @if let Some(fingerprint) = &shown.project.fingerprint {
                    div class="quiet" { (text.say("projects-fingerprint")) " " code { (fingerprint) } }
                }
                @if shown.you_own { p class="note" { (text.say("projects-reveal-hint")) } }
            }
            @if shown.you_own {
                dd class="change" {
                    (Form::new(visit, &errors)
                        .to(&format!("{here}/secret"))
                        .about(text.say("projects-secret"))
                        .around_plain(&html! {}, &text.say("projects-reveal")))
                }
            }
        }
    }
}

fn last_used(at: Option<DateTime<Utc>>, text: &Text) -> Markup {
    html! {
        div class="quiet" {
            @match at {
                Some(at) => (text.say_with("projects-last-used", [("moment", text.moment(at).into())])),
                None => (text.say("projects-never-used")),
            }
        }
    }
}

/// The pair from before the last reset, while it works.
fn overlap(project: &ProjectItem, previous: &PreviousPair, you_own: bool, text: &Text) -> Markup {
    let ends = text.say_with("projects-overlap-ends", [("moment", text.moment(previous.ends_at).into())]);
    let is_used = is_used_since(previous.last_used_at, project.reset_at);
    html! {
        div class={ "note" @if is_used { " warning" } } role="group" aria-labelledby="overlap" {
            h3 id="overlap" { (text.say("projects-overlap")) }
            p { (ends) }
            p {
                @match previous.last_used_at.filter(|_| is_used) {
                    Some(at) => (text.say_with("projects-overlap-used", [("moment", text.moment(at).into())])),
                    None => (text.say("projects-overlap-unused")),
                }
            }
            @if let Some(api_key) = &previous.api_key {
                p { (text.say("projects-overlap-key")) " " code { (api_key) } }
            }
            @if you_own {
                p { a href={ "/settings/projects/" (project.id) "/overlap" } { (text.say("projects-overlap-end")) } }
            }
        }
    }
}

/// Whether a pair was used after its project got another. Uses are known to the minute.
fn is_used_since(last_used_at: Option<DateTime<Utc>>, reset_at: Option<DateTime<Utc>>) -> bool {
    let minute = |at: DateTime<Utc>| at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at);
    match (last_used_at, reset_at) {
        (Some(used), Some(reset)) => used >= minute(reset),
        (used, _) => used.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_told_as_used_when_it_was_used_in_the_minute_of_the_reset_or_after() {
        let at = |seconds: i64| Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds));
        assert!(!is_used_since(None, at(90)));
        assert!(!is_used_since(at(0), at(90)));
        assert!(is_used_since(at(60), at(90)) && is_used_since(at(120), at(90)));
    }
}
