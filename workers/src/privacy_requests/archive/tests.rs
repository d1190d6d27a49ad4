//! Archives written through real channels, and opened by programs that are not ours.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use catalogue::{Catalogue, Language, Tz};
use chrono::{DateTime, TimeZone, Utc};
use domain::law::{LawId, Laws};
use domain::privacy_request::SourceName;
use domain::{AccountId, RequestId};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::deflate::PIECE;
use super::*;

mod readers;

#[derive(Default)]
struct Memory(Vec<u8>);

impl Sink for Memory {
    async fn write(&mut self, bytes: Bytes) -> Result<(), SinkError> {
        self.0.extend_from_slice(&bytes);
        Ok(())
    }
}

/// Counts, and takes a piece only when it is let. Fails when the semaphore is closed.
struct Held {
    gate: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
}

impl Sink for Held {
    async fn write(&mut self, bytes: Bytes) -> Result<(), SinkError> {
        self.gate.acquire().await.map_err(|_| "disk full")?.forget();
        self.taken.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(())
    }
}

fn held(pieces: usize) -> (Held, Arc<Semaphore>, Arc<AtomicUsize>) {
    let (gate, taken) = (Arc::new(Semaphore::new(pieces)), Arc::<AtomicUsize>::default());
    (Held { gate: Arc::clone(&gate), taken: Arc::clone(&taken) }, gate, taken)
}

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 18, 4, 10).unwrap()
}

fn name(text: &str) -> EntryName {
    text.parse().unwrap()
}

/// Bytes that deflate cannot shorten.
fn noise(length: usize, mut seed: u64) -> Bytes {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).take(length).collect()
}

fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn page(manifest: &Manifest, language: Language) -> String {
    let text = Catalogue::built_in().text(language).in_zone(match language {
        Language::En => None,
        Language::De => Some(Tz::Europe__Berlin),
    });
    let law = Laws::built_in().newest(&manifest.regulation).unwrap();
    index_html(manifest, &Excerpts::default(), (&Statement::of(&Practice::default(), &text), law), &text)
}

/// The manifest and the archive it describes.
async fn archive() -> (Manifest, Vec<u8>) {
    let mut manifest = Manifest::new(
        RequestId::from_uuid(Uuid::from_u128(1)),
        AccountId::from_uuid(Uuid::from_u128(2)),
        at(),
        LawId::GDPR,
    );
    let mut writer = Writer::new(Memory::default(), at());
    let events = b"{\"event\":\"Sign In\"}\n".repeat(30_000);
    let lines: Vec<Bytes> = events.chunks(7_001).map(Bytes::copy_from_slice).collect();
    for (path, pieces, records) in [
        ("usage/events.ndjson", lines, Some(30_000)),
        ("usage/nothing.csv", vec![], Some(0)),
        ("files/photo.jpg", vec![noise(1_000_000, 9)], None),
    ] {
        let size = pieces.iter().map(|piece| piece.len() as u64).sum();
        writer.start(name(path), size).await.unwrap();
        for piece in pieces {
            writer.write(piece).await.unwrap();
        }
        let entry = writer.finish_entry().await.unwrap();
        manifest.add(entry, format!("What you <did> in {path}"), SourceName::new("usage"), records);
    }
    writer.entry(name("index.html"), page(&manifest, Language::En).into()).await.unwrap();
    writer.entry(name("manifest.json"), manifest.to_json().unwrap()).await.unwrap();
    (manifest, writer.finish().await.unwrap().0)
}

#[tokio::test]
async fn the_archive_opens_and_its_sums_agree() {
    let (manifest, bytes) = archive().await;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(zip.len(), 5);
    for file in &manifest.files {
        let mut entry = zip.by_name(file.name.as_str()).unwrap();
        let modified = entry.last_modified().unwrap();
        assert_eq!((modified.year(), modified.minute(), modified.second()), (2026, 4, 10));
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!((content.len() as u64, sha256(&content)), (file.bytes, file.sha256.clone()));
    }
    let mut json = String::new();
    zip.by_name("manifest.json").unwrap().read_to_string(&mut json).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
}

#[tokio::test]
async fn the_same_input_gives_the_same_archive() {
    assert!(archive().await == archive().await);
}

