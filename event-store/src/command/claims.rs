//! Which aggregate has which name: true at this instant, not a read model.

use domain::EmailAddress;
use domain::effect::{ClaimKind, Effect};

use super::Commands;
use crate::error::StoreError;

impl Commands {
    /// The aggregate that has a name, if one does.
    pub(crate) async fn owner_of(&self, kind: ClaimKind, name: &str) -> Result<Option<String>, StoreError> {
        let name = match kind {
            ClaimKind::Email => self.keys.lookup_hasher().await?.hash(name),
            ClaimKind::OpenRequest => name.as_bytes().to_vec(),
        };
        self.first_owner(kind, &[name]).await
    }

    /// The account that has this address: as the one that holds, or as one it may go back to.
    pub(crate) async fn account_with(&self, email: &EmailAddress) -> Result<Option<String>, StoreError> {
        let hasher = self.keys.lookup_hasher().await?;
        let names: Vec<Vec<u8>> = email.names_sought().iter().map(|name| hasher.hash(name)).collect();
        self.first_owner(ClaimKind::Email, &names).await
    }

    /// Which of the names that `effects` claim for aggregate `id` belongs to another. None when it was given up meanwhile.
    pub(super) async fn find_taken(
        &self,
        id: &str,
        effects: &[Effect],
    ) -> Result<Option<(ClaimKind, String)>, StoreError> {
        for effect in effects {
            let Effect::Claim { kind, name } = effect else { continue };
            if let Some(owner) = self.owner_of(*kind, name).await?.filter(|owner| owner != id) {
                return Ok(Some((*kind, owner)));
            }
        }
        Ok(None)
    }

    /// The aggregate that has the first taken one of `names`, as they are stored.
    async fn first_owner(&self, kind: ClaimKind, names: &[Vec<u8>]) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT owner FROM claim WHERE kind = $1 AND name = ANY($2) ORDER BY array_position($2, name) LIMIT 1",
        )
        .bind(kind.as_str())
        .bind(names)
        .fetch_optional(&self.pool)
        .await?)
    }
}
