//! One at a time: leadership by an advisory lock that dies with its connection, and is taken from a leader that stands
//! still ([`lead`]).

use std::hash::Hasher;
use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::backoff::Delays;
use super::lead::{self, Lead};
use crate::error::StoreError;

/// How long a candidate waits before it tries again to take the lead.
const CANDIDATE: Duration = Duration::from_millis(500);
/// The longest wait when leading fails time after time.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long taking the lead may take, and how long each word when it is given up: a connection that hangs
/// must not keep this process from leading ever again.
const TAKING: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(2);

/// What only one process at a time may do.
pub trait LeaderTask: Send + Sync {
    /// The name of the lock, and what logs call it.
    const NAME: &'static str;
    /// Why it could not go on.
    type Error: std::error::Error + Send + 'static;

    /// Does the duty until `stop`, or until it cannot.
    fn lead(
        &self,
        leadership: &mut Leadership,
        stop: &CancellationToken,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Tells that it could not go on.
    fn stepped_down(&self, error: &Self::Error) {
        stepped_down(Self::NAME, error);
    }
}

/// Leads in `duty` whenever no other process does, until `stop`.
pub(crate) async fn run<D: LeaderTask>(duty: &D, pool: &PgPool, urgent: &PgPool, stop: &CancellationToken) {
    let mut delays = Delays::new(CANDIDATE, LONGEST_WAIT);
    while !stop.is_cancelled() {
        match candidate(pool, D::NAME).await {
            Ok(None) => delays.reset(),
            Ok(Some(mut leadership)) => {
                let kept = leadership.lead.keep(urgent);
                let led = tokio::select! {
                    led = duty.lead(&mut leadership, stop) => led.map_err(|error| duty.stepped_down(&error)),
                    () = kept => {
                        tracing::warn!(duty = D::NAME, "leadership lost: another process has it, or it could not be renewed");
                        Err(())
                    }
                };
                leadership.resign().await;
                if led.is_ok() {
                    delays.reset();
                }
            }
            Err(error) => stepped_down(D::NAME, &error),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = delays.wait() => {}
        }
    }
}

/// The lead, unless another has it and goes on.
async fn candidate(pool: &PgPool, duty: &str) -> Result<Option<Leadership>, StoreError> {
    let taken = Leadership::take(pool, duty).await?;
    if taken.is_none() {
        lead::end_silent(pool, lock_number(duty), duty).await?;
    }
    Ok(taken)
}

/// The warning that a leader stepped down, where the duty has no fuller one.
pub(crate) fn stepped_down(duty: &str, error: &(dyn std::error::Error + 'static)) {
    tracing::warn!(duty, error, "leader task failed; leadership given up");
}

/// Leadership in one duty, held as long as the connection inside lives. Work that must not be done
/// by two is done on this very connection, so that a process that lost the lock cannot go on.
pub struct Leadership {
    connection: PgConnection,
    lead: Lead,
}

impl Leadership {
    /// Takes the lead in `duty` unless another process or task has it.
    ///
    /// # Errors
    /// When the store fails, or does not answer.
    pub async fn take(pool: &PgPool, duty: &str) -> Result<Option<Self>, StoreError> {
        match timeout(TAKING, Self::try_take(pool, duty)).await {
            Ok(taken) => taken,
            Err(silent) => Err(sqlx::Error::Io(silent.into()).into()),
        }
    }

    async fn try_take(pool: &PgPool, duty: &str) -> Result<Option<Self>, StoreError> {
        let number = lock_number(duty);
        if is_held(pool, number).await? {
            return Ok(None);
        }
        // A connection of its own, which never goes back to the pool with the lock on it.
        let mut connection = pool.acquire().await?.detach();
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(number)
            .fetch_one(&mut connection)
            .await?;
        if taken {
            let lead = Lead::begin(&mut connection, number).await?;
            return Ok(Some(Self { connection, lead }));
        }
        close(connection).await;
        Ok(None)
    }

    /// The connection that holds the lock.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Makes sure that the lead was not lost meanwhile.
    ///
    /// # Errors
    /// When it was: the connection is gone.
    pub async fn confirm(&mut self) -> Result<(), StoreError> {
        self.connection.ping().await?;
        Ok(())
    }

    /// Gives the lead up at once, for a successor that is waiting.
    pub async fn resign(mut self) {
        // A connection that cannot be spoken to or closed is dead, and its lock with it once the server has
        // noticed. That may take a moment also of one that was closed, so the lock is given up first.
        let unlocked = sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut self.connection);
        if let Ok(Ok(_)) = timeout(PATIENCE, unlocked).await {
            close(self.connection).await;
        }
    }
}

/// Takes leave of the server; where it does not answer the connection is dropped.
async fn close(connection: PgConnection) {
    let _ = timeout(PATIENCE, connection.close()).await;
}

/// Whether any process leads in `duty`.
pub async fn is_led(pool: &PgPool, duty: &str) -> Result<bool, StoreError> {
    is_held(pool, lock_number(duty)).await
}

/// Whether any process holds the lock: asked first, so that candidates that wait open no connections.
async fn is_held(pool: &PgPool, number: i64) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
               AND (classid::bigint << 32) | objid::bigint = $1
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
    )
    .bind(number)
    .fetch_one(pool)
    .await?)
}

/// The number PostgreSQL knows the lock of `duty` by: FNV-1a, which no release will change.
pub fn lock_number(duty: &str) -> i64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(b"personal-settings/");
    hasher.write(duty.as_bytes());
    hasher.finish().cast_signed()
}
