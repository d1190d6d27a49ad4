//! One file a command.

mod api;
mod checkpoint;
mod demo;
mod history;
mod migrate;
mod prove;
mod serve;
mod verify;
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
        Command::Audit(AuditCommand::History(options)) => history::run(&options).await,
        Command::Audit(AuditCommand::Verify(options)) => verify::run(&options).await,
        Command::Audit(AuditCommand::Checkpoint(options)) => checkpoint::run(&options).await,
        Command::Audit(AuditCommand::PublicKey(options)) => checkpoint::print_public_key(&options),
        Command::Audit(AuditCommand::Prove(command)) => prove::run(&command).await,
        Command::Audit(AuditCommand::CheckProof(options)) => prove::check(&options),
    }
}
