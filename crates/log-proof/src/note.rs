//! Signed notes: a text, an empty line, and signatures by keys that have names
//! (<https://c2sp.org/signed-note>). Here always Ed25519 (RFC 8032).

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use sha2::{Digest, Sha256};

/// The signature type of Ed25519.
const ED25519: u8 = 1;
/// Begins each line with a signature.
const DASH: &str = "\u{2014} ";

/// The key that signs checkpoints.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: VerifierKey,
}

/// The public key that checkpoints are checked with, as `name+id+key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// A note or a key is not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// It has not the form of a signed note.
    #[error("this is no signed note: {0}")]
    Form(&'static str),
    /// No key that is at hand signed it.
    #[error("no signature of {0} is under it")]
    Unsigned(String),
    /// A signature by a known key is wrong.
    #[error("the signature of {0} does not fit: the note was changed, or another key made it")]
    Forged(String),
    /// A text is no verifier key.
    #[error("expected a verifier key such as `audit public-key` prints: name+id+key")]
    Key,
}

impl SigningKey {
    /// The key of `seed` (RFC 8032, section 5.1.5). Its name, which is also the log's, is `program`, a slash and the beginning
    /// of the public key's SHA-256: so a log needs no other configuration, and no two logs have the same name.
    pub fn from_seed(program: &str, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let name = format!("{program}/{}", hex::encode(&Sha256::digest(key.verifying_key())[..8]));
        let public = VerifierKey::new(name, key.verifying_key());
        Self { key, public }
    }

    /// What others check its signatures with.
    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// `text`, which ends with a line break, as a signed note.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.public.id.to_vec();
        signature.extend(self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{DASH}{} {}\n", self.public.name, BASE64_STANDARD.encode(signature))
    }
}

impl VerifierKey {
    fn new(name: String, key: VerifyingKey) -> Self {
        let id = key_id(&name, &key);
        Self { name, id, key }
    }

    /// The name of the key, and of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys in `text`, one a line: the present one, and those that it replaced.
    ///
    /// # Errors
    /// When a line is none, or there is none at all.
    pub fn read_all(text: &str) -> Result<Vec<Self>, NoteError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Vec<Self> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(NoteError::Key) } else { Ok(keys) }
    }
}

/// The first four bytes of SHA-256 of the name, a line break, the type and the key.
fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = BASE64_STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, key)) = key.split_first() else { return Err(NoteError::Key) };
        let key: [u8; 32] = key.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        let known = Self::new(name.to_owned(), key);
        let good = hex::encode(known.id) == id && !name.is_empty() && !name.contains(char::is_whitespace);
        if good { Ok(known) } else { Err(NoteError::Key) }
    }
}

/// The text of a signed note and the name of the one of `keys` that signed it. Signatures by other keys are
/// passed over.
pub(crate) fn open<'a>(note: &'a str, keys: &[VerifierKey]) -> Result<(&'a str, String), NoteError> {
    let middle = note.rfind("\n\n").ok_or(NoteError::Form("there is no empty line before the signatures"))?;
    let (text, signatures) = (&note[..=middle], &note[middle + 2..]);
    if !signatures.ends_with('\n') {
        return Err(NoteError::Form("it does not end with a line break"));
    }
    for line in signatures.lines() {
        let line = line.strip_prefix(DASH).ok_or(NoteError::Form("a line is no signature"))?;
        let (name, encoded) = line.split_once(' ').ok_or(NoteError::Form("a signature has no name"))?;
        let decoded = BASE64_STANDARD.decode(encoded).map_err(|_| NoteError::Form("no base64"))?;
        let Some((id, signature)) = decoded.split_first_chunk::<4>() else {
            return Err(NoteError::Form("a signature is too short"));
        };
        let Some(key) = keys.iter().find(|key| key.name == name && key.id == *id) else { continue };
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::Form("no signature"))?;
        // Strict: no second encoding of a signature, no weak key.
        return match key.key.verify_strict(text.as_bytes(), &signature) {
            Ok(()) => Ok((text, key.name.clone())),
            Err(_) => Err(NoteError::Forged(key.name.clone())),
        };
    }
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    Err(NoteError::Unsigned(names.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("a-program", &[seed; 32])
    }

    /// The example of Go's golang.org/x/mod/sumdb/note, which the specification was made from.
    #[test]
    fn the_example_of_the_reference_implementation() {
        let verifier: VerifierKey =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        assert_eq!(verifier.name(), "PeterNeumann");
        assert_eq!(
            verifier.to_string(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann \
             x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        assert_eq!(open(&note, &[verifier]).unwrap().0, text);
    }

    #[test]
    fn a_note_opens_with_its_key_and_no_other_and_unchanged_only() {
        let (ours, other) = (key(1), key(2));
        let note = ours.sign("one\n\ntwo\n");
        let both = [other.public().clone(), ours.public().clone()];
        assert_eq!(open(&note, &both).unwrap(), ("one\n\ntwo\n", ours.public().name().to_owned()));
        assert!(matches!(open(&note, &both[..1]), Err(NoteError::Unsigned(_))));
        let forged = note.replace("two", "tw0");
        assert!(matches!(open(&forged, &both), Err(NoteError::Forged(_))));
        // A second signature, by a key that is unknown here, does not disturb.
        let cosigned = format!("{note}{}", other.sign("x\n").rsplit_once("\n\n").unwrap().1);
        assert!(open(&cosigned, &both[1..]).is_ok());
        for broken in ["", "text\n", "text\n\nno signature\n", "text\n\n\u{2014} a b c\n"] {
            assert!(matches!(open(broken, &both), Err(NoteError::Form(_))), "{broken:?}");
        }
    }

    #[test]
    fn a_verifier_key_is_read_back_and_a_mistyped_one_refused() {
        let text = key(1).public().to_string();
        assert_eq!(text.parse::<VerifierKey>().unwrap(), *key(1).public());
        for wrong in ["", "a+b", &text.replacen("program", "Program", 1), &text[..text.len() - 4]] {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
        }
        let two = format!("{text}\n\n{}\n", key(2).public());
        assert_eq!(VerifierKey::read_all(&two).unwrap().len(), 2);
        assert!(VerifierKey::read_all("\n").is_err());
    }
}
