//! The hashes of all buckets at rest, for both trees over buckets. A cache: made from what lies in the buckets.
//!
//! Reading and writing are apart: the order of all events waits for every transaction that has written anything
//! and not committed yet, so what takes long is done before a transaction writes its first row.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use sqlx::PgConnection;

use super::bucket_pages::Changed;
use super::error::ProofError;
use super::{heads, subject_streams};
use log_proof::hash::Hash;
use log_proof::stream_tree::{BUCKETS, Buckets, first_key};
use log_proof::{account_tree, stream_tree};

/// Beyond this many changed buckets one pass over all of them is cheaper.
const MANY: usize = 16_384;
/// Buckets whose entries are fetched at once.
const PAGE: usize = 512;
/// Buckets stored in one transaction.
const AT_ONCE: usize = 4_096;

/// What lies in the buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Streams, by their heads.
    Streams,
    /// Accounts, by the streams that concern them.
    Subjects,
}

impl Of {
    /// No entry in any bucket.
    pub(super) fn none(self) -> Buckets {
        match self {
            Self::Streams => Buckets::empty(),
            Self::Subjects => Buckets::all(account_tree::bucket_hash([])),
        }
    }

    fn empty(self) -> Hash {
        match self {
            Self::Streams => stream_tree::bucket_hash([]),
            Self::Subjects => account_tree::bucket_hash([]),
        }
    }

    /// The table of the hashes.
    fn table(self) -> &'static str {
        match self {
            Self::Streams => "stream_bucket",
            Self::Subjects => "subject_bucket",
        }
    }

    /// The table of what lies in the buckets, and its key.
    fn entries(self) -> (&'static str, &'static str) {
        match self {
            Self::Streams => ("stream_head", "key"),
            Self::Subjects => ("subject_stream", "subject"),
        }
    }
}

/// All buckets as they are stored.
pub(super) async fn stored(db: &mut PgConnection, of: Of) -> Result<Buckets, ProofError> {
    let mut buckets = of.none();
    let statement = format!("SELECT bucket, hash FROM {}", of.table());
    let mut rows = sqlx::query_as::<_, (i32, Vec<u8>)>(&statement).fetch(db);
    while let Some((bucket, hash)) = rows.try_next().await? {
        if let (Ok(bucket), Some(hash)) = (usize::try_from(bucket), Hash::from_slice(&hash)) {
            buckets.set(bucket, hash);
        }
    }
    Ok(buckets)
}

/// Hashes buckets anew, those that changed or all, in place of what is stored of them. Nothing is written: that
/// takes [`write()`].
pub(super) async fn hash(
    db: &mut PgConnection,
    of: Of,
    changed: &Changed,
    buckets: &mut Buckets,
) -> Result<(), ProofError> {
    let pages: Vec<usize> = match changed.as_ref().filter(|changed| changed.len() <= MANY) {
        Some(changed) => changed.iter().copied().collect(),
        None => (0..BUCKETS).collect(),
    };
    for page in pages.chunks(PAGE) {
        let hashed: BTreeMap<usize, Hash> = match of {
            Of::Streams => heads::hash_page(db, page).await?,
            Of::Subjects => subject_streams::hash_page(db, page).await?,
        };
        for bucket in page {
            let hash = hashed.get(bucket).copied().unwrap_or_else(|| of.empty());
            buckets.set(*bucket, hash);
        }
    }
    Ok(())
}

/// Stores the buckets that are not as they were, a page in each transaction.
pub(super) async fn write(
    db: &mut PgConnection,
    of: Of,
    before: &Buckets,
    now: &Buckets,
) -> Result<(), ProofError> {
    let changed: Vec<usize> = (0..BUCKETS).filter(|bucket| before.get(*bucket) != now.get(*bucket)).collect();
    let statement = format!(
        "INSERT INTO {} (bucket, hash) SELECT * FROM unnest($1::integer[], $2::bytea[])
         ON CONFLICT (bucket) DO UPDATE SET hash = excluded.hash",
        of.table()
    );
    for page in changed.chunks(AT_ONCE) {
        let hashes: Vec<Hash> = page.iter().map(|bucket| now.get(*bucket)).collect();
        sqlx::query(&statement)
            .bind(page.iter().map(|bucket| *bucket as i32).collect::<Vec<_>>())
            .bind(hashes.iter().map(|hash| hash.0.as_slice()).collect::<Vec<_>>())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Forgets the buckets and what lies in them, so that all is made anew. Each statement is a transaction, and a
/// short one.
pub(super) async fn forget(db: &mut PgConnection, of: Of) -> Result<(), ProofError> {
    let (entries, key) = of.entries();
    let hashes = format!("DELETE FROM {} WHERE bucket >= $1 AND bucket < $2", of.table());
    let entries = format!("DELETE FROM {entries} WHERE {key} >= $1 AND {key} < $2");
    for from in (0..BUCKETS).step_by(PAGE) {
        let to = (from + PAGE).min(BUCKETS);
        sqlx::query(&hashes).bind(from as i32).bind(to as i32).execute(&mut *db).await?;
        sqlx::query(&entries).bind(first_key(from)).bind(first_key(to)).execute(&mut *db).await?;
    }
    Ok(())
}
