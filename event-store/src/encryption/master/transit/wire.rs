//! The JSON that Vault's transit engine speaks (<https://developer.hashicorp.com/vault/api-docs/secret/transit>).

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a call with `batch_input` sends.
#[derive(Serialize)]
pub(super) struct Batch<'a, T> {
    pub(super) batch_input: &'a [T],
}

/// An item of `encrypt`, and of the answer of `decrypt`.
#[derive(Serialize, Deserialize)]
pub(super) struct Plaintext {
    /// In base64.
    plaintext: Zeroizing<String>,
}

impl Plaintext {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { plaintext: Zeroizing::new(BASE64_STANDARD.encode(bytes)) }
    }

    pub(super) fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        BASE64_STANDARD.decode(self.plaintext.as_str()).ok().map(Zeroizing::new)
    }
}

/// An item of `decrypt` and `rewrap`, and of the answers of `encrypt` and `rewrap`.
#[derive(Serialize, Deserialize)]
pub(super) struct Ciphertext {
    /// As `vault:v3:…`.
    pub(super) ciphertext: String,
}

/// The answer to a call with `batch_input`.
#[derive(Deserialize)]
pub(super) struct Answers<T> {
    data: Results<T>,
}

#[derive(Deserialize)]
struct Results<T> {
    batch_results: Vec<Outcome<T>>,
}

/// Where an item failed, Vault says why, and leaves the rest of it empty or out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome<T> {
    Failed { error: String },
    Done(T),
}

impl<T> Answers<T> {
    /// The answers to `count` items, unless one failed: then why.
    pub(super) fn of(self, count: usize) -> Result<Vec<T>, String> {
        let outcomes = self.data.batch_results.into_iter().map(|outcome| match outcome {
            Outcome::Failed { error } => Err(error),
            Outcome::Done(item) => Ok(item),
        });
        let items = outcomes.collect::<Result<Vec<T>, String>>()?;
        if items.len() == count { Ok(items) } else { Err("not every item was answered".to_owned()) }
    }
}

/// The answer to `GET keys/:name`.
#[derive(Deserialize)]
pub(super) struct KeyAnswer {
    pub(super) data: KeyInfo,
}

/// The versions of a key.
#[derive(Deserialize)]
pub(super) struct KeyInfo {
    /// The one that encrypts.
    #[serde(rename = "latest_version")]
    pub(super) latest: u64,
    /// The oldest that decrypts.
    #[serde(rename = "min_decryption_version")]
    pub(super) oldest: u64,
}

/// What an answer says that is none of the above.
#[derive(Deserialize)]
pub(super) struct Errors {
    pub(super) errors: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_item_that_failed_fails_the_batch_with_its_reason() {
        let parse = |text: &str| serde_json::from_str::<Answers<Ciphertext>>(text).unwrap();
        let good = parse(r#"{"data": {"batch_results": [{"ciphertext": "vault:v1:x", "key_version": 1}]}}"#);
        assert_eq!(good.of(1).unwrap_or_default().len(), 1);
        let bad = r#"{"data": {"batch_results": [{"ciphertext": "vault:v1:x"}, {"ciphertext": "", "error": "no"}]}}"#;
        assert_eq!(parse(bad).of(2).err().as_deref(), Some("no"));
        let short = parse(r#"{"data": {"batch_results": []}}"#);
        assert!(short.of(1).is_err());
    }
}
