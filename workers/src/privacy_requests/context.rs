//! What every job works with.

use std::sync::Arc;

use event_store::{Erasures, EventStore};
use projections::Views;
use sealed_objects::SealedObjectStore;

use super::archive::Statement;
use super::sources::Sources;
use crate::messages::DropDirectories;
use crate::messages::mail::{Letterhead, Outbox};
use crate::messages::phone::Phone;

/// What every job works with. Clones share everything.
#[derive(Clone)]
pub struct WorkerContext {
    /// What happened.
    pub store: EventStore,
    /// What it looks like.
    pub views: Views,
    /// Where archives lie, sealed.
    pub archives: SealedObjectStore,
    /// How keys are destroyed and usage is deleted: so that a restore does not bring them back.
    pub erasures: Erasures,
    /// How mail goes out.
    pub outbox: Outbox,
    /// How texts and calls go out, if they do.
    pub phone: Option<Phone>,
    /// Directories that mail, texts and calls are written into instead of being sent.
    pub drop_directories: DropDirectories,
    /// Who holds data on people.
    pub sources: Sources,
    /// What an archive says about the processing (GDPR Art. 15(1)).
    pub statement: Arc<Statement>,
    /// What every mail says of its sender, and where links in mails lead; nothing else is ever used for them.
    pub letterhead: Letterhead,
}
