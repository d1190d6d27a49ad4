//! *History*: what happened, in words, and how the account stood.

use serde_json::json;

use super::Browser;
use crate::http::Service;
use crate::http::service::sent;
use crate::support::PASSWORD;

const PAGE: &str = "/settings/history";
const STATE: &str = "/settings/history/at";

#[tokio::test]
async fn what_happened_is_told_newest_first_with_who_did_it_and_from_where() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"personalization": false})).await.expect(200);
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&[
        "Personalization was switched off (privacy policy",
        "by you · Firefox on Linux · 127.0.0.1",
    ]);
    page.shows(&["The account was opened", "by an operator of the service", "download=\"history.csv\""]);
    let text = page.answer.text();
    let place = |words: &str| text.find(words).unwrap();
    assert!(place("Personalization was switched off") < place("The account was opened"));

    let german = Browser::speaking(&service, "de");
    let sign_in = german.open(PAGE).await;
    let page = german.submit(&sign_in, &[("email", &ada.email), ("password", PASSWORD)]).await;
    page.at(PAGE).shows(&["Verlauf", "Die Personalisierung wurde ausgeschaltet", "Das Konto wurde eröffnet"]);
    page.shows(&["von Ihnen · Firefox unter Linux"]).hides(&["The account was opened", "Signed in"]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_part_is_shown_by_what_it_is_about_and_by_days() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"usage_logging": false})).await.expect(200);
    let browser = Browser::signed_in(&service, &ada.email).await;
    let privacy = browser.open(&format!("{PAGE}?topic=privacy")).await;
    privacy.shows(&["Usage logging was switched off", "<option value=\"privacy\" selected>"]);
    privacy.hides(&["The account was opened"]);
    privacy.shows(&["/v1/me/history?format=csv&amp;topic=privacy"]);
    browser
        .open(&format!("{PAGE}?topic=looks"))
        .await
        .shows(&["Nothing of this kind happened in this time."]);
    browser.open(&format!("{PAGE}?to=2020-01-01")).await.shows(&["Nothing of this kind happened"]);
    browser.open(&format!("{PAGE}?from=2020-01-01&to=2999-01-01")).await.shows(&["The account was opened"]);
    for (query, field) in [("from=soon", "#from"), ("from=2026-05-03&to=2026-05-02", "#to")] {
        let page = browser.open(&format!("{PAGE}?{query}")).await;
        page.status(422).shows(&["There is a problem", &format!("href=\"{field}\"")]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_long_history_comes_page_by_page() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for n in 0..40 {
        let body = json!({"personalization": n % 2 == 1});
        sent(&ada.client, "PUT", "/v1/me/preferences", &body).await.expect(200);
    }
    let browser = Browser::signed_in(&service, &ada.email).await;
    let path = format!("{PAGE}?topic=privacy");
    let first = browser.open(&path).await;
    first.shows(&["Older"]).hides(&["Newest"]);
    assert_eq!(first.answer.text().matches("class=\"event\"").count(), 30);
    let older = first.answer.text().split_once("rel=\"next\" href=\"").unwrap().1.split_once('"').unwrap().0;
    let second = browser.open(&older.replace("&amp;", "&")).await;
    second.shows(&["Newest"]).hides(&["Older"]);
    assert_eq!(second.answer.text().matches("class=\"event\"").count(), 10);
    service.unharmed().await;
}

#[tokio::test]
async fn the_account_is_shown_as_it_stood() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open(STATE).await.shows(&["Your account on another day", "In your time zone,"]);
    browser
        .open(&format!("{STATE}?at=2020-01-01T10%3A00"))
        .await
        .shows(&["There was no account at this time"]);
    // An instant after it was opened.
    let me = ada.client.get("/v1/me/history?limit=1").await;
    let at = me["items"][0]["at"].as_str().unwrap().replace(':', "%3A");
    sent(&ada.client, "PATCH", "/v1/me", &json!({"name": "Augusta King"})).await.expect(200);
    let then = browser.open(&format!("{STATE}?at={at}")).await;
    then.status(200).shows(&[&format!("<dd>{}</dd>", ada.email), "<dd>Ada Example</dd>", "not set", "On"]);
    for wrong in ["soon", "2999-01-01T10%3A00", ""] {
        let page = browser.open(&format!("{STATE}?at={wrong}")).await;
        page.status(422).shows(&["href=\"#at\""]);
    }
    service.unharmed().await;
}
