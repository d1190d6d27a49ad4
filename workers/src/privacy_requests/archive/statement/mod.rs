//! The statement that goes with a copy of the data: for the GDPR what Art. 15(1) and (2) want, for the CCPA its own points.
//!
//! Why it is data: what a controller must tell depends on the deployment, so each part can be replaced in its configuration; the
//! defaults follow what the service stores and how it is configured ([`Practice`]). What always holds: every point of Art. 15(1)(a)
//! to (h) has its part, in the text and in the page alike, and a part that a deployment leaves empty keeps its heading and
//! says so. A crash leaves nothing: this is a value.

mod california;
mod example;
mod gdpr;
mod practice;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use domain::privacy_request::Regulation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use california::California;
pub use example::Key;
pub use practice::{Consent, Practice};

use crate::text::Escaped;

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
    pub fn stated(practice: &Practice, own: Value) -> serde_json::Result<Self> {
        let mut whole = serde_json::to_value(Self::of(practice))?;
        replace(&mut whole, own);
        serde_json::from_value(whole)
    }

    /// Whether it says who is responsible, and how they are reached.
    pub fn names_who_answers(&self) -> bool {
        [&self.controller, &self.contact].iter().all(|text| !text.trim().is_empty())
    }

    /// The statement as plain text, for a file `statement.txt`.
    pub fn to_text(&self, regulation: Regulation) -> String {
        let mut text = match regulation {
            Regulation::Gdpr => "ABOUT THE PROCESSING OF YOUR DATA (Art. 15(1) GDPR)\n",
            Regulation::Ccpa => "ABOUT YOUR PERSONAL INFORMATION (Cal. Civ. Code § 1798.110)\n",
        }
        .to_owned();
        for (heading, items) in self.parts(regulation) {
            // Writing into memory does not fail, here and below.
            let _ = write!(text, "\n{heading}\n");
            for item in items {
                let _ = writeln!(text, "  - {item}");
            }
        }
        text
    }

    /// The statement as a part of a page, beginning with a heading of the second level.
    pub fn to_html(&self, regulation: Regulation) -> String {
        let mut html = match regulation {
            Regulation::Gdpr => {
                "<h2 id=\"statement\">About the processing of your data</h2>\n\
                 <p>This is what Article 15(1) of the General Data Protection Regulation (GDPR) says you are to be told with a \
                 copy of your data.</p>\n"
            }
            Regulation::Ccpa => {
                "<h2 id=\"statement\">About your personal information</h2>\n\
                 <p>This is what the California Consumer Privacy Act (Cal. Civ. Code § 1798.110) says you are to be told with a \
                 copy of your personal information.</p>\n"
            }
        }
        .to_owned();
        for (heading, items) in self.parts(regulation) {
            let _ = write!(html, "<h3>{}</h3>\n<ul>\n", Escaped(heading));
            for item in items {
                let _ = writeln!(html, "<li>{}</li>", Escaped(&item));
            }
            html.push_str("</ul>\n");
        }
        html
    }

    /// All points of the law in order. None is left out, so that what is missing is seen.
    fn parts(&self, regulation: Regulation) -> Vec<(&'static str, Vec<String>)> {
        let mut parts =
            vec![("Who is responsible", one(&self.controller)), ("Who to ask", one(&self.contact))];
        match regulation {
            Regulation::Gdpr => parts.extend([
                ("Why data is processed", self.purposes.clone()),
                ("Kinds of data", self.categories.clone()),
                ("Who receives it", self.recipients.clone()),
                ("Transfers to countries outside the European Economic Area", self.transfers.clone()),
                ("How long it is kept", self.retention.clone()),
                ("Your rights", rights_in_words(&self.rights)),
                ("Your right to complain", one(&self.complaint)),
                ("Where the data comes from", one(&self.source)),
                ("Automated decisions", one(&self.automated_decisions)),
            ]),
            Regulation::Ccpa => parts.extend(self.ccpa.parts()),
        }
        for (_, items) in &mut parts {
            items.retain(|item| !item.trim().is_empty());
            if items.is_empty() {
                items.push("The operator has not stated this; please ask.".to_owned());
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

fn right(name: &str, article: &str, text: &str) -> Right {
    Right { name: name.to_owned(), article: article.to_owned(), text: text.to_owned() }
}

fn rights_in_words(rights: &[Right]) -> Vec<String> {
    rights.iter().map(|Right { name, article, text }| format!("{name} ({article}): {text}")).collect()
}

fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
