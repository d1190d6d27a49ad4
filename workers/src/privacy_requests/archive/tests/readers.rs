//! Archives as programs see them that are not ours, seeking and streaming, and as their bytes stand.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::*;

/// What stands before the numbers that follow an entry (APPNOTE 4.3.9).
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// An entry's beginning, and the directory's.
const ENTRY: &[u8] = b"PK\x03\x04";
const DIRECTORY: &[u8] = b"PK\x01\x02";
/// The extra field that makes an entry ZIP64.
const ZIP64: [u8; 2] = [1, 0];

/// What a program says of the archive; none where it is not installed.
fn opened(program: &str, arguments: &[&str], archive: &Path, streamed: bool) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments);
    if streamed {
        command.stdin(std::fs::File::open(archive).unwrap()).stdout(Stdio::null());
    } else {
        command.arg(archive);
    }
    let output = command.output().ok()?;
    // A Java without its compiler does not run a source file.
    let runs = !String::from_utf8_lossy(&output.stderr).contains("jdk.compiler");
    runs.then_some(output)
}

/// Every program that is there opens the archive without a complaint.
fn opens_everywhere(archive: &Path) {
    let java = concat!(env!("CARGO_MANIFEST_DIR"), "/src/privacy_requests/archive/tests/Streamed.java");
    let programs: [(&str, &[&str], bool); 6] = [
        ("python3", &["-m", "zipfile", "-t"], false),
        ("unzip", &["-tq"], false),
        ("funzip", &[], true),
        ("bsdtar", &["-tf"], false),
        ("bsdtar", &["-xOf", "-"], true),
        ("java", &["-Xshare:auto", java], false),
    ];
    let mut found = 0;
    for (program, arguments, streamed) in programs {
        if let Some(output) = opened(program, arguments, archive, streamed) {
            // `funzip` reads the first entry and says so.
            let said = String::from_utf8_lossy(&output.stderr)
                .replace("funzip warning: zipfile has more than one entry--rest ignored\n", "");
            assert!(output.status.success() && said.is_empty(), "{program} {arguments:?}: {output:?}");
            found += 1;
        }
    }
    assert!(found > 0, "none of the programs is installed");
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Every entry's beginning and what follows it, as a program reads them that sees the archive once.
fn check_bytes(archive: &[u8], zip64: &[&str]) {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let large = zip64.contains(&name.as_str());
        let start = usize::try_from(entry.header_start()).unwrap();
        let head = &archive[start..];
        assert!(head.starts_with(ENTRY), "{name}");
        let (names, extras) = (number(&head[26..28]), number(&head[28..30]));
        assert_eq!(names, name.len() as u64);
        let extra = &head[30 + name.len()..][..usize::try_from(extras).unwrap()];
        assert_eq!(extra.starts_with(&ZIP64), large, "{name}: its extra fields {extra:?}");
        assert_eq!(number(&head[4..6]), if large { 45 } else { 20 }, "{name}: the version it needs");

        let data = usize::try_from(entry.data_start().unwrap() + entry.compressed_size()).unwrap();
        let descriptor = &archive[data..];
        assert!(descriptor.starts_with(DESCRIPTOR), "{name}");
        let width = if large { 8 } else { 4 };
        assert_eq!(number(&descriptor[4..8]), u64::from(entry.crc32()), "{name}");
        assert_eq!(number(&descriptor[8..8 + width]), entry.compressed_size(), "{name}");
        assert_eq!(number(&descriptor[8 + width..8 + 2 * width]), entry.size(), "{name}");
        let next = &descriptor[8 + 2 * width..];
        assert!(next.starts_with(ENTRY) || next.starts_with(DIRECTORY), "{name}: nothing stands in between");
    }
}

#[tokio::test]
async fn every_program_opens_the_archive_streaming_and_seeking() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive.zip");
    std::fs::write(&path, archive().await.1).unwrap();
    opens_everywhere(&path);
}

#[tokio::test]
async fn an_entry_that_fits_into_four_bytes_is_no_zip64_entry() {
    check_bytes(&archive().await.1, &[]);
}

/// 4 GiB of blanks pass through, in some seconds; packed they are a few megabytes.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_above_4_gib_is_a_zip64_entry_that_every_program_opens() {
    const PIECE: usize = 16 * 1024 * 1024;
    const PIECES: u64 = 256;
    let mut writer = Writer::new(Memory::default(), at());
    writer.entry(name("before"), Bytes::from_static(b"small")).await.unwrap();
    let size = PIECES * PIECE as u64 + 7;
    writer.start(name("large.txt"), size).await.unwrap();
    let piece = Bytes::from(vec![b' '; PIECE]);
    for _ in 0..PIECES {
        writer.write(piece.clone()).await.unwrap();
    }
    writer.write(Bytes::from_static(b"the end")).await.unwrap();
    assert_eq!(writer.finish_entry().await.unwrap().bytes, size);
    writer.entry(name("after"), Bytes::from_static(b"small")).await.unwrap();
    let bytes = writer.finish().await.unwrap().0;
    assert!(bytes.len() < 64 * 1024 * 1024, "{} bytes", bytes.len());
    check_bytes(&bytes, &["large.txt"]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive.zip");
    std::fs::write(&path, bytes).unwrap();
    opens_everywhere(&path);
}
