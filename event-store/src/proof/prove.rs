//! Making proofs from what is stored. Each is checked before it is handed out: what tiles and heads say is
//! worth nothing unless it leads to the signed roots.

use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use domain::AccountId;

use super::buckets::{self, Of};
use super::error::ProofError;
use super::growth::tree_size;
use super::heads;
use super::made::{Attempts, snapshot};
use super::notes;
use super::subject_streams;
use super::tiles::TreeReader;
use crate::log::row;
use log_proof::CheckError;
use log_proof::Checkpoint;
use log_proof::hash::Hash;
use log_proof::stream_tree::{self, bucket_of};
use log_proof::{Consistency, History, Inclusion, Proof, ProvedEvent, StreamHistory, Subject};
use log_proof::{account_tree, merkle};

/// Which event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventName {
    /// The one at a position.
    Position(i64),
    /// The one with an id.
    Id(Uuid),
}

/// A checkpoint that is known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OldCheckpoint {
    /// The one about this many events, which is stored.
    Size(u64),
    /// This note.
    Note(String),
}

/// An event as it is stored, and its leaf.
pub(super) const EVENT: &str = "
SELECT l.position, l.leaf, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type,
       e.event_version, e.payload::text, e.metadata::text,
       extract(epoch FROM e.recorded_at)::numeric::text AS recorded_at
FROM log l JOIN events e USING (era, xid, ord)";

/// Proves that an event is in the log, under the newest checkpoint.
///
/// # Errors
/// When there is no such event, no checkpoint over it yet, or the store fails.
pub async fn inclusion(db: &mut PgConnection, name: EventName) -> Result<Proof, ProofError> {
    let (checkpoint, note) = newest(db).await?;
    let (condition, number, id) = match name {
        EventName::Position(number) => ("l.position = $1 AND $2::uuid IS NULL", Some(number), None),
        EventName::Id(id) => ("l.event_id = $2 AND $1::bigint IS NULL", None, Some(id)),
    };
    let statement = format!("{EVENT} WHERE {condition}");
    let row = sqlx::query(&statement).bind(number).bind(id).fetch_optional(&mut *db).await?;
    let row = row.ok_or_else(|| ProofError::Absent("there is no such event in the log".to_owned()))?;
    let position = row.try_get::<i64, _>("position")?.cast_unsigned();
    if position > checkpoint.size {
        return Err(ProofError::Absent(format!(
            "no checkpoint covers position {position} yet: `audit checkpoint` makes one"
        )));
    }
    let ProvedEvent { leaf, event } = proved(&row)?;
    let path = TreeReader::new(db).hashes(merkle::inclusion(position - 1, checkpoint.size)).await?;
    checked(Proof::Inclusion(Box::new(Inclusion { position, leaf, event, path, checkpoint: note })))
}

/// Proves that the log of an old checkpoint is the beginning of that of the newest.
///
/// # Errors
/// When there is no such checkpoint, or the log is another, or the store fails.
pub async fn consistency(db: &mut PgConnection, old: OldCheckpoint) -> Result<Proof, ProofError> {
    let (new, checkpoint) = newest(db).await?;
    let old_checkpoint = match old {
        OldCheckpoint::Note(note) => note,
        OldCheckpoint::Size(size) => notes::of_size(db, size).await?.ok_or_else(|| {
            ProofError::Absent(format!("no checkpoint of {size} events is stored: give a file with one"))
        })?,
    };
    let old = Checkpoint::read(&old_checkpoint)?.size;
    if old > new.size {
        return Err(ProofError::Absent(format!(
            "the newest checkpoint, of {} events, is older than that of {old}",
            new.size
        )));
    }
    let path = TreeReader::new(db).hashes(merkle::consistency(old, new.size)).await?;
    checked(Proof::Consistency(Consistency { path, old_checkpoint, checkpoint }))
}

