//! `/settings/projects/{id}/reset`: a new API key and secret, and what becomes of the old ones.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::ProjectId;
use domain::project::LONGEST_OVERLAP_HOURS;
use maud::{Markup, html};
use serde_json::json;

use super::pair::{Shown, once};
use super::{name_of, owned};
use crate::extract::Id;
use crate::routes::projects::{NewPair, ProjectItem};
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Choice, Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

const FIELDS: &[FieldError] =
    &[(Cause::Pointer("/keep_previous_hours"), "hours", id!("projects-hours-wrong"))];
/// When the old pair ends.
const NOW: &str = "now";
const LATER: &str = "later";

/// What was chosen.
struct Chosen<'a> {
    when: &'a str,
    hours: &'a str,
}

impl Chosen<'_> {
    /// How long the old pair goes on working, or what is wrong.
    fn keep_hours(&self, visit: &Visit) -> Result<u32, Errors> {
        let text = visit.text();
        match self.when {
            NOW => Ok(0),
            LATER => {
                let hours =
                    self.hours.parse().ok().filter(|hours| (1..=LONGEST_OVERLAP_HOURS).contains(hours));
                hours.ok_or_else(|| Errors::at("hours", text.say("projects-hours-wrong")))
            }
            _ => Err(Errors::at("when", text.say("projects-when-wrong"))),
        }
    }
}

/// Asks whether it is meant, and what becomes of the old pair.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    page(&visit, id, &Chosen { when: NOW, hours: "24" }, &Errors::default()).await
}

/// Resets them, and shows the new pair.
pub(in crate::settings) async fn reset(
    visit: Visit,
    Id(id): Id<ProjectId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let chosen = Chosen { when: sent.text("when"), hours: sent.text("hours") };
    let hours = match chosen.keep_hours(&visit) {
        Ok(hours) => hours,
        Err(errors) => return page(&visit, id, &chosen, &errors).await,
    };
    let path = format!("/v1/projects/{id}/credentials/reset");
    let body = Some(json!({"confirm": true, "keep_previous_hours": hours}));
    match visit.v1.send::<NewPair>(Method::POST, &path, body, sent.key()).await {
        Ok(pair) => Ok(shown(&visit, id, &pair).await),
        Err(refusal) => page(&visit, id, &chosen, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn shown(visit: &Visit, id: ProjectId, pair: &NewPair) -> Response {
    let name = name_of(visit, id).await;
    let text = visit.text();
    let fate = match pair.previous_ends_at {
        Some(at) => text.say_with("projects-old-until", [("moment", text.moment(at).into())]),
        None => text.say("projects-old-ended"),
    };
    let shown = Shown {
        title: text.say("projects-new-title"),
        lead: html! { p { (fate) } p { (text.say("projects-reset-told")) } },
        token: None,
        api_key: Some(&pair.api_key),
        api_secret: &pair.api_secret,
    };
    once(visit, &id.to_string(), name, &shown)
}

async fn page(
    visit: &Visit,
    id: ProjectId,
    chosen: &Chosen<'_>,
    errors: &Errors,
) -> Result<Response, Refusal> {
    let project = owned(visit, id).await?.project;
    let text = visit.text();
    let (title, body) = if project.api_key.is_some() {
        (text.say("projects-reset-title"), asking(visit, &project, chosen, errors))
    } else {
        (text.say("projects-make-title"), making(visit, errors))
    };
    Ok(Page::new(title, body)
        .of(Section::Projects)
        .below(format!("/settings/projects/{id}"), project.name)
        .with_errors(errors)
        .show(visit))
}

fn asking(visit: &Visit, project: &ProjectItem, chosen: &Chosen<'_>, errors: &Errors) -> Markup {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let choices = [
        Choice {
            value: NOW,
            label: text.say("projects-when-now"),
            hint: Some(text.say("projects-when-now-hint")),
        },
        Choice {
            value: LATER,
            label: text.say("projects-when-later"),
            hint: Some(text.say("projects-when-later-hint")),
        },
    ];
    let hours = Field::number("hours", text.say("projects-hours"))
        .hint(text.say_with("projects-hours-hint", [("most", LONGEST_OVERLAP_HOURS.into())]))
        .value(chosen.hours)
        .optional();
    let fields = html! {
        (form.choices("when", &text.say("projects-when"), &choices, chosen.when))
        (form.field(&hours))
    };
    html! {
        p { strong { (text.say("projects-reset-sure")) } }
        p { (text.say("projects-reset-lead")) }
        @if let Some(at) = project.last_used_at {
            p class="note warning" {
                (text.say_with("projects-reset-in-use", [("moment", text.moment(at).into())]))
            }
        }
        @if let Some(previous) = &project.previous {
            p class="note warning" {
                (text.say_with("projects-reset-overlap", [("moment", text.moment(previous.ends_at).into())]))
            }
        }
        p { (text.say("projects-reset-owners")) }
        (form.around_danger(&fields, &text.say("projects-reset-button")))
    }
}

/// Where there are none, nothing stops working.
fn making(visit: &Visit, errors: &Errors) -> Markup {
    let text = visit.text();
    html! {
        p { (text.say("projects-make-lead")) }
        p { (text.say("projects-reset-owners")) }
        (Form::new(visit, errors).hidden("when", NOW).around(&html! {}, &text.say("projects-make")))
    }
}
