//! What the object store promises, on a real directory; and on an upload that can be held still.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{FutureExt, TryStreamExt};
use object_store::{MultipartUpload, PutPayload, PutResult, UploadPart};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::*;
use crate::format::{CHUNK, HEADER, SEALED, Shape, TAG};

struct Fixture {
    directory: tempfile::TempDir,
    objects: SealedObjectStore,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let objects = SealedObjectStore::open(&Url::from_directory_path(directory.path()).unwrap()).unwrap();
        Self { directory, objects }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    async fn put(&self, path: &str, content: &[u8]) -> Sealed {
        let mut writer = self.objects.create(path, &key(1)).await.unwrap();
        // Pieces that never fall on a chunk's border.
        for piece in content.chunks(50_021) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.finish().await.unwrap()
    }

    async fn get(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, ObjectError> {
        get(&self.objects, path, &key(1), range).await
    }
}

async fn get(
    objects: &SealedObjectStore,
    path: &str,
    key: &ObjectKey,
    range: Range<u64>,
) -> Result<Vec<u8>, ObjectError> {
    let pieces: Vec<Bytes> = objects.read(path, key, range).try_collect().await?;
    Ok(pieces.concat())
}

fn key(byte: u8) -> ObjectKey {
    ObjectKey::from_bytes([byte; 32])
}

/// Bytes in which no chunk equals another.
fn content(length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

/// All files below a directory, staging files too.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Waits for what happens in the background, and fails when it does not.
async fn eventually(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let fixture = Fixture::new();
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 3 * 65_536 + 5, 40 * 65_536] {
        let content = content(length);
        let sealed = fixture.put("a/b.zip", &content).await;
        assert_eq!(sealed.bytes, length as u64);
        assert_eq!(sealed.sha256[..], Sha256::digest(&content)[..]);
        assert_eq!(fixture.objects.size("a/b.zip").await.unwrap(), Some(length as u64));
        assert_eq!(fixture.get("a/b.zip", 0..length as u64).await.unwrap(), content);
    }
    assert_eq!(fixture.objects.size("a/c.zip").await.unwrap(), None);
    assert!(matches!(fixture.get("a/c.zip", 0..1).await, Err(ObjectError::NotFound)));
}

#[tokio::test]
async fn a_range_is_the_slice() {
    let fixture = Fixture::new();
    // More than two windows of 32 chunks.
    let content = content(70 * 65_536 + 77);
    let length = content.len() as u64;
    fixture.put("a", &content).await;
    let mut ranges = vec![0..0, 0..1, length - 1..length, length..length, 65_535..65_537, 65_536..131_072];
    ranges.push(32 * CHUNK - 1..32 * CHUNK + 1);
    ranges.push(31 * CHUNK..65 * CHUNK);
    let mut seed = 7_u64;
    for _ in 0..30 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (one, two) = ((seed >> 16) % length, (seed >> 40) % length);
        ranges.push(one..length.min(one + two % 100_000));
    }
    for range in ranges {
        let expected = &content[range.start as usize..range.end as usize];
        assert!(fixture.get("a", range.clone()).await.unwrap() == expected, "{range:?}");
    }
}

#[tokio::test]
async fn a_range_past_the_end_is_an_error_not_a_short_answer() {
    let fixture = Fixture::new();
    fixture.put("a", b"12345").await;
    #[expect(clippy::reversed_empty_ranges, reason = "a caller may be wrong in this way too")]
    for range in [0..6, 6..6, 3..2] {
        assert!(matches!(fixture.get("a", range).await, Err(ObjectError::Range { bytes: 5, .. })));
    }
}

