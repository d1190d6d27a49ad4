//! One file a command.

mod api;
mod bench;
mod checkpoint;
mod demo;
mod erasures;
mod history;
mod keys;
mod migrate;
mod operators;
mod projections;
mod prove;
mod serve;
mod state;
mod statement;
mod verdict;
mod verify;
mod verify_told;
mod worker;

pub use verdict::status;

use secrecy::{ExposeSecret, SecretString};

use crate::cli::{
    AuditCommand, Command, ErasuresCommand, KeysCommand, OperatorsCommand, Order, ProjectionsCommand,
    StatementCommand,
};
use crate::logging::say;

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
        Command::Audit(AuditCommand::State(options)) => state::run(&options).await,
        Command::Projections(ProjectionsCommand::List(options)) => projections::list(&options).await,
        Command::Projections(ProjectionsCommand::Rebuild(options)) => projections::rebuild(&options).await,
        Command::Projections(ProjectionsCommand::Retry(options)) => projections::retry(&options).await,
        Command::Audit(AuditCommand::Verify(options)) => verify::run(&options).await,
        Command::Audit(AuditCommand::Checkpoint(options)) => checkpoint::run(&options).await,
        Command::Audit(AuditCommand::PublicKey(options)) => checkpoint::print_public_key(&options),
        Command::Audit(AuditCommand::Prove(command)) => prove::run(&command).await,
        Command::Audit(AuditCommand::CheckProof(options)) => prove::check(&options),
        Command::Keys(KeysCommand::MakeMaster(options)) => keys::make_master(&options),
        Command::Keys(KeysCommand::RotateMaster(options)) => keys::rotate_master(&options).await,
        Command::Operators(command) => match *command {
            OperatorsCommand::Create(options) => operators::create(&options).await,
            OperatorsCommand::List(options) => operators::list(&options).await,
            OperatorsCommand::Revoke(options) => operators::revoke(&options).await,
        },
        Command::Statement(StatementCommand::Example(options)) => statement::example(&options),
        Command::Erasures(ErasuresCommand::Reapply(options)) => erasures::reapply(&options).await,
    }
}

/// Shows the tokens that cannot be looked up: the house project's, and the operator's if it was made just now.
fn show_tokens(house: &str, new_operator: Option<&SecretString>) {
    say(format!("House project token: {house}"));
    if let Some(token) = new_operator {
        say(format!("Operator token (shown this once): {}", token.expose_secret()));
    }
}
