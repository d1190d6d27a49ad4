//! Proofs as documents, and how they are checked: with hashes, a checkpoint and the public key, and
//! nothing else. No database here.

use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::error::ProofError;
use super::hash::Hash;
use super::leaf::StoredEvent;
use super::note::VerifierKey;
use super::streams::{self, LEVELS, StreamHead, bucket_hash, bucket_of, root_of};
use super::tree::{check_consistency, check_inclusion};

/// Something that can be checked far from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proves", rename_all = "snake_case")]
pub enum Proof {
    /// An event is in the log.
    Inclusion(Box<Inclusion>),
    /// One checkpoint's log is the beginning of another's.
    Consistency(Consistency),
    /// These are all events of these streams.
    History(History),
}

/// An event is in the log that a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// Where, from 1.
    pub position: u64,
    /// The event's leaf.
    pub leaf: Hash,
    /// The event.
    pub event: StoredEvent<'static>,
    /// The siblings on the way to the root.
    pub path: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

/// The log of an old checkpoint is the beginning of that of a newer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// The hashes from which both roots follow.
    pub path: Vec<Hash>,
    /// The older signed note.
    pub old_checkpoint: String,
    /// The newer signed note.
    pub checkpoint: String,
}

/// All events of some streams, as a checkpoint states them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Each stream.
    pub streams: Vec<StreamHistory>,
    /// The signed note.
    pub checkpoint: String,
}

/// All events of one stream. Without any: it never was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHistory {
    /// The stream.
    pub aggregate_type: String,
    /// The stream.
    pub aggregate_id: String,
    /// Its events, in order.
    pub events: Vec<ProvedEvent>,
    /// All streams in the same bucket.
    pub bucket: Vec<StreamHead>,
    /// The siblings of the bucket on the way to the root.
    pub path: Vec<Hash>,
}

/// An event and its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedEvent {
    /// Its leaf.
    pub leaf: Hash,
    /// The event.
    pub event: StoredEvent<'static>,
}

fn flawed(why: impl Into<String>) -> ProofError {
    ProofError::Flawed(why.into())
}

fn holds(so: bool, else_why: &str) -> Result<(), ProofError> {
    if so { Ok(()) } else { Err(flawed(else_why)) }
}

impl Proof {
    /// Checks it with the public keys. Says in words what is proved.
    ///
    /// # Errors
    /// When it proves nothing.
    pub fn check(&self, keys: &[VerifierKey]) -> Result<String, ProofError> {
        self.check_with(&|note| Ok(Checkpoint::open(note, keys)?))
    }

    /// Checks it whoever signed: for whoever makes it.
    pub(super) fn check_unsigned(&self) -> Result<String, ProofError> {
        self.check_with(&|note| Ok(Checkpoint::read(note)?))
    }

    fn check_with(
        &self,
        open: &dyn Fn(&str) -> Result<Checkpoint, ProofError>,
    ) -> Result<String, ProofError> {
        match self {
            Self::Inclusion(proof) => proof.check(&open(&proof.checkpoint)?),
            Self::Consistency(proof) => proof.check(&open(&proof.old_checkpoint)?, &open(&proof.checkpoint)?),
            Self::History(proof) => proof.check(&open(&proof.checkpoint)?),
        }
    }
}

impl Inclusion {
    fn check(&self, checkpoint: &Checkpoint) -> Result<String, ProofError> {
        let Self { position, leaf, event, path, .. } = self;
        holds(event.has_leaf(leaf), "the leaf is not that of the event")?;
        let index = position.checked_sub(1).ok_or_else(|| flawed("positions begin at 1"))?;
        let included = check_inclusion(leaf, index, checkpoint.size, path, &checkpoint.root);
        holds(included, "the path does not lead to the checkpoint's root")?;
        Ok(format!(
            "event {} ({}) is at position {position} of {}, as stated at {}",
            event.event_id, event.event_type, checkpoint.origin, checkpoint.time
        ))
    }
}

impl Consistency {
    fn check(&self, old: &Checkpoint, new: &Checkpoint) -> Result<String, ProofError> {
        let consistent = check_consistency(old.size, &old.root, new.size, &new.root, &self.path);
        holds(consistent, "the path does not lead to both roots")?;
        let (from, to) = (old.size, new.size);
        Ok(format!(
            "the {from} events stated at {} are the first of the {to} stated at {}",
            old.time, new.time
        ))
    }
}

impl History {
    fn check(&self, checkpoint: &Checkpoint) -> Result<String, ProofError> {
        for stream in &self.streams {
            stream.check(checkpoint).map_err(|error| match error {
                ProofError::Flawed(why) => flawed(format!("{}: {why}", stream.aggregate_id)),
                other => other,
            })?;
        }
        let named = |stream: &StreamHistory| {
            let (kind, id, events) = (&stream.aggregate_type, &stream.aggregate_id, stream.events.len());
            format!("{kind} {id}: {events} events")
        };
        let streams: Vec<String> = self.streams.iter().map(named).collect();
        Ok(format!(
            "these are all events as stated at {}, none left out: {}",
            checkpoint.time,
            streams.join("; ")
        ))
    }
}

impl StreamHistory {
    fn check(&self, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        let key = streams::key(&self.aggregate_type, &self.aggregate_id);
        let mut head = StreamHead::before_first(key);
        for ProvedEvent { leaf, event } in &self.events {
            head.push(leaf);
            let here = event.aggregate_type == self.aggregate_type
                && event.aggregate_id == self.aggregate_id
                && event.sequence == head.last_sequence;
            holds(here, "an event is not the next of the stream")?;
            holds(event.has_leaf(leaf), "a leaf is not that of its event")?;
        }
        let entry = self.bucket.iter().find(|entry| entry.key == key);
        let stated = entry.copied().unwrap_or(StreamHead::before_first(key));
        holds(stated == head, "the events do not lead to the head of the stream")?;
        let sorted = self.bucket.windows(2).all(|pair| pair[0].key < pair[1].key);
        let bucket = bucket_of(&key);
        let own = self.bucket.iter().all(|entry| bucket_of(&entry.key) == bucket);
        holds(sorted && own, "the streams of the bucket are not as they must be")?;
        holds(self.path.len() == LEVELS, "the path has a wrong length")?;
        let root = root_of(bucket, bucket_hash(&self.bucket), &self.path);
        holds(root == checkpoint.streams, "the path does not lead to the checkpoint's root over all streams")
    }
}
