//! The privacy desk: signing in with an operator's token, and how its session ends.

use super::Browser;
use super::browser::Shown;
use crate::http::desk_upkeep::operator;
use crate::http::service::asked;
use crate::http::{Service, send};
use crate::support::Client;

pub(super) const REQUESTS: &str = "/settings/desk/requests";
const SIGN_IN: &str = "/settings/desk/sign-in";
/// The title of the page that asks for a token.
const ASKS: &str = "Sign in at the privacy desk";
const SIGN_OUT: &str = "/settings/desk/sign-out";

/// Gives a token at the desk.
async fn give(browser: &Browser, token: &str) -> Shown {
    browser.submit(&browser.open(SIGN_IN).await, &[("operator_token", token)]).await
}

/// A browser in which an operator of the privacy desk is signed in, with their id and a client with their token.
pub(super) async fn at_desk(service: &Service) -> (Browser, String, Client) {
    let (id, client) = operator(service, "privacy");
    let browser = Browser::new(service);
    give(&browser, &client.token().unwrap()).await.at(REQUESTS).status(200);
    (browser, id, client)
}

/// What happened to an operator, in order.
async fn events_of(service: &Service, operator: &str) -> Vec<String> {
    let sql = "SELECT event_type FROM events WHERE aggregate_id = $1 ORDER BY sequence";
    sqlx::query_scalar(sql).bind(operator).fetch_all(&service.pool().await).await.unwrap()
}

#[tokio::test]
async fn an_operator_signs_in_with_a_token_and_out_again_and_both_are_on_record() {
    let service = Service::api().await;
    let (id, client) = operator(&service, "privacy");
    let browser = Browser::new(&service);
    let asked_for = browser.open("/settings/desk").await;
    asked_for.at(SIGN_IN).shows(&["Sign in at the privacy desk", "is on record", "type=\"password\""]);
    asked_for.shows(&["autocomplete=\"off\""]).hides(&["Your account"]);
    let page = give(&browser, &client.token().unwrap()).await;
    page.at(REQUESTS).shows(&["Privacy desk", "Grace", &id, "Sign out"]).hides(&["Data &amp; Privacy"]);
    browser.open(SIGN_IN).await.at(REQUESTS);
    browser.open("/settings/desk/nothing").await.status(404).shows(&["Page not found", "Go to the requests"]);

    browser.open(SIGN_OUT).await.shows(&["Sign out"]);
    let line = browser.cookie_line();
    browser.press(&page, SIGN_OUT).await.at(SIGN_IN).shows(&["You are signed out."]);
    browser.open(REQUESTS).await.at(SIGN_IN);
    // The cookie itself opens nothing any more.
    let request =
        service.client().request("GET", REQUESTS).header("Accept", "text/html").header("Cookie", line);
    assert!(send(request).await.text().contains(ASKS));
    let events = events_of(&service, &id).await;
    assert_eq!(events.iter().filter(|event| *event == "operator.signed_in").count(), 1, "{events:?}");
    assert_eq!(events.last().unwrap(), "operator.signed_out");
    service.unharmed().await;
}

