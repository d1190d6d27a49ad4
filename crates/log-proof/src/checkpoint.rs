//! Checkpoints: what the service states, signed, about its log (<https://c2sp.org/tlog-checkpoint>).
//!
//! ```text
//! personal-settings/0011223344556677           the log's name: that of the key
//! 1234                                         how many events there are
//! 5+vNfW…=                                     the root of the Merkle tree over their leaves
//! streams q1x3…=                               the root of the tree over all streams
//! chain 8Yhq…=                                 the hash chain's last link
//! time 2026-11-24T08:00:00Z                    when this was stated
//! subjects 7bQd…=                              the root of the tree over all accounts
//!
//! — personal-settings/0011223344556677 AbCd…=
//! ```
//! Releases before the last line did not write it. Lines after it are of releases to come, and passed over.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::hash::Hash;
use crate::note::{self, NoteError, SigningKey, VerifierKey};

/// What a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many events there are.
    pub size: u64,
    /// The root of the tree over the log.
    pub root: Hash,
    /// The root of the tree over all streams.
    pub streams: Hash,
    /// The last link of the hash chain.
    pub chain: Hash,
    /// When it was stated.
    pub time: DateTime<Utc>,
    /// The root of the tree over all accounts: which streams concern each. None: signed before that was stated.
    pub subjects: Option<Hash>,
}

impl Checkpoint {
    /// The checkpoint as a signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign(&self.text())
    }

    /// What is signed.
    fn text(&self) -> String {
        let Self { origin, size, root, streams, chain, .. } = self;
        let time = self.time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let subjects = self.subjects.map(|root| format!("subjects {root}\n")).unwrap_or_default();
        format!("{origin}\n{size}\n{root}\nstreams {streams}\nchain {chain}\ntime {time}\n{subjects}")
    }

    /// What `note` states, whichever key signed it: for callers that compare it with the log themselves.
    ///
    /// # Errors
    /// When it states something else than a checkpoint.
    pub fn read(note: &str) -> Result<Self, NoteError> {
        let text = note.rfind("\n\n").map(|middle| &note[..=middle]);
        text.and_then(parse).ok_or(NoteError::Form("it states no checkpoint"))
    }

    /// What `note` states, if one of `keys` signed it.
    ///
    /// # Errors
    /// When none did, or it states something else than a checkpoint.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, signer) = note::open(note, keys)?;
        let checkpoint = parse(text).ok_or(NoteError::Form("it states no checkpoint"))?;
        if checkpoint.origin == signer {
            Ok(checkpoint)
        } else {
            Err(NoteError::Form("it is of another log than its signature"))
        }
    }
}

fn parse(text: &str) -> Option<Checkpoint> {
    let mut lines = text.lines();
    let origin = lines.next()?.to_owned();
    let size = lines.next()?;
    // No second way to write a number.
    let size = size.parse().ok().filter(|number: &u64| number.to_string() == size)?;
    let root = lines.next()?.parse().ok()?;
    let streams = lines.next()?.strip_prefix("streams ")?.parse().ok()?;
    let chain = lines.next()?.strip_prefix("chain ")?.parse().ok()?;
    let time = lines.next()?.strip_prefix("time ")?;
    let time = DateTime::parse_from_rfc3339(time).ok()?.to_utc();
    let subjects = match lines.next() {
        Some(line) => Some(line.strip_prefix("subjects ")?.parse().ok()?),
        None => None,
    };
    let known = !origin.is_empty() && lines.all(|line| !line.is_empty());
    known.then_some(Checkpoint { origin, size, root, streams, chain, time, subjects })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (SigningKey, Checkpoint) {
        let key = SigningKey::from_seed("a-program", &[7; 32]);
        let checkpoint = Checkpoint {
            origin: key.public().name().to_owned(),
            size: 1234,
            root: Hash([1; 32]),
            streams: Hash([2; 32]),
            chain: Hash([3; 32]),
            time: "2026-11-24T08:00:00Z".parse().unwrap(),
            subjects: Some(Hash([4; 32])),
        };
        (key, checkpoint)
    }

    #[test]
    fn it_is_read_back_and_every_line_is_signed() {
        let (key, checkpoint) = signed();
        let keys = [key.public().clone()];
        let note = checkpoint.sign(&key);
        assert_eq!(Checkpoint::open(&note, &keys).unwrap(), checkpoint);
        for line in note.lines().take(7) {
            let changed = note.replacen(line, &format!("{line}0"), 1);
            assert!(matches!(Checkpoint::open(&changed, &keys), Err(NoteError::Forged(_))), "{line}");
        }
        let without: String =
            note.split_inclusive('\n').filter(|line| !line.starts_with("subjects")).collect();
        assert!(matches!(Checkpoint::open(&without, &keys), Err(NoteError::Forged(_))));
        // Well signed, and yet no checkpoint of this log.
        let other = Checkpoint { origin: "another".to_owned(), ..checkpoint };
        assert!(matches!(Checkpoint::open(&other.sign(&key), &keys), Err(NoteError::Form(_))));
        assert!(matches!(Checkpoint::open(&key.sign("text\n"), &keys), Err(NoteError::Form(_))));
    }

    #[test]
    fn those_of_earlier_releases_open_and_those_of_later_ones() {
        let (key, checkpoint) = signed();
        let keys = [key.public().clone()];
        let later = key.sign(&format!("{}of a later release\n", checkpoint.text()));
        assert_eq!(Checkpoint::open(&later, &keys).unwrap(), checkpoint);
        let earlier = Checkpoint { subjects: None, ..checkpoint };
        assert_eq!(Checkpoint::open(&earlier.sign(&key), &keys).unwrap(), earlier);
        let unknown = key.sign(&format!("{}no line of ours\n", earlier.text()));
        assert!(matches!(Checkpoint::open(&unknown, &keys), Err(NoteError::Form(_))));
    }
}
