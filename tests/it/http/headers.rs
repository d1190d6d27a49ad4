//! What every answer carries, and what none gives away.

use std::collections::BTreeSet;

use serde_json::json;

use super::service::{action, asked, opened, sent, unpooled, with_form};
use super::teams::{Project, organization_of};
use super::{Answer, Service, routes, send};
use crate::support::OPERATOR_TOKEN;

fn assert_guarded(answer: &Answer, what: &str, seen: &mut BTreeSet<String>) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    for name in ["server", "x-powered-by", "via", "strict-transport-security"] {
        assert!(!answer.headers.contains_key(name), "{what}: {name}");
    }
    // Ingestion is for scripts of every page.
    let readers = if what.ends_with(" /track") { "*" } else { "" };
    assert_eq!(answer.header("access-control-allow-origin"), readers, "{what}");
    let id = answer.header("x-request-id");
    assert!(id.parse::<uuid::Uuid>().is_ok(), "{what}: {id:?}");
    assert!(seen.insert(id.to_owned()), "{what}: {id} was given before");
}

#[tokio::test]
async fn every_answer_is_guarded_and_has_an_id_of_its_own() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let seen = &mut BTreeSet::new();
    for client in [service.client(), ada.client.clone()] {
        for route in routes(&service).await {
            // These would have no end, or end the session.
            if route.path.ends_with("/events") || route.path.ends_with("/current") {
                continue;
            }
            let path = route.path.replace("{id}", "req_00000000000000000000000001");
            let request = client.request(&route.method, &path).header("X-Request-Id", "made up");
            let answer = send(request).await;
            assert_guarded(&answer, &format!("{} {path}", route.method), seen);
            if path.starts_with("/v1/") {
                assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            }
            assert_eq!(answer.headers.contains_key("www-authenticate"), answer.status == 401, "{path}");
        }
    }
    let client = &ada.client;
    let put = client.request("PUT", "/v1/me/preferences").header("Content-Type", "application/json");
    let others = [
        ("404", asked(client, "GET", "/nothing").await),
        ("405", asked(client, "PATCH", "/v1/me/preferences").await),
        ("400", send(put.body("{")).await),
        (
            "413",
            sent(&unpooled(client), "POST", "/v1/sessions", &json!({"x": "y".repeat(1024 * 1024)})).await,
        ),
        ("304", send(client.request("GET", "/v1/me").header("If-None-Match", "*")).await),
        ("HEAD", asked(client, "HEAD", "/v1/me").await),
        ("OPTIONS", asked(client, "OPTIONS", "/v1/me").await),
    ];
    for (what, answer) in &others {
        assert_guarded(answer, what, seen);
    }
    assert!(others[5].1.body.is_empty());
    service.unharmed().await;
}

/// Whether a line is one of Prometheus' text form (version 0.0.4).
fn is_exposition(line: &str) -> bool {
    let is_name = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == ':')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    if line.is_empty() {
        return true;
    }
    if let Some(comment) = line.strip_prefix("# ") {
        let mut words = comment.splitn(3, ' ');
        return matches!(words.next(), Some("HELP" | "TYPE")) && words.next().is_some_and(is_name);
    }
    let Some((series, value)) = line.rsplit_once(' ') else { return false };
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => match labels.strip_suffix('}') {
            Some(labels) => (name, labels),
            None => return false,
        },
        None => (series, ""),
    };
    let is_label = |label: &str| {
        let Some((name, value)) = label.split_once("=\"") else { return false };
        is_name(name) && !value.contains(['"', '\\', '\n'])
    };
    let labels_fit =
        labels.is_empty() || labels.strip_suffix('"').is_some_and(|labels| labels.split("\",").all(is_label));
    is_name(name) && labels_fit && value.parse::<f64>().is_ok()
}

#[test]
fn the_grammar_tells_metrics_from_other_text() {
    for line in ["# TYPE a counter", "a 1", "a_b{c=\"d\",e=\"/v1/{id}\"} 0.5", "a{} NaN", ""] {
        assert!(is_exposition(line), "{line}");
    }
    for line in ["a", "a b", "1a 1", "a{b} 1", "a{b=\"c} 1", "# NOTE x", "a{b=\"c\"", "a{b=\"c\"d=\"e\"} 1"] {
        assert!(!is_exposition(line), "{line}");
    }
}

#[tokio::test]
async fn metrics_are_numbers_of_routes_and_say_nothing_of_anybody() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let request = ada.client.post("/v1/me/privacy-requests", action("export")).await;
    let id = request["id"].as_str().unwrap();
    asked(&ada.client, "GET", &format!("/v1/me/privacy-requests/{id}")).await.expect(200);
    ada.use_product(3).await;
    asked(&ada.client, "GET", "/made-up-path-1?made-up-query=1").await.expect(404);
    asked(&ada.client, "MADEUPMETHOD", "/v1/me").await.expect(405);
    let answer = asked(&service.program.vitals(), "GET", "/metrics").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"), "{answer:?}");
    let metrics = answer.text();
    for line in metrics.lines() {
        assert!(is_exposition(line), "{line:?}");
    }
    let token = ada.client.token().unwrap();
    for private in [
        &ada.account,
        &ada.email,
        id,
        &token,
        OPERATOR_TOKEN,
        "acc_",
        "req_",
        "ses_",
        "pss_",
        "pso_",
        "opr_",
        "evt_",
        "127.0.0.1",
        "made-up",
        "MADEUP",
        "seeded",
    ] {
        assert!(!metrics.contains(private), "{private} is in the metrics");
    }
    let of = |method: &str, route: &str, status: u16| {
        let line = metrics.lines().find(|line| {
            line.starts_with("personal_settings_http_requests_total{")
                && [
                    format!("method=\"{method}\""),
                    format!("route=\"{route}\""),
                    format!("status=\"{status}\""),
                ]
                .iter()
                .all(|label| line.contains(label))
        });
        line.and_then(|line| line.rsplit_once(' ')).map_or(0, |(_, count)| count.parse::<u64>().unwrap())
    };
    assert_eq!(of("GET", "/v1/me/privacy-requests/{id}", 200), 1);
    assert_eq!(of("GET", "unmatched", 404), 1);
    assert_eq!(of("OTHER", "/v1/me", 405), 1);
    service.unharmed().await;
}

