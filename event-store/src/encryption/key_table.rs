//! Data keys as they are stored, wrapped: the table `subject_key`.

use std::collections::HashMap;

use domain::Scope;
use futures::FutureExt;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row};
use uuid::Uuid;

use super::key_name::{DestroyedKey, KeyName};
use super::master::WrappedKey;
use crate::error::StoreError;
use crate::postgres::{BatchLoader, PinnedPool};

/// A key that was drawn and is kept nowhere yet: to be written with the event that needs it
/// ([`RecordWrite::KeepKey`](crate::records::RecordWrite::KeepKey)).
#[derive(Clone)]
pub struct NewKey {
    pub(super) id: Uuid,
    pub(super) name: KeyName,
    pub(super) master_id: String,
    pub(super) wrapped: Vec<u8>,
    pub(super) fingerprint: String,
}

impl NewKey {
    /// Keeps it, unless a key of this name lives: then false.
    pub(crate) async fn keep(&self, db: impl PgExecutor<'_>) -> Result<bool, StoreError> {
        Ok(insert_all(db, &[self]).await?.contains(&(self.id, Inserted::Kept)))
    }
}

/// What became of a key that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    Kept,
    /// Another key of its name is active.
    Superfluous,
    /// The account it is of has ended, and has no keys any more.
    AccountEnded,
}

/// Keeps those keys of whose name none is active and whose account, if they are an account's, has not ended. One round
/// trip.
///
/// An account has ended for good when its `profile` key was destroyed by its [final erasure](domain::AccountId::final_erasure). That key is
/// locked here: once it is destroyed, every other key the account will ever have is there to be destroyed.
async fn insert_all(db: impl PgExecutor<'_>, keys: &[&NewKey]) -> Result<Vec<(Uuid, Inserted)>, StoreError> {
    let column = |of: fn(&NewKey) -> &str| keys.iter().map(|key| of(key)).collect::<Vec<_>>();
    let rows = sqlx::query(
        "WITH profile AS MATERIALIZED (
             SELECT subject, destroyed_for FROM subject_key
             WHERE subject = ANY($2) AND scope = $8 ORDER BY key_id FOR SHARE
         ), new AS MATERIALIZED (
             SELECT n.*, EXISTS (SELECT FROM profile p
                                 WHERE p.subject = n.subject AND p.destroyed_for = n.final_erasure) AS ended
             FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[])
                 AS n (key_id, subject, scope, master_id, wrapped, fingerprint, final_erasure)
         ), kept AS (
             INSERT INTO subject_key (key_id, subject, scope, rev, master_id, wrapped, fingerprint)
             SELECT n.key_id, n.subject, n.scope,
                    (SELECT coalesce(max(k.rev), 0) + 1 FROM subject_key k
                     WHERE k.subject = n.subject AND k.scope = n.scope),
                    n.master_id, n.wrapped, n.fingerprint
             FROM new n WHERE NOT n.ended
             ORDER BY n.subject, n.scope
             ON CONFLICT DO NOTHING RETURNING key_id
         )
         SELECT key_id, ended, key_id IN (SELECT key_id FROM kept) AS kept FROM new",
    )
    .bind(keys.iter().map(|key| key.id).collect::<Vec<_>>())
    .bind(column(|key| &key.name.subject))
    .bind(column(|key| &key.name.scope))
    .bind(column(|key| &key.master_id))
    .bind(keys.iter().map(|key| key.wrapped.as_slice()).collect::<Vec<_>>())
    .bind(column(|key| &key.fingerprint))
    .bind(keys.iter().map(|key| key.name.final_erasure()).collect::<Vec<_>>())
    .bind(Scope::Profile.as_str())
    .fetch_all(db)
    .await?;
    let read = |row: &PgRow| match (row.get("kept"), row.get("ended")) {
        (true, _) => Inserted::Kept,
        (false, true) => Inserted::AccountEnded,
        (false, false) => Inserted::Superfluous,
    };
    Ok(rows.iter().map(|row| (row.get("key_id"), read(row))).collect())
}

/// The table. A key is *active* from when it is kept until it is destroyed.
pub(super) struct KeyTable {
    pool: PgPool,
    /// Active keys, asked for by many at once.
    active: BatchLoader<KeyName, WrappedKey>,
    by_id: BatchLoader<Uuid, (KeyName, WrappedKey)>,
}

