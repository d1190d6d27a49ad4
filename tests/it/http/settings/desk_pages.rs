//! What each page of the privacy desk shows, that looking is on record, and that what waits is tried again once.

use super::Browser;
use super::browser::Shown;
use super::desk::{REQUESTS, at_desk};
use crate::http::Service;
use crate::http::desk_upkeep::{leave_two_messages, mend, operator, store_unreadable};
use crate::support::{Person, eventually};

const ACCOUNTS: &str = "/settings/desk/accounts";
const WAITING: &str = "/settings/desk/waiting";

/// A page, once these words stand on it.
async fn shown(browser: &Browser, path: &str, words: &str) -> Shown {
    eventually(&format!("{path} shows {words}"), || async {
        let page = browser.open(path).await;
        page.answer.text().contains(words).then_some(page)
    })
    .await
}

/// What an operator looked at that is of no account, in order.
async fn looks_of(service: &Service, operator: &str) -> Vec<String> {
    let sql = "SELECT payload->>'what' FROM events
               WHERE aggregate_id = $1 AND event_type = 'operator.viewed' ORDER BY sequence";
    sqlx::query_scalar(sql).bind(operator).fetch_all(&service.pool().await).await.unwrap()
}

/// What of an account an operator looked at, in order.
async fn looks_at(service: &Service, account: &Person) -> Vec<String> {
    let sql = "SELECT payload->>'what' FROM events
               WHERE aggregate_id = $1 AND event_type = 'account.history_viewed' ORDER BY sequence";
    sqlx::query_scalar(sql).bind(&account.account).fetch_all(&service.pool().await).await.unwrap()
}

#[tokio::test]
async fn requests_are_listed_with_their_numbers_and_charts_and_each_look_is_on_record() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let (browser, id, _) = at_desk(&service).await;
    browser.open(REQUESTS).await.shows(&["There is no such request.", "No request was completed"]);
    let (erasure, other) = (ada.ask_for("erasure").await, bob.ask_for("erasure").await);
    let page = shown(&browser, REQUESTS, "<strong>2</strong><span>Open</span>").await;
    let page = if page.answer.text().contains(&other) { page } else { browser.open(REQUESTS).await };
    page.shows(&[&erasure, &other, "<strong>0</strong><span>Stalled</span>"]);
    page.shows(&["Deletion of the data", "days</td>", "Waiting; could still be cancelled"]);
    page.shows(&["<svg class=\"chart\"", "role=\"img\"", "<details><summary>The numbers as a table"]);
    page.hides(&[&ada.email, &bob.email]);
    let looks = looks_of(&service, &id).await;
    for what in ["privacy_requests", "privacy_statistics"] {
        assert!(looks.iter().any(|look| look == what), "{looks:?}");
    }

    browser.open(&format!("{REQUESTS}?kind=export")).await.hides(&[&erasure]);
    browser.open(&format!("{REQUESTS}?kind=erasure&state=open")).await.shows(&[&erasure]);
    for none in ["state=closed", "at_risk=true", "stalled=true"] {
        browser
            .open(&format!("{REQUESTS}?{none}"))
            .await
            .shows(&["There is no such request."])
            .hides(&[&erasure]);
    }
    browser.open(&format!("{REQUESTS}?cursor=7")).await.status(400);
    service.unharmed().await;
}

#[tokio::test]
async fn a_request_shows_its_story_its_sources_and_whose_it_is() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let (browser, ..) = at_desk(&service).await;
    let export = ada.ask_for("export").await;
    ada.completed(&export).await;
    let path = format!("{REQUESTS}/{export}");
    let page = shown(&browser, &path, "The copy of the data was completed").await;
    page.shows(&[
        "Copy of the data, asked for on",
        "A copy of the data was requested, due by",
        "by the account holder",
        "The account and its history",
        "General Data Protection Regulation",
        &format!("/settings/desk/accounts/{}", ada.account),
        "can be downloaded by the account holder",
    ]);
    page.hides(&[&ada.email, "/archive", "by you"]);
    let text = page.answer.text();
    let place = |words: &str| text.find(words).unwrap();
    assert!(place("A copy of the data was requested") < place("The copy of the data was completed"));
    let looks = looks_at(&service, &ada).await;
    assert!(looks.iter().any(|look| look == "privacy_request"), "{looks:?}");
    let history = Browser::signed_in(&service, &ada.email).await.open("/settings/history").await;
    history.shows(&["A privacy request of the account was viewed", "by an operator of the service"]);

    let open = bob_waits(&service, &browser).await;
    open.shows(&["To be answered by", "days", "Request"]);
    browser.open(&format!("{REQUESTS}/req_00000000000000000000000001")).await.status(404);
    service.unharmed().await;
}

/// The page of a request that is open.
async fn bob_waits(service: &Service, browser: &Browser) -> Shown {
    let bob = service.person("bob").await;
    let erasure = bob.ask_for("erasure").await;
    shown(browser, &format!("{REQUESTS}/{erasure}"), "The erasure of the usage data was requested").await
}

