//! Phone numbers, parsed at the edge.

use serde::{Deserialize, Serialize};

/// The fewest and the most digits of an international number (ITU-T E.164, clause 6.1; the fewest are those
/// of the shortest numbers in use).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A phone number in international form (ITU-T E.164): `+`, the country code, the number. Its `Debug` shows
/// nothing of it.
///
/// It is checked when it comes in ([`FromStr`](std::str::FromStr)), not when it is read back.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number as it is dialled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may be shown to a caller that has not proved to be its owner: its last two digits.
    pub fn masked(&self) -> String {
        let shown = self.0.len().saturating_sub(2);
        format!("•••{}", self.0.get(shown..).unwrap_or_default())
    }
}

impl std::str::FromStr for PhoneNumber {
    type Err = InvalidPhoneNumber;

    /// Blanks, hyphens, points and brackets, with which people write numbers, are passed over.
    fn from_str(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.trim().strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let digits: String = digits.chars().filter(|c| !" -.()\u{a0}".contains(*c)).collect();
        let begins_well = digits.bytes().next().is_some_and(|first| (b'1'..=b'9').contains(&first));
        if begins_well && DIGITS.contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit()) {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(InvalidPhoneNumber)
        }
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// A text that is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a phone number in international form, such as +14155550123")]
pub struct InvalidPhoneNumber;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parsed_as_people_write_them() {
        let number: PhoneNumber = " +1 (415) 555-01.23 ".parse().unwrap();
        assert_eq!(number.as_str(), "+14155550123");
        assert_eq!(number.masked(), "•••23");
        assert_eq!(format!("{number:?}"), "PhoneNumber(…)");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "14155550123",
            "+0123456789",
            "+123456",
            "+1234567890123456",
            "+1415x550123",
            "++14155550123",
            "+１４１５５５５０１２３",
        ] {
            assert!(text.parse::<PhoneNumber>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_stored_number_opens_whatever_today_is_valid() {
        let stored: PhoneNumber = serde_json::from_str("\"112\"").unwrap();
        assert_eq!(stored.masked(), "•••12");
        assert_eq!(serde_json::from_str::<PhoneNumber>("\"1\"").unwrap().masked(), "•••1");
    }
}