#[tokio::test]
async fn one_goes_on_to_the_page_that_was_asked_for() {
    let service = Service::api().await;
    let (_, client) = operator(&service, "admin");
    let browser = Browser::new(&service);
    let page = browser.open("/settings/desk/operators").await;
    browser
        .submit(&page, &[("operator_token", &client.token().unwrap())])
        .await
        .at("/settings/desk/operators");
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_that_is_not_valid_or_not_for_the_desk_is_refused_in_words() {
    let service = Service::api().await;
    let browser = Browser::new(&service);
    give(&browser, "").await.at(SIGN_IN).status(422).shows(&["Enter your token"]);
    let wrong = give(&browser, "pso_made-up-and-never-valid").await;
    wrong.at(SIGN_IN).status(401).shows(&["There is a problem", "This token is not valid."]);
    wrong.hides(&["made-up"]);
    for scopes in ["audit", "introspect", "audit,introspect"] {
        let (id, client) = operator(&service, scopes);
        let page = give(&browser, &client.token().unwrap()).await;
        page.status(403).shows(&["it has not the scope “privacy”"]).hides(&[&client.token().unwrap()]);
        browser.open(REQUESTS).await.at(SIGN_IN);
        assert!(!events_of(&service, &id).await.contains(&"operator.signed_in".to_owned()));
    }
    // An account's session is none here, and its password is no token.
    let ada = service.person("ada").await;
    Browser::signed_in(&service, &ada.email).await.open(REQUESTS).await.at(SIGN_IN);
    service.unharmed().await;
}

#[tokio::test]
async fn tokens_are_not_guessed_for_long() {
    let service = Service::api().await;
    let browser = Browser::new(&service);
    let page = browser.open(SIGN_IN).await;
    for _ in 0..400 {
        let shown = browser.submit(&page, &[("operator_token", "pso_guess")]).await;
        if shown.answer.status == 429 {
            shown.shows(&["There were too many tries."]);
            return service.unharmed().await;
        }
    }
    panic!("guessing is never refused");
}

#[tokio::test]
async fn a_revoked_token_ends_its_sessions_at_once_in_every_process() {
    let service = Service::api().await;
    let elsewhere = service.another().await;
    let (browser, id, _) = at_desk(&service).await;
    let there = elsewhere.client();
    let ask_there = async || {
        let request = there.request("GET", REQUESTS).header("Accept", "text/html");
        send(request.header("Cookie", browser.cookie_line())).await
    };
    assert!(!ask_there().await.text().contains(ASKS));
    assert!(service.run(&["operators", "revoke", &id]).ok);
    browser.open(REQUESTS).await.at(SIGN_IN);
    assert!(ask_there().await.text().contains(ASKS));
    service.unharmed().await;
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_eight_hours() {
    let service = Service::api().await;
    let pool = service.pool().await;
    for (minutes, column) in [(31, "seen_at"), (8 * 60 + 1, "created_at")] {
        let (browser, ..) = at_desk(&service).await;
        browser.open(REQUESTS).await.at(REQUESTS);
        let sql = format!("UPDATE operator_session SET {column} = {column} - interval '{minutes} minutes'");
        sqlx::query(&sql).execute(&pool).await.unwrap();
        browser.open(REQUESTS).await.at(SIGN_IN);
    }
    // Neither the token of a session nor that of its operator lies in the database.
    let (browser, _, client) = at_desk(&service).await;
    let kept: Vec<String> = sqlx::query_scalar("SELECT row_to_json(s)::text FROM operator_session s")
        .fetch_all(&pool)
        .await
        .unwrap();
    let session = browser.cookie_line().split_once("desk=").unwrap().1[4..40].to_owned();
    let hidden = [session, client.token().unwrap()[4..].to_owned()];
    assert!(kept.iter().all(|row| hidden.iter().all(|token| !row.contains(token))), "{kept:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn the_session_of_the_desk_opens_the_desk_alone() {
    let service = Service::api().await;
    let (browser, ..) = at_desk(&service).await;
    for path in ["/v1/admin/privacy-requests", "/v1/admin/operators", "/v1/me"] {
        browser.ask_v1("GET", path).await.problem(401, "unauthenticated");
    }
    let token = browser.cookie_line().split_once("desk=").unwrap().1.split(';').next().unwrap().to_owned();
    asked(&service.client().with_token(&token), "GET", "/v1/admin/operators")
        .await
        .problem(401, "unauthenticated");
    browser.open("/settings/profile").await.at("/settings/sign-in");
    // Nor does a page of another site send a form of it.
    let page = browser.open("/settings/desk/waiting").await;
    let forged = browser.ask_from("cross-site", "POST", "/settings/desk/waiting", Some(&[])).await;
    assert_eq!(forged.status, 403);
    page.status(200);
    let signed_in = browser.ask_from("cross-site", "POST", SIGN_IN, Some(&[])).await;
    assert_eq!(signed_in.status, 403);
    service.unharmed().await;
}

#[tokio::test]
async fn the_desk_speaks_german_too() {
    let service = Service::api().await;
    let (_, client) = operator(&service, "privacy");
    let browser = Browser::speaking(&service, "de");
    let page = give(&browser, &client.token().unwrap()).await;
    page.at(REQUESTS).shows(&["<html lang=\"de\">", "Datenschutz-Stelle", "Auf einen Blick", "Gefährdet"]);
    for (path, words) in [
        ("/settings/desk/accounts", "E-Mail-Adresse, Konto oder Antrag"),
        ("/settings/desk/waiting", "Jedes Lesemodell hat jedes Ereignis angenommen."),
        ("/settings/desk/log", "Lesemodelle"),
        ("/settings/desk/operators", "Zugelassen"),
    ] {
        browser.open(path).await.at(path).shows(&[words]).hides(&["desk-"]);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn expired_sessions_are_swept() {
    let service = Service::api().await;
    let (browser, id, _) = at_desk(&service).await;
    let (kept, ..) = at_desk(&service).await;
    let pool = service.pool().await;
    assert!(service.run(&["operators", "revoke", &id]).ok);
    let now = crate::http::queue::store_of(&service).services().now();
    assert_eq!(event_store::records::operator_session::sweep(&pool, now).await.unwrap(), 1);
    browser.open(REQUESTS).await.at(SIGN_IN);
    kept.open(REQUESTS).await.at(REQUESTS);
    service.unharmed().await;
}
