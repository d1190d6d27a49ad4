//! Pages of links in mails, used as by a browser that runs no script: the link is pasted.

use serde_json::json;

use super::Browser;
use crate::http::service::{asked, sent};
use crate::http::{Service, send};
use crate::support::PASSWORD;

const ANOTHER: &str = "another long enough password";

async fn ask_for_reset(service: &Service, email: &str) -> String {
    let body = json!({"email": email});
    sent(&service.client(), "POST", "/v1/password-resets", &body).await.expect(202);
    service.take_mail("password_reset_link", email).await.token().to_owned()
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_and_one_signs_in_with_it() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let token = ask_for_reset(&service, &ada.email).await;
    let browser = Browser::new(&service);
    let page = browser.open("/links/password-reset").await;
    page.status(200).shows(&["Choose a new password", "The link from the mail"]).hides(&["psl_"]);

    let without = browser.submit(&page, &[("link", ""), ("password", ANOTHER)]).await;
    without.status(422).shows(&["Paste the whole link from the mail"]).hides(&[ANOTHER]);
    let whole = format!(" {}/links/password-reset#{token} ", service.program.base);
    let weak = browser.submit(&page, &[("link", &whole), ("password", "password")]).await;
    weak.status(422).shows(&["Choose a password of 8 to 128 characters"]).hides(&["The link from the mail"]);
    let done = browser.submit(&weak, &[("password", ANOTHER)]).await;
    done.at("/links/password-reset").status(200).shows(&["The new password holds.", "/settings/sign-in"]);
    done.hides(&["psl_"]);

    let sign_in = browser.open("/settings/sign-in").await;
    let fields = [("email", ada.email.as_str()), ("password", ANOTHER)];
    browser.submit(&sign_in, &fields).await.at("/settings/profile");
    // Used, and unknown.
    for link in [token.as_str(), "psl_nothing", "no link at all"] {
        let dead = browser.submit(&page, &[("link", link), ("password", ANOTHER)]).await;
        dead.status(410).shows(&[
            "This link no longer works",
            "Ask for another link",
            "Go on to your settings",
        ]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn each_link_does_what_its_page_says_and_no_second_time() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": "moved@example.com"})).await.expect(202);
    let confirm = service.take_mail("email_confirmation", "moved@example.com").await.token().to_owned();
    let undo = service.take_mail("email_change", &ada.email).await.token().to_owned();
    let browser = Browser::new(&service);
    for (path, token, done) in [
        ("/links/email-confirmation", &confirm, "The address is confirmed"),
        ("/links/email-undo", &undo, "The change is taken back."),
    ] {
        let page = browser.open(path).await;
        browser.submit(&page, &[("link", token)]).await.at(path).status(200).shows(&[done, "Done"]);
        browser
            .submit(&page, &[("link", token)])
            .await
            .at(path)
            .status(410)
            .shows(&["This link no longer works"]);
    }
    for path in ["/links/billing-email-undo", "/links/factor-undo", "/links/factor-removal"] {
        let page = browser.open(path).await;
        page.status(200).shows(&["The link from the mail"]);
        browser.submit(&page, &[("link", &confirm)]).await.status(410).shows(&["This link no longer works"]);
    }
    browser.open("/links/nothing").await.status(404).shows(&["Page not found"]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_invited_person_opens_an_account_and_is_a_member() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let organization = super::super::teams::organization_of(&ada).await;
    let invitations = format!("/v1/organizations/{organization}/invitations");
    for email in ["grace@example.com", "not.me@example.com"] {
        let body = json!({"email": email, "role": "member"});
        sent(&ada.client, "POST", &invitations, &body).await.expect(201);
    }
    let token = service.take_mail("invitation", "grace@example.com").await.token().to_owned();
    let browser = Browser::new(&service);
    let page = browser.open("/links/invitation").await;
    let invitation = browser.submit(&page, &[("link", &token)]).await;
    invitation.status(200).shows(&["Engines", "Member", "grace@example.com", "Open an account and join"]);
    let wrong = browser.submit(&invitation, &[("name", "Grace Hopper"), ("password", "short")]).await;
    wrong.status(422).shows(&["value=\"Grace Hopper\"", "Choose a password of 8 to 128 characters"]);
    let joined = browser.submit(&wrong, &[("name", "Grace Hopper"), ("password", PASSWORD)]).await;
    joined.at("/links/invitation").status(200).shows(&[
        "you are a member now",
        "Go on to your settings",
        "Grace Hopper",
    ]);
    browser.open("/settings/organizations").await.shows(&["Engines"]);
    browser.submit(&page, &[("link", &token)]).await.status(410).shows(&["Ask the person who invited you"]);

    let token = service.take_mail("invitation", "not.me@example.com").await.token().to_owned();
    let other = Browser::speaking(&service, "de");
    let page = other.open("/links/invitation").await;
    let invitation = other.submit(&page, &[("link", &token)]).await;
    let (action, mut fields) = invitation.filled(&[]);
    fields.retain(|(name, _)| name != "act");
    fields.push(("act".to_owned(), "decline".to_owned()));
    other.post(&action, &fields).await.status(200).shows(&["Sie haben die Einladung abgelehnt."]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_invited_person_with_an_account_signs_in_on_the_way_or_is_signed_in_already() {
    let service = Service::whole().await;
    let (ada, bob, eve) =
        (service.person("ada").await, service.person("bob").await, service.person("eve").await);
    for signs_in_first in [false, true] {
        let organization = super::super::teams::organization_of(&ada).await;
        let body = json!({"email": bob.email, "role": "admin"});
        let invitations = format!("/v1/organizations/{organization}/invitations");
        sent(&ada.client, "POST", &invitations, &body).await.expect(201);
        let token = service.take_mail("invitation", &bob.email).await.token().to_owned();
        let others = Browser::signed_in(&service, &eve.email).await;
        let page = others.open("/links/invitation").await;
        let shown = others.submit(&page, &[("link", &token)]).await;
        shown.status(200).shows(&["This invitation is for another email address."]);
        let browser = if signs_in_first {
            Browser::signed_in(&service, &bob.email).await
        } else {
            Browser::new(&service)
        };
        let invitation = browser.submit(&page, &[("link", &token)]).await;
        let joined = if signs_in_first {
            browser.submit(&invitation, &[]).await
        } else {
            let wrong = browser.submit(&invitation, &[("password", "not the password")]).await;
            wrong.status(401).shows(&["Sign in and join"]);
            browser.submit(&wrong, &[("password", PASSWORD)]).await
        };
        joined.at("/links/invitation").status(200).shows(&["you are a member now"]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn opening_a_link_changes_nothing_and_the_script_keeps_its_token_out_of_addresses() {
    let service = Service::api().await;
    let browser = Browser::new(&service);
    let before = changes(&service).await;
    for path in api::settings_paths().filter(|path| path.starts_with("/links/") || *path == "/") {
        let page = browser.open(path).await;
        page.status(200);
        let text = page.answer.text();
        let fields = text.split("<input ").skip(1).filter_map(|rest| rest.split_once('>'));
        for (field, _) in fields.filter(|(field, _)| field.contains("name=\"password")) {
            assert!(
                field.contains("type=\"password\"") && field.contains("autocomplete=\"new-password\""),
                "{field}"
            );
        }
        let foreign = browser.ask_from("cross-site", "POST", path, Some(&[])).await;
        assert!([403, 405].contains(&foreign.status), "{path}: {foreign:?}");
        for method in ["PUT", "DELETE", "PATCH"] {
            assert_eq!(asked(&service.client(), method, path).await.status, 405, "{path}");
        }
    }
    assert_eq!(changes(&service).await, before);
    let page = browser.open("/links/invitation").await;
    let script =
        page.answer.text().split_once("<script src=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let script = send(service.client().request("GET", &script)).await.expect(200);
    assert!(script.text().contains("location.hash") && script.text().contains("history.replaceState"));
    for form in ["encodeURIComponent", "?link", "innerHTML", "eval(", "paste"] {
        assert!(!script.text().contains(form), "{form}");
    }
    service.unharmed().await;
}

async fn changes(service: &Service) -> (i64, i64, i64) {
    let count =
        "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM link), (SELECT count(*) FROM throttle)";
    sqlx::query_as(count).fetch_one(&service.pool().await).await.unwrap()
}
