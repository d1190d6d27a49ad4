//! Languages in which the service speaks to people, parsed at the edge.

use serde::{Deserialize, Serialize};

/// A language in which the service can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

impl Language {
    /// Every one.
    pub const ALL: &'static [Self] = &[Self::En, Self::De];

    /// Its tag (BCP 47), under which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.iter().copied().find(|language| language.as_str() == text).ok_or(UnknownLanguage)
    }
}

/// A text that names no language in which the service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a language that the service speaks: en or de")]
pub struct UnknownLanguage;

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored events hold these words: they are frozen.
    #[test]
    fn a_language_is_stored_under_its_tag() {
        assert_eq!(Language::ALL.iter().map(|language| language.as_str()).collect::<Vec<_>>(), ["en", "de"]);
        for language in Language::ALL {
            assert_eq!(serde_json::to_value(language).unwrap(), language.as_str());
            assert_eq!(language.as_str().parse(), Ok(*language));
        }
    }

    #[test]
    fn what_is_no_language_of_the_service_is_refused() {
        for text in ["", "EN", "de-DE", " de", "fr", "German"] {
            assert_eq!(text.parse::<Language>(), Err(UnknownLanguage), "{text:?} was accepted");
        }
    }

    #[test]
    fn the_refusal_names_every_language() {
        let told = UnknownLanguage.to_string();
        assert!(Language::ALL.iter().all(|language| told.contains(language.as_str())), "{told}");
    }
}
