//! The statement in each language.

use catalogue::{Catalogue, Language};
use serde_json::{Value, json};

use super::{Practice, Statement};

/// What people are told about the processing, in each language: the defaults in its words, and what the operator states as
/// they stated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    english: Statement,
    german: Statement,
}

impl Statements {
    /// What holds where nothing else is stated.
    ///
    /// # Errors
    /// None in practice: every member has a form in JSON.
    pub fn of(practice: &Practice, catalogue: &Catalogue) -> serde_json::Result<Self> {
        Self::stated(practice, &json!({}), catalogue)
    }

    /// What holds in a deployment that states `own`; see [`Statement::stated`].
    ///
    /// # Errors
    /// When a member has another form, or is none of a statement.
    pub fn stated(practice: &Practice, own: &Value, catalogue: &Catalogue) -> serde_json::Result<Self> {
        let stated = |language| Statement::stated(practice, own.clone(), &catalogue.text(language));
        Ok(Self { english: stated(Language::En)?, german: stated(Language::De)? })
    }

    /// The one in a language.
    pub fn in_language(&self, language: Language) -> &Statement {
        match language {
            Language::En => &self.english,
            Language::De => &self.german,
        }
    }

    /// The same, with `contact` where it does not say how those who answer are reached.
    #[must_use]
    pub fn or_contact(mut self, contact: &str) -> Self {
        for statement in [&mut self.english, &mut self.german] {
            if statement.contact.trim().is_empty() {
                contact.clone_into(&mut statement.contact);
            }
        }
        self
    }
}
