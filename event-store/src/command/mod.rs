//! Commands: from what is asked for to the events that are appended.
//!
//! A command is [executed](execute) by one aggregate, or by several in one [unit of work](unit_of_work): they are loaded,
//! decide ([`pending`]), and what comes of it is [sealed](sealing) and [appended](append); where another was faster, all of
//! it is done [once more](retry). Commands that want the same at the same time wait for their turn ([`contention`]).

mod append;
mod bar;
mod claims;
mod contention;
mod context;
mod error;
mod execute;
mod pending;
mod repository;
mod retry;
mod sealing;
mod unit_of_work;

use std::sync::Arc;

use domain::{Services, Upcasters};
use sqlx::PgPool;

use append::Appender;
pub use bar::Bar;
use contention::Contention;
pub use contention::Precedence;
pub use context::{CommandContext, CommitExtras, Origin};
pub use error::ExecuteError;
pub use execute::Executed;
pub use repository::SealedEventRepository;
use sealing::Sealer;
pub use unit_of_work::{Committed, UnitOfWork};

use crate::aggregate::load::Loader;
use crate::encryption::KeyRing;
use crate::log::Log;
use crate::postgres::PinnedPool;

/// What commands are carried out with. Clones share everything.
#[derive(Clone)]
pub(crate) struct Commands {
    pool: PgPool,
    services: Services,
    keys: Arc<KeyRing>,
    loader: Loader,
    sealer: Sealer,
    appender: Appender,
    contention: Arc<Contention>,
}

impl Commands {
    pub(crate) fn new(
        (pool, lookups): (PgPool, PinnedPool),
        services: Services,
        keys: Arc<KeyRing>,
        upcasters: Upcasters,
        log: Log,
    ) -> Self {
        let appending = crate::postgres::appending(&pool);
        Self {
            loader: Loader::new(pool.clone(), lookups, Arc::clone(&keys), upcasters),
            sealer: Sealer::new(Arc::clone(&keys), services.clone()),
            appender: Appender::new(pool.clone(), appending, Arc::clone(&keys), log),
            contention: Arc::new(Contention::new(&pool)),
            pool,
            services,
            keys,
        }
    }

    /// Aggregates as they were last loaded or stored.
    pub(crate) fn cache(&self) -> &crate::aggregate::cache::AggregateCache {
        self.loader.cache()
    }

    /// Closes its own connections.
    pub(crate) async fn close(&self) {
        self.contention.connections().close().await;
        self.appender.close().await;
    }
}