#[tokio::test]
async fn a_slow_sink_slows_the_source_and_memory_stays_flat() {
    let (sink, gate, taken) = held(0);
    let mut writer = Writer::new(sink, at());
    writer.start(name("big"), u64::MAX).await.unwrap();
    let mut accepted = 0;
    for seed in 1..1000 {
        let written = writer.write(noise(PIECE, seed));
        if tokio::time::timeout(Duration::from_millis(200), written).await.is_err() {
            break;
        }
        accepted += PIECE;
    }
    // Two pieces in, four out, one in each hand, and what deflate holds.
    assert!(accepted <= 12 * PIECE, "{accepted} bytes were taken by nobody");
    drop(writer);

    let (sink, _gate, bytes) = held(100_000);
    let mut writer = Writer::new(sink, at());
    writer.start(name("big"), 200 * 1024 * 1024).await.unwrap();
    let piece = noise(1024 * 1024, 3);
    for _ in 0..200 {
        writer.write(piece.clone()).await.unwrap();
    }
    assert_eq!(writer.finish_entry().await.unwrap().bytes, 200 * 1024 * 1024);
    writer.finish().await.unwrap();
    assert!(bytes.load(Ordering::SeqCst) > 200 * 1024 * 1024);
    assert_eq!((gate.available_permits(), taken.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn a_failing_sink_is_an_error_and_nothing_hangs() {
    let (sink, gate, _) = held(2);
    let mut writer = Writer::new(sink, at());
    // Fails while a piece waits.
    tokio::spawn(async move {
        while gate.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        gate.close();
    });
    writer.start(name("big"), 0).await.unwrap();
    let mut result = Ok(());
    for seed in 1..100 {
        result = writer.write(noise(PIECE, seed)).await;
        if result.is_err() {
            break;
        }
    }
    assert!(matches!(result, Err(Error::Sink(source)) if source.to_string() == "disk full"));
    assert!(matches!(writer.write(Bytes::new()).await, Err(Error::Interrupted)));
    assert!(matches!(writer.finish().await, Err(Error::Interrupted)));

    // Small enough to fail at the very end.
    let (sink, gate, _) = held(0);
    gate.close();
    let mut writer = Writer::new(sink, at());
    writer.entry(name("small"), Bytes::from_static(b"x")).await.unwrap();
    assert!(matches!(writer.finish().await, Err(Error::Sink(_))));
}

#[test]
fn dropping_the_writer_ends_the_thread_and_writes_no_directory() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (sink, gate, taken) = held(1);
    let (idle, _, untouched) = held(100);
    runtime.block_on(async {
        // One whose thread waits for input, one whose thread waits for the sink.
        let mut waiting = Writer::new(idle, at());
        waiting.start(name("a"), 0).await.unwrap();
        let mut stuck = Writer::new(sink, at());
        stuck.start(name("a"), 0).await.unwrap();
        for seed in 1..1000 {
            let write = stuck.write(noise(PIECE, seed));
            if tokio::time::timeout(Duration::from_millis(200), write).await.is_err() {
                break;
            }
        }
        drop((waiting, stuck));
        gate.add_permits(1000);
    });
    // Waits for blocking threads, and does not come back while one hangs.
    drop(runtime);
    assert!(taken.load(Ordering::SeqCst) < 2 * PIECE);
    assert_eq!(untouched.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn calls_out_of_order_and_names_that_come_twice_are_refused() {
    let mut writer = Writer::new(Memory::default(), at());
    assert!(matches!(writer.write(Bytes::from_static(b"x")).await, Err(Error::Order(_))));
    assert!(matches!(writer.start(name("a"), 0).await, Err(Error::Interrupted)));

    let mut writer = Writer::new(Memory::default(), at());
    writer.start(name("a"), 0).await.unwrap();
    assert!(matches!(writer.start(name("b"), 0).await, Err(Error::Order(_))));

    let mut writer = Writer::new(Memory::default(), at());
    writer.start(name("a"), 0).await.unwrap();
    assert!(matches!(writer.finish().await, Err(Error::Order(_))));

    let mut writer = Writer::new(Memory::default(), at());
    writer.start(name("a"), 2).await.unwrap();
    writer.write(Bytes::from_static(b"x")).await.unwrap();
    assert!(matches!(writer.finish_entry().await, Err(Error::Order(_))), "its size was promised");

    let mut writer = Writer::new(Memory::default(), at());
    writer.entry(name("a"), Bytes::new()).await.unwrap();
    writer.start(name("a"), 0).await.unwrap();
    assert!(matches!(writer.finish_entry().await, Err(Error::Zip(_))));
}

#[tokio::test]
async fn the_page_says_what_is_there_and_runs_and_loads_nothing() {
    let (mut manifest, _) = archive().await;
    let show = |manifest: &Manifest| page(manifest, Language::En);
    let page = show(&manifest);
    for text in [
        "<html lang=\"en\">",
        "<title>Your data</title>",
        "23 November 2026, 18:04 UTC",
        "3 files, 1.6 MB in all",
        "<a href=\"usage/events.ndjson\">usage/events.ndjson</a>",
        "30,000 records",
        "1.0 MB",
        "600.0 kB",
        "What you &lt;did&gt; in files/photo.jpg",
        &manifest.files[2].sha256,
        "supervisory authority",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for text in ["<script", "http://", "https://", " src=", "<did>", "@import", "url("] {
        assert!(!page.contains(text), "{text}");
    }
    manifest.regulation = LawId::CCPA;
    assert!(!show(&manifest).contains("supervisory authority"));
    manifest.regulation = "us_va".parse().unwrap();
    assert!(show(&manifest).contains("under this law: Virginia Consumer Data Protection Act."));
}

#[tokio::test]
async fn the_page_is_in_the_language_and_zone_of_the_person() {
    let (manifest, _) = archive().await;
    let page = page(&manifest, Language::De);
    for text in [
        "<html lang=\"de\">",
        "<title>Ihre Daten</title>",
        "23. November 2026, 19:04 Uhr (Europe/Berlin)",
        "steht <a href=\"#left-out\">weiter unten</a>.",
        "3 Dateien, zusammen 1,6 MB.",
        "30.000 Einträge",
        "Ihre Nutzung des Produkts, als Daten",
        "<p lang=\"en\">What you &lt;did&gt; in files/photo.jpg</p>",
        "Dateien mit der Endung <code>.csv</code> sind Tabellen",
        "bei einer Aufsichtsbehörde beschweren",
        "Wer verantwortlich ist",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for stray in ["archive-", "statement-", " the ", " you "] {
        assert!(!page.replace("What you", "").contains(stray), "{stray}: {page}");
    }
    for text in ["<script", "http://", "https://", " src=", "<did>", "@import", "url("] {
        assert!(!page.contains(text), "{text}");
    }
}
