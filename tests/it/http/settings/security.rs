//! *Security*: where one is signed in, and what protects the account.

use serde_json::{Value, json};

use super::Browser;
use crate::http::Service;
use crate::http::second_factor::give_phone;
use crate::http::service::{asked, sent};
use crate::support::{OPERATOR_TOKEN, PASSWORD, sign_in};

const PAGE: &str = "/settings/security";

#[tokio::test]
async fn sessions_are_told_by_what_people_know_them_by_and_signed_out_one_by_one() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&["Firefox on Linux", "This device", "Network 127.0.0.0/24", "last used", "Unknown device"]);
    page.shows(&["Your password alone opens your account.", "Not set up", "Sign out all others"]);
    // The other session is that of the program that opened the account.
    ada.client.get("/v1/me").await;
    let shown = browser.submit(&page, &[("end", "")]).await;
    shown.at(PAGE).shows(&["The session is signed out.", "You are signed in nowhere else."]);
    shown.hides(&["Unknown device", "Sign out all others"]);
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    // The form once more, as by a second press or the way back: it stays signed out.
    browser.submit(&page, &[("end", "")]).await.at(PAGE).shows(&["The session is signed out."]);
    let odd = [("end".to_owned(), "../me".to_owned())];
    browser.post(PAGE, &odd).await.status(422).shows(&["There is a problem"]);
    service.unharmed().await;
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let bob = service.person("bob").await;
    let others = [sign_in(&service.client(), &ada.email).await, sign_in(&service.client(), &ada.email).await];
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    let shown = browser.submit(&page, &[("others", "true")]).await;
    shown.at(PAGE).shows(&["All other sessions are signed out.", "Firefox on Linux"]);
    for client in others.iter().chain([&ada.client]) {
        asked(client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
    bob.client.get("/v1/me").await;
    let history = browser.open("/settings/history?topic=sign_ins").await;
    assert_eq!(history.answer.text().matches("A session was signed out from another session").count(), 3);
    service.unharmed().await;
}

#[tokio::test]
async fn a_removal_of_the_second_factor_is_told_first_and_objected_to() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let browser = Browser::new(&service);
    let page = browser.open(PAGE).await;
    let asked_for = browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    let code = service.take_code().await.code;
    let page = browser.submit(&asked_for, &[("code", &code)]).await;
    page.at(PAGE)
        .shows(&["Text message to •••", "10 left", "Make new codes"])
        .hides(&["about to be removed"]);

    let operator = service.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/factor-removal", ada.account);
    sent(&operator, "POST", &path, &json!({"proof": "document_seen"})).await.expect(202);
    let page = browser.open(PAGE).await;
    page.shows(&["Your second factor is about to be removed", "They showed a document."]);
    let done = browser.submit(&page, &[("object", "true")]).await;
    done.at(PAGE).shows(&["Your second factor stays."]).hides(&["about to be removed"]);
    let again = browser.submit(&page, &[("object", "true")]).await;
    again.at(PAGE).shows(&["Your second factor stays."]);
    let removal = asked(&ada.client, "GET", "/v1/me/factor-removal").await;
    removal.problem(404, "not-found");
    assert_ne!(ada.client.get("/v1/me").await["two_factor"], Value::Null);
    service.unharmed().await;
}
