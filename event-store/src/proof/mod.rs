//! Proof: that the log is what it was, that an event is in it, that nothing was left out.
//!
//! Whoever can write to the database can write anything there. What they cannot do is sign. So the
//! service states at intervals what its log is, in a *checkpoint*: the roots of three Merkle trees, over
//! all events ([`tree`]), over all streams ([`streams`]) and over all accounts ([`subjects`]), signed ([`note`])
//! and put where the database's administrator does not reach. From then on nothing below it can be changed,
//! removed, put in or reordered without somebody who holds the public key and the checkpoint finding it.
//!
//! What always holds: `events` and `log` are the truth; tiles, heads, the streams of accounts and buckets follow from
//! them and can be emptied at any time; nothing here opens what is sealed, so nothing here needs the master key; an
//! erasure breaks no proof, nor does pruning ([`prune()`]).
//!
//! What is found and what is not is told in ADR 0007 and, of accounts, 0020.

mod buckets;
mod checkpoint;
mod error;
mod growth;
pub(crate) mod hash;
mod heads;
pub(crate) mod leaf;
mod made;
mod mentions;
mod note;
mod notes;
mod proofs;
mod prove;
mod prune;
mod sealed;
mod signed_state;
mod signer;
mod streams;
mod subject_streams;
mod subjects;
mod tiles;
mod tree;
#[cfg(test)]
mod vectors;
pub mod verified;
pub mod verify;

pub use checkpoint::Checkpoint;
pub use error::ProofError;
pub use hash::Hash;
pub use leaf::StoredEvent;
pub use note::{NoteError, SigningKey, VerifierKey};
pub use notes::newest as newest_note;
pub use proofs::{Consistency, History, Inclusion, Proof, ProvedEvent, StreamHistory, Subject};
pub use prove::{EventName, OldCheckpoint, consistency, history, inclusion};
pub use prune::{Unpruned, prune, prune_for, unpruned};
pub use signer::CheckpointSigner;
pub use streams::StreamHead;
pub use subjects::SubjectHead;
pub use tree::{check_consistency, check_inclusion};
