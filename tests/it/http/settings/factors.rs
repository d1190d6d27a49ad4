//! Second factors by pages: set up, shown, renamed, removed; and signing in and proving who is here by each of them.

use serde_json::Value;

use super::browser::Shown;
use super::{Browser, sign_in_by};
use crate::http::Service;
use crate::http::second_factor::{App, another_than, give_app, give_passkey, give_phone, with_passkeys};
use crate::support::{Authenticator, PASSWORD};

const FACTORS: &str = "/settings/security/factors";
const PASSKEYS: &str = "/settings/security/factors/passkeys";
const APP: &str = "/settings/security/factors/app";

/// The form of a page, sent with a passkey in the field that waits for one, as the script does.
async fn submit_passkey(
    browser: &Browser,
    page: &Shown,
    field: &str,
    passkey: &Value,
    more: &[(&str, &str)],
) -> Shown {
    let (action, mut sent) = page.filled(&[&[(field, "")][..], more].concat());
    sent.retain(|(name, _)| name != field);
    sent.push((field.to_owned(), passkey.to_string()));
    browser.post(&action, &sent).await
}

/// What the script is told at `path` to ask the browser.
async fn asked_for(browser: &Browser, path: &str) -> Value {
    browser.ask_v1("POST", path).await.expect(200).json()["publicKey"].clone()
}

/// What a passkey answers to that.
async fn shown_to(browser: &Browser, key: &mut Authenticator, path: &str) -> Value {
    key.show(&asked_for(browser, path).await)
}

/// What is told the script about passkeys that count.
fn accepted(page: &Shown) -> Value {
    let text = page.answer.text();
    let told = text.split_once("data-accepted=\"").unwrap_or_else(|| panic!("{text}")).1;
    serde_json::from_str(&told.split_once('"').unwrap().0.replace("&quot;", "\"")).unwrap()
}

#[tokio::test]
async fn a_passkey_is_added_under_a_name_renamed_and_removed() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open(FACTORS).await.shows(&[
        "You have no second factor.",
        "You have no passkey yet.",
        "You get them with your first second factor.",
    ]);
    let page = browser.open(PASSKEYS).await;
    page.shows(&["data-passkey=\"/v1/me/passkeys/options\"", "data-new", "your browser must run JavaScript"]);
    // Without a passkey nothing is added, and without a name none is asked for.
    browser.submit(&page, &[("name", "")]).await.status(422).shows(&["Enter a name of 1 to 200 letters"]);
    let again = browser.submit(&page, &[("name", "Laptop & Co")]).await;
    again.status(200).shows(&["Press the button once more", "value=\"Laptop &amp; Co\""]);
    let mut key = Authenticator::new();
    let made = key.make(&asked_for(&browser, "/v1/me/passkeys/options").await);
    let added = submit_passkey(&browser, &again, "passkey", &made, &[("name", "Laptop & Co")]).await;
    added.status(200).shows(&[
        "Your passkey is added.",
        "Your recovery codes",
        "class=\"codes\"",
        "data-print",
    ]);
    service.take_mail("passkey_added", &ada.email).await;
    // The same answer once more counts for nothing, and the browser is told what does.
    let refused = submit_passkey(&browser, &page, "passkey", &made, &[("name", "Laptop")]).await;
    refused.status(403).shows(&["This passkey is not known here", "value=\"Laptop\""]);
    let told = accepted(&refused);
    assert_eq!((&told["rpId"], &told["allAcceptedCredentialIds"][0]), (&"localhost".into(), &made["id"]));

    let shown = browser.open(FACTORS).await;
    shown.shows(&["<strong>Laptop &amp; Co</strong>", "Not used yet.", "10 recovery codes are left."]);
    let told = accepted(&shown);
    assert_eq!((&told["name"], &told["displayName"]), (&ada.email.as_str().into(), &"Ada Example".into()));
    browser.open("/settings/profile").await.shows(&["1 passkey", "data-accepted="]);
    let path = link_to(&shown, "Rename");
    let page = browser.open(&path).await;
    page.shows(&["value=\"Laptop &amp; Co\""]);
    browser.submit(&page, &[("name", " ")]).await.status(422).shows(&["Enter a name of 1 to 200 letters"]);
    browser.submit(&page, &[("name", "Laptop")]).await.at(FACTORS).shows(&["The passkey has a new name."]);

    let page = browser.open(&format!("{path}/remove")).await;
    page.shows(&["Remove the passkey “Laptop”?", "It is your only second factor."]);
    let shown = browser.submit(&page, &[]).await;
    shown.at(FACTORS).shows(&["The passkey is removed", "You have no second factor."]);
    assert_eq!(accepted(&shown)["allAcceptedCredentialIds"], serde_json::json!([]));
    browser.open(&path).await.status(404);
    browser.open(&format!("{path}/remove")).await.status(404);
    service.unharmed().await;
}

