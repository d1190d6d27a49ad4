//! Checking that who asks knows the password.

use domain::account::Account;
use domain::{AccountId, EmailAddress};
use event_store::vault::secret::{self, SecretKind};
use secrecy::SecretString;

use crate::password::{OwnWords, Password, PasswordError};
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// A password that was right, as the hash it was compared with.
#[derive(PartialEq, Eq)]
pub(crate) struct Proved(Vec<u8>);

impl AppState {
    /// Compares `given` with the password of `account`. The same is done and takes the same time where
    /// there is no account, or one without a password (OWASP ASVS 5.0, 6.3.8).
    pub(crate) async fn prove(
        &self,
        account: Option<AccountId>,
        given: SecretString,
    ) -> Result<Option<Proved>, Problem> {
        let owner = account.map(|account| account.to_string()).unwrap_or_default();
        let stored = secret::fetch(self.store.pool(), SecretKind::PasswordHash, &owner).await?;
        let right = self.passwords.verify(given, stored.clone()).await?;
        Ok(stored.filter(|_| right).map(Proved))
    }

    /// The hash of a password that somebody chooses, which stands at `pointer` in the body. It must not be easy to guess
    /// for who knows their address and their name.
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

    /// Whether the password that was right is still the account's: it may have been changed meanwhile.
    pub(crate) async fn still_holds(&self, account: AccountId, proved: &Proved) -> Result<bool, Problem> {
        let owner = account.to_string();
        let stored = secret::fetch(self.store.pool(), SecretKind::PasswordHash, &owner).await?;
        Ok(stored.as_ref() == Some(&proved.0))
    }
}
