//! Texts and calls to account holders' phones.
//!
//! Why its own module: it alone knows the gateway. It gets a finished [`PhoneMessage`] and hands it to a gateway of
//! Twilio's form, or puts it into a directory that a demonstration or a test looks into.
//!
//! # What always holds
//! - `Ok` only after the gateway said that it took the message over, or the file is on the disk.
//! - Credentials go over TLS, or to this very machine; never to where a redirect leads.
//! - Errors carry codes, never a number, a text or what the gateway said: it likes to repeat them.
//!
//! # What a crash in the middle leaves
//! Either the gateway had answered, or the message is sent again: gateways of this form know no repeats, so the
//! phone may get it twice. In a directory: the whole file, or none and a hidden `.tmp` file that is never read.

mod directory;
mod error;
mod twilio;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use std::fmt;

use domain::{AccountId, MessageId, PhoneNumber};

use super::DropDirectory;

pub use directory::Directory;
pub use error::{Answer, PhoneError};
pub use twilio::Twilio;

/// A message to one phone.
#[derive(Clone)]
pub struct PhoneMessage {
    /// Whose account it is about. No part of what reaches the phone.
    pub account: Option<AccountId>,
    /// The same on every repeat.
    pub id: MessageId,
    /// The phone.
    pub to: PhoneNumber,
    /// What reaches it.
    pub content: Content,
}

/// What reaches a phone.
#[derive(Clone)]
pub enum Content {
    /// A text message, with this text.
    Sms(String),
    /// A call, as TwiML.
    Call(String),
}

impl fmt::Debug for PhoneMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Brings messages to a gateway or into a directory. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Phone {
    /// To a gateway of Twilio's form.
    Twilio(Twilio),
    /// Into files.
    Directory(Directory),
}

impl Phone {
    /// The way at `https://SID:TOKEN@host[:port][/base]?from=%2B15550001111` or `directory:PATH`.
    ///
    /// # Errors
    /// [`PhoneError::Url`], also where the token would go over the network in the clear.
    pub fn from_url(url: &str) -> Result<Self, PhoneError> {
        match url.split_once(':') {
            Some(("directory", path)) => Directory::new(path).map(Self::Directory),
            Some(("http" | "https", _)) => Twilio::from_url(url).map(Self::Twilio),
            _ => Err(PhoneError::Url("it begins with none of https:, http: and directory:")),
        }
    }

    /// The directory it writes into, if any.
    pub fn drop_directory(&self) -> Option<&DropDirectory> {
        match self {
            Self::Twilio(_) => None,
            Self::Directory(directory) => Some(directory.drop_directory()),
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`PhoneError`], which tells whether to try again. After any error the message may still have arrived.
    pub async fn send(&self, message: &PhoneMessage) -> Result<(), PhoneError> {
        match self {
            Self::Twilio(gateway) => gateway.send(message).await,
            Self::Directory(directory) => directory.send(message).await,
        }
    }
}
