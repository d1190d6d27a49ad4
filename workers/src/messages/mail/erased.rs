//! What an erasure deleted, in words.
//!
//! What always holds: each source has a sentence, also one that is not known here. A crash leaves nothing: this makes text.

use std::collections::BTreeMap;

use domain::privacy_request::SourceName;

use super::paper::Paper;

/// What one data source erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedSource {
    /// Its name.
    pub name: SourceName,
    /// How many of what: `{"usage_events": 1204}`. Empty where it held nothing.
    pub counts: BTreeMap<String, u64>,
}

impl ErasedSource {
    /// A sentence of it.
    pub(super) fn in_words(&self, paper: Paper<'_>) -> String {
        let count: u64 = self.counts.values().sum();
        match (self.name.as_str(), count) {
            (SourceName::ACCOUNT, 0) => paper.say("mail-erased-account-none"),
            // Each key seals the addresses and programs of a time: their number says nothing to a reader.
            (SourceName::ACCOUNT, _) => paper.say("mail-erased-account"),
            (SourceName::USAGE, count) => {
                paper.say_with("mail-erased-usage", [("service", paper.service()), ("count", count.into())])
            }
            (SourceName::ARCHIVES, count) => {
                paper.say_with("mail-erased-archives", [("count", count.into())])
            }
            (other, 0) => paper.say_with("mail-erased-other-none", [("source", title(other).into())]),
            (other, _) => paper.say_with(
                "mail-erased-other",
                [("source", title(other).into()), ("list", self.list(paper).into())],
            ),
        }
    }

    /// `1,204 events and 1 usage profiles` cannot be said of names that a source chose: `events: 1,204, usage profiles: 1`.
    fn list(&self, paper: Paper<'_>) -> String {
        let told = |(what, &count): (&String, &u64)| {
            let what = what.replace('_', " ");
            paper.say_with("mail-erased-count", [("what", what.into()), ("count", count.into())])
        };
        self.counts.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

/// A source's own name, as a title.
fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::mail::Letterhead;

    fn told(name: &str, counts: &[(&str, u64)]) -> String {
        let counts = counts.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect();
        let head = Letterhead::new("Example", None, None, "https://settings.example.com".parse().unwrap());
        let paper = Paper { head: &head, text: &head.texts().for_anyone() };
        ErasedSource { name: SourceName::new(name), counts }.in_words(paper)
    }

    #[test]
    fn what_a_source_erased_is_a_sentence() {
        assert_eq!(
            told("usage", &[("usage_events", 1204)]),
            "Your use of Example: 1,204 records were deleted."
        );
        assert_eq!(told("usage", &[("usage_events", 1)]), "Your use of Example: 1 record was deleted.");
        assert_eq!(told("usage", &[]), "Your use of Example: nothing was stored.");
        let unreadable = told("account", &[("activity_keys", 3)]);
        assert!(
            unreadable.ends_with("made unreadable for good.") && !unreadable.contains('3'),
            "{unreadable}"
        );
        assert!(told("account", &[("activity_keys", 0)]).ends_with("there were none."));
        assert!(told("archives", &[("export_archives", 2)]).ends_with("2 copies were deleted."));
        assert!(told("archives", &[]).ends_with("there were none."));
        assert_eq!(
            told("mail_list", &[("usage_profiles", 1), ("events", 1204)]),
            "Mail list: deleted (events: 1,204, usage profiles: 1)."
        );
        assert_eq!(told("crm", &[]), "Crm: nothing was held.");
    }
}
