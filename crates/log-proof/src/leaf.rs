//! The leaf: the hash of one stored event.
//!
//! A leaf covers every column that says something: SHA-256 of 0x00 and each column with its length
//! before it (RFC 6962, section 2.1). In payload and metadata each ciphertext is replaced by its digest
//! first, so that the ciphertext of an erased person can be pruned and the leaf still be made from what
//! is left ([`crate::ciphertext_digest`]). `era`, `xid` and `ord` are not in it: they say only where an event stands,
//! lie both in `events` and in `log`, and the verifier compares them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ciphertext_digest;
use crate::hash::{Hash, LEAF};

/// Seconds from 1970 to 2000, where PostgreSQL begins to count.
const POSTGRES_EPOCH: i64 = 946_684_800;

/// An event as its row has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent<'a> {
    /// Its id.
    pub event_id: Uuid,
    /// The stream.
    pub aggregate_type: Cow<'a, str>,
    /// The stream.
    pub aggregate_id: Cow<'a, str>,
    /// Its place in the stream, from 1.
    pub sequence: i64,
    /// What happened, as a name.
    pub event_type: Cow<'a, str>,
    /// The version of its form.
    pub event_version: Cow<'a, str>,
    /// When it was stored: seconds since 1970 with six decimals.
    pub recorded_at: Cow<'a, str>,
    /// The stored text, sealed.
    pub payload: Cow<'a, str>,
    /// The stored text, sealed.
    pub metadata: Cow<'a, str>,
}

impl<'a> StoredEvent<'a> {
    /// The same, of its own.
    pub fn into_owned(self) -> StoredEvent<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        StoredEvent {
            event_id: self.event_id,
            aggregate_type: own(self.aggregate_type),
            aggregate_id: own(self.aggregate_id),
            sequence: self.sequence,
            event_type: own(self.event_type),
            event_version: own(self.event_version),
            recorded_at: own(self.recorded_at),
            payload: own(self.payload),
            metadata: own(self.metadata),
        }
    }

    /// Its leaf.
    pub fn leaf(&self) -> Hash {
        self.hash(&ciphertext_digest::reduce(&self.payload), &ciphertext_digest::reduce(&self.metadata))
    }

    /// Whether `leaf` is its leaf. Releases before pruning existed hashed ciphertexts as they are, which
    /// binds all of the row as well.
    pub fn has_leaf(&self, leaf: &Hash) -> bool {
        self.leaf() == *leaf || self.hash(&self.payload, &self.metadata) == *leaf
    }

    fn hash(&self, payload: &str, metadata: &str) -> Hash {
        let mut hash = Sha256::new().chain_update([LEAF]);
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        add(self.event_id.as_bytes());
        add(&self.sequence.to_be_bytes());
        let texts: [&str; 7] = [
            &self.aggregate_type,
            &self.aggregate_id,
            &self.event_type,
            &self.event_version,
            &self.recorded_at,
            payload,
            metadata,
        ];
        for text in texts {
            add(text.as_bytes());
        }
        Hash(hash.finalize().into())
    }
}

/// What `extract(epoch FROM …)::numeric::text` says of a timestamp as PostgreSQL sends it: microseconds
/// since 2000.
pub fn epoch_text(sent: i64) -> String {
    match sent {
        i64::MAX => "Infinity".to_owned(),
        i64::MIN => "-Infinity".to_owned(),
        sent => {
            let micros = i128::from(sent) + i128::from(POSTGRES_EPOCH) * 1_000_000;
            let sign = if micros < 0 { "-" } else { "" };
            let micros = micros.unsigned_abs();
            format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> StoredEvent<'static> {
        StoredEvent {
            event_id: Uuid::from_u128(7),
            aggregate_type: "account".into(),
            aggregate_id: "acc_1".into(),
            sequence: 1,
            event_type: "account.registered".into(),
            event_version: "1".into(),
            recorded_at: "1764000000.123456".into(),
            payload: r#"{"a":{"$enc":{"c":"QUJD","k":"00000000-0000-0000-0000-000000000001"}}}"#.into(),
            metadata: "{}".into(),
        }
    }

    #[test]
    fn every_column_changes_the_leaf_and_pruning_does_not() {
        let leaf = event().leaf();
        let changes: [fn(&mut StoredEvent<'static>); 9] = [
            |event| event.event_id = Uuid::from_u128(8),
            |event| event.aggregate_type = "accounu".into(),
            |event| event.aggregate_id = "acc_2".into(),
            |event| event.sequence = 2,
            |event| event.event_type = "account.registerec".into(),
            |event| event.event_version = "2".into(),
            |event| event.recorded_at = "1764000000.123457".into(),
            |event| event.payload = event.payload.replace("QUJD", "QUJE").into(),
            |event| event.metadata = "{ }".into(),
        ];
        for change in changes {
            let mut changed = event();
            change(&mut changed);
            assert!(!changed.has_leaf(&leaf), "{changed:?}");
        }
        let mut pruned = event();
        pruned.payload = ciphertext_digest::reduce(&event().payload).into_owned().into();
        assert_ne!(pruned.payload, event().payload);
        assert!(pruned.has_leaf(&leaf));
    }

    #[test]
    fn columns_cannot_be_shifted_into_each_other() {
        let (mut one, mut other) = (event(), event());
        (one.event_type, one.event_version) = ("ab".into(), "c".into());
        (other.event_type, other.event_version) = ("a".into(), "bc".into());
        assert_ne!(one.leaf(), other.leaf());
    }

    #[test]
    fn a_leaf_of_an_earlier_release_is_accepted() {
        let event = event();
        assert!(event.has_leaf(&event.hash(&event.payload, &event.metadata)));
    }

    #[test]
    fn times_are_written_as_postgresql_writes_them() {
        assert_eq!(epoch_text(0), "946684800.000000");
        assert_eq!(epoch_text(-946_684_800_500_000), "-0.500000");
        assert_eq!(epoch_text(1), "946684800.000001");
        assert_eq!(epoch_text(i64::MAX), "Infinity");
    }
}
