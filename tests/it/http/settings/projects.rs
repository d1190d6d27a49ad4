//! *Projects*.

use serde_json::json;

use super::browser::{Browser, Shown};
use crate::http::Service;
use crate::http::queue::{drain, told};
use crate::http::service::sent;
use crate::http::teams::{Project, organization_of, set_role, team, worth};
use crate::support::PASSWORD;

fn here(project: &Project) -> String {
    format!("/settings/projects/{}", project.id)
}

/// The value with this id on a page.
fn value(page: &Shown, id: &str) -> String {
    let text = page.answer.text();
    let (_, rest) = text.split_once(&format!("<code id=\"{id}\">")).unwrap_or_else(|| panic!("{text}"));
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn projects_are_listed_by_organization_and_created_with_a_secret_that_is_shown_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open("/settings/projects").await.shows(&["You have no projects", "Go to organizations"]);
    let organization = organization_of(&ada).await;
    let list = browser.open("/settings/projects").await;
    list.shows(&["<h2 id=\"org_", "Engines", "No projects yet.", "Create a project"]);
    let page = browser.open(&format!("/settings/organizations/{organization}/projects/new")).await;
    page.shows(&["The project belongs to Engines."]);
    let wrong = browser.submit(&page, &[("name", "")]).await;
    wrong.status(422).shows(&["Enter a name of 1 to 200 letters", "href=\"#name\""]);
    let made = browser.submit(&wrong, &[("name", "Looms")]).await;
    made.status(200).shows(&["Looms is ready", "We show the secret only now.", "data-copy=\"api-secret\""]);
    assert!(!made.answer.headers.contains_key("content-encoding"), "its size tells nothing");
    let secret = value(&made, "api-secret");
    assert_eq!(worth(&service, &secret).await["active"], true);
    let list = browser.open("/settings/projects").await;
    list.shows(&["Looms", "/settings/projects/prj_"]).hides(&["No projects yet.", &secret]);
    let id = list.answer.text().split("href=\"/settings/projects/").nth(1).unwrap();
    let path = format!("/settings/projects/{}", id.split_once('"').unwrap().0);
    let shown = browser.open(&path).await;
    shown
        .shows(&["API credentials", "psx_••••••••", "hidden", "Last used", "Add an owner"])
        .hides(&[&secret]);
    assert_eq!(value(&shown, "api-key"), value(&made, "api-key"));
    assert_eq!(value(&shown, "project-token"), value(&made, "project-token"));
    let page = browser.open(&format!("{path}/name")).await;
    browser.submit(&page, &[("name", " ")]).await.status(422);
    let renamed = browser.submit(&page, &[("name", "Mills")]).await;
    renamed.at(&path).shows(&["The name is changed.", "<h1>Mills</h1>"]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_secret_is_revealed_once_a_form_and_owners_are_told() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    service.let_sudo_pass().await;
    drain(&service).await;
    let page = browser.open(&here(&project)).await;
    page.shows(&["Revealing it is recorded, and all owners are told by email.", "Not used yet"]);
    let reveal = format!("{}/secret", here(&project));
    let asked = browser.press(&page, &reveal).await;
    asked.status(403).at(&reveal).shows(&["Confirm that it is you"]);
    let shown = browser.submit(&asked, &[("proof_password", PASSWORD)]).await;
    shown.status(200).shows(&["All owners of the project are told by email that you have seen it."]);
    assert_eq!(value(&shown, "api-secret"), project.secret());
    assert!(!shown.answer.headers.contains_key("content-encoding"), "its size tells nothing");
    assert_eq!(told(&service).await, [(ada.account.clone(), "credentials_revealed".to_owned())]);
    // The same form once more tells nothing, and nobody of anything.
    let again = browser.press(&page, &reveal).await;
    again.hides(&[project.secret()]).shows(&["Reveal the API secret?"]);
    drain(&service).await;
    assert!(told(&service).await.is_empty());
    // A page that asks anew does.
    let page = browser.open(&reveal).await;
    page.shows(&["all owners of the project are told by email"]).hides(&[project.secret()]);
    assert_eq!(value(&browser.submit(&page, &[]).await, "api-secret"), project.secret());
    service.unharmed().await;
}

#[tokio::test]
async fn who_is_no_owner_of_a_project_sees_why_and_does_nothing() {
    let service = Service::api().await;
    let (organization, [owner, _, guest]) = team(&service).await;
    let project = Project::create(&owner, &organization).await;
    let browser = Browser::signed_in(&service, &guest.email).await;
    let page = browser.open(&here(&project)).await;
    page.shows(&["You can look at this project. Only its owners change it", "API key", "psx_••••••••"]);
    page.hides(&["/secret\"", "/reset\"", "/owners\"", "/name\"", "/remove\""]);
    for below in ["secret", "reset", "owners", "name", "overlap"] {
        let path = format!("{}/{below}", here(&project));
        browser.open(&path).await.status(403).shows(&["You cannot do this"]);
        let fields = [("when", "now"), ("account", guest.account.as_str()), ("name", "Mine")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        browser.post(&path, &fields).await.status(403).hides(&[project.secret()]);
    }
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    let eve = service.person("eve").await;
    let of_eve = Browser::signed_in(&service, &eve.email).await;
    of_eve.open(&here(&project)).await.status(404).hides(&["Looms"]);
    service.unharmed().await;
}

#[tokio::test]
async fn credentials_are_reset_now_or_after_an_overlap_that_is_shown_and_ended() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let reset = format!("{}/reset", here(&project));
    let page = browser.open(&reset).await;
    page.shows(&["Reset API credentials", "Are you sure?", "Applications in production", "1 to 168 hours"]);
    page.shows(&["value=\"now\" checked"]);
    let none = browser.submit(&page, &[("hours", "24")]).await;
    none.status(422).shows(&["Choose when the old key and secret shall stop working", "href=\"#when\""]);
    for hours in ["", "0", "169", "-1", "a day", "1.5"] {
        let wrong = browser.submit(&none, &[("when", "later"), ("hours", hours)]).await;
        wrong.status(422).shows(&["Enter a whole number of hours from 1 to 168", "value=\"later\" checked"]);
    }
    assert_eq!(worth(&service, project.secret()).await["active"], true);

    let new = browser.submit(&page, &[("when", "later"), ("hours", "24")]).await;
    new.status(200).shows(&["Your new API credentials", "go on working until"]);
    let secret = value(&new, "api-secret");
    let shown = browser.open(&here(&project)).await;
    shown.shows(&["The old key and secret still work", "They end by themselves:", "End the overlap now"]);
    shown.hides(&[&secret, project.secret()]);
    browser.open("/settings/projects").await.shows(&["overlap running"]);
    // Some application has not changed.
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    browser.open(&here(&project)).await.shows(&["They are still being used, last"]);
    browser.open(&reset).await.shows(&["It will stop working at once."]);

    let overlap = format!("{}/overlap", here(&project));
    let page = browser.open(&overlap).await;
    page.shows(&["End the overlap now?", "Last used"]);
    let done = browser.submit(&page, &[]).await;
    done.at(&here(&project)).shows(&["The overlap is over."]).hides(&["still work"]);
    assert_eq!(worth(&service, project.secret()).await["active"], false);
    assert_eq!(worth(&service, &secret).await["active"], true);
    browser.open(&overlap).await.at(&here(&project));
    browser.post(&overlap, &[]).await.at(&here(&project)).shows(&["The overlap is over."]);

    let page = browser.open(&reset).await;
    page.shows(&["The present credentials are in use"]);
    let new = browser.submit(&page, &[("when", "now"), ("hours", "")]).await;
    new.status(200).shows(&["The old key and secret no longer work."]);
    assert_eq!(worth(&service, &secret).await["active"], false);
    assert_eq!(worth(&service, &value(&new, "api-secret")).await["active"], true);
    service.unharmed().await;
}

#[tokio::test]
async fn owners_are_named_and_named_no_longer() {
    let service = Service::api().await;
    let (organization, [owner, _, guest]) = team(&service).await;
    let project = Project::create(&owner, &organization).await;
    let browser = Browser::signed_in(&service, &owner.email).await;
    let owners = format!("{}/owners", here(&project));
    let page = browser.open(&owners).await;
    page.shows(&["Add an owner", "Owner already", &guest.email, "Make owner"]);
    let fields = [("account".to_owned(), guest.account.clone())];
    let done = browser.post(&owners, &fields).await;
    done.at(&here(&project)).shows(&["The member is an owner of the project now."]);
    let of_guest = Browser::signed_in(&service, &guest.email).await;
    of_guest.open(&here(&project)).await.shows(&["/secret\""]).hides(&["You can look at this project."]);
    let remove = format!("{owners}/{}/remove", guest.account);
    let page = of_guest.open(&remove).await;
    page.shows(&["Remove Ada Example as an owner?", "This is you."]);
    let page = browser.open(&remove).await;
    page.shows(&["They stay a member of the organization"]);
    let done = browser.submit(&page, &[]).await;
    done.at(&here(&project)).shows(&["no longer named as an owner"]).hides(&[&remove]);
    browser.open(&remove).await.status(404);
    of_guest.open(&here(&project)).await.shows(&["You can look at this project."]);
    browser.post(&owners, &[("account".to_owned(), "acc_1".to_owned())]).await.status(404);
    service.unharmed().await;
}

/// Another owner finds who reset the key on the page of the project, and all that happened on a page of its own.
#[tokio::test]
async fn who_reset_the_key_stands_on_the_page_of_the_project() {
    let service = Service::api().await;
    let (organization, [owner, admin, _]) = team(&service).await;
    let project = Project::create(&owner, &organization).await;
    set_role(&owner, &organization, &admin, "owner").await.expect(200);
    let body = json!({"name": "Grace Other"});
    sent(&admin.client, "PATCH", "/v1/me", &body).await.expect(200);
    project.reset(&admin, 0).await.expect(200);
    let browser = Browser::signed_in(&service, &owner.email).await;
    let page = browser.open(&here(&project)).await;
    page.shows(&["What happened lately", "were reset", "by Grace Other", "All of its history"]);
    let all = browser.open(&format!("{}/history", here(&project))).await;
    all.shows(&["History of Looms", "by Grace Other", "by you"]);
    let all = browser.open(&format!("/settings/organizations/{organization}/history")).await;
    all.shows(&["History of Engines", "by you"]);
    service.unharmed().await;
}