#[tokio::test]
async fn every_flipped_bit_is_detected() {
    let fixture = Fixture::new();
    let content = content(2 * 65_536 + 9);
    fixture.put("a", &content).await;
    let stored = std::fs::read(fixture.file("a")).unwrap();
    let sealed = SEALED as usize;
    let mut places: Vec<usize> = (0..HEADER as usize + 3).collect();
    places.extend([sealed + 7, sealed + 8, sealed + 23, sealed + 24, 2 * sealed + 23, 2 * sealed + 24]);
    places.extend(stored.len() - 26..stored.len());
    for place in places {
        for bit in [0, 3, 7] {
            let mut changed = stored.clone();
            changed[place] ^= 1 << bit;
            std::fs::write(fixture.file("a"), &changed).unwrap();
            let result = fixture.get("a", 0..content.len() as u64).await;
            assert!(result.is_err(), "byte {place} bit {bit}");
        }
    }
}

#[tokio::test]
async fn what_is_before_a_broken_chunk_is_still_sound() {
    let fixture = Fixture::new();
    let content = content(3 * 65_536);
    fixture.put("a", &content).await;
    let mut stored = std::fs::read(fixture.file("a")).unwrap();
    stored[(HEADER + SEALED) as usize] ^= 1;
    std::fs::write(fixture.file("a"), &stored).unwrap();
    assert!(fixture.get("a", 0..CHUNK).await.unwrap() == content[..65_536]);
    let broken = fixture.get("a", CHUNK - 1..CHUNK + 1).await;
    assert!(matches!(broken, Err(ObjectError::Authentication { chunk: 1 })));
}

#[tokio::test]
async fn a_cut_object_is_detected() {
    let fixture = Fixture::new();
    let content = content(3 * 65_536 + 5);
    fixture.put("a", &content).await;
    let stored = std::fs::read(fixture.file("a")).unwrap();
    let border = |chunks: u64| (HEADER + chunks * SEALED) as usize;
    let cuts = [0, 1, 23, 24, 39, 40, border(1), border(1) + 16, border(2), border(3), stored.len() - 1];
    for cut in cuts {
        std::fs::write(fixture.file("a"), &stored[..cut]).unwrap();
        let whole = fixture.get("a", 0..content.len() as u64).await;
        assert!(whole.is_err(), "cut to {cut}, read to the true end");
        // A reader that asks for the length first is not deceived either.
        if let Ok(Some(length)) = fixture.objects.size("a").await {
            assert!(fixture.get("a", 0..length).await.is_err(), "cut to {cut}, read to the apparent end");
        }
    }
}

#[tokio::test]
async fn another_objects_bytes_do_not_open() {
    let fixture = Fixture::new();
    fixture.put("req_1/archive", b"of one person").await;
    fixture.put("req_2/archive", b"of another...").await;
    std::fs::copy(fixture.file("req_1/archive"), fixture.file("req_2/archive")).unwrap();
    let swapped = fixture.get("req_2/archive", 0..13).await;
    assert!(matches!(swapped, Err(ObjectError::Authentication { chunk: 0 })));
    let foreign = get(&fixture.objects, "req_1/archive", &key(2), 0..13).await;
    assert!(matches!(foreign, Err(ObjectError::Authentication { chunk: 0 })));
    assert_eq!(fixture.get("req_1/archive", 0..13).await.unwrap(), b"of one person");
}

#[tokio::test]
async fn later_formats_and_other_files_are_told_apart() {
    let fixture = Fixture::new();
    fixture.put("a", b"x").await;
    let mut stored = std::fs::read(fixture.file("a")).unwrap();
    stored[4] = 2;
    std::fs::write(fixture.file("a"), &stored).unwrap();
    assert!(matches!(fixture.get("a", 0..1).await, Err(ObjectError::Version(2))));
    stored[0] = b'X';
    std::fs::write(fixture.file("a"), &stored).unwrap();
    assert!(matches!(fixture.get("a", 0..1).await, Err(ObjectError::Malformed)));
}

#[tokio::test]
async fn nothing_is_there_before_finish_nor_after_abort_or_drop() {
    let fixture = Fixture::new();
    let piece = Bytes::from(content(1024 * 1024));
    for dropped in [false, true] {
        let mut writer = fixture.objects.create("a/b", &key(1)).await.unwrap();
        writer.write(piece.clone()).await.unwrap();
        assert!(matches!(fixture.get("a/b", 0..1).await, Err(ObjectError::NotFound)));
        assert!(fixture.objects.list("").await.unwrap().is_empty(), "a staging file is listed");
        if dropped {
            drop(writer);
        } else {
            writer.abort().await;
        }
        eventually("the staging file is gone", || files(fixture.directory.path()).is_empty()).await;
    }
}

