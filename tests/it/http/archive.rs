//! The archive of an export: fetched whole, in parts, and no more.

use std::io::Cursor;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::service::asked;
use super::{Answer, Service, send};
use crate::support::Client;

const REQUESTS: &str = "/v1/me/privacy-requests";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn ranged(client: &Client, path: &str, range: &str) -> Answer {
    send(client.request("GET", path).header("Range", range)).await
}

async fn downloads(client: &Client) -> usize {
    let history = client.request("GET", "/v1/me/history").header("Accept", "application/x-ndjson");
    send(history).await.text().matches("A download of the archive began").count()
}

/// When all of it was last handed over.
async fn downloaded_at(client: &Client, id: &str) -> Value {
    client.get(&format!("{REQUESTS}/{id}")).await["archive"]["downloaded_at"].clone()
}

#[tokio::test]
async fn whoever_fetches_an_archive_tells_its_holder() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let id = ada.ask_for("export").await;
    ada.completed(&id).await;
    ada.fetch_archive(&id).await;
    let mail = service.take_mail("archive_downloaded", &ada.email).await;
    assert_eq!(
        mail.links(),
        [format!("{}/settings/privacy/requests/{id}", service.program.base)],
        "{mail:?}"
    );
    service.unharmed().await;
}

#[tokio::test]
async fn an_archive_is_fetched_in_parts_that_make_the_whole() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ada.use_product(1_500).await;
    let id = ada.ask_for("export").await;
    let shown = ada.completed(&id).await["archive"].clone();
    let path = shown["path"].as_str().unwrap();
    assert_eq!(path, format!("{REQUESTS}/{id}/archive"));
    let length = usize::try_from(shown["bytes"].as_u64().unwrap()).unwrap();

    let head = asked(&ada.client, "HEAD", path).await.expect(200);
    assert!(head.body.is_empty());
    assert_eq!(downloads(&ada.client).await, 0, "asking for its size fetches nothing");
    let whole = asked(&ada.client, "GET", path).await.expect(200);
    for (name, value) in [
        ("content-type", "application/zip"),
        ("accept-ranges", "bytes"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!((whole.header(name), head.header(name)), (value, value), "{name}");
    }
    for answer in [&head, &whole] {
        assert_eq!(answer.header("content-length"), length.to_string());
        assert_eq!(answer.header("etag"), format!("\"{}\"", shown["sha256"].as_str().unwrap()));
        let named = format!("attachment; filename=\"personal-data-{id}.zip\"");
        assert_eq!(answer.header("content-disposition"), named);
    }
    assert_eq!(whole.body.len(), length);
    assert_eq!(sha256(&whole.body), shown["sha256"].as_str().unwrap());
    zip::ZipArchive::new(Cursor::new(whole.body.to_vec())).unwrap().by_name("index.html").unwrap();

    // Pieces across the chunks it is sealed in, and of odd sizes.
    let (mut joined, mut start) = (Vec::new(), 0);
    for size in [1, 2, 1_000, 4_095, 65_537].into_iter().cycle() {
        if start >= length {
            break;
        }
        let end = (start + size).min(length);
        let part =
            ranged(&ada.client, path, &format!("bytes={start}-{}", start + size - 1)).await.expect(206);
        assert_eq!(part.header("content-range"), format!("bytes {start}-{}/{length}", end - 1));
        assert_eq!(part.header("content-length"), (end - start).to_string());
        joined.extend_from_slice(&part.body);
        start = end;
    }
    assert_eq!(sha256(&joined), shown["sha256"].as_str().unwrap());

    let last = ranged(&ada.client, path, "bytes=-10").await.expect(206);
    assert_eq!(last.body, whole.body.slice(length - 10..));
    let rest = ranged(&ada.client, path, "bytes=100-").await.expect(206);
    assert_eq!(rest.body, whole.body.slice(100..));
    let outside = ranged(&ada.client, path, &format!("bytes={length}-")).await;
    outside.problem(416, "range-not-satisfiable");
    assert_eq!(outside.header("content-range"), format!("bytes */{length}"));
    for odd in ["bytes=0-1,5-6", "bytes=5-1", "items=0-1", "bytes=x-y", "nonsense"] {
        assert_eq!(ranged(&ada.client, path, odd).await.expect(200).body, whole.body, "{odd}");
    }
    let other = ada.client.request("GET", path).header("Range", "bytes=0-1").header("If-Range", "\"x\"");
    assert_eq!(send(other).await.expect(200).body.len(), length);
    let same = ada.client.request("GET", path).header("Range", "bytes=0-1");
    let same = send(same.header("If-Range", whole.header("etag"))).await.expect(206);
    assert_eq!(same.body, whole.body.slice(..2));
    service.unharmed().await;
}

