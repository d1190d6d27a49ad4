//! Codes that people type: six digits sent to a phone, and recovery codes kept on paper.
//!
//! Both come from the CSPRNG of the process. A code of six digits is guarded by its few tries and its short life, a
//! recovery code by 120 random bits: more than the 112 from which a fast hash keeps it (OWASP ASVS 5.0, 6.5.2).

use chrono::Duration;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};

/// How long a code works (OWASP ASVS 5.0, 6.6.2).
pub(crate) const LIFE: Duration = Duration::minutes(10);

/// Crockford's alphabet: no letter looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a recovery code: 120 bits.
const RECOVERY_LENGTH: usize = 24;
/// Characters of those that earlier releases made: 80 bits. They work until they are used or replaced.
const EARLIER_RECOVERY_LENGTH: usize = 16;
/// Characters of it that stand together.
const GROUP: usize = 4;

/// What a person typed.
pub(crate) enum Typed {
    /// Six digits.
    Code(SecretString),
    /// A recovery code, in the form in which it is hashed.
    Recovery(SecretString),
}

/// A new code of six digits.
pub(crate) fn six_digits() -> SecretString {
    format!("{:06}", rand::rng().random_range(0..1_000_000_u32)).into()
}

/// A new recovery code, as it is shown: `4f7k-…`.
pub(crate) fn recovery() -> SecretString {
    let mut rng = rand::rng();
    let mut code = String::with_capacity(RECOVERY_LENGTH + RECOVERY_LENGTH / GROUP);
    for n in 0..RECOVERY_LENGTH {
        if n > 0 && n % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    code.into()
}

/// Reads a code as people type it: with blanks and hyphens, in capitals, an `o` for a zero. `None` when it can be
/// neither.
pub(crate) fn read(typed: &SecretString) -> Option<Typed> {
    let typed = typed.expose_secret();
    if typed.len() > 64 {
        return None;
    }
    let mut plain = String::with_capacity(typed.len());
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        plain.push(match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        });
    }
    if plain.len() == 6 && plain.bytes().all(|c| c.is_ascii_digit()) {
        return Some(Typed::Code(plain.into()));
    }
    let length_fits = [RECOVERY_LENGTH, EARLIER_RECOVERY_LENGTH].contains(&plain.len());
    let known = length_fits && plain.bytes().all(|c| ALPHABET.contains(&c));
    known.then(|| Typed::Recovery(plain.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(typed: &str) -> Option<(bool, String)> {
        match read(&typed.into())? {
            Typed::Code(code) => Some((false, code.expose_secret().to_owned())),
            Typed::Recovery(code) => Some((true, code.expose_secret().to_owned())),
        }
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(told(" 012 345\n"), Some((false, "012345".to_owned())));
        assert_eq!(told("O1I-l23"), Some((false, "011123".to_owned())));
        let recovery = "4f7k0011abcdwxyz23456789".to_owned();
        assert_eq!(told("4F7K-0O1l-abcd-wxyz 2345-6789"), Some((true, recovery)));
        // As an earlier release made them.
        assert_eq!(told("4F7K-0O1l-abcd-wxyz"), Some((true, "4f7k0011abcdwxyz".to_owned())));
        for other in [
            "",
            "12345",
            "1234567",
            "４２４２４２",
            "4f7k-0011-abcd-wxyu",
            "4f7k-0011-abcd-wxyz-23",
            &"1".repeat(100),
        ] {
            assert_eq!(told(other), None, "{other}");
        }
    }

    #[test]
    fn new_codes_read_back_and_differ() {
        assert!(matches!(read(&six_digits()), Some(Typed::Code(_))));
        let (one, other) = (recovery(), recovery());
        assert!(matches!(read(&one), Some(Typed::Recovery(_))));
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 29);
    }
}
