//! What goes with a copy under the California Consumer Privacy Act: its own points, in its own words.

use serde::{Deserialize, Serialize};

use super::{Consent, Practice, Right, gdpr, lines, one, right, rights_in_words};

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

impl California {
    pub(super) fn of(practice: &Practice) -> Self {
        let mut categories = lines(&[
            "Identifiers (§ 1798.140(v)(1)(A)): name, email addresses, account id, IP address.",
            "Customer records (§ 1798.140(v)(1)(B)): phone number.",
            "Internet or other electronic network activity (§ 1798.140(v)(1)(F)): use of the product, the history of the \
             account, sessions, browsers.",
            "Professional information (§ 1798.140(v)(1)(I)): the organizations you belong to and your role in each.",
            "Sensitive personal information (§ 1798.140(ae)): the log-in of your account together with a hash of its \
             password. It is used to sign you in and to keep the account safe, and for nothing else.",
            "In detail:",
        ]);
        categories.extend(gdpr::categories());
        let switches = match practice.consent {
            Consent::OptOut => "unless you switch that off",
            Consent::OptIn => "where you have switched that on",
        };
        Self {
            categories,
            sources: lines(&[gdpr::SOURCE]),
            purposes: vec![
                "To give you an account, to sign you in, to let you work in your organizations and to keep the account safe."
                    .to_owned(),
                "To answer and document requests about your personal information.".to_owned(),
                format!("To personalise the product, and to log its use so that it can be improved, {switches}."),
            ],
            disclosures: practice.recipients(),
            sale: "This service does not sell your personal information, and does not share it for cross-context \
                   behavioral advertising."
                .to_owned(),
            retention: gdpr::retention(),
            rights: rights(),
        }
    }

    pub(super) fn parts(&self) -> [(&'static str, Vec<String>); 7] {
        [
            ("Categories of personal information collected", self.categories.clone()),
            ("Where it comes from", self.sources.clone()),
            ("Why it is collected and used", self.purposes.clone()),
            ("Who it is disclosed to", self.disclosures.clone()),
            ("Whether it is sold or shared", one(&self.sale)),
            ("How long it is kept", self.retention.clone()),
            ("Your rights", rights_in_words(&self.rights)),
        ]
    }
}

fn rights() -> Vec<Right> {
    [
        ("To know", "§ 1798.110", "You can ask for a copy of your personal information. This archive is one."),
        (
            "To delete",
            "§ 1798.105",
            "You can ask the service for the erasure of what was collected about your use, delete your account, and ask the \
             operator for the deletion of anything else.",
        ),
        (
            "To correct",
            "§ 1798.106",
            "You can change your name and your addresses yourself, and ask the operator to correct anything else.",
        ),
        ("To opt out of sale and sharing", "§ 1798.120", "There is neither here."),
        (
            "To limit the use of sensitive personal information",
            "§ 1798.121",
            "It is used for nothing that you could limit.",
        ),
        ("No retaliation", "§ 1798.125", "You are treated no worse for using these rights."),
    ]
    .map(|(name, article, text)| right(name, article, text))
    .into()
}
