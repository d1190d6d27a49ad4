//! Requests that lead nowhere: unknown routes, wrong methods, ids that are none, queries that make no sense.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::service::{asked, sent};
use super::{Service, routes, send};
use crate::support::{Client, OPERATOR_TOKEN};

/// What is no id of anything.
const NO_IDS: [&str; 14] = [
    "x",
    "req_",
    "ses_",
    "req_0",
    "0",
    "-1",
    "%00",
    "%ff%fe",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "req_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "ses_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "req_00000000000000000000000001'--",
    "acc_00000000000000000000000001",
    "REQ_00000000000000000000000001",
];

#[tokio::test]
async fn what_is_no_id_names_nothing() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let operator = ada.client.with_token(OPERATOR_TOKEN);
    let long = "req_".to_owned() + &"0".repeat(10_000);
    for route in routes(&service).await.iter().filter(|route| route.path.contains("{id}")) {
        for id in NO_IDS.into_iter().chain([long.as_str(), "r%C3%A9q", "%F0%9F%92%A5"]) {
            let path = route.path.replace("{id}", id);
            let client = if path.starts_with("/v1/admin/") { &operator } else { &ada.client };
            let answer = match path.ends_with("/factor-removal") {
                // What names nothing could be an account: it is asked for as one.
                true => sent(client, &route.method, &path, &json!({"proof": "document_seen"})).await,
                false => asked(client, &route.method, &path).await,
            };
            assert_eq!(answer.status, 404, "{} {path}: {answer:?}", route.method);
            answer.problem(404, "not-found");
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn there_is_nothing_where_there_is_no_route() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let paths = ["/v1", "/v1/", "/v1/nothing", "/v1/me/", "/V1/me", "//v1/me", "/v1//me", "/v2/me"];
    let odd = ["/v1/me/privacy-requests/a/b/c", "/track//", "/%00", "/%ff", "/admin", "/v1/admin"];
    let anonymous = service.client();
    for path in paths.into_iter().chain(odd) {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"] {
            for client in [&ada.client, &anonymous] {
                let request = client.request(method, path).header("Idempotency-Key", "k");
                let answer = send(request).await;
                assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
                answer.problem(404, "not-found");
            }
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes(&service).await {
        let path = route.path.replace("{id}", "req_00000000000000000000000001");
        let known = methods.entry(path).or_default();
        if route.method == "GET" {
            known.insert("HEAD".to_owned());
        }
        known.insert(route.method);
    }
    // A browser asks it what a page of another site may send.
    methods.entry("/track".to_owned()).or_default().insert("OPTIONS".to_owned());
    let anonymous = service.client();
    for (path, known) in &methods {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"] {
            if known.contains(method) {
                continue;
            }
            for client in [&ada.client, &anonymous] {
                let answer = asked(client, method, path).await;
                answer.problem(405, "method-not-allowed");
                let allowed: BTreeSet<String> =
                    answer.header("allow").split(',').map(|method| method.trim().to_owned()).collect();
                assert_eq!(&allowed, known, "{method} {path}");
            }
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones_with_a_key_as_well() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for client in [&ada.client, &service.client()] {
        for path in ["/v1/me", "/v1/me/preferences", "/v1/sessions/current", "/v1/me/history"] {
            let plain = asked(client, "POST", path).await;
            plain.problem(405, "method-not-allowed");
            for _ in 0..2 {
                let answer = send(client.request("POST", path).header("Idempotency-Key", path)).await;
                answer.problem(405, "method-not-allowed");
                assert_eq!(answer.header("allow"), plain.header("allow"), "{path}");
            }
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused_by_name() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for path in ["/v1/sessions", "/v1/me/privacy-requests", "/v1/me/history"] {
        for (query, parameter) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("limit=", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("limit=ten", "limit"),
            ("cursor=nonsense", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=99999999999999999999", "cursor"),
            ("cursor=", "cursor"),
            ("limit=1&limit=2", "limit"),
            ("cursor=&limit=1&cursor=", "cursor"),
            ("surprise=1", "surprise"),
            ("Limit=1", "Limit"),
        ] {
            let answer = asked(&ada.client, "GET", &format!("{path}?{query}")).await;
            let problem = answer.problem(400, "invalid-parameters");
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{path}?{query}");
        }
        asked(&ada.client, "GET", &format!("{path}?limit=200")).await.expect(200);
        asked(&ada.client, "GET", &format!("{path}?limit=1")).await.expect(200);
    }
    for edge in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
        // A cursor is the id of an event of this history.
        let path = format!("/v1/me/history?cursor={edge}");
        asked(&ada.client, "GET", &path).await.problem(400, "invalid-parameters");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn headers_that_make_no_sense_do_no_harm() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let get = |client: &Client, path: &str| client.request("GET", path);
    for position in ["-1", "0", "x", "", "1e9", "99999999999999999999999"] {
        send(get(&ada.client, "/v1/me").header("Event-Position", position)).await.expect(200);
    }
    // A position nobody has written yet is waited for a second, no longer.
    let began = std::time::Instant::now();
    send(get(&ada.client, "/v1/me").header("Event-Position", i64::MAX.to_string())).await.expect(200);
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    for (name, value) in [
        ("If-None-Match", ",,,\"\",W/"),
        ("Accept", ";;q=,text/csv;q=NaN"),
        ("Accept", "text/csv;q=-1"),
        ("User-Agent", "\u{7f}"),
        ("Cookie", "session=;;;=;session"),
        ("Sec-Fetch-Site", "\u{fffd}"),
    ] {
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes());
        let Ok(value) = value else { continue };
        send(get(&ada.client, "/v1/me/history").header(name, value)).await.expect(200);
    }
    for scheme in ["Bearer", "Basic YTpi", "Bearer \u{e9}", "bearer", "Bearer a b", "Digest x"] {
        let value = reqwest::header::HeaderValue::from_bytes(scheme.as_bytes()).unwrap();
        let request = get(&service.client(), "/v1/me").header("Authorization", value);
        send(request).await.problem(401, "unauthenticated");
    }
    service.unharmed().await;
}

/// Sends bytes as they are and reads what comes back until the connection ends.
async fn spoken(service: &Service, bytes: &[u8]) -> String {
    let address = service.program.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may hang up before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn what_is_no_http_is_hung_up_on() {
    let service = Service::api().await;
    let bomb = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(2_000_000));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(5_000));
    let lengths = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}";
    let negative = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}";
    let chunks = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
    let short = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Content-Length: 500\r\n\r\n{\"email\": ";
    for bytes in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", &bomb, &many, lengths, negative, chunks, short, ""] {
        let said = spoken(&service, bytes.as_bytes()).await;
        let refused = said.is_empty() || said.starts_with("HTTP/1.1 4");
        assert!(refused, "{bytes:.80}: {said:.200}");
    }
    service.unharmed().await;
}

/// A front that believes the length and a back that believes the chunks would see two different requests in the same
/// bytes: what follows the last chunk is never taken for a request of its own (RFC 9112, section 6.3).
#[tokio::test]
async fn a_body_ends_where_its_chunks_do_and_what_follows_is_no_request() {
    let service = Service::api().await;
    for length in
        ["Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 6"]
    {
        let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        let head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json";
        let said = spoken(&service, format!("{head}\r\n{length}\r\n\r\n0\r\n\r\n{hidden}").as_bytes()).await;
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{length}: {said}");
        assert!(said.starts_with("HTTP/1.1 4"), "{length}: {said}");
    }
    service.unharmed().await;
}
