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

    /// The form in which two addresses are compared: lower case throughout, the domain in ASCII ([`Self::in_ascii`]).
    /// Mailboxes that differ in case alone are one mailbox everywhere that matters, and so are `ü.example` and
    /// `xn--tda.example`; taking them for two people would let one sign up beside the other.
    pub fn canonical(&self) -> String {
        self.in_ascii().to_lowercase()
    }

    /// The address with its domain as the domain name system has it: A-labels in the place of other scripts (RFC 5891,
    /// section 4.4). Every mail server takes it, also one without SMTPUTF8; what stands before the `@` stays as it is.
    /// An address whose domain cannot be written so is left as it is.
    pub fn in_ascii(&self) -> String {
        self.with_domain(|domain| idna::domain_to_ascii(domain).ok())
    }

    /// The names under which an account has the mailbox, in lower case: with its domain in ASCII, and in Unicode. One
    /// name, of nearly all addresses. Both, since accounts of earlier releases have it under the one they were given.
    pub fn names(&self) -> Vec<String> {
        let in_unicode = self.with_domain(|domain| {
            let (domain, converted) = idna::domain_to_unicode(domain);
            converted.is_ok().then_some(domain)
        });
        each_once([self.canonical(), in_unicode.to_lowercase()])
    }

    /// The names under which the mailbox is looked up: first as it is spelled here, for accounts of earlier releases
    /// have it under no other name, and then those of [`Self::names`].
    pub fn names_sought(&self) -> Vec<String> {
        each_once([self.0.to_lowercase()].into_iter().chain(self.names()))
    }

    fn with_domain(&self, written: impl FnOnce(&str) -> Option<String>) -> String {
        let parts = self.0.rsplit_once('@');
        let rewritten = parts.and_then(|(mailbox, domain)| Some(format!("{mailbox}@{}", written(domain)?)));
        rewritten.unwrap_or_else(|| self.0.clone())
    }
}

fn each_once(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for name in names {
        if !each.contains(&name) {
            each.push(name);
        }
    }
    each
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
    fn a_mailbox_is_one_however_its_domain_is_written() {
        // Also as an earlier release may have stored it.
        let address = |text: &str| serde_json::from_value::<EmailAddress>(text.into()).unwrap();
        for spelling in ["Ada@Bücher.example", "ada@XN--Bcher-kva.example", "ada@bu\u{308}cher.example"] {
            assert_eq!(address(spelling).canonical(), "ada@xn--bcher-kva.example", "{spelling}");
            let names = address(spelling).names();
            assert_eq!(names, ["ada@xn--bcher-kva.example", "ada@bücher.example"], "{spelling}");
            let sought = address(spelling).names_sought();
            assert_eq!(sought[0], spelling.to_lowercase(), "as it is spelled comes first");
            assert!(names.iter().all(|name| sought.contains(name)), "{sought:?}");
        }
        assert_eq!(address("Ada@Bücher.example").in_ascii(), "Ada@xn--bcher-kva.example");
        assert_eq!(address("用户@bücher.example").in_ascii(), "用户@xn--bcher-kva.example");
        assert_ne!(address("ada@fass.example").canonical(), address("ada@faß.example").canonical());
        assert_eq!(address("Ada@Example.com").names(), ["ada@example.com"]);
    }

    #[test]
    fn a_domain_that_is_none_is_left_as_it_is() {
        for text in ["no address", "ada@"] {
            let stored: EmailAddress = serde_json::from_value(text.into()).unwrap();
            assert_eq!((stored.in_ascii(), stored.names_sought().len()), (text.to_owned(), 1), "{text}");
        }
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
