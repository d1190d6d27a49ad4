//! Mail as files: one `.eml` a message.
//!
//! Why: a demonstration shows them in its page, a test reads them, and any mail program opens them. What
//! always holds: a file named `*.eml` is whole and on the disk; a repeat replaces it by the same bytes. What a
//! crash leaves is told where files are written ([`DropDirectory`]).

use super::{MailError, Message, Sender};
use crate::messages::DropDirectory;

/// A directory that takes mail.
#[derive(Clone, Debug)]
pub struct Directory {
    files: DropDirectory,
    from: Sender,
}

impl Directory {
    pub(super) fn new(path: &str, from: Sender) -> Result<Self, MailError> {
        let files = DropDirectory::new(path).ok_or(MailError::Url("directory: needs a path"))?;
        Ok(Self { files, from })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (_, bytes) = message.encode(&self.from)?;
        let written = self.files.write(message.message_id.bare(), message.account, "eml", bytes).await;
        written.map_err(MailError::Directory)
    }

    pub(super) fn drop_directory(&self) -> &DropDirectory {
        &self.files
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        self.files.check().await.map_err(MailError::Directory)
    }
}