/// Proves which streams concern an account and which events these have, all of them, under the newest checkpoint.
/// An account that no event names has none.
///
/// # Errors
/// When there is no checkpoint that states which streams concern whom, or the store fails.
pub async fn history(db: &mut PgConnection, account: AccountId) -> Result<Proof, ProofError> {
    let attempts = Attempts::begin();
    loop {
        match history_now(db, account).await {
            Err(ProofError::BeingMade) if attempts.another().await => {}
            answer => return answer,
        }
    }
}

async fn history_now(db: &mut PgConnection, account: AccountId) -> Result<Proof, ProofError> {
    let mut snapshot = snapshot(db).await?;
    let (newest, checkpoint) = newest(&mut snapshot).await?;
    if newest.subjects.is_none() {
        return Err(ProofError::Absent(
            "the newest checkpoint is by an earlier release and does not state which streams concern an account: the \
             next will, which is made as soon as anything happens"
                .to_owned(),
        ));
    }
    let made = (tree_size(&mut snapshot).await?, subject_streams::made(&mut snapshot).await?);
    if made != (newest.size.cast_signed(), newest.size.cast_signed()) {
        return Err(ProofError::BeingMade);
    }
    let subject = subject(&mut snapshot, account).await?;
    let buckets = buckets::stored(&mut snapshot, Of::Streams).await?;
    let mut streams = Vec::new();
    for (aggregate_type, aggregate_id) in subject_streams::names(&mut snapshot, &subject.account).await? {
        let bucket = bucket_of(&stream_tree::key(&aggregate_type, &aggregate_id));
        streams.push(StreamHistory {
            events: events(&mut snapshot, &aggregate_type, &aggregate_id, newest.size).await?,
            bucket: heads::of_bucket(&mut snapshot, bucket).await?,
            path: buckets.path(bucket).0,
            aggregate_type,
            aggregate_id,
        });
    }
    snapshot.commit().await?;
    checked(Proof::History(History { subject: Some(subject), streams, checkpoint }))
}

async fn subject(db: &mut PgConnection, account: AccountId) -> Result<Subject, ProofError> {
    let account = account.to_string();
    let bucket = bucket_of(&account_tree::key(&account));
    let path = buckets::stored(db, Of::Subjects).await?.path(bucket).0;
    Ok(Subject { bucket: subject_streams::of_bucket(db, bucket).await?, account, path })
}

async fn events(
    db: &mut PgConnection,
    aggregate_type: &str,
    aggregate_id: &str,
    size: u64,
) -> Result<Vec<ProvedEvent>, ProofError> {
    let statement = format!(
        "{EVENT} WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND l.position <= $3 ORDER BY e.sequence"
    );
    let rows = sqlx::query(&statement).bind(aggregate_type).bind(aggregate_id).bind(size.cast_signed());
    rows.fetch(db).map_err(ProofError::from).and_then(|row| async move { proved(&row) }).try_collect().await
}

async fn newest(db: &mut PgConnection) -> Result<(Checkpoint, String), ProofError> {
    let note = notes::newest(db).await?.ok_or_else(|| {
        ProofError::Absent("there is no checkpoint yet: `audit checkpoint` makes one".to_owned())
    })?;
    Ok((Checkpoint::read(&note)?, note))
}

fn proved(row: &PgRow) -> Result<ProvedEvent, ProofError> {
    let leaf = Hash::from_slice(row.try_get("leaf")?);
    let leaf = leaf.ok_or_else(|| ProofError::Broken("a leaf has a wrong length".to_owned()))?;
    Ok(ProvedEvent { leaf, event: row::stored_event(row)?.into_owned() })
}

fn checked(proof: Proof) -> Result<Proof, ProofError> {
    match proof.check_unsigned() {
        Ok(_) => Ok(proof),
        Err(CheckError::Flawed(why)) => Err(ProofError::Broken(format!("no proof can be made: {why}"))),
        Err(CheckError::Note(error)) => Err(error.into()),
    }
}
