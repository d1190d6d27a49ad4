//! The way mail leaves.
//!
//! Why two ways behind one type: a laptop and a test want to see mails without a server, and nothing else
//! may differ. What always holds: both carry the same bytes. What a crash leaves is told in the module
//! above.

use super::{Directory, MailError, Message, Sender, Smtp};
use crate::messages::DropDirectory;

/// Brings mail to a server or into a directory. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Outbox {
    /// To a server.
    Smtp(Smtp),
    /// Into files.
    Directory(Directory),
}

impl Outbox {
    /// The outbox at `smtp://user:password@host:port?tls=required`, `smtps://…` or `directory:PATH`.
    ///
    /// # Errors
    /// [`MailError::Url`], also where a password would go over the network in the clear.
    pub fn from_url(url: &str, from: Sender) -> Result<Self, MailError> {
        match url.split_once(':') {
            Some(("directory", path)) => Directory::new(path, from).map(Self::Directory),
            Some(("smtp" | "smtps", _)) => Smtp::from_url(url, from).map(Self::Smtp),
            _ => Err(MailError::Url("it begins with none of smtp:, smtps: and directory:")),
        }
    }

    /// Sends a message. `Ok` means that it was taken over: by the server's 250, or by the disk (fsync).
    ///
    /// # Errors
    /// [`MailError`], which tells whether to try again. After any error the mail may still have arrived.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::Directory(directory) => directory.send(message).await,
        }
    }

    /// The directory it writes into, if any.
    pub fn drop_directory(&self) -> Option<&DropDirectory> {
        match self {
            Self::Smtp(_) => None,
            Self::Directory(directory) => Some(directory.drop_directory()),
        }
    }

    /// Finds out whether mail could be sent now. For readiness.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn check(&self) -> Result<(), MailError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Directory(directory) => directory.check().await,
        }
    }
}
