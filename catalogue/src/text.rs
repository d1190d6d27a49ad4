//! What is said to one person: in their language, with times in their zone.

use chrono_tz::Tz;
use fluent_bundle::{FluentArgs, FluentValue};

use crate::{Catalogue, Language};

/// The texts for one person. Clones are cheap.
#[derive(Clone)]
pub struct Text {
    catalogue: Catalogue,
    language: Language,
    pub(crate) zone: Option<Tz>,
}

/// What is put into a text: words, or a number, by which the text may choose its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Words, as they are.
    Words(String),
    /// A number.
    Number(u64),
}

impl From<&str> for Argument {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Argument {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&String> for Argument {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(number.try_into().unwrap_or(u64::MAX))
    }
}

impl Text {
    pub(crate) fn new(catalogue: Catalogue, language: Language) -> Self {
        Self { catalogue, language, zone: None }
    }

    /// The same, with times in `zone`.
    #[must_use]
    pub fn in_zone(self, zone: Option<Tz>) -> Self {
        Self { zone, ..self }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of this id.
    pub fn say(&self, id: &'static str) -> String {
        self.format(id, &FluentArgs::new())
    }

    /// The text of this id, with `arguments` in it.
    pub fn say_with<const N: usize>(
        &self,
        id: &'static str,
        arguments: [(&'static str, Argument); N],
    ) -> String {
        self.say_given(id, arguments)
    }

    /// The same, where what is put in stands in a table beside the id.
    pub fn say_given(
        &self,
        id: &'static str,
        arguments: impl IntoIterator<Item = (&'static str, Argument)>,
    ) -> String {
        let mut given = FluentArgs::new();
        for (name, argument) in arguments {
            let value = match argument {
                Argument::Words(words) => FluentValue::from(words),
                Argument::Number(number) => FluentValue::from(number),
            };
            given.set(name, value);
        }
        self.format(id, &given)
    }

    /// In English where it cannot be said in the person's language; as a last resort its id.
    fn format(&self, id: &str, arguments: &FluentArgs<'_>) -> String {
        let languages = [self.language, Language::default()];
        let mut said = languages.into_iter().filter_map(|language| {
            let text = self.catalogue.messages(language)?.say(id, arguments);
            if text.is_none() {
                tracing::error!(id, language = language.tag(), "a text is missing or cannot be said");
            }
            text
        });
        said.next().unwrap_or_else(|| id.to_owned())
    }
}