impl KeyTable {
    pub(super) fn new(pool: PgPool, lookups: PinnedPool) -> Self {
        let by_name = lookups.clone();
        Self {
            pool,
            active: BatchLoader::new(move |names| find_active(by_name.clone(), names).boxed()),
            by_id: BatchLoader::new(move |ids| find_by_id(lookups.clone(), ids).boxed()),
        }
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The active key of this name.
    pub(super) async fn active(&self, name: &KeyName) -> Result<Option<WrappedKey>, StoreError> {
        self.active.get(name.clone()).await
    }

    /// The key of this id, if it is active.
    pub(super) async fn by_id(&self, id: Uuid) -> Result<Option<(KeyName, WrappedKey)>, StoreError> {
        self.by_id.get(id).await
    }

    /// The active ones of these keys.
    pub(super) async fn by_ids(&self, ids: Vec<Uuid>) -> Result<Vec<(KeyName, WrappedKey)>, StoreError> {
        fetch_by_id(&self.pool, ids).await
    }

    /// Keeps keys, as far as they may be kept; tells of each by its id.
    pub(super) async fn insert(&self, keys: &[&NewKey]) -> Result<HashMap<Uuid, Inserted>, StoreError> {
        Ok(insert_all(&self.pool, keys).await?.into_iter().collect())
    }

    /// Whether every one of these keys is active.
    pub(super) async fn are_active(&self, ids: &[Uuid]) -> Result<bool, StoreError> {
        let dead: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM unnest($1) AS wanted (key_id)
             LEFT JOIN subject_key USING (key_id) WHERE wrapped IS NULL)",
        )
        .bind(ids)
        .fetch_one(&self.pool)
        .await?;
        Ok(!dead)
    }

    /// The key of this name as the record of an erasure names it, if one is active.
    pub(super) async fn active_record(&self, name: &KeyName) -> Result<Option<DestroyedKey>, StoreError> {
        let row = sqlx::query(
            "SELECT key_id, fingerprint FROM subject_key
             WHERE subject = $1 AND scope = $2 AND destroyed_at IS NULL",
        )
        .bind(&name.subject)
        .bind(&name.scope)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(read_destroyed))
    }

    /// Every key of this name that `cause` ever destroyed, also before a crash.
    pub(super) async fn destroyed_for(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        let sql = "SELECT key_id, fingerprint FROM subject_key
             WHERE subject = $1 AND scope = $2 AND destroyed_for = $3 ORDER BY rev";
        self.keys_of(sql, name, cause).await
    }

    /// Active keys of this name that `cause` destroyed by the record of erasures, or that are not newer than one that it
    /// destroyed.
    pub(super) async fn back_after(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        let sql = "SELECT key_id, fingerprint FROM subject_key
             WHERE subject = $1 AND scope = $2 AND wrapped IS NOT NULL
               AND (rev <= (SELECT max(rev) FROM subject_key
                            WHERE subject = $1 AND scope = $2 AND destroyed_for = $3)
                    OR EXISTS (SELECT FROM erasure WHERE cause = $3 AND step = 'key/' || key_id))
             ORDER BY rev";
        self.keys_of(sql, name, cause).await
    }

    async fn keys_of(
        &self,
        sql: &'static str,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        let query = sqlx::query(sql).bind(&name.subject).bind(&name.scope).bind(cause);
        Ok(query.fetch_all(&self.pool).await?.iter().map(read_destroyed).collect())
    }

    /// Destroys the active ones of these keys on behalf of `cause`, and returns their names. Waits for appends that are
    /// sealing under them.
    pub(super) async fn destroy(&self, ids: &[Uuid], cause: &str) -> Result<Vec<KeyName>, StoreError> {
        // Locked first and stamped after: what is sealed under a key was stored before its `destroyed_at`.
        let destroyed = sqlx::query(
            "WITH dying AS MATERIALIZED (
                 SELECT key_id FROM subject_key WHERE key_id = ANY($1) AND destroyed_at IS NULL
                 ORDER BY key_id FOR UPDATE
             )
             UPDATE subject_key SET wrapped = NULL, destroyed_at = clock_timestamp(), destroyed_for = $2
             FROM dying WHERE subject_key.key_id = dying.key_id
             RETURNING subject, scope",
        )
        .bind(ids)
        .bind(cause)
        .fetch_all(&self.pool)
        .await?;
        Ok(destroyed.iter().map(read_name).collect())
    }
}

async fn find_active(
    lookups: PinnedPool,
    names: Vec<KeyName>,
) -> Result<HashMap<KeyName, WrappedKey>, StoreError> {
    let mut db = lookups.take().await?;
    let rows = sqlx::query(
        // One at a time by the index: a join may be planned as a pass over all keys.
        "SELECT k.* FROM unnest($1::text[], $2::text[]) AS n (subject, scope)
         CROSS JOIN LATERAL (
             SELECT key_id, subject, scope, wrapped, master_id FROM subject_key
             WHERE subject = n.subject AND scope = n.scope AND destroyed_at IS NULL LIMIT 1
         ) AS k",
    )
    .bind(names.iter().map(|name| name.subject.as_str()).collect::<Vec<_>>())
    .bind(names.iter().map(|name| name.scope.as_str()).collect::<Vec<_>>())
    .fetch_all(&mut *db)
    .await?;
    db.release();
    Ok(rows.iter().map(|row| (read_name(row), read_wrapped(row))).collect())
}

async fn find_by_id(
    lookups: PinnedPool,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, (KeyName, WrappedKey)>, StoreError> {
    let mut db = lookups.take().await?;
    let found = fetch_by_id(&mut *db, ids).await?;
    db.release();
    Ok(found.into_iter().map(|(name, wrapped)| (wrapped.id, (name, wrapped))).collect())
}

/// The keys of these ids that live.
async fn fetch_by_id(
    db: impl PgExecutor<'_>,
    ids: Vec<Uuid>,
) -> Result<Vec<(KeyName, WrappedKey)>, StoreError> {
    let rows = sqlx::query(
        "SELECT key_id, subject, scope, wrapped, master_id FROM subject_key
         WHERE key_id = ANY($1) AND wrapped IS NOT NULL",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.iter().map(|row| (read_name(row), read_wrapped(row))).collect())
}

pub(super) fn read_wrapped(row: &PgRow) -> WrappedKey {
    WrappedKey { id: row.get("key_id"), master_id: row.get("master_id"), bytes: row.get("wrapped") }
}

fn read_name(row: &PgRow) -> KeyName {
    KeyName::new(row.get::<String, _>("subject"), row.get::<String, _>("scope"))
}

fn read_destroyed(row: &PgRow) -> DestroyedKey {
    DestroyedKey { id: row.get("key_id"), fingerprint: row.get("fingerprint") }
}
