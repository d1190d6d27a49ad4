//! Carrying out again what the ledger holds: at each start what this database does not know, and on
//! demand all of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt};
use tokio_util::sync::CancellationToken;

use super::apply::Done;
use super::entry::{self, Entry};
use super::keys::LedgerKeys;
use super::{ErasureError, Erasures, record};
use crate::encryption::SealError;

/// How far back before the time up to which the ledger is known it is read again: further than clocks of
/// two database servers are ever apart, and than an entry takes from its name to the object store.
const OVERLAP: TimeDelta = TimeDelta::hours(48);
/// Entries fetched side by side.
const AT_ONCE: usize = 16;
/// How often the ledger is looked at while a process runs: a database may be restored beneath it.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// What reading the ledger came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReapplySummary {
    /// Entries carried out, again or for the first time.
    pub entries: u64,
    /// Objects in the ledger that are no entries of ours: another writer made or changed them.
    pub unreadable: u64,
    /// Keys that lived, and were destroyed now.
    pub keys_destroyed: u64,
    /// Events of usage that were there, and were deleted now.
    pub usage_deleted: u64,
}

/// An entry that was carried out, told of by [`Erasures::reapply`].
#[derive(Clone, Debug)]
pub struct ReappliedEntry {
    /// When the erasure was recorded.
    pub at: DateTime<Utc>,
    /// On behalf of which request.
    pub cause: String,
    /// What is erased, in words.
    pub what: String,
    /// Keys destroyed now.
    pub keys_destroyed: u64,
    /// Events of usage deleted now.
    pub usage_deleted: u64,
}

impl Erasures {
    /// Carries out every entry of the ledger that this database does not know to be carried out. To be
    /// done before anything is served.
    ///
    /// # Errors
    /// When the store or the ledger fails; nothing may be served then.
    pub async fn catch_up(&self) -> Result<ReapplySummary, ErasureError> {
        let pool = self.store().pool();
        let keys = self.open_ledger().await?;
        let now = record::now(pool).await?;
        // A clock that was ahead once must not hide what was written since.
        let from = record::read_until(pool).await?.map(|until| until.min(now) - OVERLAP);
        let mut all = ReapplySummary::default();
        let open = record::open_names(pool).await?;
        self.apply_all(&keys, open, &mut all, &mut |_| {}).await?;
        for day in self.days(from).await? {
            let unknown = record::unknown(pool, &self.entries_of(&day).await?).await?;
            self.apply_all(&keys, unknown, &mut all, &mut |_| {}).await?;
        }
        record::set_read_until(pool, now).await?;
        if all.entries > 0 {
            let ReapplySummary { entries, keys_destroyed, usage_deleted, .. } = all;
            tracing::warn!(
                entries,
                keys_destroyed,
                usage_deleted,
                "erasures of the ledger were applied again: the database was restored, or a process was killed half-way"
            );
        }
        self.inner.caught_up.store(true, Ordering::Relaxed);
        Ok(all)
    }

    /// Carries out all of the ledger again, telling of each entry.
    ///
    /// # Errors
    /// When the store or the ledger fails; what was done stays done.
    pub async fn reapply(
        &self,
        mut tell: impl FnMut(ReappliedEntry) + Send,
    ) -> Result<ReapplySummary, ErasureError> {
        let keys = self.open_ledger().await?;
        let mut all = ReapplySummary::default();
        for day in self.days(None).await? {
            self.apply_all(&keys, self.entries_of(&day).await?, &mut all, &mut tell).await?;
        }
        Ok(all)
    }

    /// Looks at the ledger now and then, until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if let Err(error) = self.catch_up().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "reading the erasure ledger failed; it is read again");
            }
        }
    }

    /// The days that have entries made at `from` or later, in order.
    async fn days(&self, from: Option<DateTime<Utc>>) -> Result<Vec<String>, ErasureError> {
        let mut days = self.objects().folders(entry::FOLDER).await?;
        let first = from.map(|from| from.date_naive());
        days.retain(|day| entry::day(day).is_some_and(|day| first.is_none_or(|first| day >= first)));
        Ok(days)
    }

    async fn entries_of(&self, day: &str) -> Result<Vec<String>, ErasureError> {
        Ok(self.objects().list(&format!("{}/{day}", entry::FOLDER)).await?)
    }

    async fn apply_all(
        &self,
        keys: &LedgerKeys,
        names: Vec<String>,
        all: &mut ReapplySummary,
        tell: &mut (dyn FnMut(ReappliedEntry) + Send),
    ) -> Result<(), ErasureError> {
        let fetched = names.into_iter().map(|name| async move {
            let content = self.objects().fetch_small(&name).await;
            content.map(|content| (name, content))
        });
        let mut fetched = futures::stream::iter(fetched).buffered(AT_ONCE);
        while let Some((name, content)) = fetched.try_next().await? {
            // Recorded and not written yet: the process that recorded it goes on with it.
            let Some(content) = content else { continue };
            let Some(entry) = open(keys, &name, &content)? else {
                all.unreadable += 1;
                continue;
            };
            let Done { keys: keys_destroyed, usage_events: usage_deleted } = self.apply(&entry).await?;
            record::learn(self.store().pool(), &name, &entry.cause, &entry.step).await?;
            all.entries += 1;
            all.keys_destroyed += keys_destroyed;
            all.usage_deleted += usage_deleted;
            let what = in_words(&entry);
            tell(ReappliedEntry { at: entry.at, cause: entry.cause, what, keys_destroyed, usage_deleted });
        }
        Ok(())
    }
}

/// The entry of this name; none where it is not one of ours. One that is, but under a master key that is
/// not at hand, is an error: it must not be passed over.
fn open(keys: &LedgerKeys, name: &str, content: &[u8]) -> Result<Option<Entry>, SealError> {
    match Entry::open(content, name, |id| keys.get(id)) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match Entry::key_of(content).and_then(|id| keys.closed_by(id)) {
            Some(master) => Err(SealError::Master(format!(
                "the ledger of erasures needs master key {master}: add it to the key file as a further line"
            ))),
            None => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    object = name,
                    error,
                    "unknown object among the entries of the erasure ledger"
                );
                Ok(None)
            }
        },
    }
}

fn in_words(entry: &Entry) -> String {
    let keys =
        entry.keys.iter().map(|key| format!("{} key {} of {}", key.scope, key.fingerprint, key.subject));
    let usage = entry.usage.iter().map(|usage| {
        format!("usage of {} in project {} received until then", usage.distinct_id, usage.project_id)
    });
    keys.chain(usage).collect::<Vec<_>>().join(", ")
}
