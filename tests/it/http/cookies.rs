//! A browser's session: in a cookie, for our own pages alone.

use reqwest::RequestBuilder;
use serde_json::json;

use super::service::credentials;
use super::{Answer, Service, routes, send};
use crate::support::OPERATOR_TOKEN;

/// What a browser at our own page says of a request.
const OURS: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

/// The cookie of the session in a `Set-Cookie`, and its attributes.
fn parts(answer: &Answer) -> (String, Vec<String>) {
    cookie(answer, "session").unwrap_or_else(|| panic!("{answer:?}"))
}

/// The cookie of this name that an answer sets, and its attributes.
fn cookie(answer: &Answer, name: &str) -> Option<(String, Vec<String>)> {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mut found = set.filter(|value| value.trim_start_matches("__Host-").starts_with(&format!("{name}=")));
    let mut parts = found.next()?.split(';').map(|part| part.trim().to_owned());
    Some((parts.next().unwrap(), parts.collect()))
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
    let token = cookie.strip_prefix("session=").unwrap();
    assert!(token.starts_with("pss_"), "{cookie}");
    // Nor does a script find it in what it is answered.
    assert_eq!((&answer.json()["token"], answer.text().contains("pss_")), (&json!(null), false));
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

/// Signs in as a page of ours does, in a browser that has a cookie.
async fn sign_in_again(service: &Service, email: &str, cookie: &str) -> Answer {
    let request = service.client().request("POST", "/v1/sessions").header(OURS.0, OURS.1);
    send(request.header("Cookie", cookie).json(&credentials(email))).await.expect(201)
}

#[tokio::test]
async fn a_new_sign_in_in_the_same_browser_ends_the_former_session() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let get = async |cookie: &str| {
        send(service.client().request("GET", "/v1/me").header("Cookie", cookie)).await.status
    };
    let first = parts(&sign_in(&service).await).0;
    let elsewhere = parts(&sign_in(&service).await).0;
    let second = parts(&sign_in_again(&service, &ada.email, &first).await).0;
    assert_eq!((get(&first).await, get(&second).await, get(&elsewhere).await), (401, 200, 200));
    // Also where another person signs in there; a stale or forged cookie ends nothing.
    let bobs = parts(&sign_in_again(&service, &bob.email, &second).await).0;
    assert_eq!((get(&second).await, get(&bobs).await), (401, 200));
    for stale in [first.as_str(), "session=pss_1", "theme=dark"] {
        sign_in_again(&service, &ada.email, stale).await;
    }
    assert_eq!((get(&bobs).await, get(&elsewhere).await), (200, 200));
    // The history says why, and nothing of who came after.
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    assert_eq!(history.matches("by a new sign-in in the same browser").count(), 2, "{history}");
    assert!(!history.contains(&bob.account), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_browser_forgets_what_it_kept_when_one_signs_out_and_when_the_account_ends() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (cookie, _) = parts(&sign_in(&service).await);
    let out = service.client().request("DELETE", "/v1/sessions/current").header("Cookie", &cookie);
    let out = send(out.header(OURS.0, OURS.1)).await.expect(204);
    // Not all cookies: those of other hosts below the same domain are not ours.
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(parts(&out).0, "session=");
    let ended = ada.client.request("DELETE", "/v1/me").json(&json!({"confirm": true}));
    let ended = send(ended).await.expect(204);
    assert_eq!(ended.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    service.unharmed().await;
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_its_host() {
    let service =
        Service::start("api", &[("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")]).await;
    service.person("ada").await;
    let answer = sign_in(&service).await;
    let (cookie, attributes) = parts(&answer);
    let token = cookie.strip_prefix("__Host-session=").unwrap().to_owned();
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
async fn a_token_goes_back_the_way_it_came_when_the_password_is_given_again() {
    let service = Service::api().await;
    service.person("ada").await;
    let (cookie, _) = parts(&sign_in(&service).await);
    let request = service.client().request("POST", "/v1/sessions/reauthenticate").header("Cookie", cookie);
    let again = request.header(OURS.0, OURS.1).json(&json!({"password": crate::support::PASSWORD}));
    let again = send(again).await.expect(200);
    assert_eq!((&again.json()["token"], again.text().contains("pss_")), (&json!(null), false));
    let get = service.client().request("GET", "/v1/me").header("Cookie", parts(&again).0);
    send(get).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (cookie, _) = parts(&sign_in(&service).await);
    let client = service.client();
    let unsafe_ones: Vec<(String, String)> = routes(&service)
        .await
        .into_iter()
        .filter(|route| route.takes_cookie && route.method != "GET")
        .map(|route| (route.method, route.path.replace(['{', '}'], "")))
        .collect();
    assert!(unsafe_ones.len() > 30, "{unsafe_ones:?}");
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
    // It is refused before anything of it is looked at.
    let body = json!({});
    for (method, path) in &unsafe_ones {
        for headers in &foreign {
            let request = dressed(client.request(method, path), headers).json(&body);
            let answer = send(request).await;
            assert_eq!(answer.status, 403, "{method} {path} {headers:?}: {answer:?}");
            answer.problem(403, "cross-site-request");
            if method == "POST" {
                let request = dressed(client.request(method, path), headers).header("Idempotency-Key", "k");
                send(request.json(&body)).await.problem(403, "cross-site-request");
            }
        }
    }
    // Nobody is signed in by another's page either, in one step or in two.
    let second = json!({"challenge_id": "chl_00000000000000000000000001", "code": "123456"});
    for (path, body) in
        [("/v1/sessions", credentials("ada@example.com")), ("/v1/sessions/second-factor", second)]
    {
        for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example")] {
            let forged = client.request("POST", path).header(header.0, header.1);
            let forged = send(forged.json(&body)).await;
            forged.problem(403, "cross-site-request");
            assert!(!forged.headers.contains_key("set-cookie"));
        }
    }
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

/// What an answer does to the cookie with which pages may personalise: sets it, or takes it back.
fn personalizes(answer: &Answer) -> bool {
    let (cookie, attributes) = cookie(answer, "personalization").unwrap_or_else(|| panic!("{answer:?}"));
    let lives = !attributes.contains(&"Max-Age=0".to_owned());
    assert_eq!(cookie, if lives { "personalization=on" } else { "personalization=" }, "{answer:?}");
    lives
}

#[tokio::test]
async fn pages_personalise_as_long_as_the_switch_is_on() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    assert!(personalizes(&sign_in(&service).await));
    let put = async |body: serde_json::Value| {
        send(ada.client.request("PUT", "/v1/me/preferences").json(&body)).await.expect(200)
    };
    assert!(!personalizes(&put(json!({"personalization": false})).await));
    // Off means off, also where one signs in anew, and whatever other switch is turned.
    assert!(!personalizes(&sign_in(&service).await));
    assert!(!personalizes(&put(json!({"usage_logging": false})).await));
    assert!(personalizes(&put(json!({"personalization": true})).await));
    assert!(personalizes(&sign_in(&service).await));
    // It says that it is on, and nothing of who it is.
    let begun = sign_in(&service).await;
    let (_, attributes) = cookie(&begun, "personalization").unwrap();
    assert!(attributes.contains(&"SameSite=Lax".to_owned()), "{attributes:?}");
    let deleted = ada.client.request("DELETE", "/v1/me").json(&json!({"confirm": true}));
    assert!(!personalizes(&send(deleted).await.expect(204)));
    service.unharmed().await;
}

#[tokio::test]
async fn who_must_be_asked_first_is_asked_first() {
    let service = Service::start("api", &[("PERSONAL_SETTINGS_CONSENT", "opt-in")]).await;
    let ada = service.person("ada").await;
    assert!(!personalizes(&sign_in(&service).await));
    let me = ada.client.get("/v1/me").await;
    assert_eq!(me["preferences"], json!({"personalization": false, "usage_logging": false}));
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let history = operator.get(&format!("/v1/admin/accounts/{}/history", ada.account)).await.to_string();
    assert!(!history.contains("account.preferences_changed"), "{history}");
    service.unharmed().await;
}
