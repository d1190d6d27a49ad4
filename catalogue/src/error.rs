//! What can be wrong with a folder of texts.

use std::io;
use std::path::PathBuf;

/// Why texts of a folder are refused.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file or the folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has a name that no file of texts has.
    #[error("{} is no file of texts: those of this release are {known}", path.display())]
    UnknownFile {
        /// Which.
        path: PathBuf,
        /// The names there are.
        known: String,
    },
    /// It is no Fluent.
    #[error("{}, line {line}: {what}", path.display())]
    Syntax {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// It has a text that nothing says.
    #[error("{}: `{id}` is no text of this release: correct its name, or remove it", path.display())]
    UnknownText {
        /// Which.
        path: PathBuf,
        /// The id.
        id: String,
    },
    /// It wants what the text is not given.
    #[error("{}: `{id}` is given {given} alone, not ${variable}", path.display())]
    UnknownVariable {
        /// Which.
        path: PathBuf,
        /// The id.
        id: String,
        /// What it wants.
        variable: String,
        /// What there is.
        given: String,
    },
}
