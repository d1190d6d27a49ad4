//! Mail to account holders.
//!
//! Why its own module: it alone knows SMTP. It gets a finished [`Message`] and brings it to a server, or
//! into a directory that a demonstration or a test looks into.
//!
//! # What always holds
//! - The same [`Message`] gives the same bytes, wherever and however often it is sent, but for a signature, which tells when
//!   it was made: Message-ID, date and boundaries come from the caller. So a repeat is recognisable, and delivery is *at least once*.
//! - No text can make a header or end one: addresses, names, subjects and ids are parsed into types that
//!   hold no control character, and the `lettre` crate encodes what is not ASCII.
//! - Errors carry codes, never what the server said: it likes to repeat addresses. (For the same reason
//!   lettre's `tracing` feature, which logs whole mails, stays off.)
//!
//! # What a crash in the middle leaves
//! Over SMTP: either the server had acknowledged, or the mail is sent again with the same Message-ID. In a
//! directory: the whole file, or none and a hidden `.tmp` file that is never read.

mod address;
mod block;
mod contact;
mod directory;
mod dkim;
mod erased;
mod error;
mod layout;
pub(crate) mod letter;
mod letterhead;
mod message;
pub mod notice;
mod outbox;
mod paper;
mod public_url;
mod server;
mod session;
mod smtp;

#[cfg(test)]
mod notice_tests;
#[cfg(test)]
mod tests;

pub use address::{Address, InvalidAddress, Sender};
pub use contact::{Contact, InvalidContact};
pub use directory::Directory;
pub use dkim::{Dkim, InvalidDkim};
pub use error::{MailError, Reply};
pub use letterhead::Letterhead;
pub use message::{InvalidMessageId, Message, MessageId};
pub use outbox::Outbox;
pub use public_url::{InvalidPublicUrl, PublicUrl};
pub use smtp::Smtp;
