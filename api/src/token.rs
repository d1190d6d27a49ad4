//! Tokens: what a browser or a program shows instead of a password.
//!
//! A token is a prefix that says what it opens, 43 random characters (256 bits) and 6 characters of
//! checksum, all of one word: a double click selects it, and a secret scanner can tell a leaked one from
//! chance: `ps[a-z]_[0-9A-Za-z]{49}`. Only its hash is stored. The hash needs no salt and no cost, for no attacker
//! can guess 256 bits; and looking it up by hash compares nothing secret byte by byte.

use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters drawn: 62^43 is more than 2^256.
const RANDOM: usize = 43;
/// Characters of checksum: 62^6 is more than 2^32.
const CHECKSUM: usize = 6;
const PREFIX: usize = 4;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A session of an account holder: `pss_…`.
    Session,
    /// The operator's routes: `pso_…`.
    Operator,
    /// The GDPR APIs, for an account: `psg_…`.
    Gdpr,
    /// The public half of a project's credentials: `psk_…`.
    ApiKey,
    /// The secret half: `psx_…`.
    ApiSecret,
    /// One thing, once: what a link in a mail carries: `psl_…`.
    Link,
    /// Nothing: a browser is known again by it: `psb_…`.
    Browser,
    /// The privacy desk, for an operator who signed in there: `psd_…`.
    Desk,
}

impl Kind {
    /// What every token of the kind begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Session => "pss_",
            Self::Operator => "pso_",
            Self::Gdpr => "psg_",
            Self::ApiKey => "psk_",
            Self::ApiSecret => "psx_",
            Self::Link => "psl_",
            Self::Browser => "psb_",
            Self::Desk => "psd_",
        }
    }
}

/// A new token from the CSPRNG of the process, which is seeded by the operating system.
pub fn generate(kind: Kind) -> SecretString {
    let mut token = String::with_capacity(PREFIX + RANDOM + CHECKSUM);
    token.push_str(kind.prefix());
    let mut rng = rand::rng();
    for _ in 0..RANDOM {
        token.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    let checksum = checksum(&token);
    token.push_str(&checksum);
    token.into()
}

/// What is stored of a token, and what it is looked up by. Any text has a hash: an operator's first token
/// may be chosen by the person who sets the service up.
pub fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret()).into()
}

/// What a token can be recognised by without being known: 48 bits of its digest.
pub(crate) fn fingerprint(token: &SecretString) -> String {
    hash(token)[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text can be a token of the kind at all. Spares the database what is not.
pub fn is_well_formed(kind: Kind, token: &SecretString) -> bool {
    let token = token.expose_secret();
    token.is_ascii()
        && token.len() == PREFIX + RANDOM + CHECKSUM
        && token.starts_with(kind.prefix())
        && checksum(&token[..PREFIX + RANDOM]) == token[PREFIX + RANDOM..]
}

/// 32 bits of digest, to find typing errors and chance hits. It guards no secret.
fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text);
    let mut rest = digest[..4].iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) as usize;
    let mut characters = [0; CHECKSUM];
    for character in characters.iter_mut().rev() {
        *character = ALPHABET[rest % ALPHABET.len()];
        rest /= ALPHABET.len();
    }
    characters.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_that_says_what_it_opens() {
        let token = generate(Kind::Session);
        let text = token.expose_secret();
        assert!(text.starts_with("pss_") && text.len() == 53);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        assert!(is_well_formed(Kind::Session, &token) && !is_well_formed(Kind::Operator, &token));
        assert!(!format!("{token:?}").contains(text));
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let (one, other) = (generate(Kind::Operator), generate(Kind::Operator));
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_ne!(hash(&one), hash(&other));
        assert_eq!(hash(&one), hash(&one.clone()));
    }

    #[test]
    fn a_mistyped_token_is_recognised() {
        let text = generate(Kind::Session).expose_secret().to_owned();
        for at in [0, 4, 20, 52] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let token = SecretString::from(String::from_utf8(bytes).unwrap());
            assert!(!is_well_formed(Kind::Session, &token), "changed at {at}");
        }
        for text in ["", "pss_", "pss_é", &"é".repeat(30), &format!("{text}0")] {
            assert!(!is_well_formed(Kind::Session, &SecretString::from(text)), "{text:?}");
        }
    }
}
