//! A read model of the tests' own: how often something happened to each account. It can be told to refuse
//! events, or to write what the database refuses; and it notices when an event comes twice or too early.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use projections::projection::{ApplyError, Projection, Table, Writing};
use sqlx::{PgConnection, PgPool};

pub(super) const NAME: &str = "ledger";

/// Events by position that cannot be taken.
#[derive(Default)]
pub(super) struct Poison {
    /// Refused by the reducer.
    pub(super) refused: BTreeSet<i64>,
    /// Written in a form the database refuses.
    pub(super) unwritable: BTreeSet<i64>,
}

#[derive(Clone, Default)]
pub(super) struct Ledger(pub(super) Arc<Mutex<Poison>>);

impl Ledger {
    pub(super) async fn open(pool: &PgPool) -> Self {
        sqlx::query("CREATE TABLE ledger (account_id text PRIMARY KEY, newest bigint NOT NULL, note text)")
            .execute(pool)
            .await
            .unwrap();
        Self::default()
    }

    /// From now on everything can be taken.
    pub(super) fn heal(&self) {
        *self.0.lock().unwrap() = Poison::default();
    }
}

/// The newest sequence of each account, and in it also how many were folded: they come without a gap.
pub(super) async fn read(pool: &PgPool) -> Vec<(String, i64)> {
    sqlx::query_as("SELECT account_id, newest FROM ledger ORDER BY 1").fetch_all(pool).await.unwrap()
}

#[async_trait]
impl Projection for Ledger {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "ledger", writing: Writing::ByKey }]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &["account"],
            payloads: Payloads::Only(&[]),
            decrypt: false,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        for fact in facts {
            let (refused, unwritable) = {
                let poison = self.0.lock().unwrap();
                (poison.refused.contains(&fact.position), poison.unwritable.contains(&fact.position))
            };
            if refused {
                return Err(ApplyError::Refused { position: fact.position, reason: "the test says so" });
            }
            let newest: Option<i64> = sqlx::query_scalar(
                "INSERT INTO ledger (account_id, newest, note) VALUES ($1, $2, $3)
                 ON CONFLICT (account_id) DO UPDATE SET newest = excluded.newest, note = excluded.note
                 WHERE ledger.newest = $2 - 1 RETURNING newest",
            )
            .bind(&fact.aggregate_id)
            .bind(fact.sequence)
            .bind(if unwritable { "\0" } else { "" })
            .fetch_optional(&mut *db)
            .await?;
            assert_eq!(newest, Some(fact.sequence), "{}: twice, or too early", fact.aggregate_id);
        }
        Ok(())
    }
}
