//! The context of all jobs.

use std::sync::Arc;

use event_store::{Erasures, EventStore};
use projections::Views;
use sealed_objects::SealedObjectStore;

use super::archive::Statements;
use super::sources::Sources;
use crate::messages::DropDirectories;
use crate::messages::mail::{Letterhead, Outbox};
use crate::messages::phone::Phone;

/// What every job works with: stores, ways to people, data sources. Clones share everything.
#[derive(Clone)]
pub struct WorkerContext {
    /// The event store.
    pub store: EventStore,
    /// The read models.
    pub views: Views,
    /// The object store of sealed archives.
    pub archives: SealedObjectStore,
    /// The ledger through which keys are destroyed and usage is deleted, so that a restore does not bring them back.
    pub erasures: Erasures,
    /// The way of mail.
    pub outbox: Outbox,
    /// The way of texts and calls, if there is one.
    pub phone: Option<Phone>,
    /// Directories that mail, texts and calls are written into instead of being sent.
    pub drop_directories: DropDirectories,
    /// The data sources.
    pub sources: Sources,
    /// What an archive says about the processing (GDPR Art. 15(1)).
    pub statements: Arc<Statements>,
    /// What every mail says of its sender and in which words, and where links in mails lead; nothing else is ever used for them.
    pub letterhead: Letterhead,
}
