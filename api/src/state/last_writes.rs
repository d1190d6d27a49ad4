//! The newest write of each account: what a read waits for.

use std::time::Duration;

use domain::AccountId;
use moka::future::Cache;

/// How long a write is remembered: far longer than a read model lags.
const MEMORY: Duration = Duration::from_secs(60);

/// The newest position each account has written through this process.
pub(crate) struct LastWrites(Cache<AccountId, i64>);

impl Default for LastWrites {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(MEMORY).build())
    }
}

impl LastWrites {
    /// The newest position of an account; 0 when it wrote nothing lately.
    pub(crate) async fn newest(&self, account: AccountId) -> i64 {
        self.0.get(&account).await.unwrap_or(0)
    }

    /// Remembers a write, unless a newer one is known.
    pub(crate) async fn record(&self, account: AccountId, position: i64) {
        let newest = position.max(self.newest(account).await);
        self.0.insert(account, newest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn positions_are_remembered_and_only_grow() {
        let (ada, bob) = (AccountId::from_uuid(Uuid::from_u128(1)), AccountId::from_uuid(Uuid::from_u128(2)));
        let written = LastWrites::default();
        written.record(ada, 7).await;
        written.record(ada, 5).await;
        assert_eq!((written.newest(ada).await, written.newest(bob).await), (7, 0));
    }
}
