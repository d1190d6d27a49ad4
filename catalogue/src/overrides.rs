//! Files of a folder that say single texts in other words.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::SUBJECTS;
use crate::{CatalogueError, Language};

/// A file of texts, as it was read.
pub(crate) struct OverrideFile {
    pub(crate) path: PathBuf,
    pub(crate) language: Language,
    pub(crate) text: String,
}

/// The files of texts in a folder: those of each language below a folder named by its tag. What does not end with `.ftl` is
/// passed over.
pub(crate) fn read(folder: &Path) -> Result<Vec<OverrideFile>, CatalogueError> {
    let mut files = Vec::new();
    for entry in list(folder)? {
        let tag = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(language) = Language::of_tag(tag).filter(|_| entry.is_dir()) else { continue };
        let texts = list(&entry)?;
        for path in texts.into_iter().filter(|path| path.extension().is_some_and(|end| end == "ftl")) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !SUBJECTS.iter().any(|subject| subject.name == name) {
                let known = SUBJECTS.iter().map(|subject| subject.name).collect::<Vec<_>>().join(", ");
                return Err(CatalogueError::UnknownFile { path, known });
            }
            let text = fs::read_to_string(&path)
                .map_err(|source| CatalogueError::Unreadable { path: path.clone(), source })?;
            files.push(OverrideFile { path, language, text });
        }
    }
    Ok(files)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let unreadable = |source| CatalogueError::Unreadable { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths =
        entries.map(|entry| Ok(entry.map_err(unreadable)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
