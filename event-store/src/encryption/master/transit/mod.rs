//! Master keys in HashiCorp Vault (or OpenBao): the transit engine wraps and unwraps over HTTP, and
//! no master key ever reaches this process.
//!
//! A data key is sent together with its id (16 bytes of id, 32 of key), and the id is compared when it
//! comes back: what was wrapped for one row does not open in another. Transit's `associated_data`
//! would bind as well, but `rewrap` does not take it (hashicorp/vault#29532), and with `rewrap` a
//! rotation needs no key to leave Vault.
//!
//! An id of a master key is `vault:<mount>/<name>:v<version>`, the version as Vault tells it in each
//! ciphertext. All versions from the key's `min_decryption_version` on open, in every process at once.
//!
//! What is passing (no answer, 5xx, 429) is tried again a few times and then told as
//! [`SealError::Unavailable`]; what an administrator must mend (the token, the policy, the names) as
//! [`SealError::Refused`]. Neither is ever taken for a key that is gone.

mod client;
mod wire;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::provider::{KeyProvider, MasterIds, WrappedKey};
use crate::encryption::cipher::DataKey;
use crate::error::SealError;
use client::Client;
pub use client::{Token, TransitConfig};
use wire::{Answers, Ciphertext, KeyInfo, Plaintext};

/// Items of one call: far below Vault's limit of 32 MiB.
const BATCH: usize = 500;

/// See the module.
pub struct Transit {
    client: Client,
    /// What the id of each of its master keys begins with.
    prefix: String,
}

impl Transit {
    /// A provider; nothing is asked of Vault yet.
    ///
    /// # Errors
    /// When the configuration makes no sense.
    pub fn new(config: TransitConfig) -> Result<Self, SealError> {
        let prefix = format!("vault:{}/{}:", config.mount, config.key);
        Ok(Self { client: Client::new(config)?, prefix })
    }

    /// The id of the master key that made a ciphertext: `vault:v3:…` was made by version 3.
    fn master_id(&self, ciphertext: &str) -> Result<String, SealError> {
        let version = ciphertext.strip_prefix("vault:").and_then(|rest| rest.split(':').next());
        let version = version.filter(|version| version.starts_with('v')).ok_or(SealError::Malformed)?;
        Ok(format!("{}{version}", self.prefix))
    }

    fn wrapped(&self, key: uuid::Uuid, answer: Ciphertext) -> Result<WrappedKey, SealError> {
        let master_id = self.master_id(&answer.ciphertext)?;
        Ok(WrappedKey { id: key, master_id, bytes: answer.ciphertext.into_bytes() })
    }

    /// The ciphertexts as Vault knows them.
    fn sent(&self, keys: &[WrappedKey]) -> Result<Vec<Ciphertext>, SealError> {
        let send = |key: &WrappedKey| {
            if !self.knows(&key.master_id) {
                let present = format!("those of {}", self.prefix.trim_end_matches(':'));
                return Err(SealError::UnknownMasterKey { stored: key.master_id.clone(), present });
            }
            let ciphertext = String::from_utf8(key.bytes.clone()).map_err(|_| SealError::Malformed)?;
            Ok(Ciphertext { ciphertext })
        };
        keys.iter().map(send).collect()
    }

    /// What Vault said against an item, as what it means for a data key of ours.
    fn told(&self, error: &str, keys: &[WrappedKey]) -> SealError {
        let stored = || keys.first().map(|key| key.master_id.clone()).unwrap_or_default();
        if error.contains(client::FORGED) {
            SealError::AuthenticationFailed
        } else if error.contains("disallowed by policy") || error.contains("version is too new") {
            SealError::UnknownMasterKey { stored: stored(), present: "other versions of that key".to_owned() }
        } else {
            SealError::Refused(error.to_owned())
        }
    }

    async fn unwrap_some(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
        let answers: Answers<Plaintext> = self.client.post("decrypt", &self.sent(keys)?).await?;
        let answers = answers.of(keys.len()).map_err(|error| self.told(&error, keys))?;
        let open = |(key, answer): (&WrappedKey, Plaintext)| {
            let plain = answer.bytes().ok_or(SealError::Malformed)?;
            let bytes = plain.strip_prefix(key.id.as_bytes()).ok_or(SealError::AuthenticationFailed)?;
            DataKey::from_bytes(key.id, bytes)
        };
        keys.iter().zip(answers).map(open).collect()
    }
}

#[async_trait]
impl KeyProvider for Transit {
    fn knows(&self, master_id: &str) -> bool {
        master_id.starts_with(&self.prefix)
    }

    async fn ids(&self) -> Result<MasterIds, SealError> {
        let KeyInfo { latest, oldest } = self.client.key_info().await?;
        let id = |version: u64| format!("{}v{version}", self.prefix);
        Ok(MasterIds { current: id(latest), opens: (oldest..=latest).rev().map(id).collect() })
    }

    async fn wrap(&self, keys: &[&DataKey]) -> Result<Vec<WrappedKey>, SealError> {
        let mut wrapped = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            let bound = |key: &&DataKey| {
                Plaintext::of(&Zeroizing::new([key.id.as_bytes().as_slice(), key.expose()].concat()))
            };
            let sent: Vec<Plaintext> = keys.iter().map(bound).collect();
            let answers: Answers<Ciphertext> = self.client.post("encrypt", &sent).await?;
            let answers = answers.of(keys.len()).map_err(|error| self.told(&error, &[]))?;
            for (key, answer) in keys.iter().zip(answers) {
                wrapped.push(self.wrapped(key.id, answer)?);
            }
        }
        Ok(wrapped)
    }

    async fn unwrap(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
        let mut opened = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            opened.extend(self.unwrap_some(keys).await?);
        }
        Ok(opened)
    }

    /// Inside Vault: no key comes here.
    async fn rewrap(&self, keys: &[WrappedKey]) -> Result<Vec<WrappedKey>, SealError> {
        let mut wrapped = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            let answers: Answers<Ciphertext> = self.client.post("rewrap", &self.sent(keys)?).await?;
            let answers = answers.of(keys.len()).map_err(|error| self.told(&error, keys))?;
            for (key, answer) in keys.iter().zip(answers) {
                wrapped.push(self.wrapped(key.id, answer)?);
            }
        }
        Ok(wrapped)
    }
}
