//! Key providers: where the master keys are, and who wraps and unwraps with them.
//!
//! A data key lies in the database wrapped by one master key, whose id stands beside it. Several
//! master keys can be open at once, so that a new one can be brought in while the old one still
//! opens everything: one of them wraps, all of them unwrap. A provider that cannot be reached says
//! so ([`SealError::Unavailable`]); nothing here ever makes of that an erased value.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::encryption::cipher::DataKey;
use crate::error::SealError;

/// A data key as it is kept: wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The data key's id, which the wrapping is bound to.
    pub id: Uuid,
    /// The master key it is wrapped by.
    pub master_id: String,
    /// The wrapped key.
    pub bytes: Vec<u8>,
}

/// The master keys a provider has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterIds {
    /// The one that wraps.
    pub current: String,
    /// All that unwrap, the current one among them.
    pub opens: Vec<String>,
}

/// See the module. Lists go in and come out in the same order.
#[async_trait]
pub trait KeyProvider: Send + Sync {
    /// Whether a master key of this id is, or could be, one of this provider.
    fn knows(&self, master_id: &str) -> bool;

    /// The master keys at hand.
    async fn ids(&self) -> Result<MasterIds, SealError>;

    /// Wraps with the current master key.
    async fn wrap(&self, keys: &[&DataKey]) -> Result<Vec<WrappedKey>, SealError>;

    /// Unwraps; all of them or none.
    async fn unwrap(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError>;

    /// Wraps anew with the current master key what older ones wrapped.
    async fn rewrap(&self, keys: &[WrappedKey]) -> Result<Vec<WrappedKey>, SealError> {
        let opened = self.unwrap(keys).await?;
        self.wrap(&opened.iter().collect::<Vec<_>>()).await
    }

    /// Looks again at where the keys come from: an administrator may have brought in a new one.
    async fn refresh(&self) -> Result<(), SealError> {
        Ok(())
    }
}

/// Several providers: the first wraps, each unwraps what it knows. For moving from one to another.
pub struct Providers {
    first: Arc<dyn KeyProvider>,
    others: Vec<Arc<dyn KeyProvider>>,
}

impl Providers {
    /// `first` wraps; `others` still open what they wrapped.
    pub fn new(first: Arc<dyn KeyProvider>, others: Vec<Arc<dyn KeyProvider>>) -> Self {
        Self { first, others }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn KeyProvider>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Which of them unwraps this; the first tells why none can.
    fn of(&self, key: &WrappedKey) -> &Arc<dyn KeyProvider> {
        self.all().find(|provider| provider.knows(&key.master_id)).unwrap_or(&self.first)
    }
}

#[async_trait]
impl KeyProvider for Providers {
    fn knows(&self, master_id: &str) -> bool {
        self.all().any(|provider| provider.knows(master_id))
    }

    async fn ids(&self) -> Result<MasterIds, SealError> {
        let mut ids = self.first.ids().await?;
        for provider in &self.others {
            ids.opens.extend(provider.ids().await?.opens);
        }
        Ok(ids)
    }

    async fn wrap(&self, keys: &[&DataKey]) -> Result<Vec<WrappedKey>, SealError> {
        self.first.wrap(keys).await
    }

    async fn unwrap(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
        let mut opened: Vec<Option<DataKey>> = keys.iter().map(|_| None).collect();
        for provider in self.all() {
            let of_it = |key: &WrappedKey| Arc::ptr_eq(self.of(key), provider);
            let places: Vec<usize> = (0..keys.len()).filter(|place| of_it(&keys[*place])).collect();
            if places.is_empty() {
                continue;
            }
            let asked: Vec<WrappedKey> = places.iter().map(|place| keys[*place].clone()).collect();
            for (place, key) in places.into_iter().zip(provider.unwrap(&asked).await?) {
                opened[place] = Some(key);
            }
        }
        opened.into_iter().map(|key| key.ok_or(SealError::Malformed)).collect()
    }

    /// What the first has wrapped never need leave it.
    async fn rewrap(&self, keys: &[WrappedKey]) -> Result<Vec<WrappedKey>, SealError> {
        if keys.iter().all(|key| self.first.knows(&key.master_id)) {
            return self.first.rewrap(keys).await;
        }
        let opened = self.unwrap(keys).await?;
        self.wrap(&opened.iter().collect::<Vec<_>>()).await
    }

    async fn refresh(&self) -> Result<(), SealError> {
        for provider in self.all() {
            provider.refresh().await?;
        }
        Ok(())
    }
}
