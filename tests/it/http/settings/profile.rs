//! *Profile & Preferences*.

use serde_json::json;

use super::Browser;
use crate::http::Service;
use crate::support::PASSWORD;

#[tokio::test]
async fn the_profile_shows_who_somebody_is_and_where_they_belong() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = ada.client.post("/v1/organizations", json!({"name": "Analytical <Engines>"})).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile").await;
    page.shows(&["Ada Example", &ada.email, "Analytical &lt;Engines&gt;", "Owner", ">AE<", "Sign out"]);
    page.shows(&[organization["id"].as_str().unwrap(), "aria-current=\"page\""]);
    page.shows(&["None yet. Add a passkey, and a stolen password alone no longer opens your account."]);
    service.unharmed().await;
}

#[tokio::test]
async fn name_and_billing_address_are_changed_and_taken_away() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/name").await;
    let shown = browser.submit(&page, &[("name", "  Augusta King ")]).await;
    shown.at("/settings/profile").shows(&["Your name is changed.", "<dd>Augusta King</dd>", ">AK<"]);
    let page = browser.open("/settings/profile/billing-email").await;
    browser
        .submit(&page, &[("billing_email", "no address")])
        .await
        .status(422)
        .shows(&["value=\"no address\""]);
    browser.submit(&page, &[("billing_email", "bills@example.com")]).await.shows(&["bills@example.com"]);
    let page = browser.open("/settings/profile/billing-email").await;
    page.shows(&["value=\"bills@example.com\""]);
    let shown = browser.submit(&page, &[("billing_email", "")]).await;
    shown.shows(&["Bills now go to the address you sign in with."]).hides(&["bills@example.com"]);
    let page = browser.open("/settings/profile/email").await;
    browser
        .submit(&page, &[("email", &ada.email)])
        .await
        .status(409)
        .shows(&["This is already your email address."]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_password_is_changed_and_no_password_stands_on_a_page() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let other = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/password").await;
    page.shows(&["autocomplete=\"current-password\"", "autocomplete=\"new-password\""]);
    let new = "seven purple lanterns at noon";
    let wrong = browser.submit(&page, &[("password_current", "wrong"), ("password_new", new)]).await;
    wrong
        .status(403)
        .shows(&["The password is wrong.", "href=\"#password_current\""])
        .hides(&[new, "value=\"wrong\""]);
    let weak = browser.submit(&wrong, &[("password_current", PASSWORD), ("password_new", "password")]).await;
    weak.status(422)
        .shows(&["Choose a password of 8 to 128 characters", "href=\"#password_new\""])
        .hides(&[PASSWORD]);
    let done = browser.submit(&weak, &[("password_current", PASSWORD), ("password_new", new)]).await;
    done.at("/settings/profile").shows(&["Your new password holds."]);
    other.open("/settings/profile").await.at("/settings/sign-in");
    let page = other.open("/settings/sign-in").await;
    other.submit(&page, &[("email", &ada.email), ("password", new)]).await.at("/settings/profile");
    service.unharmed().await;
}

#[tokio::test]
async fn a_phone_becomes_the_second_factor_and_recovery_codes_are_shown_once() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/phone").await;
    page.shows(&["Text messages and calls can be intercepted", "a passkey or an authenticator app is safer"]);
    browser
        .submit(&page, &[("number", "12"), ("channel", "sms")])
        .await
        .status(422)
        .shows(&["country code", "value=\"12\""]);
    let page = browser.open("/settings/profile/phone").await;
    let asked = browser.submit(&page, &[("number", "+1 (415) 555-0142"), ("channel", "sms")]).await;
    asked.at("/settings/profile/phone/code").shows(&["Enter the code"]);
    browser.submit(&asked, &[("code", "")]).await.status(403).shows(&["The code is wrong"]);
    let code = service.take_code().await.code;
    let shown = browser.submit(&asked, &[("code", &code)]).await;
    shown.status(200).shows(&["Your recovery codes", "We show these codes only now.", "class=\"codes\""]);
    assert!(!shown.answer.headers.contains_key("content-encoding"), "its size tells nothing");
    // The same form once more does nothing, and tells no code.
    let again = browser.submit(&asked, &[("code", &code)]).await;
    assert!(!again.answer.text().contains("class=\"codes\""));
    browser.open("/settings/profile").await.shows(&["Text message to •••42", "recovery codes are left"]);
    let page = browser.open("/settings/profile/recovery-codes").await;
    browser.submit(&page, &[]).await.shows(&["Your recovery codes"]);
    let page = browser.open("/settings/profile/phone/remove").await;
    browser.submit(&page, &[]).await.at("/settings/security/factors").shows(&["Your phone is removed."]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_change_of_the_address_that_waits_is_shown_and_cancelled() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/email").await;
    let shown = browser.submit(&page, &[("email", "ada@new.example")]).await;
    shown.at("/settings/profile").shows(&["Waiting for you to confirm ada@new.example", "Cancel the change"]);
    let page = browser.open("/settings/profile/email/cancel").await;
    page.shows(&["ada@new.example will not become your address"]);
    let shown = browser.submit(&page, &[]).await;
    shown
        .at("/settings/profile")
        .shows(&["Your email address stays as it is."])
        .hides(&["Waiting for you to confirm"]);
    // Where nothing waits there is nothing to cancel.
    browser.open("/settings/profile/email/cancel").await.at("/settings/profile");
    service.unharmed().await;
}