#[tokio::test]
async fn a_download_is_told_once_however_many_parts_it_has() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let id = ada.ask_for("export").await;
    ada.completed(&id).await;
    let path = format!("{REQUESTS}/{id}/archive");
    for start in [0, 100, 200, 300] {
        ranged(&ada.client, &path, &format!("bytes={start}-{}", start + 99)).await.expect(206);
    }
    assert_eq!(downloads(&ada.client).await, 1);
    assert_eq!(downloaded_at(&ada.client, &id).await, Value::Null, "these parts are not all of it");
    ranged(&ada.client, &path, "bytes=300-").await.expect(206);
    assert!(downloaded_at(&ada.client, &id).await.is_string(), "with the last missing part they are");
    assert_eq!(downloads(&ada.client).await, 1);
    // Beginning in the middle is no way to leave no trace.
    let other = crate::support::sign_in(&service.client(), &ada.email).await;
    ranged(&other, &path, "bytes=1-").await.expect(206);
    assert_eq!(downloads(&ada.client).await, 2);
    service.unharmed().await;
}

#[tokio::test]
async fn a_byte_of_the_archive_is_on_record_and_is_no_download_of_it() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let id = ada.ask_for("export").await;
    ada.completed(&id).await;
    let path = format!("{REQUESTS}/{id}/archive");
    ranged(&ada.client, &path, "bytes=0-0").await.expect(206);
    assert_eq!(downloads(&ada.client).await, 1);
    assert_eq!(downloaded_at(&ada.client, &id).await, Value::Null, "so a reminder goes out");
    asked(&ada.client, "GET", &path).await.expect(200);
    assert!(downloaded_at(&ada.client, &id).await.is_string());
    service.unharmed().await;
}

#[tokio::test]
async fn an_archive_belongs_to_one_person_and_can_be_disabled() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let id = ada.ask_for("export").await;
    ada.completed(&id).await;
    let path = format!("{REQUESTS}/{id}/archive");
    for method in ["GET", "DELETE"] {
        asked(&bob.client, method, &path).await.problem(404, "not-found");
        asked(&service.client(), method, &path).await.problem(401, "unauthenticated");
    }
    assert_eq!(asked(&bob.client, "HEAD", &path).await.status, 404);
    asked(&ada.client, "GET", &path).await.expect(200);

    asked(&ada.client, "DELETE", &path).await.expect(204);
    asked(&ada.client, "GET", &path).await.problem(410, "archive-gone");
    assert_eq!(asked(&ada.client, "HEAD", &path).await.status, 410);
    ranged(&ada.client, &path, "bytes=1-").await.problem(410, "archive-gone");
    asked(&ada.client, "DELETE", &path).await.expect(204);
    let shown = ada.client.get(&format!("{REQUESTS}/{id}")).await;
    assert_eq!(
        (&shown["archive"]["available"], &shown["archive"]["ended"]),
        (&false.into(), &"disabled".into())
    );
    asked(&bob.client, "GET", &path).await.problem(404, "not-found");
    // A new one may be asked for.
    let again = ada.ask_for("export").await;
    ada.completed(&again).await;
    asked(&ada.client, "GET", &format!("{REQUESTS}/{again}/archive")).await.expect(200);
    service.unharmed().await;
}
