//! Keyed hashes: for what must be recognised, not read.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{DataKey, KeyName, KeyRing};
use crate::error::StoreError;

/// The owner under which keys of the service itself are kept.
const SERVICE: &str = "service";

impl KeyRing {
    /// Hashes with a key of the service for `purpose`.
    pub async fn hasher(&self, purpose: &str) -> Result<KeyedHasher, StoreError> {
        Ok(KeyedHasher(self.service_key(purpose).await?))
    }

    /// Hashes names that are looked up.
    pub(crate) async fn lookup_hasher(&self) -> Result<KeyedHasher, StoreError> {
        self.hasher("lookup").await
    }

    /// A key of the service for `purpose`: for what belongs to no person, or must outlive the person it belongs to.
    pub(crate) async fn service_key(&self, purpose: &str) -> Result<Arc<DataKey>, StoreError> {
        self.active_key(&KeyName::new(SERVICE, purpose)).await
    }
}

/// HMAC-SHA256 (RFC 2104) with a key of the service: without the key an attacker cannot try out values.
pub struct KeyedHasher(Arc<DataKey>);

impl KeyedHasher {
    /// The hash of `text`.
    pub fn hash(&self, text: &str) -> Vec<u8> {
        self.hash_bytes(text.as_bytes())
    }

    /// The hash of `bytes`.
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    pub fn hash_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.expose()).expect("any key length is accepted");
        mac.chain_update(bytes).finalize().into_bytes().to_vec()
    }
}
