//! Data sources: what holds data on people, and can export it, erase it, or both.

pub(crate) mod account;
mod archives;
mod part;
mod usage;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::privacy_request::{Kind, Request, SourceName};
use domain::{AccountId, RequestId};
use event_store::encryption::DestroyedKey;
use event_store::erasure::ErasureError;
use event_store::{EventStore, StoreError};
use projections::{UnequalColumns, Views};
use sealed_objects::ObjectError;

use super::request_objects::DestroyError;

pub use account::AccountSource;
pub(crate) use account::activity_key;
pub use archives::ArchivesSource;
pub use part::{Part, Parts};
pub use usage::UsageSource;

/// Whose data, and on behalf of which request.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The account holder.
    pub account: AccountId,
    /// The request.
    pub request: RequestId,
    /// When work on it could begin.
    pub since: DateTime<Utc>,
}

/// An erasure that a source carried out, and that is read again.
#[derive(Clone, Copy, Debug)]
pub struct Erased {
    /// Whose data, and on behalf of which request.
    pub subject: Subject,
    /// When the source had first erased all it held, by the clock of the service: what came later is not looked for.
    pub at: DateTime<Utc>,
    /// How many readings have found nothing.
    pub readings: u32,
    /// How often a reading has found something.
    pub found: u32,
}

impl Erased {
    /// What this source of the request erased; `None` where it has not.
    pub fn of(request: &Request, source: &SourceName) -> Option<Self> {
        let progress = request.sources.get(source)?;
        Some(Self {
            subject: Subject::of(request),
            at: progress.erased_at?,
            readings: progress.readings,
            found: progress.found_again,
        })
    }
}

/// What a reading found, by count. Empty, or all 0, where nothing is left.
pub type Found = BTreeMap<String, u64>;

impl Subject {
    /// The subject of a request.
    pub fn of(request: &Request) -> Self {
        Self { account: request.account_id, request: request.request_id, since: request.starts_at }
    }
}

/// How many records a source has handled so far.
#[derive(Debug, Default)]
pub struct Progress(AtomicU64);

impl Progress {
    /// So many in all.
    pub fn set(&self, records: u64) {
        self.0.store(records, Ordering::Relaxed);
    }

    /// So many more.
    pub fn add(&self, records: u64) {
        self.0.fetch_add(records, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn records(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a source erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// What, by count.
    pub counts: BTreeMap<String, u64>,
    /// The keys that were destroyed for it.
    pub destroyed_keys: Vec<DestroyedKey>,
}

/// An error of a data source, this time.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// An erasure could not be written to the ledger.
    #[error(transparent)]
    Ledger(ErasureError),
    /// Files written for a person into a drop directory could not be removed.
    #[error("mail and codes in a folder cannot be removed")]
    DropDirectory(#[source] std::io::Error),
    /// What the source holds could not be written down.
    #[error("a record could not be written")]
    Record(#[from] serde_json::Error),
    /// What the source holds does not fit its table.
    #[error(transparent)]
    Row(#[from] UnequalColumns),
    /// The source does not do this.
    #[error("data source {0} cannot do this")]
    Unsupported(SourceName),
    /// The source answers with something else than it should, or not yet.
    #[error("{0}")]
    Unready(&'static str),
}

impl From<DestroyError> for SourceError {
    fn from(error: DestroyError) -> Self {
        match error {
            DestroyError::Erasure(error) => error.into(),
            DestroyError::Object(error) => Self::Object(error),
        }
    }
}

impl From<ErasureError> for SourceError {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Store(error) => Self::Store(error),
            error => Self::Ledger(error),
        }
    }
}

/// A place that holds data on people.
///
/// Each call may be made again after a crash in the middle: they begin anew, and what was done is not
/// done twice.
#[async_trait]
pub trait DataSource: Send + Sync {
    /// Its name: kept in events for ever.
    fn name(&self) -> SourceName;

    /// Hands over all it holds on the subject, as files streamed into `parts`.
    async fn export(&self, subject: Subject, parts: &mut Parts<'_>) -> Result<(), SourceError>;

    /// Erases all it holds that was collected about the subject's use.
    async fn erase(&self, subject: Subject, progress: &Progress) -> Result<Erasure, SourceError>;

    /// Looks for what [`erase`](Self::erase) erased: reads the place itself, and trusts no note of its own. What was
    /// collected since the erasure is left out.
    async fn verify(&self, erased: Erased) -> Result<Found, SourceError>;

    /// Erases what [`verify`](Self::verify) found, and nothing that was collected since the erasure. Counts all that was erased
    /// for the request, by the first erasure too.
    async fn erase_again(&self, erased: Erased) -> Result<Erasure, SourceError>;
}

/// One thing that was found so many times.
fn found(what: &str, count: u64) -> Found {
    if count == 0 { Found::new() } else { Found::from([(what.to_owned(), count)]) }
}

/// The registered sources.
#[derive(Clone, Default)]
pub struct Sources(Arc<BTreeMap<SourceName, Arc<dyn DataSource>>>);

impl FromIterator<Arc<dyn DataSource>> for Sources {
    fn from_iter<I: IntoIterator<Item = Arc<dyn DataSource>>>(sources: I) -> Self {
        Self(Arc::new(sources.into_iter().map(|source| (source.name(), source)).collect()))
    }
}

impl Sources {
    /// The source of this name.
    pub fn get(&self, name: &SourceName) -> Option<&Arc<dyn DataSource>> {
        self.0.get(name)
    }
}

/// How long a read model may take to come up to what is stored before a step is deferred.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until read model `view` shows everything that is stored by now.
async fn caught_up(store: &EventStore, views: &Views, view: &str) -> Result<(), SourceError> {
    let settled = store.log().committed_position(PATIENCE).await?;
    let position = settled.ok_or(SourceError::Unready("the log has not caught up with what is stored"))?;
    match views.wait_for(view, position, PATIENCE).await? {
        true => Ok(()),
        false => Err(SourceError::Unready("a read model has not caught up with the log")),
    }
}

/// The sources a request of this kind asks, in stages.
///
/// An erasure deletes what was collected first, then destroys the key of what lies in the log, and last
/// withdraws the archives of earlier exports. In this order an export that runs meanwhile cannot bring
/// anything back: what it read before the key died cannot be packaged, and what was packaged before is
/// withdrawn.
pub fn stages(kind: Kind) -> Vec<Vec<SourceName>> {
    let [account, usage, archives] =
        [SourceName::ACCOUNT, SourceName::USAGE, SourceName::ARCHIVES].map(SourceName::new);
    match kind {
        Kind::Export => vec![vec![account, usage]],
        Kind::Erasure => vec![vec![usage], vec![account], vec![archives]],
    }
}
