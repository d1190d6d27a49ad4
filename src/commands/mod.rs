//! One file a command.

mod api;
mod bench;
mod demo;
mod history;
mod migrate;
mod serve;
mod worker;

use crate::cli::{AuditCommand, Command, Order};

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
        Command::Bench(options) => bench::run(&options).await,
        Command::Audit(AuditCommand::History(options)) => history::run(&options).await,
    }
}
