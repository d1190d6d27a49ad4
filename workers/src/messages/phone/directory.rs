//! Texts and calls as files: one `.txt` or `.xml` a message, with what reaches the phone and nothing else.
//!
//! Why: a demonstration and a test read codes from them. What always holds: a repeat replaces the file by the same;
//! the number is in none. What a crash leaves is told where files are written ([`DropDirectory`]).

use super::{Content, PhoneError, PhoneMessage};
use crate::messages::DropDirectory;

/// A directory that takes texts and calls.
#[derive(Clone, Debug)]
pub struct Directory(DropDirectory);

impl Directory {
    pub(super) fn new(path: &str) -> Result<Self, PhoneError> {
        DropDirectory::new(path).map(Self).ok_or(PhoneError::Url("directory: needs a path"))
    }

    pub(super) async fn send(&self, message: &PhoneMessage) -> Result<(), PhoneError> {
        let (ending, content) = match &message.content {
            Content::Sms(text) => ("txt", text),
            Content::Call(twiml) => ("xml", twiml),
        };
        let (name, bytes) = (message.id.to_string(), format!("{content}\n").into_bytes());
        self.0.write(&name, message.account, ending, bytes).await.map_err(PhoneError::Directory)
    }

    pub(super) fn drop_directory(&self) -> &DropDirectory {
        &self.0
    }
}
