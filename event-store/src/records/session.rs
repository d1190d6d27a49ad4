//! Sessions. The token is kept only as a hash; from where one was begun is coarse and sealed ([`session_device`]).
//!
//! [`session_device`]: super::session_device

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use domain::authentication::Factors;
use domain::{AccountId, SessionId};
use futures::FutureExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, PgPool, Row};
use uuid::Uuid;

use super::RecordError;
use super::authentication;
use crate::error::StoreError;
use crate::postgres::BatchLoader;
use crate::postgres::PinnedPool;

/// A session that is not used for so long ends.
pub const IDLE_LIFE: Duration = Duration::days(7);
/// `seen_at` is written at most this often.
const SEEN_EVERY: Duration = Duration::minutes(1);
/// How long uses gather before they are written, in one statement.
const GATHERING: std::time::Duration = std::time::Duration::from_millis(200);

/// A session to begin.
#[derive(Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Whose.
    pub account: AccountId,
    /// The authentication generation in which it was proved who begins it.
    pub generation: i64,
    /// What was given to prove it.
    pub factors: Factors,
    /// When it begins; they were given then.
    pub at: DateTime<Utc>,
    /// When it ends however much it is used.
    pub expires_at: DateTime<Utc>,
    /// From where it begins, sealed.
    pub sealed_device: Option<Vec<u8>>,
}

/// A session that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it was last proved in it who acts; long ago where that counts no more.
    pub sudo_at: DateTime<Utc>,
    /// What was given then.
    pub factors: Factors,
    /// The authentication generation in which that was; none where an earlier release began the session.
    pub generation: Option<i64>,
    /// When it ends however much it is used.
    pub expires_at: DateTime<Utc>,
}

/// A session, column by column: a later release may add some while this one runs.
const COLUMNS: &str = "session_id, account_id, created_at, seen_at, sudo_at, expires_at, factors, generation";

impl Session {
    fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.expires_at > now && self.seen_at > now - IDLE_LIFE
    }

    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let account: String = row.try_get("account_id")?;
        let factors: Option<Vec<String>> = row.try_get("factors")?;
        Ok(Self {
            id: SessionId::from_uuid(row.try_get("session_id")?),
            account: account.parse().map_err(|_| StoreError::Unreadable("a session's account".to_owned()))?,
            created_at: row.try_get("created_at")?,
            seen_at: row.try_get("seen_at")?,
            sudo_at: row.try_get("sudo_at")?,
            expires_at: row.try_get("expires_at")?,
            factors: Factors::of_names(factors.iter().flatten().map(String::as_str)),
            generation: row.try_get("generation")?,
        })
    }
}

/// Begins it, if what was proved still counts.
pub(super) async fn open(db: &mut PgConnection, new: &NewSession) -> Result<(), RecordError> {
    authentication::require(db, new.account, new.generation).await?;
    Ok(insert(db, new).await?)
}

async fn insert(db: &mut PgConnection, new: &NewSession) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session
             (session_id, token_hash, account_id, created_at, seen_at, sudo_at, expires_at, generation, factors,
              sealed_device)
         VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $7, $8)",
    )
    .bind(new.id.uuid())
    .bind(&new.token_hash)
    .bind(new.account.to_string())
    .bind(new.at)
    .bind(new.expires_at)
    .bind(new.generation)
    .bind(new.factors.names())
    .bind(&new.sealed_device)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn end(db: &mut PgConnection, session: SessionId) -> Result<(), StoreError> {
    sqlx::query(
        "WITH answers AS (DELETE FROM idempotency WHERE session_id = $1) DELETE FROM session WHERE session_id = $1",
    )
    .bind(session.uuid())
    .execute(db)
    .await?;
    Ok(())
}

