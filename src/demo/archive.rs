//! Opening the archive that was downloaded.

use std::io::Cursor;

use anyhow::Context;
use serde_json::Value;
use zip::ZipArchive;

/// What an archive holds: a line for each file.
pub(super) fn describe(bytes: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).context("the archive is no ZIP")?;
    let manifest: Value = {
        let file = zip.by_name("manifest.json").context("the archive has no manifest")?;
        serde_json::from_reader(file)?
    };
    let mut lines = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index)?;
        // Reading to the end checks the sum.
        let size = std::io::copy(&mut file, &mut std::io::sink())?;
        let name = file.name()?.into_owned();
        let records = records(&manifest, &name).map(|n| format!(", {n} records")).unwrap_or_default();
        lines.push(format!("{name} ({size} bytes{records})"));
    }
    Ok(lines)
}

/// How many records the manifest says a file holds.
pub(super) fn records(manifest: &Value, name: &str) -> Option<u64> {
    let files = manifest["files"].as_array()?;
    files.iter().find(|file| file["name"] == name)?["records"].as_u64()
}
