//! Signing in and out by pages.

use super::Browser;
use crate::http::Service;
use crate::http::second_factor::{another_than, give_phone};
use crate::support::PASSWORD;

#[tokio::test]
async fn who_is_not_signed_in_signs_in_and_goes_on_to_what_was_wanted() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/profile/name").await;
    page.at("/settings/sign-in").shows(&["Sign in", "I have forgotten my password"]);
    let refused = browser.submit(&page, &[("email", &ada.email), ("password", "not the password")]).await;
    refused.status(401).shows(&[
        "The email address or the password is wrong.",
        "There is a problem",
        &ada.email,
    ]);
    refused.hides(&["not the password"]);
    let no_address = browser.submit(&page, &[("email", "ada"), ("password", PASSWORD)]).await;
    no_address.status(422).shows(&["Enter an email address in the form", "href=\"#email\""]);
    let shown = browser.submit(&refused, &[("email", &ada.email), ("password", PASSWORD)]).await;
    shown.at("/settings/profile/name").status(200).shows(&["Change your name", "value=\"Ada Example\""]);
    // The page to sign in is none for who is signed in.
    browser.open("/settings/sign-in").await.at("/settings/profile");
    service.unharmed().await;
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let session = browser.cookie_line();
    assert!(session.contains("session=pss_"), "{session}");
    let page = browser.open("/settings/sign-out").await;
    page.shows(&["Sign out?"]);
    let (action, sent) = page.filled(&[]);
    let answer = browser.ask("POST", &action, Some(&sent)).await;
    assert_eq!((answer.status, answer.header("clear-site-data")), (303, "\"cache\", \"storage\""));
    browser.open(answer.header("location")).await.at("/settings/sign-in").shows(&["You are signed out."]);
    let request = service.client().request("GET", "/v1/me").header("Cookie", session);
    crate::http::send(request).await.problem(401, "unauthenticated");
    browser.open("/settings/profile").await.at("/settings/sign-in");
    service.unharmed().await;
}

#[tokio::test]
async fn the_code_of_the_second_factor_is_asked_for_and_a_recovery_code_stands_for_it() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let recovery = give_phone(&service, &ada).await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in?next=%2Fsettings%2Fprofile%2Fname").await;
    let asked = browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    asked.status(200).shows(&["Enter your code", "•••42"]).hides(&[PASSWORD, &ada.email]);
    let code = service.take_code().await.code;
    let wrong = browser.submit(&asked, &[("code", &another_than(&code))]).await;
    wrong.status(403).shows(&["The code is wrong", "•••42"]);
    browser.submit(&wrong, &[("code", &code)]).await.at("/settings/profile/name").status(200);

    let another = Browser::new(&service);
    let asked = another.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    another.submit(&asked, &[("code", &recovery[0])]).await.at("/settings/profile/name").status(200);
    another.open("/settings/sign-in/code").await.at("/settings/profile");
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_for_a_new_password_is_asked_for_and_nobody_is_told_who_has_an_account() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in/forgotten").await;
    let mut told = Vec::new();
    for email in [ada.email.as_str(), "nobody@example.com"] {
        let shown = browser.submit(&page, &[("email", email)]).await;
        shown
            .at("/settings/sign-in/forgotten")
            .shows(&["Check your email", "If this address has an account"]);
        told.push(shown.answer.text().to_owned());
    }
    assert_eq!(told[0], told[1]);
    service.take_mail("password_reset_link", &ada.email).await;
    browser
        .submit(&page, &[("email", "ada")])
        .await
        .status(422)
        .shows(&["Enter an email address in the form"]);
    service.unharmed().await;
}

#[tokio::test]
async fn signing_in_leads_to_pages_of_the_settings_and_nowhere_else() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for next in [
        "//evil.test/settings/",
        "https://evil.test/",
        "/settings/../account",
        "/settings//evil.test",
        "/account",
    ] {
        let browser = Browser::new(&service);
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = browser.open(&format!("/settings/sign-in?{query}")).await;
        page.hides(&["evil.test"]);
        let (action, mut sent) = page.filled(&[("email", &ada.email), ("password", PASSWORD)]);
        sent.retain(|(name, _)| name != "next");
        sent.push(("next".to_owned(), next.to_owned()));
        let answer = browser.ask("POST", &action, Some(&sent)).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/settings/profile"), "{next}");
    }
    service.unharmed().await;
}
