//! What every page has: its guards, its language, and nothing of anybody else.

use super::Browser;
use crate::http::{Service, send};

#[tokio::test]
async fn every_page_is_guarded_whoever_opens_it() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (nobody, browser) = (Browser::new(&service), Browser::signed_in(&service, &ada.email).await);
    for path in api::settings_paths() {
        let path = path.replace("{id}", "prj_00000000000000000000000001");
        for who in [&nobody, &browser] {
            // The guards are asked of each answer by the browser.
            let shown = who.open(&path).await;
            assert!(
                [200, 404].contains(&shown.answer.status) || path == "/settings/confirm",
                "{path}: {shown:?}"
            );
        }
    }
    for (path, status) in
        [("/settings/nothing", 404), ("/settings/profile/none", 404), ("/settings/assets/0.css", 404)]
    {
        let request = service.client().request("GET", path).header("Accept", "text/html");
        assert_eq!(send(request).await.status, status, "{path}");
    }
    browser.open("/settings/nothing").await.status(404).shows(&["Page not found", "Go to your profile"]);
    browser.open("/settings").await.at("/settings/profile");
    // A program reads a problem document.
    let request = service.client().request("GET", "/settings/nothing").header("Accept", "application/json");
    send(request).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn the_files_of_pages_are_kept_for_good_and_named_by_what_is_in_them() {
    let service = Service::api().await;
    let page = Browser::new(&service).open("/settings/sign-in").await;
    let text = page.answer.text();
    let mut sizes = 0;
    for (mark, kind) in [
        ("rel=\"stylesheet\" href=\"", "text/css; charset=utf-8"),
        ("<script src=\"", "text/javascript; charset=utf-8"),
    ] {
        let path = text.split_once(mark).unwrap().1.split_once('"').unwrap().0;
        let request = service.client().request("GET", path).header("Accept-Encoding", "gzip");
        let file = send(request).await.expect(200);
        assert_eq!(file.header("content-type"), kind);
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!((file.header("content-encoding"), file.header("vary")), ("gzip", "Accept-Encoding"));
        sizes += file.body.len();
    }
    let request = service.client().request("GET", "/settings/sign-in").header("Accept-Encoding", "gzip");
    let page = send(request).await.expect(200);
    assert_eq!(page.header("content-encoding"), "gzip");
    assert!(page.body.len() < 4 * 1024 && sizes < 12 * 1024, "{} {sizes}", page.body.len());
    service.unharmed().await;
}

#[tokio::test]
async fn a_page_speaks_the_language_of_the_browser() {
    let service = Service::api().await;
    let german = Browser::speaking(&service, "de-AT, en;q=0.5").open("/settings/profile").await;
    german.at("/settings/sign-in").shows(&[
        "<html lang=\"de\">",
        "Anmelden",
        "Ich habe mein Passwort vergessen",
    ]);
    german.hides(&["Sign in", "Password"]);
    let english = Browser::speaking(&service, "fr").open("/settings/profile").await;
    english.shows(&["<html lang=\"en\">", "Sign in"]);
    service.unharmed().await;
}

#[tokio::test]
async fn nothing_of_one_person_is_shown_to_another() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let adas = Browser::signed_in(&service, &ada.email).await;
    let page = adas.open("/settings/profile/name").await;
    adas.submit(&page, &[("name", "Augusta King")]).await.shows(&["Augusta King", &ada.email]);
    let bobs = Browser::signed_in(&service, &bob.email).await;
    for path in api::settings_paths().filter(|path| !path.contains('{')) {
        let shown = bobs.open(path).await;
        shown.hides(&[ada.email.as_str(), "Augusta King", ada.account.as_str()]);
        assert!(shown.answer.header("vary").contains("Cookie"), "{path}");
    }
    bobs.open("/settings/profile").await.shows(&[&bob.email]);
    service.unharmed().await;
}

#[tokio::test]
async fn too_many_tries_are_told_in_words_with_how_long_to_wait() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::new(&service);
    let page = browser.open("/settings/sign-in").await;
    for _ in 0..60 {
        let shown = browser.submit(&page, &[("email", &ada.email), ("password", "not the password")]).await;
        if shown.answer.status == 429 {
            shown.shows(&["There were too many tries.", "There is a problem"]);
            return service.unharmed().await;
        }
    }
    panic!("nobody stops it");
}
