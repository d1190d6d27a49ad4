//! Email addresses, parsed at the edge.

use serde::{Deserialize, Serialize};

/// Longest address that can be delivered to, in octets (RFC 5321, section 4.5.3.1.3, less the
/// angle brackets).
const MAX_LENGTH: usize = 254;

/// An email address of valid form (RFC 5321 with RFC 6531 for other scripts). Its `Debug` shows
/// nothing of it.
///
/// It is checked when it comes in ([`FromStr`](std::str::FromStr)), not when it is read back: an old
/// event must open for ever, whatever a later release thinks of addresses.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared: lower case throughout. Mailboxes that differ
    /// in case alone are one mailbox everywhere that matters, and taking them for two people
    /// would let one sign up beside the other.
    pub fn canonical(&self) -> String {
        self.0.to_lowercase()
    }
}

impl std::str::FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        let well_formed = email_address::EmailAddress::parse_with_options(text, options).is_ok();
        if text.len() > MAX_LENGTH || !well_formed || text.chars().any(char::is_control) {
            return Err(InvalidEmail);
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// A text that is no email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an email address such as name@example.com, of at most 254 characters")]
pub struct InvalidEmail;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_and_compared_without_case() {
        let address: EmailAddress = " Ada@Example.com ".parse().unwrap();
        assert_eq!(address.as_str(), "Ada@Example.com");
        assert_eq!(address.canonical(), "ada@example.com");
        assert_eq!(format!("{address:?}"), "EmailAddress(…)");
    }

    #[test]
    fn a_stored_address_opens_whatever_today_is_valid() {
        let stored: EmailAddress = serde_json::from_str(r#""once valid""#).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), r#""once valid""#);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for text in ["", "ada", "@x.com", "a@", "a b@x.com", "A <a@x.com>", "a@x.com\r\nBcc: b@x.com", &long]
        {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?} was accepted");
        }
    }
}
