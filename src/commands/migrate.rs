//! `migrate`: the schema.

use anyhow::Context;
use event_store::connect_lazily;

use crate::cli::DatabaseOptions;
use crate::logging::say;

pub(super) async fn run(options: &DatabaseOptions) -> anyhow::Result<()> {
    let pool = connect_lazily(&options.database_url, 1).context("DATABASE_URL cannot be used")?;
    event_store::migrate(&pool).await?;
    say("The database schema is up to date.");
    Ok(())
}
