//! The defaults for requests under the GDPR: what Art. 15(1) and (2) want, as the service does it.

use super::{Consent, Practice, Right, Statement, lines, right};

/// Kinds of data that are kept. Each datum of the registry in `src/personal_data` has its words here, which is tested there.
pub(super) fn categories() -> Vec<String> {
    lines(&[
        "Profile: your name and the address you sign in with; where you gave one, a billing address; a new address that \
         waits to be confirmed, and former addresses for as long as you can go back to them. Of your password only a hash, \
         from which it cannot be read.",
        "Second factor: the phone number that receives codes. Of codes, recovery codes and the tokens in links that \
         were sent to you only hashes.",
        "Settings: the two switches personalization and usage logging, and the record of how they stood and stand.",
        "Memberships: the organizations you belong to, your role in each, projects you own, and invitations to the \
         address of an invited person.",
        "Token for the GDPR APIs: a hash of it, when it was made, until when it holds and when it was last used.",
        "Sessions: where you are signed in, since when, with which kind of program and from which network.",
        "Known devices: keyed hashes of programs, browsers and places you signed in with.",
        "History of the account: what was done, when, by whom, and the IP address and the browser (user agent) it \
         came from; failed tries to sign in.",
        "Use of the product: events that the product reports while usage logging is on.",
        "Requests about your data, and what came of them.",
        "Ids that stand for you, such as your account id.",
    ])
}

/// For how long each kind is kept.
pub(super) fn retention() -> Vec<String> {
    lines(&[
        "Profile, second factor, settings and their record, memberships: as long as the account exists. A former address \
         can be gone back to for a week, and stands in the history after that.",
        "Sessions, codes, and tokens in links: until they end. The token for the GDPR APIs: a year, unless it is ended before.",
        "Use of the product: until you have it erased.",
        "History of the account: as long as the account exists; IP addresses, browsers, known devices and failed tries \
         in it until you have them erased.",
        "Records of requests about your data: as long as the account exists, without the data itself.",
        "This archive: 7 days after it is ready.",
    ])
}

pub(super) const SOURCE: &str = "From you, from the operator, where they opened the account, from members of your \
    organizations, who invite you and change your role, and from your use of the product.";

impl Statement {
    /// What holds where nothing else is stated.
    pub fn of(practice: &Practice) -> Self {
        let use_of_the_product = match practice.consent {
            Consent::OptOut => {
                "To personalise the product, and to log its use so that it can be improved, unless you switch that off: the \
                 operator's legitimate interest in a product that fits those who use it, Art. 6(1)(f) GDPR."
            }
            Consent::OptIn => {
                "To personalise the product, and to log its use so that it can be improved, where you have switched that on: \
                 your consent, Art. 6(1)(a) GDPR."
            }
        };
        Self {
            controller: String::new(),
            contact: String::new(),
            purposes: lines(&[
                "To give you an account, to sign you in, to let you work in your organizations and to keep the account safe: \
                 performance of the contract, Art. 6(1)(b) GDPR.",
                "To answer and document requests about your data, and to show how the switches stood: legal obligation, \
                 Art. 6(1)(c) GDPR.",
                use_of_the_product,
            ]),
            categories: categories(),
            recipients: practice.recipients(),
            transfers: lines(&["None that the operator has recorded here."]),
            retention: retention(),
            rights: rights(practice.consent),
            complaint: "You may complain to a supervisory authority, in particular where you live, where you work or where \
                        you think the law was broken (Art. 77 GDPR)."
                .to_owned(),
            source: SOURCE.to_owned(),
            automated_decisions: "No decision with legal or similarly significant effect on you is taken by automated means \
                                  alone, and there is no profiling to that end (Art. 22 GDPR)."
                .to_owned(),
            ccpa: super::California::of(practice),
        }
    }
}

fn rights(consent: Consent) -> Vec<Right> {
    let mut rights = vec![
        right(
            "Rectification",
            "Art. 16 GDPR",
            "You can change your name and your addresses yourself, and ask the operator to correct anything else.",
        ),
        right(
            "Erasure",
            "Art. 17 GDPR",
            "You can ask the service for the erasure of what was collected about your use, delete your account, and ask the \
             operator for the erasure of anything else.",
        ),
        right(
            "Restriction",
            "Art. 18 GDPR",
            "You can ask the operator to keep data but not to use it, for instance while you dispute that it is right.",
        ),
        right(
            "Portability",
            "Art. 20 GDPR",
            "The JSON and CSV files of this archive are meant to be taken elsewhere.",
        ),
    ];
    match consent {
        Consent::OptOut => rights.push(right(
            "Objection",
            "Art. 21 GDPR",
            "You can switch off personalization and usage logging at any time, and object to the operator to anything else \
             that rests on legitimate interests.",
        )),
        Consent::OptIn => {
            rights.push(right(
                "Withdrawal of consent",
                "Art. 7(3) GDPR",
                "You can switch off personalization and usage logging at any time. What was done before stays lawful.",
            ));
            rights.push(right(
                "Objection",
                "Art. 21 GDPR",
                "You can object to the operator to anything that rests on legitimate interests.",
            ));
        }
    }
    rights
}
