//! The files that are built in: one a subject and language.

use crate::Language;

/// The texts about a subject.
pub(crate) struct Subject {
    /// The name of its files.
    pub(crate) name: &'static str,
    en: &'static str,
    de: &'static str,
}

impl Subject {
    /// Its texts in a language.
    pub(crate) fn text(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::De => self.de,
        }
    }
}

macro_rules! subjects {
    ($($name:literal),* $(,)?) => {
        &[$(Subject {
            name: concat!($name, ".ftl"),
            en: include_str!(concat!("../locales/en/", $name, ".ftl")),
            de: include_str!(concat!("../locales/de/", $name, ".ftl")),
        }),*]
    };
}

/// Every subject there is.
pub(crate) const SUBJECTS: &[Subject] = subjects![
    "archive",
    "confirm",
    "dates",
    "delete",
    "desk",
    "desk-log",
    "factors",
    "history",
    "history-events",
    "home",
    "links",
    "mail",
    "mailbox",
    "mail-credentials",
    "mail-email",
    "mail-organization",
    "mail-privacy-request",
    "mail-recovery",
    "mail-second-factor",
    "mail-sign-in",
    "organizations",
    "pages",
    "phone",
    "phone-codes",
    "privacy",
    "problems",
    "profile",
    "projects",
    "requests",
    "security",
    "sign-in",
    "statement",
];
