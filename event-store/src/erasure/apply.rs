//! Recording an erasure, and carrying one out.

use bytes::Bytes;
use chrono::DateTime;
use domain::Scope;

use super::entry::{Entry, Step, Usage};
use super::record::{self, Recorded};
use super::{ErasureError, Erasures};
use crate::failpoint;
use crate::records::{account, outbox};
use crate::usage::{self, Extent};

/// What carrying out an entry changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Keys destroyed now.
    pub(super) keys: u64,
    /// Events of usage deleted now.
    pub(super) usage_events: u64,
}

impl Erasures {
    /// Records a step of `cause`; none when it was carried out before.
    pub(super) async fn record(&self, cause: &str, step: &Step) -> Result<Option<Recorded>, ErasureError> {
        let pool = self.store().pool();
        let keys = self.ledger_keys().await?;
        let at = record::now(pool).await?;
        let name = Entry::name(at, self.store().services().ids.uuid());
        let entry = Entry::of(cause, step, at).seal(&name, keys.current())?;
        let begun = record::begin(pool, cause, &step.name(), &Recorded { name, entry }).await?;
        failpoint::reach("erasure: recorded", step.kind());
        Ok(begun)
    }

    /// Writes the entry of a recorded erasure to the ledger, if it is not there yet.
    pub(super) async fn write(&self, recorded: &Recorded) -> Result<(), ErasureError> {
        let content = Bytes::from(recorded.entry.clone());
        if self.objects().put_once(&recorded.name, content.clone()).await? {
            return Ok(());
        }
        match self.objects().fetch_small(&recorded.name).await? {
            Some(found) if found == content => Ok(()),
            _ => Err(ErasureError::Changed(recorded.name.clone())),
        }
    }

    /// Records a step of `cause`, writes it to the ledger and carries it out.
    pub(super) async fn carry_out_step(&self, cause: &str, step: &Step) -> Result<(), ErasureError> {
        match self.record(cause, step).await? {
            Some(recorded) => self.carry_out(&recorded).await,
            // The ledger has it, and still there is a key; when it was recorded does not matter for one.
            None => self.apply(&Entry::of(cause, step, DateTime::UNIX_EPOCH)).await.map(drop),
        }
    }

    /// Writes a recorded erasure to the ledger and carries it out.
    pub(super) async fn carry_out(&self, recorded: &Recorded) -> Result<(), ErasureError> {
        let entry = self.open(recorded).await?;
        self.write(recorded).await?;
        failpoint::reach("erasure: written to the ledger", entry.kind());
        self.apply(&entry).await?;
        failpoint::reach("erasure: carried out", entry.kind());
        Ok(record::carried_out(self.store().pool(), &entry.cause, &entry.step).await?)
    }

    /// The same for usage, telling of the progress: how much all steps for the cause have deleted.
    pub(super) async fn carry_out_usage(
        &self,
        recorded: &Recorded,
        progress: &impl Fn(u64),
    ) -> Result<(), ErasureError> {
        let entry = self.open(recorded).await?;
        self.write(recorded).await?;
        failpoint::reach("erasure: written to the ledger", entry.kind());
        self.delete_usage(&entry, progress).await?;
        failpoint::reach("erasure: carried out", entry.kind());
        Ok(record::carried_out(self.store().pool(), &entry.cause, &entry.step).await?)
    }

    async fn open(&self, recorded: &Recorded) -> Result<Entry, ErasureError> {
        let sealed = recorded.entry.as_bytes();
        let mut keys = self.ledger_keys().await?;
        if Entry::key_of(sealed).is_none_or(|id| keys.get(id).is_none()) {
            // Another process made a key at its first start, when this one had looked already.
            keys = self.open_ledger().await?;
        }
        Ok(Entry::open(sealed, &recorded.name, |id| keys.get(id))?)
    }

    /// Erases what an entry of the ledger names. Safe to do again.
    pub(super) async fn apply(&self, entry: &Entry) -> Result<Done, ErasureError> {
        let ids: Vec<_> = entry.keys.iter().map(|key| key.id).collect();
        let mut done = Done::default();
        if !ids.is_empty() {
            done.keys = self.store().destroy_keys(&ids, &entry.cause).await?;
            failpoint::reach("erasure: destroyed", entry.kind());
            self.inner.purge.purge(&entry.key_names()).await?;
            self.forget_records(entry, done.keys > 0).await?;
        }
        done.usage_events = self.delete_usage(entry, &|_| {}).await?;
        Ok(done)
    }

    /// Deletes the records that dies with the keys of an entry. Where they lived until now, nothing was collected
    /// under a later key; otherwise what came after the entry stays.
    async fn forget_records(&self, entry: &Entry, keys_lived: bool) -> Result<(), ErasureError> {
        let pool = self.store().pool();
        let ids: Vec<_> = entry.keys.iter().map(|key| key.id).collect();
        outbox::forget_sealed_with(pool, &ids).await?;
        let until = (!keys_lived).then_some(entry.at);
        for key in entry.keys.iter().filter(|key| key.scope == Scope::Activity.as_str()) {
            account::forget_activity(pool, &key.subject, until).await?;
        }
        Ok(())
    }

    /// Deletes the usage that an entry names, and nothing that was received after it was made. Returns how many
    /// events.
    async fn delete_usage(&self, entry: &Entry, progress: &impl Fn(u64)) -> Result<u64, ErasureError> {
        let Some(Usage { project_id, distinct_id, before }) = &entry.usage else { return Ok(0) };
        let extent = Extent { project_id, distinct_id, until: entry.at, before: *before };
        let mut deleted = 0;
        loop {
            let pool = self.store().pool();
            let erased = usage::erase(pool, extent, &entry.cause).await?;
            progress(erased.deleted);
            deleted += erased.now;
            if erased.done {
                return Ok(deleted);
            }
        }
    }
}
