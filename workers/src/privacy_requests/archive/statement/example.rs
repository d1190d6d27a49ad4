//! What each member of a statement is, for a file to fill in.

use serde_json::Value;

use super::Statement;

/// A member of a statement, with what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its name; of those for California with `ccpa.` before it.
    pub name: String,
    /// What it says.
    pub meaning: &'static str,
    /// What holds where it is left out.
    pub default: Value,
}

/// Every member in the order of a TOML file: lists of tables come last.
const MEANINGS: [(&str, &str); 18] = [
    (
        "controller",
        "Who is responsible for the data, with an address. Must be stated before a public address is served.",
    ),
    ("contact", "How the data protection officer, or who answers, is reached. Must be stated likewise."),
    ("purposes", "Why data is processed, and on which legal ground: GDPR Art. 15(1)(a), Art. 6(1)."),
    ("categories", "Kinds of data: Art. 15(1)(b)."),
    ("recipients", "Who receives it: Art. 15(1)(c). Name those who host the service for you."),
    (
        "transfers",
        "Transfers outside the European Economic Area, with their safeguards: Art. 15(2), Art. 46.",
    ),
    ("retention", "For how long data is kept: Art. 15(1)(d)."),
    ("complaint", "Where the person may complain: Art. 15(1)(f), Art. 77. Name your authority."),
    ("source", "Where data comes from that the person did not give: Art. 15(1)(g)."),
    ("automated_decisions", "Automated decisions and their logic: Art. 15(1)(h), Art. 22."),
    ("rights", "What the person may ask for: Art. 15(1)(e)."),
    ("ccpa.categories", "Categories of personal information collected: Cal. Civ. Code § 1798.110(c)(1)."),
    ("ccpa.sources", "Categories of sources: § 1798.110(c)(2)."),
    ("ccpa.purposes", "Business or commercial purposes: § 1798.110(c)(3)."),
    ("ccpa.disclosures", "Categories of third parties to whom it is disclosed: § 1798.110(c)(4)."),
    ("ccpa.sale", "Whether it is sold or shared: § 1798.115."),
    ("ccpa.retention", "For how long it is kept: § 1798.100(a)(3)."),
    ("ccpa.rights", "What the consumer may ask for."),
];

impl Statement {
    /// Every member that a file may state.
    ///
    /// # Errors
    /// None in practice: every member has a form in JSON.
    pub fn keys(&self) -> serde_json::Result<Vec<Key>> {
        let whole = serde_json::to_value(self)?;
        let key = |(name, meaning): &(&str, &'static str)| {
            let default = whole.pointer(&format!("/{}", name.replace('.', "/")))?.clone();
            Some(Key { name: (*name).to_owned(), meaning, default })
        };
        Ok(MEANINGS.iter().filter_map(key).collect())
    }
}
