//! Giving the password again in the middle of something else, which then goes on by itself.

use super::Browser;
use crate::http::Service;
use crate::http::second_factor::give_phone;
use crate::support::PASSWORD;

#[tokio::test]
async fn what_was_asked_for_goes_on_once_the_password_was_given_again() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    service.let_sudo_pass().await;
    let page = browser.open("/settings/profile/email").await;
    let asked = browser.submit(&page, &[("email", "ada@example.org")]).await;
    asked.status(403).at("/settings/profile/email");
    asked.shows(&[
        "Confirm that it is you",
        "name=\"email\" value=\"ada@example.org\"",
        "name=\"idempotency_key\"",
    ]);
    let wrong = browser.submit(&asked, &[("proof_password", "not the password")]).await;
    wrong
        .status(403)
        .shows(&["The password is wrong.", "value=\"ada@example.org\""])
        .hides(&["not the password"]);
    let before = browser.cookie_line();
    let done = browser.submit(&wrong, &[("proof_password", PASSWORD)]).await;
    done.at("/settings/profile").shows(&["Almost done", "Waiting for you to confirm ada@example.org"]);
    assert_ne!(browser.cookie_line(), before, "the session has another token");
    service.take_mail("email_confirmation", "ada@example.org").await;
    // It was given: what comes next is not asked for again.
    let page = browser.open("/settings/profile/billing-email").await;
    let shown = browser.submit(&page, &[("billing_email", "bills@example.com")]).await;
    shown.at("/settings/profile").shows(&["Your billing email is changed.", "bills@example.com"]);
    service.unharmed().await;
}

#[tokio::test]
async fn where_there_is_a_second_factor_its_code_is_asked_for_as_well() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let recovery = give_phone(&service, &ada).await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in").await;
    let asked = browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    browser.submit(&asked, &[("code", &recovery[0])]).await.at("/settings/profile");
    let _ = service.take_code().await;
    service.let_sudo_pass().await;
    let page = browser.open("/settings/profile/phone/remove").await;
    let asked = browser.submit(&page, &[]).await;
    let asked = browser.submit(&asked, &[("proof_password", PASSWORD)]).await;
    asked.status(403).shows(&["second factor", "•••42", "name=\"proof_code\""]).hides(&[PASSWORD]);
    let code = service.take_code().await.code;
    let wrong = browser.submit(&asked, &[("proof_password", PASSWORD), ("proof_code", "000")]).await;
    wrong.status(403).shows(&["name=\"proof_code\""]);
    let done = browser.submit(&wrong, &[("proof_password", PASSWORD), ("proof_code", &code)]).await;
    done.at("/settings/security/factors").shows(&["Your phone is removed."]);
    service.unharmed().await;
}
