//! Who a mail goes to and comes from.
//!
//! Why types of our own around lettre's: their `Debug` shows no personal data, and a display name is
//! cleaned when it comes in. What always holds: no control character inside, so none can end a header
//! (RFC 5322, section 2.2). A crash leaves nothing: these are values.

use std::fmt;
use std::str::FromStr;

use domain::EmailAddress;
use lettre::message::Mailbox;

/// The longest display name or subject, in characters. What is longer is cut.
const MAX_LINE: usize = 200;

/// An address mail can be sent to. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// A text that is no mail address, or no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a mail address such as name@example.com")]
pub struct InvalidAddress;

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if text.chars().any(char::is_control) {
            return Err(InvalidAddress);
        }
        text.parse().map(Self).map_err(|_| InvalidAddress)
    }
}

impl TryFrom<&EmailAddress> for Address {
    type Error = InvalidAddress;

    fn try_from(address: &EmailAddress) -> Result<Self, InvalidAddress> {
        address.as_str().parse()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// Whom mail comes from: `no-reply@example.com` or `Personal Settings <no-reply@example.com>`. Configured
/// by the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    pub(super) fn mailbox(&self) -> Mailbox {
        self.0.clone()
    }
}

impl FromStr for Sender {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if text.chars().any(char::is_control) {
            return Err(InvalidAddress);
        }
        text.parse().map(Self).map_err(|_| InvalidAddress)
    }
}

/// A recipient as the `To` header wants it.
pub(super) fn recipient(name: Option<&str>, address: &Address) -> Mailbox {
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Mailbox::new(name, address.0.clone())
}

/// Text for one line of a header: no line breaks or other control characters, nothing that turns the
/// direction of writing around, single blanks, at most [`MAX_LINE`] characters.
pub(super) fn one_line(text: &str) -> String {
    let turning =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let blank = |c: char| c.is_control() || c.is_whitespace();
    let clean: String =
        text.chars().filter(|&c| !turning(c)).map(|c| if blank(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = clean.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(MAX_LINE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_more_than_an_address_are_refused() {
        for bad in [
            "",
            "ada",
            "a@x.com\r\nBcc: b@x.com",
            "a@x.com\nX: y",
            "A <a@x.com>",
            "a@x.com, b@x.com",
            "a@x.com>",
        ] {
            assert_eq!(bad.parse::<Address>(), Err(InvalidAddress), "{bad:?}");
        }
        assert!("A\r\nBcc: b@x.com <a@x.com>".parse::<Sender>().is_err());
        assert_eq!(format!("{:?}", "a@x.com".parse::<Address>().unwrap()), "Address(..)");
    }

    #[test]
    fn whatever_an_account_has_for_an_address_can_be_mailed() {
        for text in
            ["ada@example.com", "o'neil+tag@mail.example.co.uk", "ada@bücher.example", "用户@example.com"]
        {
            let address: EmailAddress = text.parse().unwrap();
            assert!(Address::try_from(&address).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(one_line(" Ada\r\nBcc:\tb@x.com\u{2028}\u{202e}x \u{0}"), "Ada Bcc: b@x.com x");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), MAX_LINE);
    }
}
