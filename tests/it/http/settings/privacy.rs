//! *Data & Privacy*: the token for the GDPR APIs, and the two switches.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Browser;
use super::browser::Shown;
use crate::http::service::asked;
use crate::http::{Answer, Service};
use crate::support::{PASSWORD, Person};

const PAGE: &str = "/settings/privacy";
const TOKEN: &str = "/settings/privacy/token";

async fn turn(browser: &Browser, switch: &str, to: &str) -> Shown {
    static TURNS: AtomicUsize = AtomicUsize::new(0);
    let key = format!("turn-{}", TURNS.fetch_add(1, Ordering::Relaxed));
    let fields = [("switch", switch), ("to", to), ("idempotency_key", &key)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    browser.post(PAGE, &fields).await
}

async fn consents(person: &Person) -> Value {
    person.client.get("/v1/me/consents").await
}

fn decided_at(consent: &Value) -> DateTime<Utc> {
    consent["decided_at"].as_str().unwrap().parse().unwrap()
}

/// The token that stands on a page.
fn token_on(page: &Shown) -> String {
    let rest = page.answer.text().split_once("psg_").unwrap().1;
    format!("psg_{}", rest.split_once('<').unwrap().0)
}

async fn holds(service: &Service, token: &str) -> Answer {
    asked(&service.client().with_token(token), "GET", "/v1/credentials/self").await
}

#[tokio::test]
async fn a_switch_is_saved_as_it_is_turned_and_says_since_when_it_stands_so() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(PAGE).await;
    page.shows(&[
        "Data &amp; Privacy",
        "role=\"switch\"",
        "Set when your account was opened, under privacy policy",
    ]);
    let before = consents(&ada).await;
    for (switch, said) in [
        (
            "usage_logging",
            ["We may now log how you use the product.", "We no longer log how you use the product."],
        ),
        (
            "personalization",
            ["We may now set cookies to personalize", "We no longer set cookies to personalize"],
        ),
    ] {
        for (to, said) in [("off", said[1]), ("on", said[0]), ("off", said[1])] {
            // Turned to what it is already, it stays so.
            turn(&browser, switch, to).await.at(PAGE).shows(&[said]);
        }
        assert_eq!(ada.client.get("/v1/me/preferences").await[switch], json!(false));
        let after = consents(&ada).await;
        assert_eq!(after[switch]["given"], json!(false), "{after}");
        assert!(decided_at(&after[switch]) > decided_at(&before[switch]), "{before} {after}");
        assert_eq!(after[switch]["policy_version"], before[switch]["policy_version"], "{after}");
    }
    let page = browser.open(PAGE).await;
    assert_eq!(page.answer.text().matches("aria-checked=\"false\"").count(), 2);
    page.shows(&["<span>Off</span>"]).hides(&["aria-checked=\"true\""]);
    turn(&browser, "nothing", "on").await.status(200).at(PAGE);
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_is_made_shown_once_reset_with_a_warning_and_revoked() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open(PAGE).await.shows(&["You have no token.", "Generate a token"]);
    browser.open("/settings/privacy/token/revoke").await.at(PAGE);
    let page = browser.open(TOKEN).await;
    page.shows(&["Generate a GDPR API token"]).hides(&["stops working"]);
    let made = browser.submit(&page, &[]).await;
    made.status(200).shows(&["Your new GDPR API token", "We cannot show it again."]);
    let first = token_on(&made);
    holds(&service, &first).await.expect(200);
    // A page of before, or the same form once more, does not replace it unasked.
    let again = browser.submit(&page, &[]).await;
    again.status(422).shows(&["A token was generated in the meantime.", "Reset the GDPR API token"]);
    holds(&service, &first).await.expect(200);

    let shown = browser.open(PAGE).await;
    shown.shows(&["Recognized by", "Works until", "Last used"]).hides(&["psg_"]);
    let page = browser.open(TOKEN).await;
    page.shows(&["Every application that uses the present token stops working", "was last used on"]);
    let second = token_on(&browser.submit(&page, &[]).await);
    assert_ne!(first, second);
    holds(&service, &first).await.problem(401, "credential-revoked");
    holds(&service, &second).await.expect(200);

    let page = browser.open("/settings/privacy/token/revoke").await;
    page.shows(&["The token stops working at once"]);
    for _ in 0..2 {
        browser.submit(&page, &[]).await.at(PAGE).shows(&["The token is revoked.", "You have no token."]);
    }
    holds(&service, &second).await.problem(401, "credential-revoked");
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_wants_the_password_again_and_then_goes_on() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    service.let_sudo_pass().await;
    let page = browser.open(TOKEN).await;
    let asked = browser.submit(&page, &[]).await;
    asked.status(403).shows(&["Confirm that it is you"]);
    let made = browser.submit(&asked, &[("proof_password", PASSWORD)]).await;
    holds(&service, &token_on(&made)).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn all_of_it_is_told_in_german() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::speaking(&service, "de");
    let page = browser.open("/settings/sign-in").await;
    browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    browser.open(PAGE).await.shows(&["Daten &amp; Datenschutz", "Daten anfordern", "Sie haben kein Token."]);
    let page = browser.open("/settings/privacy/erasure").await;
    page.shows(&["Persönliche Daten löschen", "Was bleibt, und warum"]);
    let missing = browser.submit(&page, &[]).await;
    missing.status(422).shows(&["Setzen Sie das Häkchen"]);
    let asked = browser.submit(&missing, &[("confirm", "true")]).await;
    asked.shows(&["Ihr Antrag ist eingegangen.", "Bedenkzeit", "Antrag zurückziehen"]).hides(&["request-"]);
    service.unharmed().await;
}