#[tokio::test]
async fn the_log_tells_of_requests_and_not_of_people() {
    let service = Service::start("serve", &[("PERSONAL_SETTINGS_LOG", "debug")]).await;
    let ada = service.person("ada").await;
    ada.use_product(3).await;
    let id = ada.ask_for("export").await;
    ada.completed(&id).await;
    ada.fetch_archive(&id).await;
    let agent = ada.client.request("GET", "/v1/me?hushed-query=1").header("User-Agent", "HushedBrowser");
    send(agent.header("Cookie", "session=pss_hushed-cookie")).await;
    let wrong = json!({"email": "hushed@example.com", "password": "hushed password"});
    sent(&service.client(), "POST", "/v1/sessions", &wrong).await.problem(401, "wrong-credentials");
    let key = service.client().request("POST", "/v1/sessions").header("Idempotency-Key", "hushed-key");
    send(key.json(&wrong)).await.problem(401, "wrong-credentials");
    let forged = service.client().with_token("hushed-token").request("GET", "/hushed-path");
    send(forged.header("X-Request-Id", "hushed\tid")).await.expect(404);

    let said = service.program.said();
    assert!(said.contains("/v1/me/privacy-requests/{id}"), "{said}");
    let token = ada.client.token().unwrap();
    let password = crate::support::PASSWORD;
    for private in
        [ada.email.as_str(), "Ada Example", &token, &token[4..], password, "hushed", "Hushed", "seeded"]
    {
        let line = said.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{private} is in the log: {line:?}");
    }
    service.unharmed().await;
}

/// Does all that brings secrets about, and uses each; what must not be told of it.
async fn use_secrets(service: &Service) -> Vec<String> {
    let (ada, operator) = (service.person("ada").await, service.client().with_token(OPERATOR_TOKEN));
    let anonymous = service.client();
    let profile = json!({"name": "Hushed Lovelace", "billing_email": "hushed-bills@example.com"});
    sent(&ada.client, "PATCH", "/v1/me", &profile).await.expect(200);
    let email = json!({"email": "hushed-new@example.com"});
    sent(&ada.client, "PUT", "/v1/me/email", &email).await.expect(202);
    let confirm = service.take_mail("email_confirmation", "hushed-new@example.com").await.token().to_owned();
    let undo = service.take_mail("email_change", &ada.email).await.token().to_owned();
    asked(&anonymous, "GET", &format!("/links/email-confirmation?{confirm}")).await.expect(200);
    opened(&anonymous, "/v1/email-confirmations", &confirm).await.expect(204);
    let reset = json!({"email": "hushed-new@example.com"});
    sent(&anonymous, "POST", "/v1/password-resets", &reset).await.expect(202);
    let choose = service.take_mail("password_reset_link", "hushed-new@example.com").await.token().to_owned();
    let weak = json!({"token": choose, "password": "hushed"});
    sent(&anonymous, "PUT", "/v1/password-resets", &weak).await.expect(422);
    let phone = json!({"number": "+14155550142", "channel": "call"});
    sent(&ada.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
    let code = json!({"code": service.take_code().await.code});
    let verified = ada.client.post("/v1/me/two-factor-phone/verify", code).await;
    let gdpr = ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await["token"].clone();
    let organization = organization_of(&ada).await;
    let project = Project::create(&ada, &organization).await;
    project.reveal(&ada).await.expect(200);
    let guest = json!({"email": "hushed-guest@example.com", "role": "member"});
    ada.client.post(&format!("/v1/organizations/{organization}/invitations"), guest).await;
    for secret in [gdpr.as_str().unwrap(), project.secret()] {
        let introspect = operator.request("POST", "/v1/introspect");
        send(with_form(introspect, &[("token", secret)])).await.expect(200);
        asked(&anonymous.with_token(secret), "GET", "/v1/credentials/self").await;
    }
    opened(&anonymous, "/v1/email-undos", &undo).await.expect(204);
    let recovery_code = verified["recovery_codes"][0].as_str().unwrap().to_owned();
    let tokens = [confirm, undo, choose, gdpr.as_str().unwrap().to_owned(), project.secret().to_owned()];
    let unprefixed = tokens.map(|token| token[4..].to_owned());
    let people = ["Hushed", "hushed", "5550142", "ada@example.com"].map(str::to_owned);
    unprefixed.into_iter().chain([recovery_code]).chain(people).collect()
}

#[tokio::test]
async fn the_log_knows_nothing_that_opens_something() {
    let service = Service::start("serve", &[("PERSONAL_SETTINGS_LOG", "debug")]).await;
    let secrets = use_secrets(&service).await;
    let said = service.program.said();
    assert!(said.contains("/v1/email-confirmations"), "{said}");
    for secret in secrets {
        let line = said.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
    service.unharmed().await;
}
