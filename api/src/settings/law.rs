//! What a law is called on a page.

use catalogue::Text;
use domain::law::{LawId, Laws};

/// Its name: in the language of the reader where the texts have one, else as it is called where it is in force.
pub(super) fn name(text: &Text, id: &LawId) -> String {
    match id.as_str() {
        "gdpr" => text.say("request-law-gdpr"),
        "ccpa" => text.say("request-law-ccpa"),
        other => Laws::built_in().newest(id).map_or(other, |law| law.name.as_str()).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};

    #[test]
    fn a_law_is_called_by_its_name_and_one_that_is_not_known_by_its_id() {
        let text = Catalogue::built_in().text(Language::De);
        let called = |id: &str| name(&text, &serde_json::from_value(id.into()).unwrap());
        assert_eq!(called("gdpr"), "Datenschutz-Grundverordnung (DSGVO)");
        assert_eq!(called("us_va"), "Virginia Consumer Data Protection Act");
        assert_eq!(called("of_before"), "of_before");
    }
}
