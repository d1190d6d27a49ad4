//! The same aggregate under cqrs-es and postgres-es as they come.

use std::sync::Arc;

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use domain::account::{Account, AccountCommand, Preferences};
use domain::{AccountId, Services};
use futures::{StreamExt, TryStreamExt, stream};
use postgres_es::PostgresEventRepository;

use crate::scratch::{Scratch, Server};

type Framework = CqrsFramework<Account, PersistedEventStore<PostgresEventRepository, Account>>;

/// A stock service.
pub(crate) struct Stock {
    scratch: Scratch,
    pub(crate) framework: Arc<Framework>,
}

impl Stock {
    pub(crate) async fn prepare(
        server: &Server,
        services: Services,
        connections: u32,
    ) -> anyhow::Result<Self> {
        let scratch = server.scratch().await?;
        let pool = scratch.pool(connections)?;
        sqlx::query(
            "CREATE TABLE events (
                 aggregate_type text NOT NULL, aggregate_id text NOT NULL,
                 sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL,
                 event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
                 PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
        )
        .execute(&pool)
        .await?;
        let framework = Arc::new(postgres_es::postgres_cqrs(pool, Vec::new(), services));
        Ok(Self { scratch, framework })
    }

    pub(crate) async fn register(&self, services: &Services, count: usize) -> anyhow::Result<Vec<AccountId>> {
        stream::iter(0..count)
            .map(|n| async move {
                let account_id = AccountId::generate(services);
                let command = AccountCommand::Register {
                    account_id,
                    email: format!("person{n}@example.com").parse()?,
                    name: format!("Person {n}"),
                    preferences: Preferences { personalization: true, usage_logging: true },
                    policy_version: "1".to_owned(),
                };
                self.framework.execute(&account_id.to_string(), command).await?;
                anyhow::Ok(account_id)
            })
            .buffer_unordered(16)
            .try_collect()
            .await
    }

    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        drop(self.framework);
        self.scratch.drop().await
    }
}
