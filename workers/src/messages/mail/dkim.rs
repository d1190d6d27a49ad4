//! Signing mail, so that its receivers know it comes from the domain it names (DKIM, RFC 6376).
//!
//! Where the mail server that takes our mail signs it, this is not needed. What always holds: the key is shown by nothing,
//! errors quote none of it, and what the reader sees and what tells a repeat is signed. The signature tells when it was
//! made, so it alone differs between a mail and its repeat. A crash leaves nothing: this is a value.

use std::fmt;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{LineEnding, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use rsa::traits::PublicKeyParts;

/// What is signed. One that is named here and is not in a mail cannot be put into it on the way. `Content-Type` is missing:
/// lettre keeps that of a mail of several parts with its body, where it does not find it when it signs.
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Language",
    "Auto-Submitted",
];
/// RFC 8301, section 3.2: shorter ones are not to be used.
const SHORTEST_KEY: usize = 2048;
/// RFC 8410, section 3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What mail is signed with, and under which name its public key is found in DNS. Cheap to clone.
#[derive(Clone)]
pub struct Dkim(Arc<DkimConfig>);

/// What mail cannot be signed with. Quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDkim {
    /// The key cannot be read.
    #[error("the key is no private key for RSA or Ed25519 in PEM; make one with: openssl genrsa 2048")]
    Key,
    /// The key is too weak.
    #[error("the key is too short: RSA wants 2048 bits or more")]
    Short,
    /// One of the two is no name in DNS.
    #[error("the domain and the selector must be names in DNS, such as example.com and mail-2026")]
    Name,
}

impl Dkim {
    /// Signs for `domain` with the private key in `pem`; the public one is published at
    /// `SELECTOR._domainkey.DOMAIN`.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn new(pem: &str, domain: &str, selector: &str) -> Result<Self, InvalidDkim> {
        if ![domain, selector].into_iter().all(is_name) {
            return Err(InvalidDkim::Name);
        }
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let headers = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        let key = signing_key(pem)?;
        Ok(Self(Arc::new(DkimConfig::new(selector.to_owned(), domain.to_owned(), key, headers, relaxed))))
    }

    pub(super) fn sign(&self, mail: &mut lettre::Message) {
        mail.sign(&self.0);
    }
}

impl PartialEq for Dkim {
    /// Whether it is the same: what is in it is not looked at.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Dkim {}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dkim(..)")
    }
}

fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// PKCS #1, and PKCS #8, which today's tools write.
fn signing_key(pem: &str) -> Result<DkimSigningKey, InvalidDkim> {
    let (label, document) = SecretDocument::from_pem(pem.trim()).map_err(|_| InvalidDkim::Key)?;
    match label {
        "RSA PRIVATE KEY" => rsa_key(document.as_bytes()),
        "PRIVATE KEY" => {
            let info = PrivateKeyInfo::try_from(document.as_bytes()).map_err(|_| InvalidDkim::Key)?;
            match info.algorithm.oid {
                rsa::pkcs1::ALGORITHM_OID => rsa_key(info.private_key),
                ED25519 => ed25519_key(info.private_key),
                _ => Err(InvalidDkim::Key),
            }
        }
        _ => Err(InvalidDkim::Key),
    }
}

fn rsa_key(der: &[u8]) -> Result<DkimSigningKey, InvalidDkim> {
    let key = RsaPrivateKey::from_pkcs1_der(der).map_err(|_| InvalidDkim::Key)?;
    if key.size() * 8 < SHORTEST_KEY {
        return Err(InvalidDkim::Short);
    }
    let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|_| InvalidDkim::Key)?;
    DkimSigningKey::new(&pem, DkimSigningAlgorithm::Rsa).map_err(|_| InvalidDkim::Key)
}

/// A string of 32 bytes in a string of bytes (RFC 8410, section 7).
fn ed25519_key(der: &[u8]) -> Result<DkimSigningKey, InvalidDkim> {
    let seed = der.strip_prefix(&[4, 32]).filter(|seed| seed.len() == 32).ok_or(InvalidDkim::Key)?;
    DkimSigningKey::new(&BASE64_STANDARD.encode(seed), DkimSigningAlgorithm::Ed25519)
        .map_err(|_| InvalidDkim::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Ed25519 key as RFC 8410 has it: a head that is always the same, and the seed.
    fn key() -> String {
        let der = [hex::decode("302e020100300506032b657004220420").unwrap(), vec![7; 32]].concat();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der))
    }

    /// An RSA key of two small primes.
    fn short() -> String {
        let prime = |exponent: u32| (rsa::BigUint::from(1u8) << exponent as usize) - rsa::BigUint::from(1u8);
        let key = RsaPrivateKey::from_p_q(prime(61), prime(89), rsa::BigUint::from(65_537u32)).unwrap();
        key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn a_key_and_its_name_are_checked_and_never_repeated() {
        assert_eq!(format!("{:?}", Dkim::new(&key(), "example.com", "mail-2026").unwrap()), "Dkim(..)");
        let refused = |pem: &str, domain: &str, selector: &str| Dkim::new(pem, domain, selector).unwrap_err();
        for (domain, selector) in
            [("", "s"), ("example.com", ""), ("example.com; d=x", "s"), ("example.com", "a..b")]
        {
            assert_eq!(refused(&key(), domain, selector), InvalidDkim::Name, "{domain} {selector}");
        }
        let cut = key().replace("MC4", "MC5");
        let public = key().replace("PRIVATE", "PUBLIC");
        for bad in ["", "hush", &cut, &public] {
            assert_eq!(refused(bad, "example.com", "s"), InvalidDkim::Key, "{bad}");
        }
        assert_eq!(refused(&short(), "example.com", "s"), InvalidDkim::Short);
    }
}
