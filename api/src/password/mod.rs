//! Passwords: which may be chosen, and how they are kept and checked.
//!
//! Kept as argon2id with 19 MiB, 2 passes and 1 lane (OWASP ASVS 5.0, 11.4.2), in PHC form. Hashing takes
//! tens of milliseconds of a core and 19 MiB, on purpose; so only as many run at once as there are cores,
//! away from the asynchronous threads, and a caller that waits too long for a turn is told to come back. The
//! same work is done whether there is a password to compare with or not, so that time does not tell an
//! attacker which addresses have an account (6.3.8).

mod guessing;

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

pub use guessing::OwnWords;

/// Memory in KiB, passes and lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Shortest and longest password, in characters (OWASP ASVS 5.0, 6.2.1 and 6.2.9).
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// How long a check waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// The hash of a password that no account has, for the same work where there is none to compare with.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$dGhlIGhhc2ggb2YgYSBwYXNzd29yZCBub2JvZHkgaGE";

/// A password that may be chosen, in Unicode's composed form (NFC), so that the same characters typed on
/// another keyboard are the same password.
pub struct Password(SecretString);

/// Why a password may not be chosen. There are no rules about what it must be made of (ASVS 6.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It has fewer than 8 characters.
    #[error("use at least 8 characters")]
    TooShort,
    /// It has more than 128 characters.
    #[error("use at most 128 characters")]
    TooLong,
    /// It is one of those that are tried first.
    #[error("this is easy to guess; several words that do not belong together are not")]
    Common,
    /// It is made of words that point to whose it is.
    #[error(
        "this is easy to guess for who knows your name, your address or this service; choose words that do not point to you"
    )]
    OwnWords,
}

impl Password {
    /// Takes a password that a person chooses. How easy it is to guess is looked at when it is hashed.
    ///
    /// # Errors
    /// When it is too short or too long.
    pub fn choose(text: &SecretString) -> Result<Self, Unfit> {
        let password = compose(text);
        let length = password.expose_secret().chars().count();
        if length < *LENGTH.start() {
            return Err(Unfit::TooShort);
        }
        if length > *LENGTH.end() {
            return Err(Unfit::TooLong);
        }
        Ok(Self(password))
    }
}

fn compose(text: &SecretString) -> SecretString {
    let text = text.expose_secret();
    // Room for the longest outcome, so that no half copy is left behind by a reallocation.
    let mut composed = String::with_capacity(text.len().saturating_mul(3));
    composed.extend(text.nfc());
    composed.into()
}

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many others are being checked.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// It may not be chosen.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The hash is damaged, or the machine gave no memory or randomness.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

impl From<password_hash::Error> for PasswordError {
    fn from(error: password_hash::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Hashes and checks passwords, a bounded number at once. Clones share the bound.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)) }
    }
}

impl Passwords {
    /// The hash of a password that a person chooses, in PHC form, with a salt of its own.
    ///
    /// # Errors
    /// When it is easy to guess, also for an attacker who knows `words`; when it is not this password's turn in
    /// time, or the machine has no memory or randomness left.
    pub async fn hash(&self, password: Password, words: OwnWords) -> Result<String, PasswordError> {
        self.work(move || {
            guessing::check(password.0.expose_secret(), &words)?;
            let hash = argon2()?.hash_password(password.0.expose_secret().as_bytes())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `given` is the password whose hash is `stored`. Without one the same work is done, and the
    /// answer is no.
    ///
    /// # Errors
    /// When it is not this password's turn in time, or the stored hash is damaged.
    pub async fn verify(&self, given: SecretString, stored: Option<Vec<u8>>) -> Result<bool, PasswordError> {
        self.work(move || {
            let given = compose(&given);
            // No account has a longer one; and its length shall not decide how long this takes.
            let possible = given.expose_secret().chars().count() <= *LENGTH.end();
            let (text, stored) = match (&stored, possible) {
                (Some(stored), true) => {
                    let stored =
                        std::str::from_utf8(stored).map_err(|_| password_hash::Error::EncodingInvalid)?;
                    (given.expose_secret(), stored)
                }
                _ => ("", NOBODYS),
            };
            match argon2()?.verify_password(text.as_bytes(), stored) {
                Ok(()) => Ok(stored != NOBODYS),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.turn().await?;
        // The turn goes along: who stops waiting does not make room for more than the cores can do.
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn);
            outcome
        });
        done.await.map_err(|error| PasswordError::Failed(error.to_string()))?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        match tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(PasswordError::Busy),
        }
    }
}

fn argon2() -> Result<Argon2<'static>, password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn refusal(text: &str) -> Option<Unfit> {
        Password::choose(&secret(text)).err()
    }

    #[test]
    fn any_characters_may_be_used_but_not_few() {
        assert_eq!(refusal("short"), Some(Unfit::TooShort));
        assert_eq!(refusal("äöüßéèê"), Some(Unfit::TooShort));
        assert_eq!(refusal(&"x".repeat(129)), Some(Unfit::TooLong));
        for good in ["correct horse", "пароль пароль", "🐎🔋🐎🔋🐎🔋🐎🔋", "password", &"é".repeat(128)]
        {
            assert_eq!(refusal(good), None, "{good:?}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_however_it_was_typed() {
        let passwords = Passwords::default();
        let composed = Password::choose(&secret("caf\u{e9} au lait")).ok().unwrap();
        let hash = passwords.hash(composed, OwnWords::default()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let stored = Some(hash.into_bytes());
        assert!(passwords.verify(secret("cafe\u{301} au lait"), stored.clone()).await.unwrap());
        assert!(!passwords.verify(secret("cafe au lait"), stored).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_easy_to_guess_is_not_hashed() {
        let words = OwnWords::of_service("settings.example.com").and_of(None, Some("Ada Lovelace-Byron"));
        for (text, why) in [("password1", Unfit::Common), ("Lovelace-Byron1", Unfit::OwnWords)] {
            let chosen = Password::choose(&secret(text)).ok().unwrap();
            let refused = Passwords::default().hash(chosen, words.clone()).await;
            assert!(
                matches!(refused, Err(PasswordError::Unfit(unfit)) if unfit == why),
                "{text}: {refused:?}"
            );
        }
    }

    #[tokio::test]
    async fn where_there_is_no_password_the_same_work_says_no() {
        let passwords = Passwords::default();
        let horse = Password::choose(&secret("correct horse")).ok().unwrap();
        let hash = passwords.hash(horse, OwnWords::default()).await.unwrap();
        let nobodys = argon2::PasswordHash::new(NOBODYS).unwrap();
        let real = argon2::PasswordHash::new(&hash).unwrap();
        assert_eq!(nobodys.params, real.params);
        assert_eq!(nobodys.hash.unwrap().len(), real.hash.unwrap().len());
        for text in ["correct horse", "", &"x".repeat(100_000)] {
            assert!(!passwords.verify(secret(text), None).await.unwrap());
        }
        assert!(!passwords.verify(secret(&"x".repeat(200)), Some(hash.into_bytes())).await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_hash_is_a_failure_and_not_a_no() {
        let passwords = Passwords::default();
        for stored in [b"plain".to_vec(), vec![0xff], Vec::new()] {
            assert!(passwords.verify(secret("correct horse"), Some(stored)).await.is_err());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_sent_away() {
        let passwords = Passwords { turns: Arc::new(Semaphore::new(0)) };
        let refused = passwords.verify(secret("correct horse"), None).await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
    }
}
