//! Databases for a run, dropped after it.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use domain::account::{Account, AccountCommand, Preferences};
use domain::{AccountId, Actor, Services, SessionId};
use event_store::{CommandContext, CommitExtras, EventStore, MasterKey, Origin, Precedence, connect_lazily};
use futures::{StreamExt, TryStreamExt, stream};
use sqlx::PgPool;
use url::Url;

/// Connections of a store under load: as many as a process has.
const CONNECTIONS: u32 = 24;

/// A server on which databases are made.
pub(crate) struct Server {
    url: Url,
    services: Services,
    made: AtomicU32,
}

/// One database.
pub(crate) struct Scratch {
    /// Where it is.
    pub(crate) url: String,
    name: String,
    server: Url,
    services: Services,
}

impl Server {
    pub(crate) fn new(url: &str, services: Services) -> anyhow::Result<Self> {
        Ok(Self {
            url: url.parse().context("DATABASE_URL cannot be used")?,
            services,
            made: AtomicU32::new(0),
        })
    }

    /// The clock and the ids.
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// An empty database.
    pub(crate) async fn scratch(&self) -> anyhow::Result<Scratch> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = name(number);
        let pool = connect_lazily(self.url.as_str(), 1)?;
        sqlx::query(&format!("CREATE DATABASE {name}"))
            .execute(&pool)
            .await
            .context("a database for the benchmark could not be made: the role needs CREATEDB")?;
        pool.close().await;
        let mut url = self.url.clone();
        url.set_path(&name);
        Ok(Scratch { url: url.into(), name, server: self.url.clone(), services: self.services.clone() })
    }

    /// Drops what a run that failed has left.
    pub(crate) async fn clear(&self) -> anyhow::Result<()> {
        let pool = connect_lazily(self.url.as_str(), 1)?;
        for number in 0..self.made.load(Ordering::Relaxed) {
            let name = name(number);
            sqlx::query(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&pool).await?;
        }
        pool.close().await;
        Ok(())
    }

    /// A database with our schema.
    pub(crate) async fn migrated(&self) -> anyhow::Result<Scratch> {
        let scratch = self.scratch().await?;
        event_store::migrate(&scratch.pool(1)?).await?;
        Ok(scratch)
    }
}

fn name(number: u32) -> String {
    format!("bench_{}_{number}", std::process::id())
}

impl Scratch {
    /// Connections to it.
    pub(crate) fn pool(&self, connections: u32) -> anyhow::Result<PgPool> {
        Ok(connect_lazily(&self.url, connections)?)
    }

    /// A store on it, as a process has one.
    pub(crate) fn store(&self) -> anyhow::Result<EventStore> {
        // What is sealed with it ends with the run.
        self.store_with(MasterKey::generate())
    }

    /// The same, with a master key that another process has as well.
    pub(crate) fn store_with(&self, master: MasterKey) -> anyhow::Result<EventStore> {
        Ok(EventStore::new(self.pool(CONNECTIONS)?, self.services.clone(), master))
    }

    /// Drops it.
    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        let pool = connect_lazily(self.server.as_str(), 1)?;
        sqlx::query(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).execute(&pool).await?;
        pool.close().await;
        Ok(())
    }
}

/// Accounts to send commands to.
pub(crate) async fn register(store: &EventStore, count: usize) -> anyhow::Result<Vec<AccountId>> {
    stream::iter(0..count)
        .map(|n| async move {
            let account_id = AccountId::generate(store.services());
            let command = AccountCommand::Register {
                account_id,
                email: format!("person{n}.{account_id}@example.com").parse()?,
                name: format!("Person {n}"),
                preferences: Preferences { personalization: true, usage_logging: true },
                policy_version: "1".to_owned(),
            };
            execute(store, account_id, command).await?;
            anyhow::Ok(account_id)
        })
        .buffer_unordered(32)
        .try_collect()
        .await
}

/// A command like those that come over HTTP: its address and program are sealed with it.
pub(crate) async fn execute(
    store: &EventStore,
    id: AccountId,
    command: AccountCommand,
) -> anyhow::Result<()> {
    let context = CommandContext {
        actor: Actor::Account(id),
        origin: Origin {
            ip_address: Some([203, 0, 113, 7].into()),
            user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101".to_owned()),
        },
        causation: None,
        correlation: store.services().ids.uuid(),
        once: None,
        session: None,
        precedence: Precedence::default(),
    };
    store.execute::<Account>(&id.to_string(), command, &context, CommitExtras::default()).await?;
    Ok(())
}

/// The command that is measured.
pub(crate) fn sign_in(services: &Services) -> AccountCommand {
    AccountCommand::RecordSignIn { session_id: SessionId::generate(services), passkey_id: None }
}
