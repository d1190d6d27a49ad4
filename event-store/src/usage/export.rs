//! Reading all usage of one account, in order, page by page: memory stays flat whatever there is.

use chrono::{DateTime, Utc};
use futures::{Stream, TryStreamExt};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;

use crate::error::StoreError;

/// Rows read at once.
const PAGE: i64 = 1_000;

/// One stored event of usage.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, sqlx::FromRow)]
pub struct UsageEvent {
    /// Which project it was collected for.
    pub project_id: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub name: String,
    /// What repeats are recognised by.
    pub insert_id: String,
    /// Everything else.
    pub properties: Value,
    /// When it came in.
    pub received_at: DateTime<Utc>,
}

/// How many events of usage there are of this distinct id.
pub async fn count(pool: &PgPool, project_id: &str, distinct_id: &str) -> Result<u64, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM usage_event WHERE project_id = $1 AND distinct_id = $2")
            .bind(project_id)
            .bind(distinct_id)
            .fetch_one(pool)
            .await?;
    Ok(count.cast_unsigned())
}

/// All usage of a distinct id, oldest first.
pub fn stream(
    pool: PgPool,
    project_id: String,
    distinct_id: String,
) -> impl Stream<Item = Result<UsageEvent, StoreError>> + Send {
    let pages = futures::stream::try_unfold(None::<UsageEvent>, move |last| {
        let (pool, project_id, distinct_id) = (pool.clone(), project_id.clone(), distinct_id.clone());
        async move {
            let page = fetch_page(&pool, &project_id, &distinct_id, last.as_ref()).await?;
            let last = page.last().cloned();
            Ok::<_, StoreError>(
                last.map(|last| (futures::stream::iter(page.into_iter().map(Ok)), Some(last))),
            )
        }
    });
    pages.try_flatten()
}

async fn fetch_page(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    after: Option<&UsageEvent>,
) -> Result<Vec<UsageEvent>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT project_id, occurred_at, name, insert_id, properties, received_at FROM usage_event
         WHERE project_id = $1 AND distinct_id = $2
           AND (occurred_at, name, insert_id) > (coalesce($3, '-infinity'::timestamptz), $4, $5)
         ORDER BY occurred_at, name, insert_id LIMIT $6",
    )
    .bind(project_id)
    .bind(distinct_id)
    .bind(after.map(|event| event.occurred_at))
    .bind(after.map_or("", |event| &event.name))
    .bind(after.map_or("", |event| &event.insert_id))
    .bind(PAGE)
    .fetch_all(pool)
    .await?)
}
