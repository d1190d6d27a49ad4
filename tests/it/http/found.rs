//! Failures of the product that were found and mended. Each test failed before.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::service::sent;
use super::track_limits::bomb;
use super::{Service, send};

/// An object with a word as its only member is taken for the word: `{"kind": {"export": null}}` is received as
/// an export.
#[tokio::test]
async fn a_choice_of_the_wrong_type_is_named_by_a_pointer() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for member in ["kind", "regulation"] {
        for wrong in
            [json!(7), json!(["export"]), json!(true), json!(null), json!({"export": null}), json!({})]
        {
            let mut body = json!({"kind": "export", "confirm": true});
            body[member] = wrong.clone();
            let answer = sent(&ada.client, "POST", "/v1/me/privacy-requests", &body).await;
            assert_eq!(answer.status, 422, "{member}: {wrong}: {answer:?}");
            assert_eq!(answer.pointers(), [format!("/{member}")], "{wrong}");
        }
    }
}

/// A body that is not read to its end: the connection is closed behind the 413, which does not say so
/// (RFC 9112, section 9.6), and the next request that a client sends on it is lost.
#[tokio::test]
async fn a_connection_that_will_be_closed_is_said_to_be() {
    let service = Service::api().await;
    let bomb = bomb();
    let address = service.program.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /track HTTP/1.1\r\nHost: {address}\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(&bomb).await;
    let mut said = vec![0; 4_096];
    let length = stream.read(&mut said).await.unwrap();
    let answer = String::from_utf8_lossy(&said[..length]).to_lowercase();
    assert!(answer.starts_with("http/1.1 413"), "{answer}");
    let after = timeout(Duration::from_secs(2), stream.read(&mut said)).await;
    let closed = matches!(after, Ok(Ok(0) | Err(_)));
    assert!(!closed || answer.contains("connection: close"), "it was closed without a word: {answer}");
}

/// Text that is no Unicode is no JSON (RFC 8259, section 8.1); it is answered 422 since the body is looked
/// through without reading its strings.
#[tokio::test]
async fn what_is_no_unicode_is_no_json() {
    let service = Service::api().await;
    for member in ["email", "password", "surprise"] {
        let start = format!("{{\"{member}\": \"").into_bytes();
        for text in [&b"\xff\xfe"[..], b"\\ud800", b"\\udc00\\ud800", b"\xed\xa0\x80"] {
            let body = [&start, text, b"\"}"].concat();
            let request = service.client().request("POST", "/v1/sessions");
            let answer = send(request.header("Content-Type", "application/json").body(body)).await;
            assert_eq!(answer.status, 400, "{member} {text:?}: {answer:?}");
            answer.problem(400, "malformed-request");
        }
    }
    service.unharmed().await;
}
