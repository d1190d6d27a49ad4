//! One file a command.

mod api;
mod demo;
mod erasures;
mod history;
mod keys;
mod migrate;
mod serve;
mod worker;

use crate::cli::{AuditCommand, Command, ErasuresCommand, KeysCommand, Order};

/// Carries out a command.
///
/// # Errors
/// When it could not be done.
pub async fn run(order: Order) -> anyhow::Result<()> {
    match order.command {
        Command::Serve(options) => serve::run(&options).await,
        Command::Demo(options) => demo::run(*options).await,
        Command::Api(options) => api::run(&options).await,
        Command::Worker(options) => worker::run(&options).await,
        Command::Migrate(options) => migrate::run(&options).await,
        Command::Audit(AuditCommand::History(options)) => history::run(&options).await,
        Command::Keys(KeysCommand::MakeMaster(options)) => keys::make_master(&options),
        Command::Keys(KeysCommand::RotateMaster(options)) => keys::rotate_master(&options).await,
        Command::Erasures(ErasuresCommand::Reapply(options)) => erasures::reapply(&options).await,
    }
}
