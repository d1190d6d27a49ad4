//! The mailbox page: what went out, for who is on this machine, where it goes into files.

use serde_json::json;

use crate::http::service::{asked, sent};
use crate::http::settings::Browser;
use crate::http::{Answer, Service, send};
use crate::support::{eventually, http};

const LIST: &str = "/settings/mailbox/";

async fn opened(service: &Service, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = service.client().request("GET", path).header("Accept", "text/html");
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// The page of the newest mail with this subject, once it is there.
async fn find(service: &Service, subject: &str) -> String {
    eventually(&format!("a mail “{subject}”"), || async {
        let list = opened(service, LIST, &[]).await.expect(200);
        let (before, _) = list.text().split_once(&format!("\">{subject}</a>"))?;
        Some(before.rsplit_once("href=\"").unwrap().1.to_owned())
    })
    .await
}

#[tokio::test]
async fn a_mail_is_read_in_the_browser_and_its_link_leads_on() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let bob = service.person("bob").await;
    for person in [&ada, &bob] {
        sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": person.email}))
            .await
            .expect(202);
    }
    let page = find(&service, "Choose a new password").await;
    let shown = opened(&service, &page, &[]).await.expect(200);
    assert!(
        shown.text().contains("<iframe class=\"letter\"")
            && shown.text().contains("/links/password-reset#psl_")
    );
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("frame-src 'self'") && !policy.contains("unsafe"), "{policy}");

    let letter = opened(&service, &format!("{page}/html"), &[]).await.expect(200);
    assert!(letter.text().contains("<base target=\"_top\">"), "{}", letter.text());
    let policy = letter.header("content-security-policy");
    for directive in
        ["sandbox allow-top-navigation-by-user-activation;", "default-src 'none'", "frame-ancestors 'self'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(
        !policy.contains("allow-scripts") && !policy.contains("script-src") && !policy.contains("http"),
        "{policy}"
    );
    assert_eq!(letter.header("cache-control"), "no-store");

    let to = opened(&service, &format!("{LIST}?to={}", ada.email.to_uppercase()), &[]).await.expect(200);
    assert!(to.text().contains(&ada.email) && !to.text().contains(&bob.email), "{}", to.text());
    let none = opened(&service, &format!("{LIST}?to=nobody@example.com"), &[]).await.expect(200);
    assert!(none.text().contains("Nothing has gone to this address lately."));
    // The sign-in page leads there.
    Browser::new(&service).open("/settings/sign-in").await.shows(&["read them in the mailbox"]);
    service.unharmed().await;
}

#[tokio::test]
async fn others_than_browsers_of_this_machine_find_nothing_there() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": ada.email})).await.expect(202);
    let page = find(&service, "Choose a new password").await;
    for path in [LIST.to_owned(), page.clone(), format!("{page}/html")] {
        for header in [
            ("Host", "evil.test"),
            ("X-Forwarded-For", "192.0.2.1"),
            ("Forwarded", "for=192.0.2.1"),
            ("Via", "1.1 x"),
        ] {
            let refused = opened(&service, &path, &[header]).await.expect(404);
            assert!(
                !refused.text().contains("psl_") && !refused.text().contains(&ada.email),
                "{path} {header:?}"
            );
        }
    }
    for name in ["..%2f..%2fkeys%2fmaster.key", "msg_1.eml", "%252e%252e", "msg_..%2fx.eml"] {
        opened(&service, &format!("{LIST}{name}"), &[]).await.expect(404);
        opened(&service, &format!("{LIST}{name}/html"), &[]).await.expect(404);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn there_is_no_mailbox_where_mail_is_sent_or_the_service_is_for_others() {
    for (role, variable) in [
        ("serve", ("PERSONAL_SETTINGS_MAIL", "smtp://127.0.0.1:1")),
        ("serve", ("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")),
        ("serve", ("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.0/8")),
        ("api", ("PERSONAL_SETTINGS_POLICY_VERSION", "1")),
    ] {
        let service = Service::start(role, &[variable]).await;
        for path in [LIST, "/settings/mailbox", "/settings/mailbox/msg_1.eml"] {
            let answer = asked(&service.client(), "GET", path).await;
            assert_eq!(answer.status, 404, "{variable:?} {path}: {answer:?}");
        }
        let page = http().build().unwrap().get(format!("{}/settings/sign-in", service.program.base));
        assert!(!page.send().await.unwrap().text().await.unwrap().contains(LIST), "{variable:?}");
    }
}

#[tokio::test]
async fn texts_to_phones_are_there_as_well() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let phone = json!({"number": "+15550100123", "channel": "sms"});
    let asked = sent(&ada.client, "PUT", "/v1/me/two-factor-phone", &phone).await;
    assert!(asked.status < 300, "{asked:?}");
    let page = find(&service, "Text to a phone").await;
    let shown = opened(&service, &page, &[]).await.expect(200);
    assert!(
        shown.text().contains("<pre class=\"letter\"") && !shown.text().contains("<iframe"),
        "{}",
        shown.text()
    );
    opened(&service, &format!("{page}/html"), &[]).await.expect(404);
    service.unharmed().await;
}
