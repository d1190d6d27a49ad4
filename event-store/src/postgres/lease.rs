//! Leases: who is at work on what, until when.
//!
//! A lease keeps two workers from doing the same long work at once. It is a courtesy, not a fence:
//! what a worker that lost its lease reports is still checked against the aggregate's version.

use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;

use crate::error::StoreError;

/// A lease that this process holds.
pub struct Lease {
    pool: PgPool,
    name: String,
    holder: Uuid,
    life: Duration,
}

impl Lease {
    /// Takes the lease `name` for `life` unless another holds it.
    pub async fn take(
        pool: &PgPool,
        name: String,
        holder: Uuid,
        life: Duration,
    ) -> Result<Option<Self>, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO lease (name, holder, until) VALUES ($1, $2, clock_timestamp() + $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
             WHERE lease.until < clock_timestamp()",
        )
        .bind(&name)
        .bind(holder)
        .bind(life)
        .execute(pool)
        .await?;
        let lease = Self { pool: pool.clone(), name, holder, life };
        Ok((taken.rows_affected() == 1).then_some(lease))
    }

    /// Holds it for another life. False when it was lost: the work should be given up.
    pub async fn renew(&self) -> Result<bool, StoreError> {
        let renewed =
            sqlx::query("UPDATE lease SET until = clock_timestamp() + $3 WHERE name = $1 AND holder = $2")
                .bind(&self.name)
                .bind(self.holder)
                .bind(self.life)
                .execute(&self.pool)
                .await?;
        Ok(renewed.rows_affected() == 1)
    }

    /// Gives it back.
    ///
    /// # Errors
    /// When the store fails; the lease then ends by itself.
    pub async fn give_back(self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM lease WHERE name = $1 AND holder = $2")
            .bind(&self.name)
            .bind(self.holder)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Deletes leases that ended without being given back. Returns how many.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM lease WHERE name = ANY (ARRAY(
         SELECT name FROM lease WHERE until < clock_timestamp() - interval '1 day' LIMIT $1
         FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(limit).execute(pool)).await
}

/// Ends every lease: for a process that knows it is the only one.
pub async fn end_all(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lease").execute(pool).await?;
    Ok(())
}
