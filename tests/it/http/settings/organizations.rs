//! *Organizations*.

use super::Browser;
use crate::http::Service;
use crate::http::teams::{invite, organization_of, team};
use crate::support::{PASSWORD, Person};

fn here(organization: &str) -> String {
    format!("/settings/organizations/{organization}")
}

fn member(organization: &str, person: &Person) -> String {
    format!("{}/members/{}", here(organization), person.account)
}

#[tokio::test]
async fn an_organization_is_created_listed_and_renamed() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let none = browser.open("/settings/organizations").await;
    none.shows(&["You are not a member of any organization", "href=\"/settings/organizations/new\""]);
    let page = browser.open("/settings/organizations/new").await;
    let wrong = browser.submit(&page, &[("name", "see https://evil.test")]).await;
    wrong.status(422).shows(&["Enter a name of 1 to 200 letters", "value=\"see https://evil.test\""]);
    let made = browser.submit(&wrong, &[("name", "Engines & Looms")]).await;
    made.shows(&[
        "The organization is there",
        "<h1>Engines &amp; Looms</h1>",
        "data-copy=\"organization-id\"",
    ]);
    made.shows(&["Nobody is invited at the moment.", "you</span>", "Owner", &ada.email]);
    let path = made.path.split('?').next().unwrap().to_owned();
    let page = browser.open(&format!("{path}/name")).await;
    let wrong = browser.submit(&page, &[("name", " ")]).await;
    wrong.status(422).shows(&["Enter a name of 1 to 200 letters"]);
    let renamed = browser.submit(&wrong, &[("name", "Mills")]).await;
    renamed.at(&path).shows(&["The name is changed.", "<h1>Mills</h1>"]);
    let list = browser.open("/settings/organizations").await;
    list.shows(&["Mills", "Owner", path.rsplit('/').next().unwrap(), "aria-current=\"page\""]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_role_is_changed_and_what_ends_with_it_is_told() {
    let service = Service::api().await;
    let (organization, [owner, admin, guest]) = team(&service).await;
    let browser = Browser::signed_in(&service, &owner.email).await;
    let page = browser.open(&member(&organization, &guest)).await;
    page.shows(&[&guest.email, "Change the role", "value=\"member\" checked"]);
    let wrong = browser.submit(&page, &[("role", "king")]).await;
    wrong.status(422).shows(&["Choose a role", "href=\"#role\""]);
    let done = browser.submit(&wrong, &[("role", "admin")]).await;
    done.at(&here(&organization)).shows(&["The role is changed."]).hides(&["named as an owner"]);
    // The new admin invites, and is made a member again.
    invite(&service, &guest, &organization, "grace@example.com", "admin").await;
    let page = browser.open(&member(&organization, &guest)).await;
    let done = browser.submit(&page, &[("role", "member")]).await;
    done.shows(&["may no longer send have ended too"]).hides(&["grace@example.com"]);
    let page = browser.open(&member(&organization, &admin)).await;
    browser.submit(&page, &[("role", "member")]).await.shows(&["an owner can name them again"]);
    // There is always an owner.
    let page = browser.open(&member(&organization, &owner)).await;
    let refused = browser.submit(&page, &[("role", "member")]).await;
    refused
        .status(409)
        .shows(&["There must be an owner. Make somebody else an owner first", "href=\"#role\""]);
    service.unharmed().await;
}

#[tokio::test]
async fn who_may_not_do_something_sees_why() {
    let service = Service::api().await;
    let (organization, [owner, admin, guest]) = team(&service).await;
    let of_guest = Browser::signed_in(&service, &guest.email).await;
    let why = "Owners and admins invite members, change roles and rename the organization.";
    let page = of_guest.open(&here(&organization)).await;
    page.shows(&[why, &owner.email, &admin.email, "Leave the organization"]);
    page.hides(&["/invite\"", "/name\"", "Invitations"]);
    of_guest.open(&member(&organization, &admin)).await.shows(&[why]).hides(&["name=\"role\"", "/remove\""]);
    for below in ["name", "invite", "projects/new"] {
        let refused = of_guest.open(&format!("{}/{below}", here(&organization))).await;
        refused.status(403).shows(&["You cannot do this", "Your role does not allow this."]);
    }
    // An admin does all of it, but for owners.
    let of_admin = Browser::signed_in(&service, &admin.email).await;
    let owners_alone = "Only owners make, change and remove owners.";
    let page = of_admin.open(&member(&organization, &owner)).await;
    page.shows(&[owners_alone]).hides(&["name=\"role\"", "/remove\""]);
    let page = of_admin.open(&member(&organization, &guest)).await;
    page.shows(&["value=\"admin\"", "/remove\""]).hides(&["value=\"owner\""]);
    invite(&service, &owner, &organization, "grace@example.com", "owner").await;
    let page = of_admin.open(&here(&organization)).await;
    page.shows(&["grace@example.com", owners_alone]).hides(&["Take back", "Send again"]);
    // Strangers find nothing.
    let eve = service.person("eve").await;
    let of_eve = Browser::signed_in(&service, &eve.email).await;
    for path in [here(&organization), member(&organization, &guest), format!("{}/name", here(&organization))]
    {
        of_eve.open(&path).await.status(404).hides(&["Engines", &guest.email]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn somebody_is_invited_invited_again_and_no_longer_invited() {
    let service = Service::api().await;
    let (organization, [owner, admin, _]) = team(&service).await;
    let browser = Browser::signed_in(&service, &owner.email).await;
    let invite = format!("{}/invite", here(&organization));
    let page = browser.open(&invite).await;
    page.shows(&["Invite somebody to Engines", "May do everything, and owns every project."]);
    let wrong = browser.submit(&page, &[("email", "grace"), ("role", "admin")]).await;
    wrong.status(422).shows(&["Enter an email address", "value=\"grace\"", "value=\"admin\" checked"]);
    let known = browser.submit(&wrong, &[("email", &admin.email), ("role", "admin")]).await;
    known.status(409).shows(&["This person is already a member.", "href=\"#email\""]);
    let done = browser.submit(&known, &[("email", "grace@example.com"), ("role", "admin")]).await;
    done.at(&here(&organization)).shows(&[
        "The invitation is on its way.",
        "grace@example.com",
        "Send again",
    ]);
    let first = revocation(done.answer.text()).to_owned();
    let again = browser.press(&done, &invite).await;
    again.at(&here(&organization)).shows(&["The invitation is on its way."]);
    let second = revocation(again.answer.text()).to_owned();
    assert_ne!(first, second, "the new invitation takes the place of the old one");
    let gone = browser.press(&again, &second).await;
    gone.at(&here(&organization))
        .shows(&["The invitation is taken back.", "Nobody is invited at the moment."]);
    gone.hides(&["grace@example.com"]);
    browser.post(&second, &[]).await.at(&here(&organization)).shows(&["This invitation was over already"]);
    browser.open(&second).await.at(&here(&organization));
    service.unharmed().await;
}

/// Where the form is sent that takes the first invitation of a page back.
fn revocation(text: &str) -> &str {
    let end = text.find("/revoke\"").unwrap() + "/revoke".len();
    &text[text[..end].rfind('"').unwrap() + 1..end]
}

#[tokio::test]
async fn members_are_removed_and_leave_but_the_last_owner_stays() {
    let service = Service::api().await;
    let (organization, [owner, admin, guest]) = team(&service).await;
    let browser = Browser::signed_in(&service, &owner.email).await;
    let path = format!("{}/remove", member(&organization, &admin));
    service.let_sudo_pass().await;
    let page = browser.open(&path).await;
    page.shows(&["Remove Ada Example from Engines?", "They and the owners are told by email."]);
    let asked = browser.submit(&page, &[]).await;
    asked.status(403).shows(&["Confirm that it is you"]);
    let done = browser.submit(&asked, &[("proof_password", PASSWORD)]).await;
    done.at(&here(&organization)).shows(&["The member is removed."]).hides(&[&admin.email]);
    browser.open(&path).await.status(404);
    let page = browser.open(&format!("{}/remove", member(&organization, &owner))).await;
    page.shows(&["Leave Engines?"]);
    let refused = browser.submit(&page, &[]).await;
    refused.status(409).shows(&["The organization would have no owner. Make somebody else an owner first."]);

    let of_guest = Browser::signed_in(&service, &guest.email).await;
    let page = of_guest.open(&format!("{}/remove", member(&organization, &guest))).await;
    let left = of_guest.submit(&page, &[]).await;
    left.at("/settings/organizations").shows(&["You have left the organization.", "not a member of any"]);
    of_guest.open(&here(&organization)).await.status(404);
    service.unharmed().await;
}

#[tokio::test]
async fn members_are_read_page_by_page_and_in_german() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let browser = Browser::speaking(&service, "de");
    let page = browser.open("/settings/sign-in").await;
    browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    let page = browser.open(&here(&organization)).await;
    page.shows(&["Mitglieder", "Inhaber", "Zurzeit ist niemand eingeladen.", "Organisation verlassen"]);
    // Behind the last member there is none.
    let rest = browser.open(&format!("{}?members={}", here(&organization), ada.account)).await;
    rest.status(200).hides(&[">Ändern<span class=\"unseen\"> Ada Example"]);
    browser.open(&format!("{}?members=nobody", here(&organization))).await.status(400);
    service.unharmed().await;
}
