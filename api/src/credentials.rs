//! Checking that who asks knows the password.

use domain::AccountId;
use event_store::vault::secret::{self, SecretKind};
use secrecy::SecretString;

use crate::problem::Problem;
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

    /// Whether the password that was right is still the account's: it may have been changed meanwhile.
    pub(crate) async fn still_holds(&self, account: AccountId, proved: &Proved) -> Result<bool, Problem> {
        let owner = account.to_string();
        let stored = secret::fetch(self.store.pool(), SecretKind::PasswordHash, &owner).await?;
        Ok(stored.as_ref() == Some(&proved.0))
    }
}
