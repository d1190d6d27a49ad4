//! Asking for one's data and for its deletion, and what becomes of it.

use super::Browser;
use super::browser::Shown;
use crate::http::{Answer, Service, send};
use crate::support::{PASSWORD, Person};

const PAGE: &str = "/settings/privacy";
const EXPORT: &str = "/settings/privacy/export";
const ERASURE: &str = "/settings/privacy/erasure";

/// The page of a request, without what was done before.
fn path_of(page: &Shown) -> String {
    let path = page.path.split('?').next().unwrap().to_owned();
    assert!(path.starts_with("/settings/privacy/requests/req_"), "{path}");
    path
}

/// An export that is ready: its page, and its id.
async fn exported(browser: &Browser, ada: &Person) -> (String, String) {
    let asked = browser.submit(&browser.open(EXPORT).await, &[]).await;
    let path = path_of(&asked);
    let id = path.rsplit('/').next().unwrap().to_owned();
    ada.completed(&id).await;
    (path, id)
}

/// The file, as a browser fetches it.
async fn fetched(service: &Service, browser: &Browser, path: &str, range: Option<&str>) -> Answer {
    let request = service.client().request("GET", path).header("Cookie", browser.cookie_line());
    // Browsers take what is packed; a file is not.
    let request = request.header("Accept-Encoding", "gzip").header("Accept", "text/html,*/*;q=0.8");
    send(match range {
        Some(range) => request.header("Range", range),
        None => request,
    })
    .await
}

