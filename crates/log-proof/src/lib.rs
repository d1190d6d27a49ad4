#![doc = include_str!("../README.md")]

pub mod account_tree;
mod checkpoint;
pub mod ciphertext_digest;
mod error;
pub mod hash;
mod leaf;
pub mod merkle;
mod note;
mod proof;
pub mod stream_tree;
#[cfg(test)]
mod vectors;

pub use account_tree::SubjectHead;
pub use checkpoint::Checkpoint;
pub use error::CheckError;
pub use hash::Hash;
pub use leaf::{StoredEvent, epoch_text};
pub use merkle::{check_consistency, check_inclusion};
pub use note::{NoteError, SigningKey, VerifierKey};
pub use proof::{Consistency, History, Inclusion, Proof, ProvedEvent, StreamHistory, Subject};
pub use stream_tree::StreamHead;
