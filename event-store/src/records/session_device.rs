//! From where a session was begun: what its holder recognises it by, coarse on purpose.
//!
//! It is sealed with the key of the account's activity, so an erasure of usage data makes it unreadable wherever a copy
//! of the row lies. The session lives on, and shows nothing of where it is.

use domain::{AccountId, Scope, SessionId};
use serde::{Deserialize, Serialize};

use super::Records;
use crate::encryption::KeyName;
use crate::error::StoreError;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDevice {
    /// The kind of program and of system, such as "Firefox on Linux".
    pub program: Option<String>,
    /// The network, such as 203.0.113.0/24.
    pub network: Option<String>,
}

fn key_name(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Activity.as_str())
}

impl SessionDevice {
    /// Seals it for a session of `account`.
    pub async fn seal(
        &self,
        records: &Records,
        account: AccountId,
        session: SessionId,
    ) -> Result<Vec<u8>, StoreError> {
        let written = serde_json::to_vec(self)
            .map_err(|_| StoreError::Unreadable("a session's device cannot be written down".to_owned()))?;
        let key = records.keys.active_key(&key_name(account)).await?;
        Ok(key.seal(&written, session.to_string().as_bytes())?)
    }

    /// What was sealed for each session of `account`; nothing of those whose key was destroyed.
    pub async fn open_all(
        records: &Records,
        account: AccountId,
        sealed: &[(SessionId, Option<Vec<u8>>)],
    ) -> Result<Vec<Self>, StoreError> {
        let key = records.keys.find_active_key(&key_name(account)).await?;
        let open = |(session, sealed): &(SessionId, Option<Vec<u8>>)| {
            let opened = key.as_ref()?.open(sealed.as_ref()?, session.to_string().as_bytes()).ok()?;
            serde_json::from_slice(&opened).ok()
        };
        Ok(sealed.iter().map(|one| open(one).unwrap_or_default()).collect())
    }
}
