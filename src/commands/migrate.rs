//! `migrate`: the schema, and the rights of the role that the program works as.

use anyhow::{Context, ensure};

use crate::cli::MigrateOptions;
use crate::composition::{Network, Owner};
use crate::logging::say;

pub(super) async fn run(options: &MigrateOptions) -> anyhow::Result<()> {
    let url = &options.database.database_url;
    let owner_url = options.owner.owner_url.as_ref().unwrap_or(url);
    let owner = Owner::at(&Network::from(&options.database.network), owner_url, url)?;
    owner.check_reached().await?;
    let migrated = owner.migrate().await;
    match owner.worker() {
        Some(worker) => {
            migrated.with_context(|| {
                format!(
                    "the schema could not be migrated, or {worker} be granted what it needs; make that role first: \
                     CREATE ROLE {worker} LOGIN PASSWORD '…'"
                )
            })?;
            say(format!("The database schema is up to date, and {worker} may work in it."));
        }
        None => {
            ensure!(migrated?, "the role that DATABASE_URL names may not migrate: give --owner-url");
            say("The database schema is up to date.");
        }
    }
    Ok(())
}
