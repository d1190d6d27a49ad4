//! The language and the zone in which somebody is spoken to.

use serde_json::json;

use super::Browser;
use crate::http::Service;
use crate::http::service::sent;
use crate::support::Client;

#[tokio::test]
async fn pages_speak_the_language_of_the_account_whatever_the_browser_asks_for() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open("/settings/profile").await.shows(&["The language of your browser", "<html lang=\"en\">"]);
    let page = browser.open("/settings/profile/language").await;
    page.shows(&["English", "Deutsch"]);
    browser.submit(&page, &[("language", "fr")]).await.status(422).shows(&["Choose one of these languages"]);
    let shown = browser.submit(&page, &[("language", "de")]).await;
    shown.at("/settings/profile").shows(&["Ihre Sprache ist geändert.", "<html lang=\"de\">", "Deutsch"]);
    // Also what is wrong, and what is asked for in between.
    let page = browser.open("/settings/profile/name").await;
    browser
        .submit(&page, &[("name", "")])
        .await
        .status(422)
        .shows(&["Geben Sie einen Namen", "Bitte prüfen Sie Ihre Eingaben"]);
    browser.open("/settings/nothing").await.status(404).shows(&["Seite nicht gefunden"]);
    service.let_sudo_pass().await;
    let page = browser.open("/settings/profile/email").await;
    let asked = browser.submit(&page, &[("email", "ada@example.org")]).await;
    asked.status(403).shows(&["Bitte bestätigen Sie, dass Sie es sind", "Passwort"]);
    let wrong = browser.submit(&asked, &[("proof_password", "no password")]).await;
    wrong.status(403).shows(&["Das Passwort stimmt nicht."]);
    // Back to the browser's.
    let page = browser.open("/settings/profile/language").await;
    browser.submit(&page, &[("language", "")]).await.shows(&["Your language is changed."]);
    service.unharmed().await;
}

#[tokio::test]
async fn times_are_told_in_the_zone_that_was_chosen_or_in_that_of_the_browser() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    personalize(&ada.client, false).await;
    let page = browser.open("/settings/security/factors/app").await;
    browser.submit(&page, &[]).await.shows(&[" UTC at the latest."]);
    // No script has told the browser's zone so far, and none may before personalization is switched on.
    browser.open("/settings/profile").await.shows(&["data-zone=\"unwanted\""]);
    personalize(&ada.client, true).await;
    browser.keep_cookie("zone", "Asia/Kolkata");
    browser
        .submit(&browser.open("/settings/security/factors/app").await, &[])
        .await
        .hides(&[" UTC at the latest."]);
    let page = browser.open("/settings/profile/time-zone").await;
    page.shows(&[
        "<optgroup label=\"Europe\">",
        "value=\"America/Argentina/Buenos_Aires\"",
        "data-zone=\"wanted\"",
    ]);
    browser
        .submit(&page, &[("time_zone", "Europe/Atlantis")])
        .await
        .status(422)
        .shows(&["Choose a time zone"]);
    let shown = browser.submit(&page, &[("time_zone", "UTC")]).await;
    shown.at("/settings/profile").shows(&["Your time zone is changed.", ">UTC<", "data-zone=\"unwanted\""]);
    let page = browser.open("/settings/profile/time-zone").await;
    page.shows(&["<option value=\"UTC\" selected>"]);
    browser.submit(&page, &[("time_zone", "Asia/Kolkata")]).await.shows(&["Asia/Kolkata"]);
    // Who lets nothing be personalised has no such cookie read.
    let page = browser.open("/settings/profile/time-zone").await;
    browser.submit(&page, &[("time_zone", "")]).await.shows(&["The zone of your browser"]);
    personalize(&ada.client, false).await;
    browser.open("/settings/profile").await.shows(&["data-zone=\"unwanted\""]);
    let page = browser.open("/settings/security/factors/app").await;
    browser.submit(&page, &[]).await.shows(&[" UTC at the latest."]);
    service.unharmed().await;
}

async fn personalize(client: &Client, on: bool) {
    sent(client, "PUT", "/v1/me/preferences", &json!({"personalization": on})).await.expect(200);
}
