//! The files of the house.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of all of it.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, by its path from the root.
pub(super) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust sources below a folder, with their text.
pub(super) fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let sources = files(folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    sources.map(|path| (path.clone(), read(path))).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (folders, mut found): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|path| path.is_dir());
    found.extend(folders.iter().flat_map(|folder| files(folder)));
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The documents: at the root, of each crate, and about how the house is kept.
pub(super) fn documents() -> Vec<PathBuf> {
    let rooms = entries(root()).into_iter().filter(|path| path.is_dir() && !path.ends_with("target"));
    let folders = rooms.chain([root().to_owned(), root().join(".github/adr")]);
    let documents = folders.flat_map(|folder| entries(&folder));
    documents.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect()
}

/// A link to another file.
pub(super) struct Link {
    /// As it stands in the document.
    pub(super) written: String,
    /// Where it leads.
    pub(super) target: PathBuf,
}

/// The links of a document that lead to other files of the house.
pub(super) fn relative_links(document: &Path) -> Vec<Link> {
    let text = read(document);
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    let ours = links.filter(|link| !link.contains(':') && !link.starts_with('#'));
    ours.map(|link| {
        let path = link.split('#').next().unwrap();
        Link { written: link.to_owned(), target: document.parent().unwrap().join(path) }
    })
    .collect()
}
