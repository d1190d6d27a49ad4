//! What the server does at best: the table without the service.

use sqlx::PgPool;
use uuid::Uuid;

use crate::scratch::{Scratch, Server};

/// A row of about the size of a sealed event.
const PAYLOAD: &str = r#"{"SignedIn":{"session_id":"ses_01h455vb4pex5vsknk084sn02q"}}"#;

/// An event table with a primary key and a second index, and nothing around it.
pub(crate) struct Floor {
    scratch: Scratch,
    pool: PgPool,
    metadata: String,
}

impl Floor {
    /// With as many connections as there are workers.
    pub(crate) async fn prepare(server: &Server, connections: u32) -> anyhow::Result<Self> {
        let scratch = server.scratch().await?;
        let pool = scratch.pool(connections)?;
        sqlx::query(
            "CREATE TABLE events (
                 aggregate_type text, aggregate_id text, sequence bigint, event_type text, event_version text,
                 payload json, metadata json, event_id uuid NOT NULL,
                 recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                 ord bigint GENERATED ALWAYS AS IDENTITY,
                 PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
        )
        .execute(&pool)
        .await?;
        sqlx::query("CREATE UNIQUE INDEX ON events (ord)").execute(&pool).await?;
        let metadata =
            format!(r#"{{"actor":"acc_01h455vb4pex5vsknk084sn02q","sealed":"{}"}}"#, "x".repeat(400));
        Ok(Self { scratch, pool, metadata })
    }

    /// One row, one commit: a prepared statement of its own transaction.
    pub(crate) async fn insert(&self, id: Uuid) -> anyhow::Result<()> {
        sqlx::query("INSERT INTO events VALUES ('account', $1, 1, 'account.signed_in', '1', $2::text::json, $3::text::json, $4)")
            .bind(id.to_string())
            .bind(PAYLOAD)
            .bind(&self.metadata)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Many rows, one commit.
    pub(crate) async fn insert_many(&self, ids: &[Uuid]) -> anyhow::Result<()> {
        let streams: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        sqlx::query(
            "INSERT INTO events SELECT 'account', s, 1, 'account.signed_in', '1', $3::text::json, $4::text::json, e
             FROM unnest($1::text[], $2::uuid[]) AS n (s, e)",
        )
        .bind(streams)
        .bind(ids)
        .bind(PAYLOAD)
        .bind(&self.metadata)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        self.pool.close().await;
        self.scratch.drop().await
    }
}
