//! The statement that goes with a copy of the data (GDPR Art. 15(1) and (2)).
//!
//! Why it is data: what a controller must tell depends on the deployment, so each part can be replaced in
//! its configuration; the defaults say what this service itself does in its default configuration, where the
//! switches of an account are on and rest on legitimate interest (ADR 0005). What always holds: every point of
//! Art. 15(1)(a) to (h) has its part, in the text and in the page alike, and a part that a deployment
//! leaves empty keeps its heading and says so. A crash leaves nothing: this is a value.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::words::Escaped;

/// What a person is told about the processing. In a configuration every field may be left out; what is
/// left out has the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Statement {
    /// Who decides on purposes and means, with an address (the controller).
    pub controller: String,
    /// How the data protection officer, or whoever answers in their place, is reached.
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
    /// What the person may ask for: Art. 15(1)(e).
    pub rights: Vec<Right>,
    /// Where the person may complain: Art. 15(1)(f), with Art. 77.
    pub complaint: String,
    /// Where data comes from that was not given by the person: Art. 15(1)(g).
    pub source: String,
    /// Automated decisions and their logic: Art. 15(1)(h), with Art. 22.
    pub automated_decisions: String,
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

impl Default for Statement {
    fn default() -> Self {
        Self {
            controller: "The operator of the service at which you have your account.".to_owned(),
            contact: "Write to the address in the operator's privacy notice.".to_owned(),
            purposes: lines(&[
                "To give you an account, to sign you in and to keep the account safe: performance of the \
                 contract, Art. 6(1)(b) GDPR.",
                "To answer and document requests about your data: legal obligation, Art. 6(1)(c) GDPR.",
                "To personalise the product, and to log its use so that it can be improved, unless you switch \
                 that off: the operator's legitimate interest in a product that fits those who use it, \
                 Art. 6(1)(f) GDPR.",
            ]),
            categories: lines(&[
                "Profile: name and email address. Of your password only a hash, from which it cannot be read.",
                "Settings: the two switches personalization and usage logging, and the record of how they stood \
                 and stand.",
                "Sessions: where you are signed in.",
                "History of the account: what was done, when, by whom, and the network address and browser \
                 it came from.",
                "Use of the product: events that the product reports while usage logging is on.",
                "Requests about your data, and what came of them.",
            ]),
            recipients: lines(&["Those who process data for the operator: for hosting, and for the delivery of \
                                 mail."]),
            transfers: lines(&["None that the operator has recorded here."]),
            retention: lines(&[
                "Profile, settings and their record: as long as the account exists.",
                "Sessions: until they end.",
                "Use of the product: until you have it erased.",
                "History of the account: as long as the account exists; network addresses and browsers in it \
                 until you have them erased.",
                "Records of requests about your data: as long as the account exists, without the data itself.",
                "This archive: 7 days after it is ready.",
            ]),
            rights: rights(),
            complaint: "You may complain to a supervisory authority, in particular where you live, where you \
                        work or where you think the law was broken (Art. 77 GDPR)."
                .to_owned(),
            source: "From you, from the operator, who opened the account, and from your use of the product."
                .to_owned(),
            automated_decisions: "No decision with legal or similarly significant effect on you is taken by \
                                  automated means alone, and there is no profiling to that end (Art. 22 GDPR)."
                .to_owned(),
        }
    }
}

fn rights() -> Vec<Right> {
    [
        ("Rectification", "Art. 16 GDPR", "You can ask the operator to correct what is wrong."),
        (
            "Erasure",
            "Art. 17 GDPR",
            "You can ask the service for the erasure of what was collected about your use (POST \
             /v1/me/privacy-requests), and the operator for that of anything else.",
        ),
        (
            "Restriction",
            "Art. 18 GDPR",
            "You can ask the operator to keep data but not to use it, for instance while you dispute that it is \
             right.",
        ),
        (
            "Portability",
            "Art. 20 GDPR",
            "The JSON and CSV files of this archive are meant to be taken elsewhere.",
        ),
        (
            "Objection",
            "Art. 21 GDPR",
            "You can switch off personalization and usage logging at any time (PUT /v1/me/preferences), and \
             object to the operator to anything else that rests on legitimate interests.",
        ),
    ]
    .map(|(name, article, text)| Right {
        name: name.to_owned(),
        article: article.to_owned(),
        text: text.to_owned(),
    })
    .into()
}

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

