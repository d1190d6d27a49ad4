//! Reading caches and checkpoint as they stood at one moment, and waiting while a checkpoint is being made: what follows
//! from the log is then written, and not yet stated.

use std::time::Duration;

use sqlx::{Connection, PgConnection, PgTransaction};
use tokio::time::{Instant, sleep};

use super::error::ProofError;

/// For how long: a checkpoint is made of what has happened since the one before it.
const LONGEST: Duration = Duration::from_secs(30);
/// Time between two attempts.
const EACH: Duration = Duration::from_millis(100);

/// The state of one moment: the caches move on with each checkpoint.
pub(super) async fn snapshot(db: &mut PgConnection) -> Result<PgTransaction<'_>, ProofError> {
    let mut snapshot = db.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut *snapshot).await?;
    Ok(snapshot)
}

/// How long the attempts last that end as [`ProofError::BeingMade`].
pub(super) struct Attempts {
    until: Instant,
}

impl Attempts {
    pub(super) fn begin() -> Self {
        Self { until: Instant::now() + LONGEST }
    }

    /// Waits for the time of another attempt, if there is one.
    pub(super) async fn another(&self) -> bool {
        let is_left = Instant::now() < self.until;
        if is_left {
            sleep(EACH).await;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn there_are_attempts_for_a_while_and_not_without_end() {
        let (attempts, begun) = (Attempts::begin(), Instant::now());
        while attempts.another().await {}
        assert!((LONGEST..LONGEST + EACH * 2).contains(&begun.elapsed()));
    }
}
