//! Who people write to about a mail, as the operator configured it.
//!
//! What always holds: one line, and not empty. A crash leaves nothing: this is a value.

use std::fmt;
use std::str::FromStr;

use catalogue::Text;
use url::Url;

use super::Address;
use super::address::one_line;

/// A mail address, a page, or words such as a name with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    shown: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Address(Address),
    Page,
    Words,
}

/// A text that says of no one how to reach them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a mail address, the https address of a page, or a line of words")]
pub struct InvalidContact;

impl Contact {
    /// Where answers to a mail go, if it is a mail address.
    pub fn address(&self) -> Option<&Address> {
        match &self.kind {
            Kind::Address(address) => Some(address),
            Kind::Page | Kind::Words => None,
        }
    }

    /// What a reader does who has a question.
    pub(super) fn in_words(&self, text: &Text) -> String {
        let contact = [("contact", (&self.shown).into())];
        match self.kind {
            Kind::Address(_) => text.say_with("mail-contact-address", contact),
            Kind::Page => text.say_with("mail-contact-page", contact),
            Kind::Words => text.say_with("mail-contact-words", contact),
        }
    }

    /// What leads there, if a click can.
    pub(super) fn link(&self) -> Option<String> {
        match self.kind {
            Kind::Address(_) => Some(format!("mailto:{}", self.shown)),
            Kind::Page => Some(self.shown.clone()),
            Kind::Words => None,
        }
    }
}

impl FromStr for Contact {
    type Err = InvalidContact;

    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let shown = one_line(text);
        let kind = if shown.is_empty() {
            return Err(InvalidContact);
        } else if let Ok(address) = shown.parse() {
            Kind::Address(address)
        } else if shown.parse().is_ok_and(|url: Url| matches!(url.scheme(), "http" | "https")) {
            Kind::Page
        } else {
            Kind::Words
        };
        Ok(Self { shown, kind })
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Texts;

    #[test]
    fn a_contact_is_an_address_a_page_or_words() {
        let contact = |text: &str| text.parse::<Contact>().unwrap();
        assert_eq!(contact("help@example.com").link().unwrap(), "mailto:help@example.com");
        assert!(contact("help@example.com").address().is_some());
        assert_eq!(contact(" https://example.com/help ").link().unwrap(), "https://example.com/help");
        let words = contact("The data protection officer,\n1 Example Street");
        assert_eq!((words.link(), words.address()), (None, None));
        assert!(
            words
                .in_words(&Texts::default().for_anyone())
                .ends_with("The data protection officer, 1 Example Street")
        );
        for nothing in ["", " \n", "\u{202e}"] {
            assert_eq!(nothing.parse::<Contact>(), Err(InvalidContact), "{nothing:?}");
        }
    }
}