/// Sessions of an account open nothing until they are [lifted](lift) or end: `only` one, or all but one perhaps.
pub(crate) async fn bar(
    db: &mut PgConnection,
    account: AccountId,
    (only, except): (Option<SessionId>, Option<SessionId>),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE session SET barred_at = $4
         WHERE account_id = $1 AND barred_at IS NULL AND ($2::uuid IS NULL OR session_id = $2)
           AND session_id IS DISTINCT FROM $3",
    )
    .bind(account.to_string())
    .bind(only.map(|session| session.uuid()))
    .bind(except.map(|session| session.uuid()))
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// What was barred at `at` opens again.
pub(crate) async fn lift(
    db: &mut PgConnection,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE session SET barred_at = NULL WHERE account_id = $1 AND barred_at = $2")
        .bind(account.to_string())
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

/// What was proved again in a session.
#[derive(Clone)]
pub struct Elevation {
    /// Which session.
    pub session: SessionId,
    /// Whose.
    pub account: AccountId,
    /// The authentication generation in which it was proved.
    pub generation: i64,
    /// What was given.
    pub factors: Factors,
    /// When.
    pub at: DateTime<Utc>,
    /// The hash of the session's new token.
    pub token_hash: Vec<u8>,
}

/// The token from before opens nothing any more. What was proved must still count, and the session be there.
pub(super) async fn elevate(db: &mut PgConnection, elevation: &Elevation) -> Result<(), RecordError> {
    authentication::require(db, elevation.account, elevation.generation).await?;
    let elevated = sqlx::query(
        "UPDATE session SET sudo_at = $3, token_hash = $4, generation = $5, factors = $6
         WHERE session_id = $1 AND account_id = $2",
    )
    .bind(elevation.session.uuid())
    .bind(elevation.account.to_string())
    .bind(elevation.at)
    .bind(&elevation.token_hash)
    .bind(elevation.generation)
    .bind(elevation.factors.names())
    .execute(db)
    .await
    .map_err(StoreError::from)?;
    if elevated.rows_affected() == 1 { Ok(()) } else { Err(RecordError::ProofOver) }
}

/// The sessions, by their tokens: looked up for many at once, and never remembered, so that one that was ended in
/// another process is dead here at once.
#[derive(Clone)]
pub struct Sessions {
    found: BatchLoader<Vec<u8>, Session>,
    by_id: BatchLoader<Uuid, Session>,
    seen: Arc<Seen>,
}

/// Uses that are to be written. One that a crash takes is as if the session had not been used that time.
struct Seen {
    pool: PgPool,
    waiting: Mutex<BTreeMap<Uuid, DateTime<Utc>>>,
}

impl Sessions {
    pub(crate) fn new(pool: PgPool, lookups: PinnedPool) -> Self {
        let others = lookups.clone();
        let found = BatchLoader::new(move |hashes| find_all(lookups.clone(), hashes).boxed());
        let by_id = BatchLoader::new(move |ids| find_by_id(others.clone(), ids).boxed());
        Self { found, by_id, seen: Arc::new(Seen { pool, waiting: Mutex::default() }) }
    }

    /// The session a token belongs to, if it lives at `now`. Using it keeps it from idling out.
    pub async fn authenticate(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        let found = self.found.get(token_hash.to_vec()).await?;
        let Some(session) = found.filter(|session| session.is_alive(now)) else { return Ok(None) };
        if session.seen_at < now - SEEN_EVERY {
            self.seen.note(session.id, now);
        }
        Ok(Some(session))
    }

    /// Whether a session of an account lives at `now`. Asking is no use of it.
    pub async fn is_alive(
        &self,
        account: AccountId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let found = self.by_id.get(session.uuid()).await?;
        Ok(found.is_some_and(|session| session.account == account && session.is_alive(now)))
    }
}

impl Seen {
    fn note(self: &Arc<Self>, session: SessionId, at: DateTime<Utc>) {
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            tokio::spawn(Arc::clone(self).write());
        }
        waiting.insert(session.uuid(), at);
    }

    async fn write(self: Arc<Self>) {
        tokio::time::sleep(GATHERING).await;
        let (sessions, times): (Vec<Uuid>, Vec<DateTime<Utc>>) =
            std::mem::take(&mut *self.waiting()).into_iter().unzip();
        let written = sqlx::query(
            // A row that another transaction holds is in use right now: by its next use it is noted.
            "WITH free AS MATERIALIZED (
                 SELECT session_id FROM session WHERE session_id = ANY($1) FOR UPDATE SKIP LOCKED
             )
             UPDATE session SET seen_at = s.seen_at
             FROM unnest($1::uuid[], $2::timestamptz[]) AS s (session_id, seen_at) JOIN free USING (session_id)
             WHERE session.session_id = s.session_id AND session.seen_at < s.seen_at
             RETURNING set_config('synchronous_commit', 'off', true)",
        )
        .bind(sessions)
        .bind(times)
        .fetch_all(&self.pool)
        .await;
        if let Err(error) = written {
            tracing::warn!(error = &error as &dyn std::error::Error, "recording the use of sessions failed");
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Uuid, DateTime<Utc>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn find_all(
    lookups: PinnedPool,
    hashes: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Session>, StoreError> {
    let mut db = lookups.take().await?;
    let rows = sqlx::query(&format!(
        "SELECT token_hash, {COLUMNS} FROM session WHERE token_hash = ANY($1) AND barred_at IS NULL"
    ))
    .bind(hashes)
    .fetch_all(&mut *db)
    .await?;
    db.release();
    rows.iter().map(|row| Ok((row.try_get("token_hash")?, Session::read(row)?))).collect()
}

async fn find_by_id(lookups: PinnedPool, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Session>, StoreError> {
    let mut db = lookups.take().await?;
    let query = format!("SELECT {COLUMNS} FROM session WHERE session_id = ANY($1)");
    let rows = sqlx::query(&query).bind(ids).fetch_all(&mut *db).await?;
    db.release();
    rows.iter().map(|row| Ok((row.try_get("session_id")?, Session::read(row)?))).collect()
}

/// A session of an account, if it lives at `now`. Another's session is not found.
pub async fn fetch(
    db: impl PgExecutor<'_>,
    account: AccountId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(&format!(
        "SELECT {COLUMNS} FROM session
         WHERE session_id = $1 AND account_id = $2 AND barred_at IS NULL AND expires_at > $3 AND seen_at > $4"
    ))
    .bind(session.uuid())
    .bind(account.to_string())
    .bind(now)
    .bind(now - IDLE_LIFE)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(Session::read).transpose()
}

/// The sessions of an account that have not ended at `now`, those included that are barred until they are: which an
/// end has to be told of.
pub async fn list_to_end(
    db: impl PgExecutor<'_>,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT session_id FROM session WHERE account_id = $1 AND expires_at > $2 AND seen_at > $3
         ORDER BY session_id DESC",
    )
    .bind(account.to_string())
    .bind(now)
    .bind(now - IDLE_LIFE)
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(SessionId::from_uuid).collect())
}

/// All sessions of an account that live at `now`, newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS} FROM session
         WHERE account_id = $1 AND barred_at IS NULL AND expires_at > $2 AND seen_at > $3 ORDER BY session_id DESC"
    ))
    .bind(account.to_string())
    .bind(now)
    .bind(now - IDLE_LIFE)
    .fetch_all(db)
    .await?;
    rows.iter().map(Session::read).collect()
}

/// A page of the sessions of an account that live at `now`, newest first and those before `cursor` where one is given,
/// each with what is sealed of where it began.
pub async fn page(
    db: impl PgExecutor<'_>,
    account: AccountId,
    now: DateTime<Utc>,
    cursor: Option<SessionId>,
    limit: i64,
) -> Result<Vec<(Session, Option<Vec<u8>>)>, StoreError> {
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS}, sealed_device
         FROM session WHERE account_id = $1 AND barred_at IS NULL AND expires_at > $2 AND seen_at > $3
             AND ($4::uuid IS NULL OR session_id < $4)
         ORDER BY session_id DESC LIMIT $5",
    ))
    .bind(account.to_string())
    .bind(now)
    .bind(now - IDLE_LIFE)
    .bind(cursor.map(|session| session.uuid()))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok((Session::read(row)?, row.try_get("sealed_device")?))).collect()
}

/// Deletes sessions whose life is over. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    // Those that idled out are refused already; they are deleted when their absolute life ends.
    const SWEEP: &str = "DELETE FROM session WHERE session_id = ANY (ARRAY(
         SELECT session_id FROM session WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
