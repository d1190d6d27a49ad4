//! Rows of binary `COPY`: a count of fields (2 bytes), and each field with its length before it (4 bytes;
//! -1 for null). All numbers are big endian.

use std::borrow::Cow;

use uuid::Uuid;

use log_proof::hash::Hash;
use log_proof::{StoredEvent, epoch_text};

/// A place in the order of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CommitKey {
    pub era: i16,
    pub xid: u64,
    pub ord: i64,
}

impl CommitKey {
    /// Before all that can be.
    pub(super) fn before_first() -> Self {
        Self { era: i16::MIN, xid: 0, ord: i64::MIN }
    }
}

/// A row of `log`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogRow {
    pub position: u64,
    pub key: CommitKey,
    pub event_id: Uuid,
    pub leaf: Hash,
    pub chain: Hash,
}

/// A row of `events`.
pub(super) struct EventRow<'a> {
    pub key: CommitKey,
    pub event_id: Uuid,
    pub aggregate_type: &'a str,
    pub aggregate_id: &'a str,
    pub sequence: i64,
    /// The columns beyond those of its stream; empty if they were not asked for.
    rest: &'a [u8],
}

/// A row that can be made of bytes.
pub(super) trait Row<'a>: Sized {
    fn read(fields: Fields<'a>) -> Option<Self>;
}

/// The fields of a row, one after the other.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(row: &'a [u8]) -> Option<Self> {
        row.get(2..).map(Self)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    fn long(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn key(&mut self) -> Option<CommitKey> {
        let era = i16::from_be_bytes(self.array()?);
        Some(CommitKey { era, xid: u64::from_be_bytes(self.array()?), ord: self.long()? })
    }
}

/// The length of the row that `bytes` begin with, if all of it is there; none at the end of the data.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let (count, mut rest) = bytes.split_first_chunk::<2>()?;
    // The end is a row of -1 fields.
    let count = u16::try_from(i16::from_be_bytes(*count)).ok()?;
    for _ in 0..count {
        let (length, fields) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or_default();
        rest = fields.get(length..)?;
    }
    Some(bytes.len() - rest.len())
}

/// The position of a row of `log`.
pub(super) fn position(row: &[u8]) -> Option<u64> {
    Fields::of(row)?.long().map(i64::cast_unsigned)
}

/// The key of a row of `events`.
pub(super) fn key(row: &[u8]) -> Option<CommitKey> {
    Fields::of(row)?.key()
}

impl Row<'_> for LogRow {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            position: fields.long()?.cast_unsigned(),
            key: fields.key()?,
            event_id: Uuid::from_bytes(fields.array()?),
            leaf: Hash(fields.array()?),
            chain: Hash(fields.array()?),
        })
    }
}

impl<'a> Row<'a> for EventRow<'a> {
    fn read(mut fields: Fields<'a>) -> Option<Self> {
        Some(Self {
            key: fields.key()?,
            event_id: Uuid::from_bytes(fields.array()?),
            aggregate_type: fields.text()?,
            aggregate_id: fields.text()?,
            sequence: fields.long()?,
            rest: fields.0,
        })
    }
}

impl<'a> EventRow<'a> {
    /// The event, if all columns were asked for.
    pub(super) fn event(&self) -> Option<StoredEvent<'a>> {
        let mut rest = Fields(self.rest);
        let mut text = || rest.text().map(Cow::Borrowed);
        let (event_type, event_version, payload, metadata) = (text()?, text()?, text()?, text()?);
        Some(StoredEvent {
            event_id: self.event_id,
            aggregate_type: self.aggregate_type.into(),
            aggregate_id: self.aggregate_id.into(),
            sequence: self.sequence,
            event_type,
            event_version,
            recorded_at: epoch_text(rest.long()?).into(),
            payload,
            metadata,
        })
    }
}
