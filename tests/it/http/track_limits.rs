//! `/track`: what it does not take, and how it says so.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::service::unpooled;
use super::track::{counted, event, track};
use super::{Answer, Service, send};
use crate::support::{Client, HOUSE_TOKEN};

const JSON: &str = "application/json";

/// `content` as a gzip file (RFC 1952).
fn gzip(content: &[u8]) -> Vec<u8> {
    gzip_again(content, 1)
}

/// Half a gibibyte of nothing in half a mebibyte.
pub(super) fn bomb() -> Vec<u8> {
    gzip_again(&[b' '; 1024 * 1024], 512)
}

/// `content`, again and again, as a gzip file. A ZIP holds the same deflated bytes.
fn gzip_again(content: &[u8], times: u32) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("x", options).unwrap();
    for _ in 0..times {
        writer.write_all(content).unwrap();
    }
    let mut archive = zip::ZipArchive::new(writer.finish().unwrap()).unwrap();
    let mut file = archive.by_index_raw(0).unwrap();
    let (crc, mut deflated) = (file.crc32(), Vec::new());
    file.read_to_end(&mut deflated).unwrap();
    let length = u32::try_from(content.len()).unwrap() * times;
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    [&header[..], &deflated, &crc.to_le_bytes(), &length.to_le_bytes()].concat()
}

async fn packed(client: &Client, encoding: &str, body: Vec<u8>) -> Answer {
    let request = client.request("POST", "/track?verbose=1").header("Content-Type", JSON);
    send(request.header("Content-Encoding", encoding).body(body)).await
}

/// Refused with `status`, in both ways of saying so; nothing was stored.
async fn refused(client: &Client, body: impl Into<Vec<u8>>, status: u16, why: &str) {
    let body = body.into();
    let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
    let terse = track(client, "", JSON, body.clone()).await;
    assert_eq!((terse.status, terse.text()), (status, "0"), "{shown}");
    let verbose = track(client, "?verbose=1", JSON, body).await;
    assert_eq!((verbose.status, &verbose.json()["status"]), (status, &json!(0)), "{shown}");
    let error = verbose.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains(why), "{shown}: {error}");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_whole() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = service.client();
    let good = event(&ada.account, "good");
    let with = |member: &str, value: Value| {
        let mut event = good.clone();
        event["properties"][member] = value;
        event
    };
    for body in
        ["", " ", "{", "[1", "nonsense", "7", "\"x\"", "null", "data=", "data=%%%", "data=7", "other=x"]
    {
        refused(&client, body, 400, "").await;
    }
    refused(&client, b"\xff\xfe".to_vec(), 400, "").await;
    refused(&client, "[".repeat(1_000_000), 400, "end too early").await;
    refused(&client, format!("[{}]", "{\"a\":".repeat(100_000)), 400, "end too early").await;
    let nested = format!("[{}1{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
    refused(&client, nested, 400, "nested").await;
    for (wrong, why) in [
        (json!(1), "send an object"),
        (json!({}), "set event"),
        (json!({"event": "", "properties": {}}), "set event"),
        (json!({"event": "a"}), "set properties"),
        (json!({"event": "a", "properties": {"token": HOUSE_TOKEN}}), "distinct_id"),
        (with("distinct_id", json!("x".repeat(256))), "at most 255 bytes"),
        (with("$insert_id", json!("x".repeat(256))), "at most 255 bytes"),
    ] {
        // Beside the token of the house: without one nothing is looked at.
        let tokened = json!({"event": "", "properties": {"token": HOUSE_TOKEN}});
        refused(&client, json!([tokened, wrong]).to_string(), 400, why).await;
    }
    for token in [json!("wrong"), json!(""), json!(null), json!(7), json!("' OR 1=1 --")] {
        refused(&client, json!([with("token", token)]).to_string(), 401, "token").await;
    }
    assert_eq!(counted(&service).await, [0, 0, 0]);
    for time in [json!(-1), json!(1e300), json!("soon"), json!(null), json!(0), json!(253_402_300_799_i64)] {
        track(&client, "", JSON, with("time", time).to_string()).await.expect(200);
    }
    for odd in
        [json!(1e-300), json!(u64::MAX), json!({"a": [[[[]]]]}), json!("\u{202e}💥\u{ffff}"), json!(null)]
    {
        track(&client, "", JSON, with("odd", odd).to_string()).await.expect(200);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_too_much_is_refused_however_small_it_was_packed() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let client = unpooled(&service.client());
    let one = event(&ada.account, "a").to_string();
    assert_eq!(packed(&client, "gzip", gzip(one.as_bytes())).await.expect(200).json()["status"], 1);
    assert_eq!(counted(&service).await, [1, 0, 0]);

    const LIMIT: usize = 10 * 1024 * 1024;
    let padded = |length: usize| format!("{one}{}", " ".repeat(length - one.len())).into_bytes();
    packed(&client, "gzip", gzip(&padded(LIMIT))).await.expect(200);
    let over = gzip(&padded(LIMIT + 1));
    assert!(over.len() < 64 * 1024, "a bomb is small");
    let answer = packed(&client, "gzip", over).await.expect(413);
    assert_eq!(answer.json(), json!({"status": 0, "error": "send at most 10 MiB at once"}));
    track(&client, "", JSON, padded(LIMIT + 1)).await.expect(413);
    // Given up at the limit, not unpacked.
    let bomb = bomb();
    let began = Instant::now();
    packed(&client, "gzip", bomb).await.expect(413);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    for wrong in [b"[]".to_vec(), Vec::new(), gzip(one.as_bytes())[..20].to_vec()] {
        packed(&client, "gzip", wrong).await.expect(400);
    }
    for encoding in ["br", "deflate", "zstd", "gzip, gzip", "nonsense"] {
        packed(&client, encoding, gzip(one.as_bytes())).await.expect(415);
    }
    let events = |count: usize| {
        let all: Vec<Value> = (0..count).map(|n| event(&ada.account, &format!("n{n}"))).collect();
        json!(all).to_string()
    };
    refused(&client, events(2_001), 413, "2000 events").await;
    let mut large = event(&ada.account, "large");
    large["properties"]["x"] = json!(vec![0; 10_000]);
    refused(&client, json!([large]).to_string(), 400, "10000 values").await;
    let mut many = event(&ada.account, "many");
    many["properties"]["x"] = json!(vec![0; 9_000]);
    refused(&client, json!(vec![many; 70]).to_string(), 413, "600000 values").await;
    track(&client, "", JSON, events(2_000)).await.expect(200);
    assert_eq!(counted(&service).await, [2_001, 0, 1]);
    service.unharmed().await;
}
