//! Positions of the log as account holders carry them: sealed.
//!
//! A position counts the events of everyone. So an account holder gets it sealed, with a key of the service and a
//! nonce of its own: all are of one length, none tells its number, and two of the same position do not look alike.
//! Every process opens it, for the account it was sealed for and for no other.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use domain::AccountId;

use super::Log;
use crate::error::StoreError;

/// What the key of the service is for.
const PURPOSE: &str = "event_position";
/// Characters of a sealed position: a nonce, eight bytes and a tag, in base64.
const LENGTH: usize = 64;

impl Log {
    /// Seals a position for an account holder.
    ///
    /// # Errors
    /// When the key cannot be had.
    pub async fn seal_position(&self, account: AccountId, position: i64) -> Result<String, StoreError> {
        let key = self.keys.service_key(PURPOSE).await?;
        let sealed = key.seal(&position.to_be_bytes(), account.to_string().as_bytes())?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The position in a text that was sealed for `account`; `None` where it is another text.
    ///
    /// # Errors
    /// When the key cannot be had.
    pub async fn open_position(&self, account: AccountId, text: &str) -> Result<Option<i64>, StoreError> {
        if text.len() != LENGTH {
            return Ok(None);
        }
        let Ok(sealed) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
        let key = self.keys.service_key(PURPOSE).await?;
        let opened = key.open(&sealed, account.to_string().as_bytes()).ok();
        let bytes = opened.and_then(|opened| opened.as_slice().try_into().ok());
        Ok(bytes.map(i64::from_be_bytes))
    }
}
