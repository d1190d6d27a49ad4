//! The statement that goes with a copy of the data: for the GDPR what Art. 15(1) and (2) want, for the CCPA its own points. Of the
//! other laws those of US states get the points of the CCPA in words that no section of it stands behind, and all others the
//! text of the GDPR, which says that it is that.
//!
//! Why it is data: what a controller must tell depends on the deployment, so each part can be replaced in its configuration; the
//! defaults follow what the service stores and how it is configured ([`Practice`]). What always holds: every point of Art. 15(1)(a)
//! to (h) has its part, in the text and in the page alike, and a part that a deployment leaves empty keeps its heading and
//! says so. Defaults are in the language of the person; what a deployment states
//! is in the words it was stated in. A crash leaves nothing: this is a value.

mod california;
mod example;
mod gdpr;
mod in_languages;
mod practice;
mod states;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use catalogue::Text;
use domain::law::{self, Law};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use california::California;
pub use example::Key;
pub use in_languages::Statements;
pub use practice::{Consent, Practice};

use crate::escaped::Escaped;

/// A heading, and what stands below it.
type Part = (String, Vec<String>);

/// What a person is told about the processing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Who decides on purposes and means, with an address (the controller).
    pub controller: String,
    /// How the data protection officer, or the person who answers in their place, is reached.
    pub contact: String,
    /// Why the data is processed and on which legal ground: Art. 15(1)(a), with Art. 6(1).
    pub purposes: Vec<String>,
    /// Kinds of data: Art. 15(1)(b).
    pub categories: Vec<String>,
    /// Who receives the data: Art. 15(1)(c).
    pub recipients: Vec<String>,
    /// Safeguards where data goes to a third country: Art. 15(2), with Art. 46.
    pub transfers: Vec<String>,
    /// For how long data is kept, or by which rule: Art. 15(1)(d).
    pub retention: Vec<String>,
    /// Where the person may complain: Art. 15(1)(f), with Art. 77.
    pub complaint: String,
    /// Where data comes from that was not given by the person: Art. 15(1)(g).
    pub source: String,
    /// Automated decisions and their logic: Art. 15(1)(h), with Art. 22.
    pub automated_decisions: String,
    /// What the person may ask for: Art. 15(1)(e).
    pub rights: Vec<Right>,
    /// What a consumer in California is told.
    pub ccpa: California,
}

/// A right of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// Its name, such as *erasure*.
    pub name: String,
    /// Where it stands, such as `Art. 17 GDPR`.
    pub article: String,
    /// What it means here, and how it is used.
    pub text: String,
}

impl Statement {
    /// What holds in a deployment of this practice that states `own`: members of this type, of which any may be left out.
    ///
    /// # Errors
    /// When a member has another form, or is none of this type.
    pub fn stated(practice: &Practice, own: Value, text: &Text) -> serde_json::Result<Self> {
        let mut whole = serde_json::to_value(Self::of(practice, text))?;
        replace(&mut whole, own);
        serde_json::from_value(whole)
    }

    /// Whether it says who is responsible, and how they are reached.
    pub fn names_who_answers(&self) -> bool {
        [&self.controller, &self.contact].iter().all(|text| !text.trim().is_empty())
    }

    /// The statement as plain text, for a file `statement.txt`.
    pub fn to_text(&self, law: &Law, text: &Text) -> String {
        let name = [("law", law.name.as_str().into())];
        let mut told = match law.statement {
            law::Statement::Gdpr => text.say("statement-text-title-gdpr"),
            law::Statement::Ccpa => text.say("statement-text-title-ccpa"),
            law::Statement::UsState => text.say_with("statement-text-title-state", name),
            law::Statement::General => text.say_with("statement-text-title-general", name),
        };
        told.push('\n');
        for (heading, items) in self.parts(law, text) {
            // Writing into memory does not fail, here and below.
            let _ = write!(told, "\n{heading}\n");
            for item in items {
                let _ = writeln!(told, "  - {item}");
            }
        }
        told
    }

    /// The statement as a part of a page, beginning with a heading of the second level.
    pub fn to_html(&self, law: &Law, text: &Text) -> String {
        let name = [("law", law.name.as_str().into())];
        let title = match law.statement {
            law::Statement::Gdpr | law::Statement::General => text.say("statement-title-gdpr"),
            law::Statement::Ccpa | law::Statement::UsState => text.say("statement-title-ccpa"),
        };
        let lead = match law.statement {
            law::Statement::Gdpr => text.say("statement-lead-gdpr"),
            law::Statement::Ccpa => text.say("statement-lead-ccpa"),
            law::Statement::UsState => text.say_with("statement-lead-state", name),
            law::Statement::General => text.say_with("statement-lead-general", name),
        };
        let mut html = format!("<h2 id=\"statement\">{}</h2>\n<p>{}</p>\n", Escaped(&title), Escaped(&lead));
        for (heading, items) in self.parts(law, text) {
            let _ = write!(html, "<h3>{}</h3>\n<ul>\n", Escaped(&heading));
            for item in items {
                let _ = writeln!(html, "<li>{}</li>", Escaped(&item));
            }
            html.push_str("</ul>\n");
        }
        html
    }

    /// All points of the law in order. None is left out, so that what is missing is seen.
    fn parts(&self, law: &Law, text: &Text) -> Vec<Part> {
        let mut parts = vec![
            (text.say("statement-controller"), one(&self.controller)),
            (text.say("statement-contact"), one(&self.contact)),
        ];
        match law.statement {
            law::Statement::Gdpr | law::Statement::General => parts.extend([
                (text.say("statement-purposes"), self.purposes.clone()),
                (text.say("statement-categories"), self.categories.clone()),
                (text.say("statement-recipients"), self.recipients.clone()),
                (text.say("statement-transfers"), self.transfers.clone()),
                (text.say("statement-retention"), self.retention.clone()),
                (text.say("statement-rights"), rights_in_words(&self.rights, text)),
                (text.say("statement-complaint"), one(&self.complaint)),
                (text.say("statement-source"), one(&self.source)),
                (text.say("statement-automated"), one(&self.automated_decisions)),
            ]),
            law::Statement::Ccpa => parts.extend(self.ccpa.parts(text)),
            law::Statement::UsState => parts.extend(self.parts_of_a_state(law, text)),
        }
        for (_, items) in &mut parts {
            items.retain(|item| !item.trim().is_empty());
            if items.is_empty() {
                items.push(text.say("statement-missing"));
            }
        }
        parts
    }
}

/// Puts the members of `own` in the place of those of `whole`, and those of its objects likewise.
fn replace(whole: &mut Value, own: Value) {
    match (whole, own) {
        (Value::Object(whole), Value::Object(own)) => {
            for (name, value) in own {
                match whole.get_mut(&name) {
                    Some(known) => replace(known, value),
                    // It is refused when the whole is read.
                    None => drop(whole.insert(name, value)),
                }
            }
        }
        (whole, own) => *whole = own,
    }
}

fn right(name: String, article: String, text: String) -> Right {
    Right { name, article, text }
}

fn rights_in_words(rights: &[Right], text: &Text) -> Vec<String> {
    let told = |Right { name, article, text: how }: &Right| {
        text.say_with(
            "statement-right",
            [("name", name.into()), ("article", article.into()), ("text", how.into())],
        )
    };
    rights.iter().map(told).collect()
}

fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}
