//! `migrate`: the schema.

use crate::cli::DatabaseOptions;
use crate::composition::Network;
use crate::logging::say;

pub(super) async fn run(options: &DatabaseOptions) -> anyhow::Result<()> {
    let pool = Network::from(&options.network).database(&options.database_url, 1)?;
    event_store::migrate(&pool).await?;
    say("The database schema is up to date.");
    Ok(())
}
