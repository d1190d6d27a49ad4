//! The languages there are, and which of them a browser asks for.

use unic_langid::{LanguageIdentifier, langid};

/// A language that the service speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English: what everything is said in that has no other words.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its tag (BCP 47), as in the attribute `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language of this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that is asked for most, of those there are (`Accept-Language`, RFC 9110, section 12.5.4). English where
    /// none of them is.
    pub fn negotiated(accepted: &str) -> Self {
        let mut wanted: Vec<(Self, f32)> = accepted.split(',').filter_map(wish).collect();
        // Of several that weigh the same the first counts.
        wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        wanted.first().map(|(language, _)| *language).unwrap_or_default()
    }

    pub(crate) fn identifier(self) -> LanguageIdentifier {
        match self {
            // Dates and numbers are those of most who read English.
            Self::En => langid!("en-GB"),
            Self::De => langid!("de-DE"),
        }
    }
}

/// One of the languages asked for, and how much, if there is such a language.
fn wish(range: &str) -> Option<(Language, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = match parts.next() {
        Some(weight) => weight.strip_prefix("q=")?.parse().ok()?,
        None => 1.0,
    };
    let primary = tag.split('-').next()?.to_ascii_lowercase();
    let language = if tag == "*" { Language::default() } else { Language::of_tag(&primary)? };
    (weight > 0.0).then_some((language, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_most_is_spoken() {
        for (accepted, language) in [
            ("", Language::En),
            ("fr", Language::En),
            ("de", Language::De),
            ("DE-AT", Language::De),
            ("fr, de;q=0.8, en;q=0.5", Language::De),
            ("de;q=0.5, en-US;q=0.9", Language::En),
            ("en, de", Language::En),
            ("de;q=0, *", Language::En),
            ("de;q=nonsense", Language::En),
        ] {
            assert_eq!(Language::negotiated(accepted), language, "{accepted}");
        }
    }
}