#[tokio::test]
async fn an_account_is_found_by_address_id_and_request_with_its_history_in_words() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (browser, id, _) = at_desk(&service).await;
    let request = ada.ask_for("erasure").await;
    let page = browser.open(ACCOUNTS).await;
    let account = format!("{ACCOUNTS}/{}", ada.account);
    for sought in [&ada.email, &ada.account, &request] {
        browser.submit(&page, &[("sought", sought)]).await.at(&account).status(200);
    }
    let found = shown(&browser, &account, &request).await;
    found.shows(&[&ada.email, "Since", "The account was opened", "Deletion of the data"]);
    found.shows(&["by the account holder", "The account was looked up"]).hides(&["by you"]);
    let looks = looks_at(&service, &ada).await;
    for what in ["account", "history"] {
        assert!(looks.iter().any(|look| look == what), "{looks:?}");
    }
    assert!(looks_of(&service, &id).await.iter().any(|look| look == "accounts"));

    let none = browser.submit(&page, &[("sought", "nobody@example.com")]).await;
    none.at(ACCOUNTS).status(422).shows(&["There is no account of this address or id."]);
    let wrong = browser.submit(&page, &[("sought", "Ada")]).await;
    wrong.status(422).shows(&["Enter an email address, or an id", "value=\"Ada\""]);
    let unreadable = browser.submit(&page, &[("sought", "@")]).await;
    assert!([400, 422].contains(&unreadable.answer.status));
    unreadable.at(ACCOUNTS).shows(&["There is a problem"]);
    browser.open(&format!("{ACCOUNTS}/acc_00000000000000000000000001")).await.status(404);
    service.unharmed().await;
}

#[tokio::test]
async fn events_that_were_not_taken_are_tried_again_from_the_page_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (browser, id, _) = at_desk(&service).await;
    browser.open(WAITING).await.shows(&["Every read model has taken every event."]);
    let pool = service.pool().await;
    store_unreadable(&pool, &ada).await;
    let page = shown(&browser, WAITING, "Waits behind an earlier event").await;
    page.shows(&["Read model account", "account.preferences_changed", &ada.account, "Try again"]);
    let again = browser.submit(&page, &[("which", "account")]).await;
    again.at(WAITING).shows(&["None of the events was taken", "Waits behind an earlier event"]);
    mend(&pool, &ada).await;
    let page = browser.open(WAITING).await;
    let done = browser.submit(&page, &[("what", "events")]).await;
    done.at(WAITING).shows(&["none is left.", "Every read model has taken every event."]);
    // The same form once more is the same act.
    let count = async || -> i64 {
        let sql = "SELECT count(*) FROM events WHERE aggregate_id = $1 AND event_type = 'operator.retried'";
        sqlx::query_scalar(sql).bind(&id).fetch_one(&pool).await.unwrap()
    };
    let before = count().await;
    browser.submit(&page, &[("what", "events")]).await.at(WAITING);
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn messages_that_were_not_taken_are_tried_again_from_the_page_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (browser, ..) = at_desk(&service).await;
    let pool = service.pool().await;
    let request = leave_two_messages(&service, &pool, &ada).await;
    let page = shown(&browser, WAITING, &format!("{REQUESTS}/{request}")).await;
    page.shows(&["Mail: the request was received", "Tried 3 times, waiting since", "Try all again"]);
    page.hides(&[&ada.email]);
    let text = page.answer.text();
    let message = &text[text.find("value=\"msg_").unwrap() + 7..][..30];
    let again = browser.submit(&page, &[("what", "messages"), ("which", message)]).await;
    again.at(WAITING).shows(&["is due now, and will be tried in a moment."]);
    let all = browser.submit(&again, &[("what", "messages")]).await;
    all.at(WAITING).shows(&["tried in a moment."]);
    service.unharmed().await;
}

#[tokio::test]
async fn the_log_says_how_it_stands_and_what_to_do() {
    let service = Service::api().await;
    let (browser, id, _) = at_desk(&service).await;
    let page = browser.open("/settings/desk/log").await;
    page.shows(&[
        "What to do",
        "The log was never signed.",
        "None was signed yet",
        "never",
        "privacy_request",
    ]);
    assert!(looks_of(&service, &id).await.iter().any(|look| look == "log_health"));
    service.unharmed().await;
}

#[tokio::test]
async fn operators_are_listed_with_their_scopes_and_until_when() {
    let service = Service::api().await;
    let (browser, id, _) = at_desk(&service).await;
    let (other, _) = operator(&service, "audit,introspect");
    assert!(service.run(&["operators", "revoke", &other]).ok);
    let page = browser.open("/settings/desk/operators").await;
    page.shows(&[
        &id,
        &other,
        "privacy</span>",
        "audit</span>",
        "you</span>",
        "revoked",
        "last used",
        "until",
    ]);
    page.shows(&["No longer let in", "never used"]).hides(&["pso_"]);
    assert!(looks_of(&service, &id).await.iter().any(|look| look == "operators"));
    service.unharmed().await;
}
