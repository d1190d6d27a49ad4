//! Checking passwords, and hashing those that are chosen.

use domain::account::Account;
use domain::{AccountId, EmailAddress};
use event_store::records::authentication;
use event_store::records::password::{self, SecretKind};
use secrecy::SecretString;
use uuid::Uuid;

use crate::password::{OwnWords, Password, PasswordError};
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// A password that was compared and was right.
#[derive(Clone, Copy)]
pub(crate) struct VerifiedPassword {
    /// The authentication generation of the account when it was looked at: what rests on it is stored in this
    /// generation, or not at all.
    pub(crate) generation: i64,
}

impl AppState {
    /// Compares `given` with the password of `account`. The same is done and takes the same time where
    /// there is no account, or one without a password (OWASP ASVS 5.0, 6.3.8).
    pub(crate) async fn verify_password(
        &self,
        account: Option<AccountId>,
        given: SecretString,
    ) -> Result<Option<VerifiedPassword>, Problem> {
        let owner = account.unwrap_or_else(|| AccountId::from_uuid(Uuid::nil()));
        // Before the password: a change between the two makes it the older.
        let generation = authentication::generation(self.store.pool(), owner).await?;
        let owner = owner.to_string();
        let stored = password::fetch(self.store.pool(), SecretKind::PasswordHash, &owner).await?;
        let right = self.passwords.verify(given, stored).await?;
        Ok(right.then_some(VerifiedPassword { generation }))
    }

    /// The hash of a password that is chosen, which stands at `pointer` in the body. It must not be easy to guess
    /// for an attacker who knows the holder's address and name.
    pub(crate) async fn hash_chosen(
        &self,
        pointer: &str,
        password: Password,
        (email, name): (Option<&EmailAddress>, Option<&str>),
    ) -> Result<String, Problem> {
        let host = self.config.public_url.host_str().unwrap_or_default();
        let words = OwnWords::of_service(host).and_of(email, name);
        match self.passwords.hash(password, words).await {
            Err(PasswordError::Unfit(unfit)) => {
                Err(Problem::invalid(vec![InputError::at(pointer, unfit.to_string())]))
            }
            hashed => Ok(hashed?),
        }
    }

    /// As [`hash_chosen`](Self::hash_chosen), for the holder of an account.
    pub(crate) async fn hash_chosen_by(
        &self,
        account: AccountId,
        pointer: &str,
        password: Password,
    ) -> Result<String, Problem> {
        let (aggregate, _) = self.store.load::<Account>(&account.to_string()).await?;
        let holder = aggregate.holder()?;
        let words = (holder.email.known(), holder.name.known().map(String::as_str));
        self.hash_chosen(pointer, password, words).await
    }
}
