//! Where the links in mails lead, and that following one does nothing yet.

use serde_json::json;

use super::{EMAIL, Service, change, confirm, me};
use crate::http::send;
use crate::http::service::asked;
use crate::support::Client;

/// What a request may say of the host it was sent to.
const FORGED: [(&str, &str); 6] = [
    ("Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "ftp"),
    ("X-Forwarded-For", "192.0.2.66"),
    ("X-Original-URL", "https://evil.example/"),
    ("Forwarded", "for=192.0.2.66;host=evil.example;proto=https"),
];

async fn forged(client: &Client, method: &str, path: &str, body: serde_json::Value) -> u16 {
    let request = client.request(method, path).json(&body);
    let request = FORGED.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(request).await.status
}

#[tokio::test]
async fn links_lead_where_the_configuration_says_whatever_a_request_says() {
    for (public_url, begins) in [
        (None, None),
        (Some("https://settings.example.com/personal"), Some("https://settings.example.com/personal/links/")),
    ] {
        let variables: Vec<_> = public_url.iter().map(|url| ("PERSONAL_SETTINGS_PUBLIC_URL", *url)).collect();
        let service = Service::start("serve", &variables).await;
        let begins = begins.map_or_else(|| format!("{}/links/", service.program.base), str::to_owned);
        let ada = service.person("ada").await;
        let new = json!({"email": "new@example.com"});
        assert_eq!(forged(&ada.client, "PUT", EMAIL, new).await, 202);
        let reset = json!({"email": ada.email});
        assert_eq!(forged(&service.client(), "POST", "/v1/password-resets", reset).await, 202);
        for (notice, to) in [
            ("email_confirmation", "new@example.com"),
            ("email_change", "ada@example.com"),
            ("password_reset_link", "ada@example.com"),
        ] {
            let mail = service.take_mail(notice, to).await;
            assert!(!mail.raw.contains("evil") && !mail.raw.contains("ftp:"), "{mail:?}");
            assert!(mail.links().iter().all(|link| link.starts_with(&begins)), "{mail:?}");
            assert!(!mail.links().is_empty(), "{mail:?}");
            let account = format!("Your account: {}settings/", begins.trim_end_matches("links/"));
            assert!(mail.text.contains(&account) || notice == "email_confirmation", "{mail:?}");
        }
        service.unharmed().await;
    }
}

#[tokio::test]
async fn following_a_link_does_nothing_yet() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "new@example.com").await;
    let pool = service.pool().await;
    let count = || async {
        let count = "SELECT (SELECT count(*) FROM link), (SELECT count(*) FROM events)";
        sqlx::query_as::<_, (i64, i64)>(count).fetch_one(&pool).await.unwrap()
    };
    // The notices of both mails are recorded a moment after they went out.
    crate::support::eventually("nothing waits to be sent", || async {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM outgoing").fetch_one(&pool).await.unwrap();
        (waiting == 0).then_some(())
    })
    .await;
    let before = count().await;
    let anonymous = service.client();
    for client in [&anonymous, &ada.client] {
        for (page, token, path) in [
            ("email-confirmation", &links.confirm, "/v1/email-confirmations"),
            ("email-undo", &links.undo, "/v1/email-undos"),
        ] {
            for method in ["GET", "HEAD"] {
                asked(client, method, &format!("/links/{page}")).await.expect(200);
                asked(client, method, &format!("/links/{page}?x={token}")).await.expect(200);
                assert_eq!(asked(client, method, path).await.status, 405);
                assert_eq!(asked(client, method, &format!("{path}/{token}")).await.status, 404);
            }
        }
    }
    assert_eq!(count().await, before);
    assert_eq!(me(&ada).await, (json!("ada@example.com"), json!("new@example.com")));
    confirm(&service.client(), &links.confirm).await.expect(204);
    service.unharmed().await;
}
