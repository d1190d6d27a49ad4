//! Proofs as documents, and how they are checked: with hashes, a checkpoint and the public key, and
//! nothing else. No database here.

use serde::{Deserialize, Serialize};

use crate::account_tree::{self, SubjectHead};
use crate::checkpoint::Checkpoint;
use crate::error::CheckError;
use crate::hash::Hash;
use crate::leaf::StoredEvent;
use crate::merkle::{check_consistency, check_inclusion};
use crate::note::VerifierKey;
use crate::stream_tree::{self, LEVELS, StreamHead, bucket_hash, bucket_of, root_of};

/// Something that can be checked far from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proves", rename_all = "snake_case")]
pub enum Proof {
    /// An event is in the log.
    Inclusion(Box<Inclusion>),
    /// One checkpoint's log is the beginning of another's.
    Consistency(Consistency),
    /// These are all streams that concern an account, and all their events.
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

/// All streams that concern an account, and all events of each, as a checkpoint states them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Whose history it is, and that these are all streams that concern it. None under a checkpoint of before that
    /// was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Each stream, in the order in which each first named the account.
    pub streams: Vec<StreamHistory>,
    /// The signed note.
    pub checkpoint: String,
}

/// What leads from the streams that concern an account to the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The account.
    pub account: String,
    /// All accounts in the same bucket.
    pub bucket: Vec<SubjectHead>,
    /// The siblings of the bucket on the way to the root.
    pub path: Vec<Hash>,
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

fn flawed(why: impl Into<String>) -> CheckError {
    CheckError::Flawed(why.into())
}

fn holds(so: bool, else_why: &str) -> Result<(), CheckError> {
    if so { Ok(()) } else { Err(flawed(else_why)) }
}

impl Proof {
    /// Checks it with the public keys. Tells in words what is proved.
    ///
    /// # Errors
    /// When it proves nothing.
    pub fn check(&self, keys: &[VerifierKey]) -> Result<String, CheckError> {
        self.check_with(&|note| Ok(Checkpoint::open(note, keys)?))
    }

    /// Checks it, whichever key signed: for the maker of the proof.
    pub fn check_unsigned(&self) -> Result<String, CheckError> {
        self.check_with(&|note| Ok(Checkpoint::read(note)?))
    }

    fn check_with(
        &self,
        open: &dyn Fn(&str) -> Result<Checkpoint, CheckError>,
    ) -> Result<String, CheckError> {
        match self {
            Self::Inclusion(proof) => proof.check(&open(&proof.checkpoint)?),
            Self::Consistency(proof) => proof.check(&open(&proof.old_checkpoint)?, &open(&proof.checkpoint)?),
            Self::History(proof) => proof.check(&open(&proof.checkpoint)?),
        }
    }
}

impl Inclusion {
    fn check(&self, checkpoint: &Checkpoint) -> Result<String, CheckError> {
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
    fn check(&self, old: &Checkpoint, new: &Checkpoint) -> Result<String, CheckError> {
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
    fn check(&self, checkpoint: &Checkpoint) -> Result<String, CheckError> {
        for stream in &self.streams {
            stream.check(checkpoint).map_err(|error| match error {
                CheckError::Flawed(why) => flawed(format!("{}: {why}", stream.aggregate_id)),
                other => other,
            })?;
        }
        let (whose, not_proved) = match (&self.subject, &checkpoint.subjects) {
            (Some(subject), Some(root)) => {
                subject.check(&self.streams, root)?;
                let (account, streams) = (&subject.account, self.streams.len());
                let whose = format!(
                    "{account} is named in {streams} streams and in no other among the {} events",
                    checkpoint.size
                );
                (whose, "")
            }
            (None, None) => {
                let whose = format!("of the {} events", checkpoint.size);
                (
                    whose,
                    ". Not proved: which streams concern an account, which this checkpoint does not state",
                )
            }
            (Some(_), None) => {
                return Err(flawed("the checkpoint does not state which streams concern an account"));
            }
            (None, Some(_)) => {
                return Err(flawed("it leaves out whose history it is, and which streams that is"));
            }
        };
        let streams: Vec<String> = self.streams.iter().map(StreamHistory::in_words).collect();
        Ok(format!(
            "{whose} stated at {}, and these are all events of each, none left out: {}{not_proved}",
            checkpoint.time,
            streams.join("; ")
        ))
    }
}

impl Subject {
    fn check(&self, streams: &[StreamHistory], root: &Hash) -> Result<(), CheckError> {
        let key = account_tree::key(&self.account);
        let mut head = SubjectHead::before_first(key);
        streams.iter().for_each(|stream| head.push(&stream.key()));
        let entry = self.bucket.iter().find(|entry| entry.key == key);
        let stated = entry.copied().unwrap_or(SubjectHead::before_first(key));
        if stated != head {
            let (stated, here) = (stated.streams, head.streams);
            return Err(flawed(format!(
                "{} is named in {stated} streams, and these {here} are not all of them, in order",
                self.account
            )));
        }
        let keys: Vec<Hash> = self.bucket.iter().map(|entry| entry.key).collect();
        leads(&key, &keys, account_tree::bucket_hash(&self.bucket), &self.path, root)
    }
}

/// Whether a bucket that holds `keys` is the one of `key`, and `path` leads from it to `root`.
fn leads(key: &Hash, keys: &[Hash], hash: Hash, path: &[Hash], root: &Hash) -> Result<(), CheckError> {
    let sorted = keys.windows(2).all(|pair| pair[0] < pair[1]);
    let bucket = bucket_of(key);
    let own = keys.iter().all(|key| bucket_of(key) == bucket);
    holds(sorted && own, "what is in the bucket is not as it must be")?;
    holds(path.len() == LEVELS, "the path has a wrong length")?;
    holds(root_of(bucket, hash, path) == *root, "the path does not lead to the checkpoint's root")
}

impl StreamHistory {
    fn key(&self) -> Hash {
        stream_tree::key(&self.aggregate_type, &self.aggregate_id)
    }

    fn in_words(&self) -> String {
        format!("{} {}: {} events", self.aggregate_type, self.aggregate_id, self.events.len())
    }

    fn check(&self, checkpoint: &Checkpoint) -> Result<(), CheckError> {
        let key = self.key();
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
        let keys: Vec<Hash> = self.bucket.iter().map(|entry| entry.key).collect();
        leads(&key, &keys, bucket_hash(&self.bucket), &self.path, &checkpoint.streams)
    }
}
