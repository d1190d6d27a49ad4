//! The pages for those who write programs: they load what is ours alone, hold no script, and do nothing by being opened.

use reqwest::redirect::Policy;

use super::service::asked;
use super::{Answer, Service, send};
use crate::support::{Client, http};

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const ASSETS: [(&str, &str); 5] = [
    ("/assets/page.css", CSS),
    ("/assets/docs.css", CSS),
    ("/assets/docs.js", JAVASCRIPT),
    ("/assets/swagger-ui.css", CSS),
    ("/assets/swagger-ui-bundle.js", JAVASCRIPT),
];

fn assert_guarded(answer: &Answer) {
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        assert_eq!(answer.header(name), value, "{answer:?}");
    }
    let policy = answer.header("content-security-policy");
    for directive in ["default-src 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    assert!(!answer.headers.contains_key("access-control-allow-origin"), "{answer:?}");
}

#[tokio::test]
async fn pages_load_what_is_ours_and_hold_no_script() {
    let service = Service::api().await;
    let client = service.client();
    for path in api::page_paths() {
        let page = asked(&client, "GET", path).await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_guarded(&page);
        let policy = page.header("content-security-policy");
        for directive in ["script-src 'self'", "form-action 'none'", "base-uri 'none'", "connect-src 'self'"]
        {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        let html = page.text().to_lowercase();
        assert!(html.starts_with("<!doctype html>"), "{path}");
        // A script is a file of ours: what stands in a page is not run.
        for script in html.split("<script").skip(1) {
            let file = script.strip_prefix(" src=\"").and_then(|rest| rest.split_once("\" defer></script>"));
            let ours = |(file, _)| ASSETS.contains(&(file, JAVASCRIPT));
            assert!(file.is_some_and(ours), "{path}: {script:.80}");
        }
        for inline in [" style=", "<style", " onclick", " onload", " onsubmit", "javascript:", "psl_"] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
        for loaded in [" src=\"", "<link rel=\"stylesheet\" href=\""] {
            for rest in html.split(loaded).skip(1) {
                assert!(rest.starts_with("/assets/"), "{path}: {rest:.80}");
            }
        }
        assert!(asked(&client, "HEAD", path).await.expect(200).body.is_empty());
    }
    for (path, kind) in ASSETS {
        let asset = asked(&client, "GET", path).await.expect(200);
        assert_eq!(asset.header("content-type"), kind);
        assert_guarded(&asset);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn opening_a_page_changes_nothing_and_asks_nobody_who_they_are() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let pool = service.pool().await;
    let count = async || {
        let count = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM link), (SELECT count(*) FROM throttle)";
        sqlx::query_as::<_, (i64, i64, i64)>(count).fetch_one(&pool).await.unwrap()
    };
    let before = count().await;
    let cookie = format!("session={}", ada.client.token().unwrap());
    for path in api::page_paths().chain(ASSETS.map(|(path, _)| path)) {
        for site in ["same-origin", "cross-site", "none"] {
            let request = service.client().request("GET", path).header("Cookie", &cookie);
            let page = send(request.header("Sec-Fetch-Site", site)).await.expect(200);
            assert!(!page.headers.contains_key("set-cookie"), "{page:?}");
        }
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            asked(&ada.client, method, path).await.problem(405, "method-not-allowed");
        }
    }
    assert_eq!(count().await, before);
    for path in ["/links/", "/links/nothing", "/problems/../docs", "/assets/", "/assets/page.html", "/docs/x"]
    {
        assert_eq!(
            asked(&service.client(), "GET", path).await.status,
            if path.contains("..") { 200 } else { 404 }
        );
    }
    service.unharmed().await;
}

#[tokio::test]
async fn mails_that_went_out_before_still_lead_to_what_they_tell_of() {
    let service = Service::api().await;
    let client = Client { http: http().redirect(Policy::none()).build().unwrap(), ..service.client() };
    let former = asked(&client, "GET", "/account").await.expect(303);
    assert_eq!(former.header("location"), "/settings/privacy");
    service.unharmed().await;
}
