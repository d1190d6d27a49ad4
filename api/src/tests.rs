//! What the unit tests share, and tests of the whole router with a database that is away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::account::Preferences;
use domain::law::{Laws, Place};
use domain::privacy_request::SourceName;
use domain::{Clock, IdSource, Services};
use event_store::{EventStore, MasterKey, connect_lazily};
use metrics_exporter_prometheus::PrometheusBuilder;
use projections::Views;
use sealed_objects::SealedObjectStore;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

use crate::state::AppState;
use crate::{ApiConfig, Dependencies, ForwardedHeader, ReadinessCheck, Vitals, router, token, vitals_router};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }
}

impl IdSource for Fixed {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

struct Check;

#[async_trait]
impl ReadinessCheck for Check {
    fn name(&self) -> &'static str {
        "archives"
    }

    async fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The text of an answer's body.
pub(crate) async fn text_of(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// No server listens on port 1: the database is away.
fn dependencies(public_url: &str) -> Dependencies {
    let pool = connect_lazily("postgres://nobody@127.0.0.1:1/nothing", 8).unwrap();
    let services = Services { clock: Arc::new(Fixed), ids: Arc::new(Fixed) };
    let stages = vec![vec![SourceName::new(SourceName::ACCOUNT)]];
    Dependencies {
        vitals: Vitals {
            store: EventStore::new(pool.clone(), services, MasterKey::generate()),
            readiness: vec![Arc::new(Check)],
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            shutdown: CancellationToken::new(),
            open: tokio::sync::watch::Sender::new(true).subscribe(),
        },
        views: Views::new(pool),
        archives: SealedObjectStore::open(&"memory:".parse().unwrap()).unwrap(),
        config: ApiConfig {
            public_url: public_url.parse().unwrap(),
            cooling_off: chrono::Duration::hours(24),
            demands_second_factor: false,
            factor_removal_wait: chrono::Duration::hours(72),
            laws: Laws::built_in().clone(),
            place: Place::default(),
            later_readings: Vec::new(),
            policy_version: "1".to_owned(),
            default_preferences: Preferences { personalization: false, usage_logging: false },
            export_stages: stages.clone(),
            erasure_stages: stages,
            proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            introspection_max_age: 10,
            look: crate::Look::default(),
            catalogue: catalogue::Catalogue::built_in(),
            mailbox: None,
        },
    }
}

/// The state of a service on plain loopback.
pub(crate) fn state() -> AppState {
    state_at("http://127.0.0.1:8080")
}

/// The state of a service at `public_url`.
pub(crate) fn state_at(public_url: &str) -> AppState {
    AppState::new(dependencies(public_url))
}

fn service() -> Router {
    router(dependencies("https://settings.example.com"))
}

fn bearer() -> String {
    format!("Bearer {}", token::generate(token::Kind::Session).expose_secret())
}

fn request(method: &str, path: &str, body: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, bearer());
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    request.body(Body::from(body.unwrap_or_default().to_owned())).unwrap()
}

async fn send(request: Request<Body>) -> Response {
    service().oneshot(request).await.unwrap()
}

async fn problem_of(response: Response) -> (StatusCode, String) {
    let status = response.status();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let value: Value = serde_json::from_str(&text_of(response).await).unwrap();
    assert_eq!(value["status"], status.as_u16());
    (status, value["type"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn without_a_database_every_route_says_so_in_time() {
    const REQUEST: &str = "/v1/me/privacy-requests/req_00000000000000000000000001";
    let archive = format!("{REQUEST}/archive");
    let events = format!("{REQUEST}/events");
    let ses = "/v1/sessions/ses_00000000000000000000000001";
    let credentials = r#"{"email": "ada@example.com", "password": "correct horse"}"#;
    let event = r#"{"event": "a", "properties": {"token": "t", "distinct_id": "d"}}"#;
    let requests = [
        request("POST", "/v1/sessions", Some(credentials)),
        request("GET", "/v1/sessions", None),
        request("DELETE", "/v1/sessions", None),
        request("DELETE", "/v1/sessions/current", None),
        request("DELETE", ses, None),
        request("POST", "/v1/sessions/reauthenticate", Some(r#"{"password": "x"}"#)),
        request("GET", "/v1/me", None),
        request("PUT", "/v1/me/password", Some(r#"{"current": "x", "new": "correct horse"}"#)),
        request("GET", "/v1/me/preferences", None),
        request("PUT", "/v1/me/preferences", Some(r#"{"usage_logging": true}"#)),
        request("GET", "/v1/me/history", None),
        request("POST", "/v1/me/privacy-requests", Some(r#"{"kind": "export", "confirm": true}"#)),
        request("GET", "/v1/me/privacy-requests", None),
        request("GET", REQUEST, None),
        request("DELETE", REQUEST, None),
        request("GET", &events, None),
        request("GET", &archive, None),
        request("DELETE", &archive, None),
        request("POST", "/v1/admin/accounts", Some(r#"{"email": "ada@example.com", "name": "Ada"}"#)),
        request("GET", "/v1/admin/accounts/acc_00000000000000000000000001/history", None),
        request("GET", "/v1/admin/accounts/acc_00000000000000000000000001/state", None),
        request("GET", "/v1/admin/parked-events", None),
        request("GET", "/v1/admin/privacy-requests", None),
        request("GET", "/v1/admin/privacy-requests/req_00000000000000000000000001", None),
        request("GET", "/v1/admin/privacy-requests/statistics", None),
        request("GET", "/v1/admin/accounts?email=ada@example.com", None),
        request("POST", "/v1/admin/parked-events/retry", Some("{}")),
        request("GET", "/v1/admin/messages", None),
        request("POST", "/v1/admin/messages/retry", Some("{}")),
        request("GET", "/v1/admin/log/health", None),
        request("GET", "/v1/admin/operators", None),
        request("POST", "/track", Some(event)),
    ];
    let mut all = Vec::new();
    let others = requests_of_organizations().into_iter().chain(requests_of_factors());
    for mut request in requests.into_iter().chain(others) {
        // A key makes a detour through the database as well.
        if *request.method() == Method::POST {
            request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
        }
        let name = format!("{} {}", request.method(), request.uri());
        all.push(async move {
            let response = send(request).await;
            assert!(response.headers().contains_key(header::RETRY_AFTER), "{name}: {response:?}");
            assert_eq!(
                problem_of(response).await,
                (StatusCode::SERVICE_UNAVAILABLE, "/problems/unavailable".to_owned())
            );
        });
    }
    let began = Instant::now();
    futures::future::join_all(all).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

fn requests_of_factors() -> Vec<Request<Body>> {
    let passkey = "/v1/me/passkeys/pky_00000000000000000000000001";
    let code = Some(r#"{"code": "123456"}"#);
    let question = Some(r#"{"challenge_id": "chl_00000000000000000000000001"}"#);
    // Of a form that could be right.
    let shown = r#"{"credential": {"id": "AAAAAAAAAAAAAAAAAAAAAA", "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vc2V0dGluZ3MuZXhhbXBsZS5jb20iLCJjcm9zc09yaWdpbiI6ZmFsc2V9",
        "authenticatorData": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFAAAAAA", "signature": "AA",
        "userHandle": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}}"#;
    vec![
        request("GET", "/v1/me/factors", None),
        request("POST", "/v1/me/totp", None),
        request("POST", "/v1/me/totp/verify", code),
        request("DELETE", "/v1/me/totp", None),
        request("GET", "/v1/me/passkeys", None),
        request("POST", "/v1/me/passkeys", Some(r#"{"name": "A", "credential": {}}"#)),
        request("POST", "/v1/me/passkeys/options", None),
        request("PATCH", passkey, Some(r#"{"name": "A"}"#)),
        request("DELETE", passkey, None),
        request("POST", "/v1/sessions/second-factor/code", question),
        request("POST", "/v1/sessions/passkey/options", None),
        request("POST", "/v1/sessions/passkey", Some(shown)),
        request("POST", "/v1/sessions/reauthenticate/options", None),
    ]
}

fn requests_of_organizations() -> Vec<Request<Body>> {
    let organization = "/v1/organizations/org_00000000000000000000000001";
    let member = format!("{organization}/members/acc_00000000000000000000000001");
    let project = "/v1/projects/prj_00000000000000000000000001";
    let token = token::generate(token::Kind::Link);
    let link = format!(r#"{{"token": "{}"}}"#, token.expose_secret());
    let name = Some(r#"{"name": "A"}"#);
    let invite = Some(r#"{"email": "ada@example.com", "role": "member"}"#);
    let registration =
        format!(r#"{{"token": "{}", "name": "Ada", "password": "correct horse"}}"#, token.expose_secret());
    let mut requests = vec![
        request("GET", "/v1/organizations", None),
        request("POST", "/v1/organizations", name),
        request("GET", organization, None),
        request("PATCH", organization, name),
        request("PUT", &format!("{organization}/second-factor-demand"), Some(r#"{"demanded": true}"#)),
        request("GET", &format!("{organization}/members"), None),
        request("GET", &member, None),
        request("PUT", &member, Some(r#"{"role": "owner"}"#)),
        request("DELETE", &member, None),
        request("GET", &format!("{organization}/invitations"), None),
        request("POST", &format!("{organization}/invitations"), invite),
        request("DELETE", &format!("{organization}/invitations/inv_00000000000000000000000001"), None),
        request("POST", &format!("{organization}/projects"), name),
        request("POST", "/v1/invitations/lookup", Some(&link)),
        request("POST", "/v1/invitations/accept", Some(&link)),
        request("POST", "/v1/invitations/register", Some(&registration)),
        request("POST", "/v1/invitations/decline", Some(&link)),
        request("GET", "/v1/projects", None),
        request("GET", project, None),
        request("PATCH", project, name),
        request("PUT", &format!("{project}/owners/acc_00000000000000000000000001"), None),
        request("DELETE", &format!("{project}/owners/acc_00000000000000000000000001"), None),
        request("POST", &format!("{project}/credentials/reveal"), None),
        request("POST", &format!("{project}/credentials/reset"), Some(r#"{"confirm": true}"#)),
        request("POST", &format!("{project}/credentials/retire-previous"), None),
        request("GET", "/v1/credentials/self", None),
    ];
    for path in ["/v1/introspect", "/v1/revoke"] {
        let mut request = request("POST", path, Some("token=x"));
        let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        requests.push(request);
    }
    requests
}

#[tokio::test]
async fn the_process_is_alive_but_not_ready_without_a_database() {
    let response = send(request("GET", "/healthz", None)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(text_of(response).await, r#"{"status":"ok"}"#);
    let response = send(request("GET", "/readyz", None)).await;
    assert_eq!(response.status(), 503);
    // A caller does not learn what does not work: that is for those who run it.
    assert_eq!(text_of(response).await, r#"{"status":"not_ready"}"#);
    let response = send(request("GET", "/metrics", None)).await;
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn the_listener_of_a_process_of_its_own_tells_how_it_is_and_nothing_else() {
    let router = vitals_router(dependencies("https://settings.example.com").vitals);
    let ask = |path| router.clone().oneshot(request("GET", path, None));
    assert_eq!(ask("/healthz").await.unwrap().status(), StatusCode::OK);
    let response = ask("/readyz").await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    insta::assert_snapshot!(text_of(response).await, @r#"{"status":"not_ready","checks":[{"name":"process","ok":true,"detail":null},{"name":"database","ok":false,"detail":"no answer within two seconds"},{"name":"archives","ok":true,"detail":null}],"warnings":[]}"#);
    assert_eq!(ask("/metrics").await.unwrap().status(), StatusCode::OK);
    for path in ["/v1/me", "/track", "/openapi.json"] {
        let (status, kind) = problem_of(ask(path).await.unwrap()).await;
        assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, "/problems/not-found"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let response = send(request("GET", "/v1/nothing", None)).await;
    assert_eq!(problem_of(response).await, (StatusCode::NOT_FOUND, "/problems/not-found".to_owned()));
    let response = send(request("PATCH", "/v1/me/preferences", None)).await;
    assert_eq!(response.headers()[header::ALLOW], "GET,HEAD,PUT");
    let refused = (StatusCode::METHOD_NOT_ALLOWED, "/problems/method-not-allowed".to_owned());
    assert_eq!(problem_of(response).await, refused);
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_asked() {
    for (method, path) in
        [("GET", "/v1/me"), ("POST", "/v1/me/privacy-requests"), ("POST", "/v1/admin/accounts")]
    {
        let mut request = request(method, path, Some("{}"));
        request.headers_mut().remove(header::AUTHORIZATION);
        let response = send(request).await;
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer", "{path}");
        let refused = (StatusCode::UNAUTHORIZED, "/problems/unauthenticated".to_owned());
        assert_eq!(problem_of(response).await, refused, "{path}");
    }
}

#[tokio::test]
async fn signing_in_is_refused_before_the_database_is_asked() {
    let credentials = r#"{"email": "ada@example.com", "password": "x"}"#;
    let refusal = async |change: &dyn Fn(&mut Request<Body>)| {
        let mut request = request("POST", "/v1/sessions", Some(credentials));
        change(&mut request);
        problem_of(send(request).await).await.1
    };
    let set = |name: &'static str, value: &'static str| {
        move |request: &mut Request<Body>| drop(request.headers_mut().insert(name, value.parse().unwrap()))
    };
    assert_eq!(refusal(&set("content-type", "text/plain")).await, "/problems/unsupported-media-type");
    assert_eq!(refusal(&set("sec-fetch-site", "cross-site")).await, "/problems/cross-site-request");
    assert_eq!(refusal(&set("idempotency-key", "a b")).await, "/problems/invalid-idempotency-key");
    let body =
        |text: String| move |request: &mut Request<Body>| *request.body_mut() = Body::from(text.clone());
    assert_eq!(refusal(&body("{".to_owned())).await, "/problems/malformed-request");
    assert_eq!(refusal(&body("{}".to_owned())).await, "/problems/invalid-input");
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    assert_eq!(refusal(&body(large.clone())).await, "/problems/too-large");
    let keyed = |request: &mut Request<Body>| {
        request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
        *request.body_mut() = Body::from(large.clone());
    };
    assert_eq!(refusal(&keyed).await, "/problems/too-large");
}

#[tokio::test]
async fn every_answer_has_its_id_and_its_guards() {
    let response = send(request("GET", "/v1/nothing", None)).await;
    let headers = response.headers();
    assert_eq!(headers["x-request-id"], Uuid::from_u128(7).to_string());
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
}

#[tokio::test]
async fn too_much_at_once_is_sent_away() {
    let state = state();
    let service = Router::new()
        .route("/", axum::routing::get(|| async { "in" }))
        .layer(axum::middleware::from_fn_with_state(state.clone(), crate::middleware::load_shed))
        .with_state(());
    let get = || Request::new(Body::empty());
    assert_eq!(service.clone().oneshot(get()).await.unwrap().status(), 200);
    let _all: Vec<_> = std::iter::from_fn(|| state.places.seat(None).ok()).collect();
    let response = service.oneshot(get()).await.unwrap();
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(problem_of(response).await.1, "/problems/busy");
}

/// `{"event":"a"}` compressed: read, and refused for what it lacks.
const GZIP: &str = "H4sIAAAAAAACA6tWSi1LzStRslJKVKoFACQE+NwNAAAA";

#[tokio::test]
async fn usage_is_decompressed_within_limits() {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let sent = async |encoding: &str, body: Vec<u8>| {
        let request = Request::post("/track?verbose=1")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, encoding)
            .body(Body::from(body))
            .unwrap();
        let response = send(request).await;
        (response.status().as_u16(), text_of(response).await)
    };
    let (status, text) = sent("gzip", BASE64_STANDARD.decode(GZIP).unwrap()).await;
    assert_eq!((status, text.contains("set properties.token")), (401, true), "{text}");
    assert_eq!(sent("gzip", b"[]".to_vec()).await.0, 400);
    assert_eq!(sent("br", b"[]".to_vec()).await.0, 415);
    let request = |body: String| Request::post("/track?verbose=1").body(Body::from(body)).unwrap();
    assert_eq!(send(request(" ".repeat(10 * 1024 * 1024 + 1))).await.status(), 413);
    assert_eq!(send(request(format!("[{}1]", "1,".repeat(2_000)))).await.status(), 413);
    // Nothing sent is nothing to let in.
    assert_eq!(send(request("[]".to_owned())).await.status(), 200);
    let nameless = r#"{"event": "a", "properties": {"distinct_id": "d"}}"#;
    assert_eq!(send(request(nameless.to_owned())).await.status(), 401);
}
