//! *Delete account*: what is told before, and what it takes.

use serde_json::json;

use super::Browser;
use crate::http::Service;
use crate::http::service::{asked, credentials, sent};
use crate::http::teams::{join, organization_of};
use crate::support::{PASSWORD, eventually};

const PAGE: &str = "/settings/delete";

#[tokio::test]
async fn an_account_ends_when_the_words_are_typed_and_the_box_is_ticked() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&["What goes", "What stays", "Type “delete my account”"])
        .hides(&["need a new owner", "ends with the account</h2>"]);
    let wrong = browser.submit(&page, &[("words", "yes"), ("sure", "true")]).await;
    wrong.status(422).shows(&["Type the words exactly: delete my account", "href=\"#words\""]);
    let unticked = browser.submit(&page, &[("words", "delete my account")]).await;
    unticked.status(422).shows(&["Tick the box if you are sure"]);
    ada.client.get("/v1/me").await;
    let done = browser.submit(&unticked, &[("words", "Delete my account "), ("sure", "true")]).await;
    done.at("/settings/farewell")
        .status(200)
        .shows(&["Your account is deleted"])
        .hides(&["Sign out", &ada.email]);
    browser.open("/settings/profile").await.at("/settings/sign-in");
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email))
        .await
        .problem(401, "wrong-credentials");
    service.unharmed().await;
}

#[tokio::test]
async fn each_organization_gets_a_new_owner_or_is_closed() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let shared = organization_of(&ada).await;
    join(&service, &ada, &shared, &bob, "admin").await;
    let own = ada.client.post("/v1/organizations", json!({"name": "Looms alone"})).await;
    let own = own["id"].as_str().unwrap();
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&["Your organizations need a new owner", "Who takes over Engines?", "(Admin)"]);
    page.shows(&["Who takes over Looms alone?", "Close the organization"]);
    let sure = [("words", "delete my account"), ("sure", "true")];
    let missing = browser.submit(&page, &sure).await;
    missing.status(422).shows(&["href=\"#owners\"", "takes over"]);
    let (shared_field, own_field) = (format!("owner-{shared}"), format!("owner-{own}"));
    // Somebody who is no candidate.
    let odd =
        [(shared_field.as_str(), ada.account.as_str()), (own_field.as_str(), "close"), sure[0], sure[1]];
    browser.submit(&missing, &odd).await.status(422).shows(&["Choose who takes over Engines"]);
    let wish =
        [(shared_field.as_str(), bob.account.as_str()), (own_field.as_str(), "close"), sure[0], sure[1]];
    browser.submit(&missing, &wish).await.at("/settings/farewell").shows(&["Your account is deleted"]);
    eventually("the new owner sees it", || async {
        let organizations = bob.client.get("/v1/organizations").await;
        (organizations["items"][0]["role"] == "owner").then_some(())
    })
    .await;
    service.unharmed().await;
}

#[tokio::test]
async fn a_copy_that_was_not_fetched_is_told_before() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let request =
        ada.client.post("/v1/me/privacy-requests", json!({"kind": "export", "confirm": true})).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&[
        "A copy of your data ends with the account",
        "not ready yet",
        request["id"].as_str().unwrap(),
    ]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_password_is_asked_for_before_anything_is_told() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    service.let_sudo_pass().await;
    let asked_for = browser.open(PAGE).await;
    asked_for.status(403).shows(&["Confirm that it is you"]).hides(&["What goes"]);
    let page = browser.submit(&asked_for, &[("proof_password", PASSWORD)]).await;
    page.at(PAGE).status(200).shows(&["What goes", "Delete my account for good"]);
    // While somebody read, the time was over: the last form goes on by itself as well.
    service.let_sudo_pass().await;
    let asked_for = browser.submit(&page, &[("words", "delete my account"), ("sure", "true")]).await;
    asked_for.status(403).shows(&["Confirm that it is you"]);
    browser.submit(&asked_for, &[("proof_password", PASSWORD)]).await.at("/settings/farewell");
    service.unharmed().await;
}
