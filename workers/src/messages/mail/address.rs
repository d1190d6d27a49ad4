//! Who a mail goes to and comes from.
//!
//! Why types of our own around lettre's: their `Debug` shows no personal data, and a display name is
//! cleaned when it comes in. What always holds: no control character inside, so none can end a header
//! (RFC 5322, section 2.2). A crash leaves nothing: these are values.

use std::fmt;
use std::str::FromStr;

use domain::EmailAddress;
use lettre::message::Mailbox;

use super::{Contact, Dkim, Letterhead};

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

    /// Its domain in ASCII: what comes before the `@` may still ask for SMTPUTF8.
    fn try_from(address: &EmailAddress) -> Result<Self, InvalidAddress> {
        address.in_ascii().parse()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// The host of addresses where the service has no name that mail could come from.
const NO_HOST: &str = "localhost.localdomain";

/// Whom mail comes from: `no-reply@example.com` or `Personal Settings <no-reply@example.com>`, and where answers go.
/// Configured by the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    mailbox: Mailbox,
    answered_at: Option<Address>,
    dkim: Option<Dkim>,
}

impl Sender {
    /// The sender where no other is configured: by the name of the product, and no-reply at the host of the service.
    ///
    /// # Errors
    /// When no address can be at that host.
    pub fn of(letterhead: &Letterhead) -> Result<Self, InvalidAddress> {
        let host = letterhead.public_url().domain().filter(|host| host.contains('.')).unwrap_or(NO_HOST);
        let address = lettre::Address::new("no-reply", host).map_err(|_| InvalidAddress)?;
        let mailbox = Mailbox::new(Some(letterhead.service().to_owned()), address);
        Ok(Self { mailbox, answered_at: None, dkim: None })
    }

    /// The same, answers going to `contact` where it is an address.
    #[must_use]
    pub fn answered_at(self, contact: Option<&Contact>) -> Self {
        Self { answered_at: contact.and_then(Contact::address).cloned(), ..self }
    }

    /// The same, its mail signed.
    #[must_use]
    pub fn signing(self, dkim: Dkim) -> Self {
        Self { dkim: Some(dkim), ..self }
    }

    /// The domain of its address.
    pub fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }

    pub(super) fn dkim(&self) -> Option<&Dkim> {
        self.dkim.as_ref()
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }

    pub(super) fn reply_to(&self) -> Option<Mailbox> {
        self.answered_at.as_ref().map(|address| recipient(None, address))
    }
}

impl FromStr for Sender {
    type Err = InvalidAddress;

    /// Its domain in ASCII, so that no server needs SMTPUTF8 for it.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if text.chars().any(char::is_control) {
            return Err(InvalidAddress);
        }
        let Mailbox { name, email } = text.parse().map_err(|_| InvalidAddress)?;
        let domain = idna::domain_to_ascii(email.domain()).map_err(|_| InvalidAddress)?;
        let email = lettre::Address::new(email.user(), domain).map_err(|_| InvalidAddress)?;
        Ok(Self { mailbox: Mailbox::new(name, email), answered_at: None, dkim: None })
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
        let address: EmailAddress = "ada@bücher.example".parse().unwrap();
        assert_eq!(Address::try_from(&address), "ada@xn--bcher-kva.example".parse());
        let sender: Sender = "Bücher <no-reply@bücher.example>".parse().unwrap();
        assert_eq!(sender, "Bücher <no-reply@xn--bcher-kva.example>".parse().unwrap());
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(one_line(" Ada\r\nBcc:\tb@x.com\u{2028}\u{202e}x \u{0}"), "Ada Bcc: b@x.com x");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), MAX_LINE);
    }
}