#[tokio::test]
async fn an_object_replaced_while_it_is_read_is_no_mixture() {
    let fixture = Fixture::new();
    // More than the three windows that are fetched ahead.
    let content = content(130 * 65_536);
    fixture.put("a", &content).await;
    let key = key(1);
    let mut stream = Box::pin(fixture.objects.read("a", &key, 0..content.len() as u64));
    assert!(stream.try_next().await.unwrap().is_some());
    let mut writer = fixture.objects.create("a", &key).await.unwrap();
    writer.write(Bytes::from_static(b"new")).await.unwrap();
    assert_eq!(fixture.objects.size("a").await.unwrap(), Some(content.len() as u64), "the old one is whole");
    writer.finish().await.unwrap();
    assert_eq!(fixture.get("a", 0..3).await.unwrap(), b"new");
    let rest: Result<Vec<Bytes>, _> = stream.try_collect().await;
    assert!(matches!(rest, Err(ObjectError::Replaced)));
}

#[tokio::test]
async fn remove_all_takes_the_leftovers_of_a_killed_writer_too() {
    let fixture = Fixture::new();
    for path in ["r/1/archive", "r/1/deep/er", "r/12/archive", "r/2"] {
        fixture.put(path, b"x").await;
    }
    // As `kill -9` leaves them; with a number that `object_store` will not delete.
    for leftover in ["r/1/archive#1", "r/1/archive#17", "r/1/gone/archive#1", "r/2#1", "r/12/archive#1"] {
        std::fs::create_dir_all(fixture.file(leftover).parent().unwrap()).unwrap();
        std::fs::write(fixture.file(leftover), b"PSOV...").unwrap();
    }
    assert_eq!(fixture.objects.list("r/1").await.unwrap(), ["r/1/archive", "r/1/deep/er"]);
    assert_eq!(fixture.objects.remove_all("r/1").await.unwrap(), 5);
    assert!(!fixture.file("r/1").exists());
    assert_eq!(fixture.objects.remove_all("r/1").await.unwrap(), 0);
    assert_eq!(fixture.objects.remove_all("r/2").await.unwrap(), 2);
    assert_eq!(fixture.objects.list("").await.unwrap(), ["r/12/archive"]);
    assert!(fixture.file("r/12/archive#1").exists());
}

#[tokio::test]
async fn a_writer_overtaken_by_an_erasure_cannot_finish() {
    let fixture = Fixture::new();
    let mut writer = fixture.objects.create("r/1/archive", &key(1)).await.unwrap();
    writer.write(Bytes::from_static(b"late")).await.unwrap();
    assert_eq!(fixture.objects.remove_all("r/1").await.unwrap(), 1);
    assert!(writer.finish().await.is_err());
    assert!(files(fixture.directory.path()).is_empty());
}

#[tokio::test]
async fn check_leaves_nothing_and_paths_are_checked() {
    let fixture = Fixture::new();
    fixture.objects.check().await.unwrap();
    assert!(files(fixture.directory.path()).is_empty());
    for path in ["", "/a", "a/", "a//b", "..", "a/../b", ".check/x", "a#1", "a\\b", "a b", "ä"] {
        assert!(
            matches!(fixture.objects.create(path, &key(1)).await.err(), Some(ObjectError::Path(_))),
            "{path}"
        );
        assert!(matches!(fixture.get(path, 0..0).await, Err(ObjectError::Path(_))), "{path}");
        assert!(matches!(fixture.objects.remove_all(path).await, Err(ObjectError::Path(_))), "{path}");
    }
}

