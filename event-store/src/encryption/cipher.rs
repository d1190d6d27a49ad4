//! One data key and what it does: XChaCha20-Poly1305 with a random 24-byte nonce, wide enough never
//! to repeat, or with one made from what is sealed.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::SealError;

/// Length of a nonce in bytes.
const NONCE: usize = 24;

/// A key that seals values of one subject in one scope.
pub struct DataKey {
    /// Names the key in envelopes.
    pub id: Uuid,
    bytes: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// A new random key.
    pub fn generate(id: Uuid) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(bytes.as_mut());
        Self { id, bytes }
    }

    pub(crate) fn from_bytes(id: Uuid, bytes: &[u8]) -> Result<Self, SealError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SealError::Malformed)?;
        Ok(Self { id, bytes: Zeroizing::new(bytes) })
    }

    /// The key itself, for those that derive from it.
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// What the key can be recognised by after it is gone: a digest of a random key tells nothing of
    /// it or of what it sealed.
    pub fn fingerprint(&self) -> String {
        let digest =
            Sha256::new().chain_update(b"personal-settings key fingerprint").chain_update(*self.bytes);
        hex::encode(&digest.finalize()[..16])
    }

    /// Seals `plain`, bound to `place`. Returns nonce and ciphertext together.
    pub fn seal(&self, plain: &[u8], place: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(&self.bytes, plain, place)
    }

    /// As [`seal`](Self::seal), but the same value in the same place gives the same bytes: the nonce is made from both,
    /// with a key that is derived for that alone.
    pub fn seal_alike(&self, plain: &[u8], place: &[u8]) -> Result<Vec<u8>, SealError> {
        let derived = Zeroizing::new(keyed_hash(&self.bytes, &[b"personal-settings synthetic nonce"])?);
        let length = (place.len() as u64).to_be_bytes();
        let hash = keyed_hash(&derived, &[&length, place, plain])?;
        let nonce = hash.first_chunk::<NONCE>().ok_or(SealError::Encryption)?;
        seal_with(&self.bytes, *nonce, plain, place)
    }

    /// Opens what [`seal`](Self::seal) made for the same place.
    pub fn open(&self, sealed: &[u8], place: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open(&self.bytes, sealed, place)
    }
}

pub(super) fn seal(key: &[u8; 32], plain: &[u8], place: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    seal_with(key, nonce, plain, place)
}

fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> Result<[u8; 32], SealError> {
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).map_err(|_| SealError::Encryption)?;
    let mac = parts.iter().fold(mac, Mac::chain_update);
    Ok(mac.finalize().into_bytes().into())
}

fn seal_with(key: &[u8; 32], nonce: [u8; NONCE], plain: &[u8], place: &[u8]) -> Result<Vec<u8>, SealError> {
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let payload = Payload { msg: plain, aad: place };
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Encryption)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(super) fn open(key: &[u8; 32], sealed: &[u8], place: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Malformed)?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let payload = Payload { msg: sealed, aad: place };
    cipher
        .decrypt(&XNonce::from(*nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| SealError::AuthenticationFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let key = DataKey::generate(Uuid::nil());
        let mut sealed = key.seal(b"203.0.113.7", b"here").unwrap();
        assert_eq!(key.open(&sealed, b"here").unwrap().as_slice(), b"203.0.113.7");
        assert!(matches!(key.open(&sealed, b"there"), Err(SealError::AuthenticationFailed)));
        assert!(matches!(
            DataKey::generate(Uuid::nil()).open(&sealed, b"here"),
            Err(SealError::AuthenticationFailed)
        ));
        sealed[30] ^= 1;
        assert!(matches!(key.open(&sealed, b"here"), Err(SealError::AuthenticationFailed)));
        assert!(matches!(key.open(b"short", b"here"), Err(SealError::Malformed)));
    }
}
