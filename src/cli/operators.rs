//! Options of `operators`.

use clap::{Args, Subcommand};
use domain::OperatorId;
use domain::operator::OperatorScope;
use humantime::Duration;

use super::ReaderOptions;

/// Who runs the service, and with what rights.
#[derive(Clone, Debug, Subcommand)]
pub enum OperatorsCommand {
    /// Let somebody in: prints their token, this once
    Create(CreateOperator),
    /// List who was let in
    List(ReaderOptions),
    /// Let somebody in no longer, at once
    Revoke(RevokeOperator),
}

/// `operators create`.
#[derive(Clone, Debug, Args)]
pub struct CreateOperator {
    /// What they are called
    pub name: String,
    /// What they may do: `admin` (everything), `audit` (read histories and checkpoints), `introspect` (for gateways)
    #[arg(long = "scope", value_delimiter = ',', default_value = "admin")]
    pub scopes: Vec<OperatorScope>,
    /// How long the token holds, as 90days [default: for ever]
    #[arg(long)]
    pub expires: Option<Duration>,
    /// The database and the keys.
    #[command(flatten)]
    pub reader: ReaderOptions,
}

/// `operators revoke`.
#[derive(Clone, Debug, Args)]
pub struct RevokeOperator {
    /// Whom, as `operators list` shows it
    pub operator: OperatorId,
    /// The database and the keys.
    #[command(flatten)]
    pub reader: ReaderOptions,
}
