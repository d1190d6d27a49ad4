//! A browser's session: in a cookie, for our own pages alone.

use reqwest::RequestBuilder;
use serde_json::json;

use super::service::{credentials, wish};
use super::{Answer, Service, send};

/// What a browser at our own page says of a request.
const OURS: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

/// The cookie of a `Set-Cookie`, and its attributes.
fn parts(answer: &Answer) -> (String, Vec<String>) {
    let header = answer.header("set-cookie");
    let mut parts = header.split(';').map(|part| part.trim().to_owned());
    (parts.next().unwrap(), parts.collect())
}

/// Signs in as a page of ours does.
async fn sign_in(service: &Service) -> Answer {
    let request = service.client().request("POST", "/v1/sessions").header(OURS.0, OURS.1);
    send(request.json(&credentials("ada@example.com"))).await.expect(201)
}

#[tokio::test]
async fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let service = Service::api().await;
    service.person("ada").await;
    let answer = sign_in(&service).await;
    let (cookie, attributes) = parts(&answer);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(cookie, format!("session={token}"));
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(attributes.iter().any(|there| there == attribute), "{attribute}: {attributes:?}");
    }
    assert!(!attributes.iter().any(|there| there.starts_with("Domain")), "{attributes:?}");

    let get = |path: &str| service.client().request("GET", path).header("Cookie", &cookie);
    send(get("/v1/me")).await.expect(200);
    // Another's cookie of the same name, or ours with another case, is not ours.
    let client = service.client();
    let named = |cookie: String| client.request("GET", "/v1/me").header("Cookie", cookie);
    for wrong in [format!("Session={token}"), format!("__Host-session={token}"), format!("xsession={token}")]
    {
        send(named(wrong)).await.problem(401, "unauthenticated");
    }
    send(named(format!("theme=dark; session={token}; x=y"))).await.expect(200);
    let out = client.request("DELETE", "/v1/sessions/current").header("Cookie", &cookie);
    let out = send(out.header(OURS.0, OURS.1)).await.expect(204);
    let (cleared, attributes) = parts(&out);
    assert_eq!(cleared, "session=");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"] {
        assert!(attributes.iter().any(|there| there == attribute), "{attribute}: {attributes:?}");
    }
    send(get("/v1/me")).await.problem(401, "unauthenticated");
    service.unharmed().await;
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_its_host() {
    let service =
        Service::start("api", &[("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")]).await;
    service.person("ada").await;
    let answer = sign_in(&service).await;
    let (cookie, attributes) = parts(&answer);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(cookie, format!("__Host-session={token}"));
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.iter().any(|there| there == attribute), "{attribute}: {attributes:?}");
    }
    assert!(answer.header("strict-transport-security").starts_with("max-age="), "{answer:?}");
    let get = |cookie: String| service.client().request("GET", "/v1/me").header("Cookie", cookie);
    send(get(cookie)).await.expect(200);
    send(get(format!("session={token}"))).await.problem(401, "unauthenticated");
    service.unharmed().await;
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (cookie, _) = parts(&sign_in(&service).await);
    let client = service.client();
    let unsafe_ones: Vec<(&str, &str, serde_json::Value)> = vec![
        ("PUT", "/v1/me/preferences", json!({"usage_logging": false})),
        ("PUT", "/v1/me/password", json!({"current": crate::support::PASSWORD, "new": "another horse 9"})),
        ("POST", "/v1/me/privacy-requests", wish("erasure")),
        ("POST", "/v1/sessions/reauthenticate", json!({"password": crate::support::PASSWORD})),
        ("DELETE", "/v1/me/privacy-requests/req_00000000000000000000000001", json!(null)),
        ("DELETE", "/v1/me/privacy-requests/req_00000000000000000000000001/archive", json!(null)),
        ("DELETE", "/v1/sessions/ses_00000000000000000000000001", json!(null)),
        ("DELETE", "/v1/sessions/current", json!(null)),
    ];
    let own = service.program.base.clone();
    let foreign: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Site", "cross-site"), ("Origin", &own)],
        vec![("Origin", "http://evil.example")],
        vec![("Origin", "null")],
        // What a request says of its own host proves nothing.
        vec![("Origin", "http://evil.example"), ("X-Forwarded-Host", "evil.example")],
        vec![("Origin", "http://evil.example"), ("Host", "evil.example")],
    ];
    let dressed = |request: RequestBuilder, headers: &[(&str, &str)]| {
        headers
            .iter()
            .fold(request.header("Cookie", &cookie), |request, (name, value)| request.header(*name, *value))
    };
    for (method, path, body) in &unsafe_ones {
        for headers in &foreign {
            let request = dressed(client.request(method, path), headers).json(body);
            let answer = send(request).await;
            assert_eq!(answer.status, 403, "{method} {path} {headers:?}: {answer:?}");
            answer.problem(403, "cross-site-request");
            if *method == "POST" {
                let request = dressed(client.request(method, path), headers).header("Idempotency-Key", "k");
                send(request.json(body)).await.problem(403, "cross-site-request");
            }
        }
    }
    let forged = client.request("POST", "/v1/sessions").header("Sec-Fetch-Site", "cross-site");
    let forged = send(forged.json(&credentials("ada@example.com"))).await;
    forged.problem(403, "cross-site-request");
    assert!(!forged.headers.contains_key("set-cookie"));
    let me = ada.client.get("/v1/me").await;
    assert_eq!(me["preferences"]["usage_logging"], true);
    assert_eq!(ada.client.get("/v1/me/privacy-requests").await["items"], json!([]));

    // Our own pages may; so may, in an older browser, who comes from our origin.
    for headers in [vec![OURS], vec![("Origin", own.as_str())]] {
        let request = client.request("PUT", "/v1/me/preferences");
        send(dressed(request, &headers).json(&json!({"usage_logging": true}))).await.expect(200);
    }
    // A link from elsewhere may be followed.
    send(dressed(client.request("GET", "/v1/me"), &[("Sec-Fetch-Site", "cross-site")])).await.expect(200);
    // No other site may read what is answered.
    let options = client.request("OPTIONS", "/v1/me").header("Origin", "http://evil.example");
    let preflight = send(options.header("Access-Control-Request-Method", "PUT")).await;
    assert!(!preflight.headers.contains_key("access-control-allow-origin"), "{preflight:?}");
    service.unharmed().await;
}
