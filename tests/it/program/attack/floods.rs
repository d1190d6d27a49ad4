//! What an attacker sends. Each flood goes on until it is dropped.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, pending};
use tokio::time::sleep;
use zip::write::SimpleFileOptions;

use super::Field;
use super::witness::is_release;
use crate::support::{Client, HOUSE_TOKEN, Person, Raw, address, http};

/// A pause of a client that was sent away. A build without optimisation takes about ten times as long for each request,
/// so it is attacked that much less often: what is measured is who is kept waiting, not how slow the build is.
pub(super) fn pause() -> Duration {
    Duration::from_millis(if is_release() { 50 } else { 500 })
}

/// A client that sits at [`address`] `n`.
pub(super) fn from(base: &str, n: u8) -> Client {
    let http = http().local_address(std::net::IpAddr::from(address(n))).build().unwrap();
    Client { http, base: base.to_owned(), token: None }
}

/// 24 clients, each at an address of its own, send ten kilobytes, which are ten megabytes of lists when they are
/// unpacked, and belong to no project.
pub(super) async fn bombs(field: Arc<Field>) {
    const LISTS: usize = 10 * 1024 * 1024 / 3 - 100;
    let event = format!(
        "[{{\"event\":\"x\",\"properties\":{{\"token\":\"wrong\",\"x\":[{}0]}}}}]",
        "[],".repeat(LISTS)
    );
    let body = gzip(event.as_bytes());
    let (base, body) = (&field.base, &body);
    join_all((30..54).map(|n| async move {
        let client = from(base, n);
        loop {
            let request = client.request("POST", "/track").header("Content-Type", "application/json");
            // Refused, or cut: all the same to them.
            let _ = request.header("Content-Encoding", "gzip").body(body.clone()).send().await;
            sleep(pause()).await;
        }
    }))
    .await;
}

/// A thousand sockets announce a body, and never send it.
pub(super) async fn bodies_that_never_come(field: Arc<Field>) {
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{";
    sockets(&field, 3..8, head).await;
}

/// Another thousand never send the end of a head.
pub(super) async fn heads_that_never_end(field: Arc<Field>) {
    sockets(&field, 10..15, "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Never: ").await;
}

/// 206 sockets from each of some addresses send `half`, wait until they are cut, and come again.
async fn sockets(field: &Field, addresses: std::ops::Range<u8>, half: &str) {
    join_all(addresses.flat_map(|n| (0..206).map(move |at| (n, at))).map(|(n, at)| async move {
        // Within less than a pause or two, and not in the same instant.
        sleep(pause() * at / 100).await;
        loop {
            if let Ok(mut raw) = Raw::connect(&field.base, n).await {
                raw.send(half).await;
                let _ = raw.ends(Duration::from_secs(60)).await;
            }
            sleep(pause()).await;
        }
    }))
    .await;
}

/// One account opens as many streams of events as it is let.
pub(super) async fn streams(field: Arc<Field>) {
    let token = field.mallory.client.token().unwrap();
    let client = from(&field.base, 20).with_token(&token);
    let path = format!("/v1/me/privacy-requests/{}/events", field.request);
    let (client, path) = (&client, &path);
    join_all((0..200).map(|at| async move {
        sleep(pause() * at / 20).await;
        loop {
            match client.request("GET", path).send().await {
                Ok(stream) if stream.status().is_success() => {
                    let _held = stream;
                    pending::<()>().await;
                }
                _ => sleep(pause() * 40).await,
            }
        }
    }))
    .await;
}

/// Whether clients at every address are served: read their own page, send usage.
pub(super) async fn all_are_served(base: &str, ada: &Person) -> Option<()> {
    let token = ada.client.token()?;
    for n in [1, 3, 10, 20, 30] {
        let answer = from(base, n).with_token(&token).request("GET", "/v1/me").send().await.ok()?;
        answer.error_for_status().ok()?;
    }
    let event = serde_json::json!([{"event": "Opened", "properties": {
        "token": HOUSE_TOKEN, "distinct_id": ada.account, "time": 1_700_000_000, "$insert_id": "1",
    }}]);
    let stored = from(base, 3).request("POST", "/track").json(&event).send().await.ok()?;
    stored.error_for_status().ok().map(drop)
}

/// `content` as a gzip file (RFC 1952). A ZIP holds the same deflated bytes.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("x", options).unwrap();
    writer.write_all(content).unwrap();
    let mut archive = zip::ZipArchive::new(writer.finish().unwrap()).unwrap();
    let mut file = archive.by_index_raw(0).unwrap();
    let (crc, mut deflated) = (file.crc32(), Vec::new());
    file.read_to_end(&mut deflated).unwrap();
    let length = u32::try_from(content.len()).unwrap();
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    [&header[..], &deflated, &crc.to_le_bytes(), &length.to_le_bytes()].concat()
}
