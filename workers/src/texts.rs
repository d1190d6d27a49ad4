//! What is said to whom, and in which words: the catalogue, the language that holders chose, and that of all others.
//!
//! Why here: mails, texts to phones and archives are made without a browser, so nothing but the account tells how its holder
//! wants to be spoken to. What always holds: where nothing was chosen, or it can no longer be read, it is the language of the
//! service, and times are in UTC. A crash leaves nothing: this is a value.

use std::fmt;

use catalogue::{Catalogue, Language, Text};
use domain::Personal;
use domain::account::Holder;

/// The texts for people who are written to. Clones share them.
#[derive(Clone)]
pub struct Texts {
    catalogue: Catalogue,
    default_language: Language,
}

impl Texts {
    /// Those of `catalogue`, in `default_language` where a reader chose none.
    pub fn new(catalogue: Catalogue, default_language: Language) -> Self {
        Self { catalogue, default_language }
    }

    /// What is said to the holder of an account: in their language, with times in their zone.
    pub fn for_holder(&self, holder: &Holder) -> Text {
        let zone = holder.time_zone.as_ref().and_then(Personal::known).and_then(domain::TimeZone::rules);
        self.catalogue.text(self.language_of(holder)).in_zone(zone)
    }

    /// What is said at an address that a holder named and that may be another's: in the language of the holder, but the
    /// times are in UTC, since their zone tells roughly where they live.
    pub fn for_acquaintance(&self, holder: &Holder) -> Text {
        self.catalogue.text(self.language_of(holder))
    }

    /// What is said to a reader of whom nothing but the language is known.
    pub fn in_language(&self, language: domain::Language) -> Text {
        self.catalogue.text(self.spoken(language))
    }

    /// What is said to a reader of whom nothing is known.
    pub fn for_anyone(&self) -> Text {
        self.catalogue.text(self.default_language)
    }

    fn language_of(&self, holder: &Holder) -> Language {
        let chosen = holder.language.as_ref().and_then(Personal::known);
        chosen.map_or(self.default_language, |language| self.spoken(*language))
    }

    fn spoken(&self, language: domain::Language) -> Language {
        Language::of_tag(language.as_str()).unwrap_or(self.default_language)
    }
}

impl Default for Texts {
    /// As they are built in, in English.
    fn default() -> Self {
        Self::new(Catalogue::built_in(), Language::default())
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("default_language", &self.default_language).finish_non_exhaustive()
    }
}
