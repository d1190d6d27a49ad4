//! What goes with a copy under the California Consumer Privacy Act: its own points, in its own words.

use catalogue::{Text, id};
use serde::{Deserialize, Serialize};

use super::{Consent, Part, Practice, Right, gdpr, one, right, rights_in_words};

/// What a consumer is told (Cal. Civ. Code §§ 1798.100, 1798.110, 1798.115 and 1798.130).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct California {
    /// Categories of personal information that were collected: § 1798.110(c)(1).
    pub categories: Vec<String>,
    /// Categories of sources: § 1798.110(c)(2).
    pub sources: Vec<String>,
    /// Business or commercial purposes: § 1798.110(c)(3).
    pub purposes: Vec<String>,
    /// Categories of third parties to whom it is disclosed: § 1798.110(c)(4).
    pub disclosures: Vec<String>,
    /// Whether it is sold or shared: § 1798.115.
    pub sale: String,
    /// For how long it is kept: § 1798.100(a)(3).
    pub retention: Vec<String>,
    /// What the consumer may ask for.
    pub rights: Vec<Right>,
}

/// Categories by the law's own list.
const CATEGORIES: [&str; 6] = [
    id!("statement-ccpa-category-identifiers"),
    id!("statement-ccpa-category-records"),
    id!("statement-ccpa-category-activity"),
    id!("statement-ccpa-category-professional"),
    id!("statement-ccpa-category-sensitive"),
    id!("statement-ccpa-category-detail"),
];

impl California {
    pub(super) fn of(practice: &Practice, text: &Text) -> Self {
        let mut categories: Vec<String> = CATEGORIES.map(|id| text.say(id)).into();
        categories.extend(gdpr::categories(text));
        let use_of_the_product = match practice.consent {
            Consent::OptOut => text.say("statement-ccpa-purpose-use-opt-out"),
            Consent::OptIn => text.say("statement-ccpa-purpose-use-opt-in"),
        };
        Self {
            categories,
            sources: vec![gdpr::source(text)],
            purposes: vec![
                text.say("statement-ccpa-purpose-account"),
                text.say("statement-ccpa-purpose-requests"),
                use_of_the_product,
            ],
            disclosures: practice.recipients(text),
            sale: text.say("statement-ccpa-no-sale"),
            retention: gdpr::retention(text),
            rights: rights(text),
        }
    }

    pub(super) fn parts(&self, text: &Text) -> [Part; 7] {
        [
            (text.say("statement-ccpa-categories"), self.categories.clone()),
            (text.say("statement-ccpa-sources"), self.sources.clone()),
            (text.say("statement-ccpa-purposes"), self.purposes.clone()),
            (text.say("statement-ccpa-disclosures"), self.disclosures.clone()),
            (text.say("statement-ccpa-sale"), one(&self.sale)),
            (text.say("statement-retention"), self.retention.clone()),
            (text.say("statement-rights"), rights_in_words(&self.rights, text)),
        ]
    }
}

fn rights(text: &Text) -> Vec<Right> {
    let of_law = |name, section: &str, how| right(name, section.to_owned(), how);
    vec![
        of_law(
            text.say("statement-ccpa-right-know"),
            "§ 1798.110",
            text.say("statement-ccpa-right-know-how"),
        ),
        of_law(
            text.say("statement-ccpa-right-delete"),
            "§ 1798.105",
            text.say("statement-ccpa-right-delete-how"),
        ),
        of_law(
            text.say("statement-ccpa-right-correct"),
            "§ 1798.106",
            text.say("statement-right-rectification-how"),
        ),
        of_law(
            text.say("statement-ccpa-right-opt-out"),
            "§ 1798.120",
            text.say("statement-ccpa-right-opt-out-how"),
        ),
        of_law(
            text.say("statement-ccpa-right-limit"),
            "§ 1798.121",
            text.say("statement-ccpa-right-limit-how"),
        ),
        of_law(
            text.say("statement-ccpa-right-equal"),
            "§ 1798.125",
            text.say("statement-ccpa-right-equal-how"),
        ),
    ]
}