/// Where the link of this name leads.
fn link_to(page: &Shown, name: &str) -> String {
    let before = page.answer.text().split_once(&format!("\">{name}<")).unwrap().0;
    before.rsplit_once("href=\"").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_passkey_signs_in_by_the_first_page_and_by_the_second() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in?next=%2Fsettings%2Fprofile%2Fname").await;
    page.shows(&["autocomplete=\"username webauthn\"", "data-autofill", "Sign in with a passkey"]);
    let refused = browser.submit(&page, &[("passkey", "")]).await;
    refused.status(403).shows(&["This passkey is not known here"]);
    let shown = shown_to(&browser, &mut key, "/v1/sessions/passkey/options").await;
    let done = submit_passkey(&browser, &page, "passkey", &shown, &[]).await;
    done.at("/settings/profile/name").status(200);
    // It is a second factor as well, and stands with the recovery codes where there is nothing else.
    let another = Browser::new(&service);
    let asked = sign_in_by(&another, &ada.email).await;
    asked.shows(&["This account also wants your passkey.", "Recovery code"]);
    asked.hides(&["Send a code to my phone", PASSWORD]);
    let used = submit_passkey(&another, &asked, "passkey", &shown, &[]).await;
    used.at("/settings/sign-in/passkey").status(403).shows(&["This passkey is not known here", "Password"]);
    let shown = shown_to(&another, &mut key, "/v1/sessions/passkey/options").await;
    submit_passkey(&another, &asked, "passkey", &shown, &[]).await.at("/settings/profile").status(200);
    // One that signs for another origin opens nothing: a page that relays what we ask gets nothing that we take.
    key.origin = "http://relay.localhost:8080".to_owned();
    let stranger = Browser::new(&service);
    let page = stranger.open("/settings/sign-in").await;
    let shown = shown_to(&stranger, &mut key, "/v1/sessions/passkey/options").await;
    submit_passkey(&stranger, &page, "passkey", &shown, &[]).await.status(403);
    assert!(!stranger.cookie_line().contains("session="), "{}", stranger.cookie_line());
    service.unharmed().await;
}

#[tokio::test]
async fn a_passkey_proves_who_is_here_and_what_was_asked_goes_on() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in").await;
    let shown = shown_to(&browser, &mut key, "/v1/sessions/passkey/options").await;
    submit_passkey(&browser, &page, "passkey", &shown, &[]).await.at("/settings/profile");
    service.let_sudo_pass().await;
    let page = browser.open("/settings/profile/email").await;
    let asked = browser.submit(&page, &[("email", "ada@example.org")]).await;
    asked.status(403).shows(&[
        "Use a passkey, or enter your password with a code.",
        "data-passkey=\"/v1/sessions/reauthenticate/options\"",
        "name=\"proof_code\"",
    ]);
    let vain = browser.submit(&asked, &[("proof_passkey", "")]).await;
    vain.status(403).shows(&["This passkey is not known here", "value=\"ada@example.org\""]);
    let shown = shown_to(&browser, &mut key, "/v1/sessions/reauthenticate/options").await;
    let done = submit_passkey(&browser, &vain, "proof_passkey", &shown, &[]).await;
    done.at("/settings/profile").shows(&["Waiting for you to confirm ada@example.org"]);
    // A new passkey is wanted when the proof is over: it is asked for, and then goes on with the name.
    service.let_sudo_pass().await;
    let page = browser.open(PASSKEYS).await;
    let asked = browser.submit(&page, &[("name", "Second key")]).await;
    asked.status(403).shows(&["Confirm that it is you", "value=\"Second key\""]);
    let shown = shown_to(&browser, &mut key, "/v1/sessions/reauthenticate/options").await;
    let ready = submit_passkey(&browser, &asked, "proof_passkey", &shown, &[]).await;
    ready.at(PASSKEYS).status(200).shows(&["Press the button once more", "value=\"Second key\""]);
    let made = Authenticator::new().make(&asked_for(&browser, "/v1/me/passkeys/options").await);
    let added = submit_passkey(&browser, &ready, "passkey", &made, &[("name", "Second key")]).await;
    added.at(FACTORS).shows(&["Your passkey is added.", "Second key"]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_app_is_set_up_by_a_drawing_or_a_key_and_its_codes_sign_in() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(APP).await;
    let told = browser.submit(&page, &[]).await;
    told.status(200).shows(&["<svg", "role=\"img\"", "otpauth://totp/", "Enter the code from your app"]);
    told.hides(&["<?xml"]);
    assert!(!told.answer.headers.contains_key("content-encoding"), "its size tells nothing");
    let key = told.answer.text().split_once("<code id=\"app-key\">").unwrap().1.split_once('<').unwrap().0;
    assert_eq!((key.len(), key.split(' ').count()), (39, 8), "{key}");
    let app = App::told(&key.replace(' ', ""));
    let wrong = browser.submit(&told, &[("code", &another_than(&app.code()))]).await;
    wrong.at("/settings/security/factors/app/code").status(403).shows(&["The code is wrong or too old."]);
    let done = browser.submit(&wrong, &[("code", &app.code())]).await;
    done.status(200).shows(&["Your authenticator app is set up.", "Your recovery codes"]);
    browser.open(FACTORS).await.shows(&["Set up another app", "Last used", "10 recovery codes are left."]);
    browser.open(APP).await.shows(&["The new app takes the place"]);

    let another = Browser::new(&service);
    let asked = sign_in_by(&another, &ada.email).await;
    asked.shows(&["Open your authenticator app"]).hides(&["Send a code to my phone"]);
    another.submit(&asked, &[("code", &app.code_in(1))]).await.at("/settings/profile").status(200);

    let page = browser.open("/settings/security/factors/app/remove").await;
    page.shows(&["Remove the authenticator app?", "It is your only second factor."]);
    browser.submit(&page, &[]).await.at(FACTORS).shows(&["Your authenticator app is removed."]);
    browser.open("/settings/security/factors/app/remove").await.at(FACTORS);
    service.unharmed().await;
}

