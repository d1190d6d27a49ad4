//! `/settings/projects`: the projects of all organizations of who is here, by organization.

use axum::response::Response;
use catalogue::Text;
use maud::{Markup, html};

use crate::routes::organizations::{OrganizationItem, OrganizationList};
use crate::routes::projects::{ProjectItem, ProjectList};
use crate::settings::listing::listing;
use crate::settings::organizations::role_of;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// The projects of one organization.
struct Group<'a> {
    organization: &'a OrganizationItem,
    projects: Vec<&'a ProjectItem>,
}

/// Shows them.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let organizations = all_organizations(&visit).await?;
    let path = listing(&visit, "/v1/projects", "cursor");
    let list: ProjectList = visit.v1.get(&path).await?;
    let text = visit.text();
    // On one page of several an organization without projects may have some on another.
    let is_whole = list.next_cursor.is_none() && visit.parameter("cursor").is_none();
    let groups = grouped(&organizations, &list.items, is_whole);
    let body = html! {
        @if organizations.is_empty() {
            section class="card" aria-labelledby="none" {
                h2 id="none" { (text.say("projects-none")) }
                p { (text.say("projects-none-hint")) }
                p { a class="button" href="/settings/organizations" { (text.say("projects-to-organizations")) } }
            }
        } @else {
            p { (text.say("projects-lead")) }
            @for found in &groups { (group(found, text)) }
            @if let Some(cursor) = &list.next_cursor {
                p { a href={ "/settings/projects?cursor=" (cursor) } { (text.say("page-more")) } }
            }
        }
    };
    Ok(Page::new(text.say("projects-title"), body).of(Section::Projects).show(&visit))
}

/// Every organization of who is here: each is one that they joined.
async fn all_organizations(visit: &Visit) -> Result<Vec<OrganizationItem>, Refusal> {
    let (mut all, mut path) = (Vec::new(), "/v1/organizations?limit=200".to_owned());
    loop {
        let list: OrganizationList = visit.v1.get(&path).await?;
        all.extend(list.items);
        let Some(cursor) = list.next_cursor else { return Ok(all) };
        path = format!("/v1/organizations?limit=200&cursor={cursor}");
    }
}

fn grouped<'a>(
    organizations: &'a [OrganizationItem],
    projects: &'a [ProjectItem],
    with_empty: bool,
) -> Vec<Group<'a>> {
    let of = |organization: &'a OrganizationItem| Group {
        organization,
        projects: projects.iter().filter(|project| project.organization_id == organization.id).collect(),
    };
    organizations.iter().map(of).filter(|group| with_empty || !group.projects.is_empty()).collect()
}

fn group(Group { organization, projects }: &Group<'_>, text: &Text) -> Markup {
    let new = format!("/settings/organizations/{}/projects/new", organization.id);
    let may_create = role_of(&organization.role).manages();
    html! {
        section class="card" aria-labelledby=(organization.id) {
            h2 id=(organization.id) { (organization.name) }
            @if projects.is_empty() {
                p class="quiet" { (text.say("projects-none-here")) }
            } @else {
                ul class="list" { @for project in projects { li { (item(project, text)) } } }
            }
            @if may_create {
                p {
                    a class="button plain" href=(new) {
                        (text.say("projects-create")) span class="unseen" { ": " (organization.name) }
                    }
                }
            } @else if projects.is_empty() {
                p { (text.say("projects-create-why-not")) }
            }
        }
    }
}

fn item(project: &ProjectItem, text: &Text) -> Markup {
    html! {
        div {
            a href={ "/settings/projects/" (project.id) } { strong { (project.name) } }
            @if project.previous.is_some() { " " span class="badge" { (text.say("projects-overlap-badge")) } }
        }
        code class="quiet" { (project.id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn projects_stand_below_their_organization() {
        let organization = |id: &str| OrganizationItem {
            id: id.to_owned(),
            name: id.to_uppercase(),
            role: "owner".to_owned(),
            second_factor_demanded: false,
            joined_at: DateTime::UNIX_EPOCH,
            created_at: DateTime::UNIX_EPOCH,
        };
        let project = |id: &str, organization: &str| ProjectItem {
            id: id.to_owned(),
            organization_id: organization.to_owned(),
            name: id.to_uppercase(),
            token: String::new(),
            api_key: None,
            api_secret: None,
            fingerprint: None,
            last_used_at: None,
            created_at: DateTime::UNIX_EPOCH,
            reset_at: None,
            previous: None,
        };
        let organizations = [organization("a"), organization("b"), organization("c")];
        let projects = [project("1", "c"), project("2", "a"), project("3", "c")];
        let told = |with_empty| {
            let groups = grouped(&organizations, &projects, with_empty);
            let tell = |group: &Group<'_>| {
                let ids = group.projects.iter().map(|project| project.id.as_str()).collect::<String>();
                format!("{}{ids}", group.organization.id)
            };
            groups.iter().map(tell).collect::<Vec<_>>()
        };
        assert_eq!(told(true), ["a2", "b", "c13"]);
        assert_eq!(told(false), ["a2", "c13"]);
    }
}
