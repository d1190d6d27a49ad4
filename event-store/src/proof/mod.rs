//! Proof: that the log is what it was, that an event is in it, that nothing was left out.
//!
//! An attacker who can write to the database can write anything there, but cannot sign. So the
//! service states at intervals what its log is, in a *checkpoint*: the roots of three Merkle trees, over
//! all events ([`merkle`](log_proof::merkle)), over all streams ([`stream_tree`](log_proof::stream_tree)) and over all
//! accounts ([`account_tree`](log_proof::account_tree)), signed and put where the database's administrator does not reach.
//! From then on nothing below it can be changed, removed, put in or reordered unnoticed: a holder of the public key and the
//! checkpoint finds it.
//!
//! What always holds: `events` and `log` are the truth; tiles, heads, the streams of accounts and buckets follow from
//! them and can be emptied at any time; nothing here opens what is sealed, so nothing here needs the master key; an
//! erasure breaks no proof, nor does pruning ([`prune()`]).
//!
//! What is found and what is not is told in ADR 0007 and, of accounts, 0020.

mod bucket_pages;
mod buckets;
mod error;
mod growth;
mod heads;
mod made;
mod mentions;
mod notes;
mod prove;
mod prune;
mod signed_state;
mod signer;
mod signing_key;
mod subject_streams;
mod tiles;
pub mod verified;
pub mod verify;

pub use error::ProofError;
pub use log_proof::{
    CheckError, Checkpoint, Consistency, Hash, History, Inclusion, NoteError, Proof, ProvedEvent, SigningKey,
    StoredEvent, StreamHead, StreamHistory, Subject, SubjectHead, VerifierKey,
};
pub use notes::newest as newest_note;
pub use prove::{EventName, OldCheckpoint, consistency, history, inclusion};
pub use prune::{Unpruned, prune, prune_for, unpruned};
pub use signer::CheckpointSigner;
pub use signing_key::{read_or_make_signing_key, read_signing_key};
