//! What is said to people: every text in one catalogue, in each language, and dates and numbers as people write them.
//!
//! Texts are Fluent messages ([Project Fluent](https://projectfluent.org)), in one file a subject and language, built into
//! the program. A folder of files of the same names overrides single entries. What always holds: a text that is missing or
//! broken in one language is said in English, and nothing here panics; a test finds what is missing before that.

mod dates;
mod error;
mod files;
mod language;
mod messages;
mod numbers;
mod overrides;
mod text;

#[cfg(test)]
mod tests;

pub use chrono_tz::{TZ_VARIANTS, Tz};
pub use error::CatalogueError;
pub use language::Language;
pub use text::{Argument, Text};

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use messages::Messages;

/// Names a text in code that does not say it at once, such as an arm of a match: so the test that holds texts against code
/// finds it.
#[macro_export]
macro_rules! id {
    ($id:literal) => {
        $id
    };
}

/// Every text, in every language. Clones share it.
#[derive(Clone)]
pub struct Catalogue(Arc<BTreeMap<Language, Messages>>);

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let of = |language| (language, Messages::built_in(language));
    Catalogue(Arc::new(Language::ALL.map(of).into()))
});

impl Catalogue {
    /// The texts as they are built in.
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    /// The texts that are built in, but for those that files of a folder override: `en/profile.ftl`, `de/profile.ftl`.
    ///
    /// # Errors
    /// When the folder or a file of it cannot be read, has another name than a built-in one, is no Fluent, or overrides
    /// what is not there.
    pub fn with_overrides(folder: &Path) -> Result<Self, CatalogueError> {
        let mut languages = BTreeMap::new();
        let read = overrides::read(folder)?;
        for language in Language::ALL {
            let mut messages = Messages::built_in(language);
            for file in read.iter().filter(|file| file.language == language) {
                messages.override_with(file)?;
            }
            languages.insert(language, messages);
        }
        Ok(Self(Arc::new(languages)))
    }

    /// What is said in `language`. Times are told in UTC, and say so, until a [zone](Text::in_zone) is known.
    pub fn text(&self, language: Language) -> Text {
        Text::new(self.clone(), language)
    }

    /// The ids of a language's texts, each with the variables that it takes.
    pub fn variables(&self, language: Language) -> BTreeMap<String, BTreeSet<String>> {
        self.0.get(&language).map(|messages| messages.variables().clone()).unwrap_or_default()
    }

    fn messages(&self, language: Language) -> Option<&Messages> {
        self.0.get(&language)
    }
}