#[tokio::test]
async fn opening_makes_a_private_directory_or_names_what_is_wrong() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let path = fixture.file("new/archives");
    SealedObjectStore::open(&Url::from_directory_path(&path).unwrap()).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    std::fs::write(fixture.file("taken"), b"a file").unwrap();
    let url = Url::from_directory_path(fixture.file("taken")).unwrap();
    let error = SealedObjectStore::open(&url).unwrap_err().to_string();
    assert!(error.contains("taken") && error.contains("cannot be written"), "{error}");

    let error = SealedObjectStore::open(&Url::parse("ftp://host/x").unwrap()).unwrap_err();
    assert!(matches!(error, ObjectError::Scheme(scheme) if scheme == "ftp"));
}

#[tokio::test]
async fn the_memory_store_does_the_same() {
    let objects = SealedObjectStore::open(&Url::parse("memory:").unwrap()).unwrap();
    objects.check().await.unwrap();
    let mut writer = objects.create("a/b", &key(1)).await.unwrap();
    writer.write(Bytes::from_static(b"hello")).await.unwrap();
    assert_eq!(objects.list("a").await.unwrap(), Vec::<String>::new());
    writer.finish().await.unwrap();
    assert_eq!(get(&objects, "a/b", &key(1), 1..4).await.unwrap(), b"ell");
    assert_eq!(objects.remove_all("a").await.unwrap(), 1);
    assert_eq!(objects.size("a/b").await.unwrap(), None);
}

#[test]
fn shapes_add_up() {
    for bytes in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK, 50_000_000_000] {
        let chunks = bytes.div_ceil(CHUNK).max(1);
        let shape = Shape::of_stored(HEADER + bytes + chunks * TAG).unwrap();
        assert_eq!((shape.bytes, u64::from(shape.chunks)), (bytes, chunks));
    }
    assert_eq!(format!("{:?}", key(7)), "ObjectKey(..)");
}

/// An upload that counts what it holds, and takes a part only when it is let.
#[derive(Clone, Debug)]
struct Held {
    gate: Arc<Semaphore>,
    /// Bytes on their way, now and at most.
    now: Arc<AtomicU64>,
    peak: Arc<AtomicU64>,
}

impl Held {
    fn with_permits(parts: usize) -> Self {
        Self { gate: Arc::new(Semaphore::new(parts)), now: Arc::default(), peak: Arc::default() }
    }
}

#[async_trait]
impl MultipartUpload for Held {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (held, length) = (self.clone(), data.content_length() as u64);
        let now = held.now.fetch_add(length, Ordering::SeqCst) + length;
        held.peak.fetch_max(now, Ordering::SeqCst);
        async move {
            held.gate.acquire().await.unwrap().forget();
            held.now.fetch_sub(data.content_length() as u64, Ordering::SeqCst);
            Ok(())
        }
        .boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        Ok(PutResult { e_tag: None, version: None, extensions: Default::default() })
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_slows_the_writer_and_memory_stays_flat() {
    const PART: u64 = 128 * 1024;
    let held = Held::with_permits(0);
    let mut writer = SealedWriter::new(Box::new(held.clone()), &key(1), "a", PART).unwrap();
    let piece = Bytes::from(vec![7; 50_000]);
    let mut written = 0;
    while tokio::time::timeout(Duration::from_secs(60), writer.write(piece.clone())).await.is_ok() {
        written += 1;
        assert!(written < 10, "nothing held the writer back");
    }
    assert_eq!(held.peak.load(Ordering::SeqCst), 2 * PART);
    // The cut-off write has made the object impossible, and the writer says so.
    assert!(matches!(writer.write(piece.clone()).await, Err(ObjectError::Interrupted)));
    assert!(matches!(writer.finish().await, Err(ObjectError::Interrupted)));

    // 64 parts through a store that takes them one by one.
    let held = Held::with_permits(65);
    let mut writer = SealedWriter::new(Box::new(held.clone()), &key(1), "a", PART).unwrap();
    for _ in 0..8 {
        writer.write(Bytes::from(vec![7; 1024 * 1024])).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap().bytes, 8 * 1024 * 1024);
    assert!(held.peak.load(Ordering::SeqCst) <= 2 * PART + SEALED);
}
