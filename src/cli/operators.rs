//! Options of `operators`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use domain::OperatorId;
use domain::operator::OperatorScope;

use super::ReaderOptions;

/// Who runs the service, and with what rights.
#[derive(Clone, Debug, Subcommand)]
pub enum OperatorsCommand {
    /// Let somebody in: prints their token, this once
    Create(CreateOperator),
    /// List who was let in, since when, and when each token was last used
    List(ReaderOptions),
    /// Let somebody in no longer, at once
    Revoke(RevokeOperator),
}

/// `operators create`.
#[derive(Clone, Debug, Args)]
pub struct CreateOperator {
    /// What they are called
    pub name: String,
    /// What they may do: `admin` (everything), `audit` (read histories and checkpoints), `privacy` (the privacy desk: requests of all accounts, and what `audit` may), `introspect` (for gateways)
    #[arg(long = "scope", value_delimiter = ',', required = true)]
    pub scopes: Vec<OperatorScope>,
    /// How long the token holds, as 90days; or `never`, until it is revoked
    #[arg(long)]
    pub expires: Expiry,
    /// The database and the keys.
    #[command(flatten)]
    pub reader: ReaderOptions,
}

/// How long a token holds: there is no default, so that one that holds for ever was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So long.
    After(std::time::Duration),
    /// Until it is revoked.
    Never,
}

impl FromStr for Expiry {
    type Err = humantime::DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "never" { Ok(Self::Never) } else { humantime::parse_duration(text).map(Self::After) }
    }
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
