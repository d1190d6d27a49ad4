//! The defaults for requests under the GDPR: what Art. 15(1) and (2) want, as the service does it.

use catalogue::{Text, id};

use super::{Consent, Practice, Right, Statement, right};

/// Kinds of data that are kept. Each datum of the registry in `src/personal_data` has its words here, which is tested there.
const CATEGORIES: [&str; 11] = [
    id!("statement-category-profile"),
    id!("statement-category-factors"),
    id!("statement-category-settings"),
    id!("statement-category-memberships"),
    id!("statement-category-token"),
    id!("statement-category-sessions"),
    id!("statement-category-devices"),
    id!("statement-category-history"),
    id!("statement-category-use"),
    id!("statement-category-requests"),
    id!("statement-category-ids"),
];

/// For how long each kind is kept.
const RETENTION: [&str; 6] = [
    id!("statement-retention-account"),
    id!("statement-retention-sessions"),
    id!("statement-retention-use"),
    id!("statement-retention-history"),
    id!("statement-retention-requests"),
    id!("statement-retention-archive"),
];

pub(super) fn categories(text: &Text) -> Vec<String> {
    CATEGORIES.map(|id| text.say(id)).into()
}

pub(super) fn retention(text: &Text) -> Vec<String> {
    RETENTION.map(|id| text.say(id)).into()
}

pub(super) fn source(text: &Text) -> String {
    text.say("statement-source-default")
}

impl Statement {
    /// What holds where nothing else is stated.
    pub fn of(practice: &Practice, text: &Text) -> Self {
        let use_of_the_product = match practice.consent {
            Consent::OptOut => text.say("statement-purpose-use-opt-out"),
            Consent::OptIn => text.say("statement-purpose-use-opt-in"),
        };
        Self {
            controller: String::new(),
            contact: String::new(),
            purposes: vec![
                text.say("statement-purpose-account"),
                text.say("statement-purpose-requests"),
                use_of_the_product,
            ],
            categories: categories(text),
            recipients: practice.recipients(text),
            transfers: vec![text.say("statement-no-transfers")],
            retention: retention(text),
            rights: rights(practice.consent, text),
            complaint: text.say("statement-complaint-default"),
            source: source(text),
            automated_decisions: text.say("statement-automated-none"),
            ccpa: super::California::of(practice, text),
        }
    }
}

fn rights(consent: Consent, text: &Text) -> Vec<Right> {
    let mut rights = vec![
        right(
            text.say("statement-right-rectification"),
            text.say("statement-article-16"),
            text.say("statement-right-rectification-how"),
        ),
        right(
            text.say("statement-right-erasure"),
            text.say("statement-article-17"),
            text.say("statement-right-erasure-how"),
        ),
        right(
            text.say("statement-right-restriction"),
            text.say("statement-article-18"),
            text.say("statement-right-restriction-how"),
        ),
        right(
            text.say("statement-right-portability"),
            text.say("statement-article-20"),
            text.say("statement-right-portability-how"),
        ),
    ];
    let objection = |how| right(text.say("statement-right-objection"), text.say("statement-article-21"), how);
    match consent {
        Consent::OptOut => rights.push(objection(text.say("statement-right-objection-switches"))),
        Consent::OptIn => rights.extend([
            right(
                text.say("statement-right-withdrawal"),
                text.say("statement-article-7"),
                text.say("statement-right-withdrawal-how"),
            ),
            objection(text.say("statement-right-objection-how")),
        ]),
    }
    rights
}