#[tokio::test]
async fn a_request_is_received_shown_and_can_be_cancelled() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    browser.open(PAGE).await.shows(&["You have not asked for anything yet."]);
    let page = browser.open(EXPORT).await;
    let asked = browser.submit(&page, &[]).await;
    let path = path_of(&asked);
    asked.shows(&[
        "We have received your request. You get our answer by",
        "days are left.",
        "Cancel the request",
    ]);
    asked.shows(&[
        "data-live=\"/v1/me/privacy-requests/req_",
        "Time line",
        "still to come",
        "General Data Protection",
    ]);
    // The same form once more is the same request; another one leads to it.
    assert_eq!(path_of(&browser.submit(&page, &[]).await), path);
    browser
        .open(EXPORT)
        .await
        .shows(&["and we are working on it.", &path])
        .hides(&["Request my data</button>"]);
    let sent = [("idempotency_key".to_owned(), "another".to_owned())];
    let open = browser.post(EXPORT, &sent).await;
    assert_eq!(path_of(&open), path);
    open.shows(&["You had already asked for this."]);
    browser.open(PAGE).await.shows(&["Copy of your data, asked for on", &path, "Received</span>"]);

    let page = browser.open(&format!("{path}/cancel")).await;
    page.shows(&["We stop putting your copy together.", "Keep the request"]);
    for _ in 0..2 {
        let done = browser.submit(&page, &[]).await;
        done.at(&path).shows(&["The request is cancelled.", "Cancelled", "Ask for a new copy"]);
        done.hides(&["data-live", &format!("{path}/cancel")]);
    }
    browser.open(&format!("{path}/cancel")).await.shows(&["can no longer be cancelled"]);
    let gone = browser.open(&format!("{path}/download")).await;
    gone.status(410).shows(&["This is no longer available"]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_erasure_says_what_goes_and_what_stays_and_wants_a_tick() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    service.let_sudo_pass().await;
    let page = browser.open(ERASURE).await;
    page.shows(&["What is deleted", "What stays, and why", "Your account stays"]);
    let missing = browser.submit(&page, &[]).await;
    missing.status(422).shows(&["Tick the box to confirm", "href=\"#confirm\""]);
    let proof = browser.submit(&missing, &[("confirm", "true")]).await;
    proof.status(403).shows(&["Confirm that it is you"]);
    let asked = browser.submit(&proof, &[("proof_password", PASSWORD)]).await;
    let path = path_of(&asked);
    asked.shows(&["Your account stays as it is", "Nothing is deleted yet. You can change your mind until"]);
    asked.shows(&["Time to change your mind", "aria-current=\"step\"", "Waiting</span>"]);
    let page = browser.open(&format!("{path}/cancel")).await;
    let done = browser.submit(&page, &[]).await;
    done.at(&path).shows(&["The request is cancelled."]).hides(&["Ask for a new copy"]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_copy_is_fetched_whole_or_in_parts_until_its_link_is_disabled() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ada.use_product(300).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let (path, id) = exported(&browser, &ada).await;
    let page = browser.open(&path).await;
    page.shows(&[
        "Your copy is ready.",
        "Go to the download (",
        "Delete this copy",
        "2 of 2 done",
        "Your use of the product",
    ]);
    page.hides(&["data-live"]);
    browser.open(PAGE).await.shows(&["Ready</span>"]);
    browser.open(ERASURE).await.shows(&["A copy of your data is ready for download.", &path]);

    // The password is asked for before the button, so that the button leaves nothing but the file.
    service.let_sudo_pass().await;
    let (download, archive) = (format!("{path}/download"), format!("{path}/archive"));
    let proof = browser.open(&download).await;
    proof.status(403).shows(&["Confirm that it is you"]);
    let page = browser.submit(&proof, &[("proof_password", PASSWORD)]).await;
    page.at(&download).shows(&["Download your data", &archive, "SHA-256"]);
    let whole = fetched(&service, &browser, &archive, None).await.expect(200);
    assert_eq!(whole.header("content-type"), "application/zip");
    assert!(whole.header("content-disposition").contains("attachment") && whole.body.starts_with(b"PK"));
    assert!(!whole.headers.contains_key("content-encoding"), "{:?}", whole.headers);
    let part = fetched(&service, &browser, &archive, Some("bytes=10-19")).await.expect(206);
    assert_eq!(part.body, whole.body[10..20]);
    let length = whole.body.len();
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{length}"));
    service.take_mail("archive_downloaded", &ada.email).await;
    browser.open(&path).await.shows(&["Downloaded"]);
    service.let_sudo_pass().await;
    browser.open(&archive).await.status(403).shows(&["Confirm that it is you"]);
    // Another's is found as little as one there never was.
    let bob = service.person("bob").await;
    let bobs = Browser::signed_in(&service, &bob.email).await;
    for page in ["", "/cancel", "/download", "/archive", "/disable"] {
        bobs.open(&format!("{path}{page}")).await.status(404);
        browser.open(&format!("{PAGE}/requests/{id}%2Farchive{page}")).await.status(404);
    }

    let page = browser.open(&format!("{path}/disable")).await;
    let done = browser.submit(&page, &[]).await;
    done.at(&path).shows(&["The link is disabled.", "No longer available", "Ask for a new copy"]);
    browser.open(&format!("{path}/disable")).await.shows(&["There is no copy that can be downloaded."]);
    let proof = browser.open(&download).await;
    let gone = browser.submit(&proof, &[("proof_password", PASSWORD)]).await;
    gone.status(410).shows(&["This is no longer available", "You can ask for a new one."]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_of_a_mail_asks_who_is_there_and_then_shows_what_it_tells_of() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let id = ada.ask_for("export").await;
    let mail = service.take_mail("archive_ready", &ada.email).await;
    let [link] = mail.links()[..] else { panic!("{mail:?}") };
    let path = link.strip_prefix(&service.program.base).unwrap().to_owned();
    let browser = Browser::new(&service);
    let page = browser.open(&path).await;
    page.at("/settings/sign-in");
    let shown = browser.submit(&page, &[("email", &ada.email), ("password", PASSWORD)]).await;
    shown.at(&format!("{PAGE}/requests/{id}")).shows(&["Your copy is ready."]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_erasure_that_is_done_says_what_was_deleted_and_the_list_goes_on_by_pages() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ada.use_product(7).await;
    let browser = Browser::signed_in(&service, &ada.email).await;
    let page = browser.open(ERASURE).await;
    let path = path_of(&browser.submit(&page, &[("confirm", "true")]).await);
    let id = path.rsplit('/').next().unwrap().to_owned();
    ada.completed(&id).await;
    let done = browser.open(&path).await;
    done.shows(&["Done</span>", "Everything collected about your use is deleted.", "records deleted"]);
    done.hides(&["Cancel the request", "data-live"]);
    for _ in 0..10 {
        let id = ada.ask_for("erasure").await;
        ada.completed(&id).await;
    }
    let first = browser.open(PAGE).await;
    first.shows(&["Older requests"]).hides(&[&path]);
    let text = first.answer.text();
    let older = text.split_once("href=\"/settings/privacy?from=").unwrap().1.split_once('#').unwrap().0;
    let rest = browser.open(&format!("{PAGE}?from={older}")).await;
    rest.shows(&[&path, "Back to the newest requests"]);
    browser.open(&format!("{PAGE}?from=nothing")).await.status(200);
    service.unharmed().await;
}
