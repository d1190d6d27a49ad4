//! The files a source hands over, sealed in the object store until they are packaged.

use bytes::Bytes;
use domain::privacy_request::SourceFile;
use projections::CsvTable;
use sealed_objects::{ObjectError, ObjectKey, SealedObjectStore, SealedWriter};
use serde::Serialize;

use super::{Progress, SourceError};

/// What a table begins with, so that spreadsheets read it as UTF-8 (Unicode, section 23.8).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Bytes gathered before they are handed on.
const BUFFER: usize = 64 * 1024;

/// Where one source's files of one attempt go.
pub struct Parts<'a> {
    objects: &'a SealedObjectStore,
    key: &'a ObjectKey,
    folder: String,
    files: Vec<SourceFile>,
    progress: &'a Progress,
}

/// A file being written.
pub struct Part<'a> {
    writer: SealedWriter,
    buffer: Vec<u8>,
    records: u64,
    file: SourceFile,
    progress: &'a Progress,
}

impl<'a> Parts<'a> {
    /// Files below `folder`, sealed with `key`.
    pub fn new(
        objects: &'a SealedObjectStore,
        key: &'a ObjectKey,
        folder: String,
        progress: &'a Progress,
    ) -> Self {
        Self { objects, key, folder, files: Vec::new(), progress }
    }

    /// Begins a file. `name` is its path in the archive, `title` what it holds, in plain words.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn begin(&self, name: &str, title: &str) -> Result<Part<'a>, ObjectError> {
        let object = format!("{}/{name}", self.folder);
        let writer = self.objects.create(&object, self.key).await?;
        let file = SourceFile {
            name: name.to_owned(),
            title: title.to_owned(),
            object,
            bytes: 0,
            sha256: String::new(),
            records: None,
            restates: false,
        };
        Ok(Part { writer, buffer: Vec::with_capacity(BUFFER), records: 0, file, progress: self.progress })
    }

    /// Begins a file that is a table with this heading.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn begin_table(
        &self,
        name: &str,
        title: &str,
        heading: &[&str],
    ) -> Result<(Part<'a>, CsvTable), ObjectError> {
        let mut part = self.begin(name, title).await?;
        part.write(BYTE_ORDER_MARK).await?;
        Ok((part, CsvTable::new(heading)))
    }

    /// Writes a whole file that holds one JSON value.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn json(&mut self, name: &str, title: &str, value: &impl Serialize) -> Result<(), SourceError> {
        let mut part = self.begin(name, title).await?;
        part.write(&serde_json::to_vec_pretty(value)?).await?;
        self.end(part, None).await?;
        Ok(())
    }

    /// Ends a file that is a list: it holds as many records as were written.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn end_list(&mut self, part: Part<'_>) -> Result<(), ObjectError> {
        let records = part.records;
        self.end(part, Some(records)).await
    }

    /// Ends a table, which says again what another file holds as lines.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn end_table(&mut self, mut part: Part<'_>, table: &mut CsvTable) -> Result<(), ObjectError> {
        part.write(&table.take()).await?;
        part.file.restates = true;
        self.end_list(part).await
    }

    async fn end(&mut self, mut part: Part<'_>, records: Option<u64>) -> Result<(), ObjectError> {
        part.flush().await?;
        let sealed = part.writer.finish().await?;
        let sha256 = hex::encode(sealed.sha256);
        self.files.push(SourceFile { bytes: sealed.bytes, sha256, records, ..part.file });
        Ok(())
    }

    /// The files that were written.
    pub fn into_files(self) -> Vec<SourceFile> {
        self.files
    }
}

impl Part<'_> {
    /// Appends bytes.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER { self.flush().await } else { Ok(()) }
    }

    /// Appends a record as a line of JSON.
    ///
    /// # Errors
    /// When the object store fails.
    pub async fn line(&mut self, record: &impl Serialize) -> Result<(), SourceError> {
        serde_json::to_writer(&mut self.buffer, record)?;
        self.records += 1;
        self.progress.add(1);
        Ok(self.write(b"\n").await?)
    }

    /// Appends a record as a row of `table`. Progress counts it where it is a line.
    ///
    /// # Errors
    /// When the object store fails, or the row has not as many cells as the table.
    pub async fn row(&mut self, table: &mut CsvTable, cells: &[String]) -> Result<(), SourceError> {
        table.row(cells)?;
        self.records += 1;
        if table.waiting() >= BUFFER {
            self.write(&table.take()).await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObjectError> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER));
        if full.is_empty() { Ok(()) } else { self.writer.write(Bytes::from(full)).await }
    }
}
