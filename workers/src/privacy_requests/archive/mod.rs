//! The export archive: what a person who asked for their data gets.
//!
//! One ZIP with `index.html` to read offline, JSON and CSV for machines with JSON Schemas beside them, a [`Manifest`] with
//! counts and sums, and the [`Statement`] that GDPR Art. 15(1), or the CCPA, wants beside the data. It is made while it is
//! written: 50 GB pass through with a few hundred kilobytes in memory, and nothing touches the disk here.
//!
//! # What always holds
//! - Names in the archive are chosen by us ([`EntryName`], CWE-22).
//! - A cell that a spreadsheet would run is defused ([`projections::CsvTable`], CWE-1236).
//! - All text from outside is escaped in the page, and the page runs and loads nothing.
//! - The sums in the manifest are those of the bytes that went into the archive.
//! - A sink is given back, to be made final, only when the archive is whole.
//!
//! # What a crash in the middle leaves
//! Here nothing. What the [`Sink`] has taken is an archive without a directory, which must not be made
//! final: the object store drops it.

mod excerpt;
mod manifest;
mod name;
mod page;
pub(crate) mod schema;
mod statement;
mod writer;

mod deflate;

#[cfg(test)]
mod tests;

pub use excerpt::Excerpts;
pub use manifest::{File, Manifest};
pub use name::{EntryName, InvalidEntryName};
pub use page::index_html;
pub use statement::{California, Consent, Key, Practice, Right, Statement, Statements};
pub use writer::{Entry, Error, Sink, SinkError, Writer};
