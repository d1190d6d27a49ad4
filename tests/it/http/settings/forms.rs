//! Forms: sent twice they are one command, and sent by another site none.

use super::Browser;
use crate::http::{Service, send};

async fn events(service: &Service, kind: &str) -> i64 {
    let sql = "SELECT count(*) FROM events WHERE event_type = $1";
    sqlx::query_scalar(sql).bind(kind).fetch_one(&service.pool().await).await.unwrap()
}

#[tokio::test]
async fn a_form_sent_twice_is_one_command() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/email").await;
    let (action, sent) = page.filled(&[("email", "ada@example.org")]);
    let presses = [(); 4].map(|()| browser.ask("POST", &action, Some(&sent)));
    for answer in futures::future::join_all(presses).await {
        assert_eq!((answer.status, answer.header("location")), (303, "/settings/profile?done=email"));
    }
    assert_eq!(events(&service, "account.email_change_requested").await, 1);
    // Back, and sent with something else: that is another wish.
    browser.submit(&page, &[("email", "ada@example.net")]).await.at("/settings/profile");
    assert_eq!(events(&service, "account.email_change_requested").await, 2);
    service.unharmed().await;
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/name").await;
    let (action, sent) = page.filled(&[("name", "Mallory")]);
    for site in ["cross-site", "same-site"] {
        for (action, sent) in [(action.as_str(), &sent), ("/settings/sign-out", &Vec::new())] {
            let answer = browser.ask_from(site, "POST", action, Some(sent)).await.expect(403);
            assert!(answer.text().contains("This request came from another website"), "{answer:?}");
        }
    }
    // Nor one that says nothing of where it comes from, or names another origin.
    let bare = |origin: Option<&str>| {
        let request = service.client().request("POST", &action).header("Cookie", browser.cookie_line());
        let request =
            request.header("Content-Type", "application/x-www-form-urlencoded").body("name=Mallory");
        origin.into_iter().fold(request, |request, origin| request.header("Origin", origin))
    };
    for origin in [None, Some("http://evil.test"), Some("null")] {
        send(bare(origin)).await.problem(403, "cross-site-request");
    }
    browser.open("/settings/profile").await.shows(&["Ada Example"]).hides(&["Mallory"]);
    assert_eq!(events(&service, "account.name_changed").await, 0);
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_no_form_is_refused_in_words() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open("/settings/profile/name").await;
    for name in ["", "   ", &"x".repeat(201), "a\u{202e}b"] {
        let shown = browser.submit(&page, &[("name", name)]).await;
        shown.status(422).shows(&[
            "Enter a name of 1 to 200 letters",
            "href=\"#name\"",
            "aria-invalid=\"true\"",
        ]);
    }
    let large = [("name".to_owned(), "x".repeat(70_000))];
    browser.post("/settings/profile/name", &large).await.status(413);
    let many: Vec<(String, String)> = (0..300).map(|n| (format!("f{n}"), String::new())).collect();
    browser.post("/settings/profile/name", &many).await.status(413);
    service.unharmed().await;
}