#[tokio::test]
async fn beside_an_app_a_code_is_sent_to_the_phone_when_it_is_asked_for() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    give_app(&ada).await;
    let browser = Browser::new(&service);
    let asked = sign_in_by(&browser, &ada.email).await;
    asked.shows(&["Open your authenticator app", "Send a code to my phone"]);
    let (_, form) = asked.filled(&[]);
    let sent = browser.post("/settings/sign-in/code/send", &form).await;
    sent.status(200).shows(&["We have sent a text message with a code", "•••42", "Send another code"]);
    let code = service.take_code().await.code;
    browser.submit(&sent, &[("code", &code)]).await.at("/settings/profile").status(200);
    browser.open(FACTORS).await.shows(&["Text messages and calls can be intercepted"]);

    service.let_sudo_pass().await;
    let page = browser.open("/settings/profile/phone/remove").await;
    page.shows(&["Your other second factors and your recovery codes stay as they are."]);
    let asked = browser.submit(&page, &[]).await;
    asked.status(403).shows(&["name=\"proof_code\"", "name=\"proof_send_code\"", "Send a code to my phone"]);
    let empty = browser.submit(&asked, &[("proof_password", PASSWORD), ("proof_code", "")]).await;
    empty.status(422).shows(&["Enter the code as well", "href=\"#proof_code\""]);
    let fields = [("proof_password", PASSWORD), ("proof_code", ""), ("proof_send_code", "true")];
    let sent = browser.submit(&empty, &fields).await;
    sent.status(403).shows(&["We have sent a code to your phone •••42.", "Send another code"]);
    let code = service.take_code().await.code;
    let done = browser.submit(&sent, &[("proof_password", PASSWORD), ("proof_code", &code)]).await;
    done.at(FACTORS).shows(&["Your phone is removed.", "Add a phone", "Set up another app"]);
    service.unharmed().await;
}

#[tokio::test]
async fn where_no_passkey_can_be_used_none_is_offered_and_it_is_told_how() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    for path in [FACTORS, PASSKEYS] {
        let page = browser.open(path).await;
        page.shows(&["They work as soon as it is reached under a domain name", "--public-url"]);
        page.hides(&["data-passkey=", "data-accepted="]);
    }
    let page = Browser::new(&service).open("/settings/sign-in").await;
    page.shows(&["autocomplete=\"username\""]).hides(&["passkey"]);
    let nobody = Browser::new(&service);
    let sent = [("passkey".to_owned(), String::new()), ("next".to_owned(), String::new())];
    nobody.post("/settings/sign-in/passkey", &sent).await.status(409).shows(&["they need a domain name"]);
    service.unharmed().await;
}