impl Statement {
    /// The statement as plain text, for a file `statement.txt`.
    pub fn to_text(&self) -> String {
        let mut text = "ABOUT THE PROCESSING OF YOUR DATA (Art. 15(1) GDPR)\n".to_owned();
        for (heading, items) in self.parts() {
            // Writing into memory does not fail, here and below.
            let _ = write!(text, "\n{heading}\n");
            for item in items {
                let _ = writeln!(text, "  - {item}");
            }
        }
        text
    }

    /// The statement as a part of a page, beginning with a heading of the second level.
    pub fn to_html(&self) -> String {
        let mut html = "<h2>About the processing of your data</h2>\n\
            <p>This is what Article 15(1) of the General Data Protection Regulation (GDPR) says you are to be \
            told with a copy of your data.</p>\n"
            .to_owned();
        for (heading, items) in self.parts() {
            let _ = write!(html, "<h3>{}</h3>\n<ul>\n", Escaped(heading));
            for item in items {
                let _ = writeln!(html, "<li>{}</li>", Escaped(&item));
            }
            html.push_str("</ul>\n");
        }
        html
    }

    /// All points of the article in order. None is left out, so that what is missing is seen.
    fn parts(&self) -> [(&'static str, Vec<String>); 11] {
        let rights = self
            .rights
            .iter()
            .map(|Right { name, article, text }| format!("{name} ({article}): {text}"))
            .collect();
        let one = |text: &String| vec![text.clone()];
        let parts = [
            ("Who is responsible", one(&self.controller)),
            ("Who to ask", one(&self.contact)),
            ("Why data is processed", self.purposes.clone()),
            ("Kinds of data", self.categories.clone()),
            ("Who receives it", self.recipients.clone()),
            ("Transfers to countries outside the European Economic Area", self.transfers.clone()),
            ("How long it is kept", self.retention.clone()),
            ("Your rights", rights),
            ("Your right to complain", one(&self.complaint)),
            ("Where the data comes from", one(&self.source)),
            ("Automated decisions", one(&self.automated_decisions)),
        ];
        parts.map(|(heading, mut items)| {
            items.retain(|item| !item.trim().is_empty());
            if items.is_empty() {
                items.push("The operator has not stated this; please ask.".to_owned());
            }
            (heading, items)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_the_article_is_there_by_default() {
        let statement = Statement::default();
        for form in [statement.to_text(), statement.to_html()] {
            for word in [
                "Art. 6(1)(b)",
                "Kinds of data",
                "Who receives it",
                "How long it is kept",
                "Rectification",
                "Erasure",
                "Restriction",
                "Objection",
                "Portability",
                "supervisory authority",
                "Where the data comes from",
                "Art. 22 GDPR",
            ] {
                assert!(form.contains(word), "{word}");
            }
            assert!(!form.contains("not stated"));
        }
    }

    #[test]
    fn the_default_names_nothing_that_the_service_does_not_do_by_default() {
        let text = Statement::default().to_text().to_lowercase();
        let absent = [
            "phone",
            "text message",
            "organization",
            "project",
            "role",
            "usage profile",
            "delete account",
            "under personal settings",
            "24 months",
            "answer the mail",
            // The switches are on by default, so nothing can rest on consent (ADR 0005).
            "consent",
            "art. 6(1)(a)",
        ];
        for word in absent {
            assert!(!text.contains(word), "{word}");
        }
        assert!(text.contains("art. 6(1)(f)"));
    }

    #[test]
    fn a_deployment_replaces_what_it_names_and_no_more() {
        let own = r#"{"controller": "Ada & <b>Sons</b> Ltd", "transfers": []}"#;
        let statement: Statement = serde_json::from_str(own).unwrap();
        assert_eq!(statement.purposes, Statement::default().purposes);
        let html = statement.to_html();
        assert!(html.contains("<li>Ada &amp; &lt;b&gt;Sons&lt;/b&gt; Ltd</li>"));
        assert!(html.contains("The operator has not stated this"));
        assert!(statement.to_text().contains("  - Ada & <b>Sons</b> Ltd\n"));
        assert!(
            serde_json::from_str::<Statement>(r#"{"controler": ""}"#).is_err(),
            "a slip is not swallowed"
        );
    }
}
